"""The second step of a log-in, as an attacker and as its person meets it (A4)."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from tests.factories import make_company, make_person

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.entry.commands import factors as commands
from pazar.ground.entry.tests.factors import app_of, code, wrong_code
from pazar.ground.identity import proofs, queries, sessions
from pazar.ground.identity.models import Person, Sitting
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.messages.models import Message

pytestmark = pytest.mark.django_db
PASSWORD = "open-market-2026"


def somebody(**facts: Any) -> Person:
    person = make_person(make_company(), Role.OWNER, **facts)
    person.set_password(PASSWORD)
    person.save()
    return person


def enter(client: Client, person: Person, **more: str) -> Any:
    return client.post(reverse("entry:login"), {"email": person.email, "password": PASSWORD, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_password_alone_lets_nobody_in_who_has_an_app(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    answer = enter(client, person, next="/settings/")
    assert answer["Location"] == reverse("entry:second")
    assert not is_in(client)
    assert client.get("/settings/")["Location"].startswith("/login/")
    assert client.get(reverse("entry:second")).status_code == 200
    assert client.post(reverse("entry:second"), {"code": wrong_code(secret)}).status_code == 422
    done = client.post(reverse("entry:second"), {"code": code(secret)})
    assert done["Location"] == "/settings/" and is_in(client)
    assert client.session[proofs.FACTOR_KEY] == "app"


def test_a_code_is_good_once(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    used = code(secret)
    enter(client, person)
    client.post(reverse("entry:second"), {"code": used})
    another = Client()
    enter(another, person)
    assert another.post(reverse("entry:second"), {"code": used}).status_code == 422
    # Neither is an older one that nobody used: whoever looked over the shoulder has that.
    assert another.post(reverse("entry:second"), {"code": code(secret, steps=-1)}).status_code == 422
    assert not is_in(another)


def test_guessing_ends_after_five_codes_from_wherever_they_come(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    for number in range(commands.TRIES):
        guesser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        enter(guesser, person)
        assert guesser.post(reverse("entry:second"), {"code": wrong_code(secret)}).status_code == 422
    enter(client, person)
    answer = client.post(reverse("entry:second"), {"code": code(secret)})
    assert answer.status_code == 429 and not is_in(client)
    assert "passkey" in answer.content.decode()


def test_a_recovery_code_opens_once(client: Client) -> None:
    person = somebody()
    app_of(person)
    codes = kept.add_codes(person)
    assert len(set(codes)) == 10
    enter(client, person)
    assert client.post(reverse("entry:second"), {"code": codes[3]}).status_code == 302 and is_in(client)
    another = Client()
    enter(another, person)
    assert another.post(reverse("entry:second"), {"code": codes[3]}).status_code == 422
    assert another.post(reverse("entry:second"), {"code": codes[4]}).status_code == 302
    assert [factor.left for factor in commands.factors_of(person.pk) if factor.kind == "codes"] == [8]


def test_secrets_lie_sealed(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    kept.add_codes(person)
    for found in kept.of(person.pk):
        assert secret not in str(found.data)
        assert all(str(value).startswith("pz1:") for name, value in found.data.items() if name in ("secret", "seed"))


def test_a_session_that_somebody_else_gave_is_left_behind(client: Client) -> None:
    """Fixation: the key before the log-in opens nothing after it, at both steps."""
    person = somebody()
    secret = app_of(person)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    enter(client, person)
    half = client.cookies["sessionid"].value
    client.post(reverse("entry:second"), {"code": code(secret)})
    whole = client.cookies["sessionid"].value
    assert len({planted, half, whole}) == 3
    for key in (planted, half):
        attacker = Client()
        attacker.cookies["sessionid"] = key
        assert attacker.get("/settings/").status_code == 302
        assert not Session.objects.filter(session_key=sessions.digest(key)).exists()


def test_half_in_ends_after_ten_minutes(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    enter(client, person)
    session = client.session
    session["half_in"] = {**session["half_in"], "at": session["half_in"]["at"] - 601}
    session.save()
    assert client.post(reverse("entry:second"), {"code": code(secret)})["Location"] == reverse("entry:login")
    assert not is_in(client)


def test_staff_without_a_second_factor_can_do_nothing_but_set_one(client: Client) -> None:
    person = somebody(staff_roles=[str(StaffRole.OPERATOR)])
    enter(client, person)
    assert is_in(client)
    for path in (reverse("roof:jobs"), reverse("messages:inbox"), "/settings/", reverse("tokens:list")):
        assert client.get(path)["Location"] == reverse("entry:security"), path
    page = client.get(reverse("entry:security"))
    assert "Set a second factor first" in page.content.decode()
    refused = client.get("/api/v1/messages")
    assert refused.status_code == 403 and refused.json()["code"] == "second_factor_missing"

    app = client.get(reverse("entry:app")).content.decode()
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", app)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert client.post(reverse("entry:app"), {"code": wrong_code(secret)}).status_code == 422
    shown = client.post(reverse("entry:app"), {"code": code(secret)})
    assert shown.content.decode().count("<li><code>") == 10
    assert client.get(reverse("roof:jobs")).status_code == 200
    assert Message.objects.filter(person_id=person.pk).count() == 1  # he is told that one was added


def test_a_company_demands_it_of_the_roles_it_names(client: Client) -> None:
    company = make_company(factor_roles=[str(Role.BUYER)])
    buyer, reader = make_person(company, Role.BUYER), make_person(company, Role.READER)
    assert queries.actor_for(buyer).wants_factor
    assert not queries.actor_for(reader).wants_factor


def test_the_last_factor_stays_where_one_is_demanded(client: Client) -> None:
    person = somebody(staff_roles=[str(StaffRole.MODERATOR)])
    app_of(person)
    client.force_login(person)
    found = kept.of(person.pk).get()
    assert client.post(reverse("entry:remove_factor", args=[found.pk])).status_code == 409
    Person.objects.filter(pk=person.pk).update(staff_roles=[])
    assert client.post(reverse("entry:remove_factor", args=[found.pk])).status_code == 302
    assert not kept.of(person.pk).exists()


def test_another_ones_factor_and_session_are_not_found(client: Client) -> None:
    person, other = somebody(), somebody()
    app_of(other)
    theirs = Client()
    secret = app_of(person)
    assert secret
    client.force_login(person)
    assert client.post(reverse("entry:remove_factor", args=[kept.of(other.pk).get().pk])).status_code == 404
    kept.of(other.pk).delete()
    enter(theirs, other)
    sitting = Sitting.objects.get(person=other)
    assert client.post(reverse("entry:end_sitting", args=[sitting.pk])).status_code == 404
    assert theirs.get("/settings/").status_code == 200


def test_one_ends_his_other_sessions(client: Client) -> None:
    person = somebody()
    office, phone = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"), Client()
    for one in (office, phone, client):
        enter(one, person)
    page = client.get(reverse("entry:security")).content.decode()
    assert "Firefox, Windows" in page and page.count("Log out there") == 2
    about = next(sitting for sitting in queries.sittings(person.pk) if sitting.about["browser"] == "Firefox")
    client.post(reverse("entry:end_sitting", args=[about.pk]))
    assert office.get("/settings/").status_code == 302
    assert phone.get("/settings/").status_code == 200
    client.post(reverse("entry:end_others"))
    assert phone.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200
    assert [sitting.pk for sitting in queries.sittings(person.pk)] == [proofs_sitting(client)]


def proofs_sitting(client: Client) -> Any:
    from uuid import UUID

    return UUID(client.session[proofs.SITTING_KEY])


def test_a_new_password_by_a_link_ends_all_sessions(client: Client) -> None:
    from pazar.ground.entry.commands import links
    from pazar.ground.identity.rules.actor import NOBODY

    person = somebody()
    enter(client, person)
    link = links.make_link(actor=NOBODY, person_id=person.pk, lasts=links.FIRST)
    links.set_password(token=link.path.split("/")[-2], new="another-market-2027")
    assert client.get("/settings/").status_code == 302
    assert not Sitting.objects.filter(person=person).exists()


def test_what_is_dangerous_asks_again_after_ten_minutes(client: Client) -> None:
    person = somebody()
    secret = app_of(person)
    client.force_login(person)
    session = client.session
    session[proofs.PROVED_KEY] -= proofs.GOOD_FOR_SECONDS
    session.save()
    wish = {"name": "Our ERP", "scopes": ["bids:read"], "days": "30", "company": ""}
    asked = client.post(reverse("tokens:list"), wish)
    page = asked.content.decode()
    assert asked.status_code == 403 and 'value="Our ERP"' in page and "pzt_" not in page
    wrong = client.post(reverse("tokens:list"), {**wish, "proof-password": "guess"})
    assert wrong.status_code == 422 and "pzt_" not in wrong.content.decode() and "guess" not in wrong.content.decode()
    done = client.post(reverse("tokens:list"), {**wish, "proof-code": code(secret)})
    assert "pzt_" in done.content.decode()
    # For ten minutes he isn't asked again.
    assert "pzt_" in client.post(reverse("tokens:list"), {**wish, "name": "Another"}).content.decode()


def test_a_page_of_ours_proves_before_a_dangerous_call(client: Client) -> None:
    """A session's own call of the API is asked as a page is; a token isn't, it was made by somebody who had proved."""
    person = somebody()
    client.force_login(person)
    session = client.session
    del session[proofs.PROVED_KEY]
    session.save()
    answer = client.post(
        f"/api/v1/awards/{person.pk}", "{}", content_type="application/json", headers={"Idempotency-Key": "proof-0001"}
    )
    assert answer.status_code == 403 and answer.json()["code"] == "proof_missing"


def test_guessing_a_proof_ends(client: Client) -> None:
    person = somebody()
    client.force_login(person)
    for _number in range(8):
        assert client.post(reverse("entry:prove"), {"proof-password": "guess"}).status_code == 422
    assert client.post(reverse("entry:prove"), {"proof-password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"id": 1}', '{"response": {"userHandle": "AAAA"}}', "null"])
def test_an_answer_of_any_shape_is_refused(client: Client, answer: str) -> None:
    client.post(reverse("entry:login_question"))
    refused = client.post(reverse("entry:login_passkey"), {"answer": answer})
    assert refused.status_code == 422 and not is_in(client)
    person = somebody()
    client.force_login(person)
    client.post(reverse("entry:passkey_question"))
    assert client.post(reverse("entry:passkey"), {"name": "Key", "answer": answer}).status_code == 422


def test_every_form_wants_its_mark(client: Client) -> None:
    """CSRF."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(somebody())
    for name in ("end_others", "codes", "app", "passkey", "passkey_question", "prove", "prove_question"):
        assert strict.post(reverse(f"entry:{name}")).status_code == 403, name
    visitor = Client(enforce_csrf_checks=True)
    for name in ("login", "second", "login_passkey", "login_question"):
        assert visitor.post(reverse(f"entry:{name}")).status_code == 403, name
