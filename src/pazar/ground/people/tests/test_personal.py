"""Everything about a person, as a file for him, and gone when he asks (J)."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground.entry.adapters import factors
from pazar.ground.entry.tests.factors import app_of
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.commands import persons
from pazar.ground.identity.models import Membership, Person, Sitting
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.journal import sequencer
from pazar.ground.journal.models import Entry, Payload
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.messages.models import Mail, Message
from pazar.ground.people.commands import members, personal
from pazar.ground.people.models import DataExport

pytestmark = pytest.mark.django_db


def told(person: Person) -> None:
    tell(
        person_ids=[person.pk],
        kind=members.KIND,
        once="one thing",
        path="/",
        render=lambda _language: Told(title="For Vera's eyes", text="A letter."),
    )


def read(content: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert "READ-ME.txt" in packed.namelist()
        return json.loads(packed.read("about-me.json"))


def test_the_file_has_all_of_his_and_nothing_that_opens(client: Client) -> None:
    company = make_company("Cables")
    person, colleague = make_person(company, name="Вера"), make_person(company, name="Colleague")
    secret = app_of(person)
    told(person)
    told(colleague)
    actor = actor_of(person, company)
    export = personal.ask_export(actor=actor)
    assert personal.ask_export(actor=actor).pk == export.pk
    personal.make_export(export.pk)
    personal.make_export(export.pk)
    content = personal.read_export(actor=actor, export_id=export.pk)
    about = read(content)
    assert about["person"]["name"] == "Вера" and about["person"]["email"] == person.email
    assert about["places"]["identity.membership"][0]["rows"][0]["roles"] == ["owner"]
    assert "For Vera's eyes" in json.dumps(about["places"]["pazar_messages.message"])
    assert about["places"]["pazar_messages.message"][0]["count"] == 1
    written = json.dumps(about)
    for hidden in (secret, "argon2", colleague.email, "Colleague", "password"):
        assert hidden not in written, hidden
    # On the disk it lies sealed, and for nobody else is it there.
    export.refresh_from_db()
    with default_storage.open(export.storage_name) as kept:
        assert b"about-me.json" not in kept.read()
    with pytest.raises(NotFound):
        personal.read_export(actor=actor_of(colleague, company), export_id=export.pk)
    client.force_login(person)
    got = client.get(reverse("people:download", args=[export.pk]))
    assert got["Content-Type"] == "application/zip" and got["Content-Disposition"].startswith("attachment")


def test_its_time_ends(client: Client) -> None:
    company = make_company()
    actor = actor_of(make_person(company), company)
    export = personal.ask_export(actor=actor)
    personal.make_export(export.pk)
    name = DataExport.objects.get().storage_name
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [personal.LASTS + timedelta(seconds=1)])
    with pytest.raises(NotFound):
        personal.read_export(actor=actor, export_id=export.pk)
    assert personal.forget_expired() == 1
    assert not default_storage.exists(name)


def test_a_companys_deals_do_not_leave_with_a_person() -> None:
    from pazar.market.procedures.tests.factories import make_draft

    company = make_company()
    actor = actor_of(make_person(company, Role.BUYER), company)
    make_draft(actor, title="Secret plan of the company")
    export = personal.ask_export(actor=actor)
    personal.make_export(export.pk)
    about = read(personal.read_export(actor=actor, export_id=export.pk))
    rows = about["places"]["procedures.procedure"][0]["rows"]
    assert len(rows) == 1 and set(rows[0]) <= {"id", "created_at", "saved_at", "updated_at", "closes_at"} | {
        name for name in rows[0] if name.endswith("_at")
    }
    assert "Secret plan" not in json.dumps(about)


def test_who_acts_for_somebody_hands_over_first() -> None:
    company = make_company("Cables")
    person = make_person(company)
    with pytest.raises(personal.StillActs):
        personal.erase(actor=actor_of(person, company), email=person.email)
    staff = make_person(staff_roles=["operator"])
    with pytest.raises(personal.StillStaff):
        personal.erase(actor=actor_of(staff), email=staff.email)
    nobody = make_person()
    with pytest.raises(Invalid):
        personal.erase(actor=actor_of(nobody), email=person.email)


@pytest.mark.django_db(transaction=True)
def test_erased_he_is_a_number_and_the_company_keeps_its_papers(client: Client) -> None:
    from pazar.market.procedures.tests.factories import make_procedure

    company = make_company("Cables")
    person, heir = make_person(company, Role.BUYER, name="Вера Стоева", email="vera@example.org"), make_person(company)
    person.set_password("quiet-harbour-81")
    person.save()
    client.post(reverse("entry:login"), {"email": person.email, "password": "quiet-harbour-81"})
    assert Sitting.objects.filter(person=person).exists()
    procedure = make_procedure(actor_of(person, company))
    members.leave(actor=actor_of(person, company), person_id=person.pk, heir_id=heir.pk)
    app_of(person)
    persons.change_language(actor=actor_of(person), language="bg")
    told(person)
    drain()
    sequencer.one_round()
    client.force_login(person)
    page = client.get(reverse("people:my_data")).content.decode()
    assert str(person.pk) and reverse("people:erase") in page
    answer = client.post(reverse("people:erase"), {"email": "VERA@example.org"})
    assert answer["Location"] == reverse("people:erased")
    assert client.get(answer["Location"]).status_code == 200
    person.refresh_from_db()
    assert person.name == personal.pseudonym(person.pk) and "vera" not in person.email and not person.is_active
    procedure.refresh_from_db()
    assert procedure.created_by_id == person.pk and procedure.state == "published"
    assert not Membership.objects.get(person=person).is_active
    for model in (Message, Sitting, DataExport):
        assert not model.objects.filter(person_id=person.pk).exists(), model
    assert not factors.of(person.pk).exists()
    assert not Mail.objects.filter(to__iexact="vera@example.org").exists()
    assert (
        client.post(reverse("entry:login"), {"email": "vera@example.org", "password": "quiet-harbour-81"}).status_code
        == 422
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_person WHERE email ILIKE 'vera%' OR name ILIKE '%Вера%'")
        assert cursor.fetchone() == (0,)
    # What the journal said of him alone can't be read any more; its leaves stand.
    gone = Entry.objects.filter(subject_id=person.pk).exclude(pk__in=Payload.objects.values("entry_id"))
    assert gone.exists()


def test_the_job_makes_it(client: Client) -> None:
    company = make_company()
    person = make_person(company)
    client.force_login(person)
    assert client.post(reverse("people:ask_export")).status_code == 302
    export = DataExport.objects.get(person=person)
    assert "being made" in client.get(reverse("people:my_data")).content.decode()
    personal.make_export(UUID(str(export.pk)))
    assert "Download" in client.get(reverse("people:my_data")).content.decode()
    assert Message.objects.filter(person=person).count() == 1
