"""What the centre keeps of a person: given to him as a file, and erased when he asks (J, GDPR articles 15, 17, 20)."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from pazar.ground import clock, journal, sealing
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.files.models import StoredFile
from pazar.ground.identity.commands import sittings
from pazar.ground.identity.models import Membership, Person
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.scope import acting
from pazar.ground.journal import erasure
from pazar.ground.journal.models import Entry, Position
from pazar.ground.journal.rules.erasure import Ground, may_be_erased
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.messages.models import Mail
from pazar.ground.people.models import DataExport, Invitation

KIND = "people.my_data"
MAKE = "people.make_export"
"""The job that gathers, by its name: jobs know commands, not the other way round."""
LASTS = timedelta(days=7)
AGAIN_AFTER = timedelta(hours=1)
MOST_ROWS = 10_000
MOST_FILE_BYTES = 50 * 1024**2
# What of one's own is told field by field. Everywhere else, in what belongs to companies, it is told that one's name
# stands there, since when: a company's deals don't leave with a person.
WHOLE = frozenset(
    {
        "identity.membership",
        "identity.sealingkey",
        "identity.sitting",
        "mfa.authenticator",
        "api.token",
        "pazar_messages.message",
        "pazar_messages.mail",
        "pazar_messages.mute",
        "pazar_messages.wish",
        "pazar_messages.personhours",
        "people.invitation",
        "people.dataexport",
        "files.storedfile",
    }
)
# What opens doors, what repeats another field, and what a library keeps for itself.
LEFT_OUT = frozenset({"password", "digest", "data", "text", "html", "headers", "storage_name", "path", "once"})
KEPT_TEXT = frozenset({"pazar_messages.message"})


class StillActs(Refusal):
    code = "still_acts"
    status = 409
    what = _("Nothing was erased: you still act for somebody.")
    why = _("You have roles in {companies}; what you have in hand there must go to a colleague first.")
    remedy = _("Leave there under “Our people”, then come back.")


class StillStaff(Refusal):
    code = "still_staff"
    status = 409
    what = _("Nothing was erased: you work for the centre.")
    why = _("Roles of the centre must be taken from you first.")
    remedy = _("Ask the operator of the centre.")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One place where a person stands: a table, by which relation, how often."""

    model: str
    relation: str
    count: int


def places() -> Iterator[tuple[type[models.Model], Any]]:
    """Every table that names persons, with the field that does."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.remote_field is not None and field.remote_field.model is Person:
                yield model, field


def kept_of(person_id: UUID) -> list[Kept]:
    """Where a person stands, and how often. Within `acting(CENTRE)`."""
    found = [
        Kept(
            model=model._meta.label_lower,
            relation=field.name,
            count=model._default_manager.filter(**{field.attname: person_id}).count(),
        )
        for model, field in places()
    ]
    return [one for one in found if one.count]


def ask_export(*, actor: Actor) -> DataExport:
    """Have everything about a person gathered for him by a job. Asking again within an hour answers the same."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=actor.person_id).first() if actor.person_id else None
        if person is None:
            raise NotFound
        moment = clock.db_now()
        before = DataExport.objects.filter(person=person, asked_at__gt=moment - AGAIN_AFTER).first()
        if before is not None:
            return before
        for old in DataExport.objects.filter(person=person):
            _take_away(old)
        export = DataExport.objects.create(person=person, asked_at=moment, expires_at=moment + LASTS)
        journal.append("data.asked", actor=actor, subject=person)
        app.configure_task(MAKE).defer(export_id=str(export.pk))
    return export


def make_export(export_id: UUID) -> None:
    """Gather, seal, keep, tell. May run twice."""
    export = DataExport.objects.select_related("person").filter(pk=export_id, ready_at=None).first()
    if export is None:
        return
    with acting(CENTRE):
        content = _gathered(export.person)
    name = default_storage.save(f"exports/{export.pk}", ContentFile(sealing.seal(content)))
    with transaction.atomic():
        moment = clock.db_now()
        kept = DataExport.objects.filter(pk=export.pk, ready_at=None)
        if not kept.update(ready_at=moment, size=len(content), storage_name=name, expires_at=moment + LASTS):
            default_storage.delete(name)
            return
        tell(
            person_ids=[export.person_id],
            kind=KIND,
            once=f"export:{export.pk}",
            path=reverse("people:my_data"),
            render=said_ready,
        )


def read_export(*, actor: Actor, export_id: UUID) -> bytes:
    """His own, while its time isn't over. Raises NotFound."""
    if actor.person_id is None:
        raise NotFound
    found = DataExport.objects.filter(pk=export_id, person_id=actor.person_id, expires_at__gt=clock.db_now())
    export = found.exclude(ready_at=None).first()
    if export is None:
        raise NotFound
    with default_storage.open(export.storage_name) as kept:
        return sealing.unseal(kept.read())


def exports_of(person_id: UUID) -> Sequence[DataExport]:
    return list(
        DataExport.objects.filter(person_id=person_id, expires_at__gt=clock.db_now()).order_by("-asked_at", "-id")
    )


def forget_expired() -> int:
    """Files whose time is over go."""
    old = list(DataExport.objects.filter(expires_at__lte=clock.db_now())[:100])
    for export in old:
        _take_away(export)
    return len(old)


def pseudonym(person_id: UUID) -> str:
    """What stands in place of a name, in every language."""
    return f"#{person_id.hex[-8:]}"


def erase(*, actor: Actor, email: str) -> None:
    """Erase a person at his own wish, for good; what law keeps stays under a number.

    Raises NotFound, StillActs, StillStaff, Invalid where he didn't type his own address.
    """
    if actor.person_id is None:
        raise NotFound
    with acting(CENTRE):
        person = Person.objects.select_for_update().get(pk=actor.person_id)
        if email.strip().lower() != person.email.lower():
            raise Invalid(fields={"email": _("Type your own address, to be sure.")})
        if person.staff_roles:
            raise StillStaff
        mine = Membership.objects.filter(person=person, is_active=True).select_related("company")
        if names := [one.company.name for one in mine]:
            raise StillActs(companies=", ".join(names))

        before = person.email
        journal.append("person.erased", actor=actor, subject=person)
        sittings.end_all(person_id=person.pk)
        for export in DataExport.objects.filter(person=person):
            _take_away(export)
        Mail.objects.filter(person=person).delete()
        Mail.objects.filter(to__iexact=before).delete()
        Invitation.objects.filter(email__iexact=before, accepted_at=None).delete()
        Invitation.objects.filter(email__iexact=before).update(email=_nowhere(person.pk))
        for model, field in places():
            # What means nothing without him goes; where he was a company's person stays, under the number.
            if field.remote_field.on_delete is models.CASCADE and model is not Membership:
                model._default_manager.filter(**{field.attname: person.pk}).delete()
        person.email, person.name = _nowhere(person.pk), pseudonym(person.pk)
        person.set_unusable_password()
        person.is_active, person.last_login = False, None
        person.language, person.zone, person.theme = "en", "UTC", Person.Theme.SYSTEM
        person.save()
        _erase_entries(actor, person.pk)


def _nowhere(person_id: UUID) -> str:
    return f"{person_id.hex}@erased.invalid"


def _erase_entries(actor: Actor, person_id: UUID) -> None:
    """What the journal says of him alone. Its leaves stand: the chain stays whole."""
    entries = Entry.objects.filter(subject_id=person_id, secret_key="").select_related("payload")  # no password
    placed = dict(Position.objects.filter(entry_id__in=[entry.pk for entry in entries]).values_list("entry_id", "pk"))
    for entry in entries:
        payload = getattr(entry, "payload", None)
        if payload is None or entry.pk not in placed:
            continue
        if may_be_erased(json.loads(bytes(payload.content))["kind"]):
            erasure.erase_own_payload(actor=actor, number=placed[entry.pk], ground=Ground.PERSON_ASKED)


def _take_away(export: DataExport) -> None:
    if export.storage_name:
        default_storage.delete(export.storage_name)
    export.delete()


def _gathered(person: Person) -> bytes:
    told: dict[str, Any] = {
        "made_at": clock.db_now(),
        "person": {
            **_fields(person, whole=True),
            "email": person.email,
        },
        "places": {},
    }
    for model, field in places():
        label = model._meta.label_lower
        rows = model._default_manager.filter(**{field.attname: person.pk}).order_by("pk")
        found = [_fields(row, whole=label in WHOLE) for row in rows[:MOST_ROWS]]
        if found:
            told["places"].setdefault(label, []).append({"as": field.name, "count": rows.count(), "rows": found})
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("about-me.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        left_out = list(_files(person, packed))
        packed.writestr(
            "READ-ME.txt",
            "about-me.json: everything the centre keeps of you, by table; of companies' own matters only where your\n"
            "name stands. files/: what you put in for companies you still act for.\n"
            + "".join(f"Not packed, too large together or no more yours to read: {name}\n" for name in left_out),
        )
    return written.getvalue()


def _files(person: Person, packed: zipfile.ZipFile) -> Iterator[str]:
    """Packs what he put in and may still read; the names of the others."""
    own = set(Membership.objects.filter(person=person, is_active=True).values_list("company_id", flat=True))
    room = MOST_FILE_BYTES
    for stored in StoredFile.objects.filter(stored_by=person).order_by("-stored_at")[:MOST_ROWS]:
        if stored.owner_id not in own or stored.size > room or not default_storage.exists(stored.path):
            yield stored.name
            continue
        room -= stored.size
        with default_storage.open(stored.path) as content:
            packed.writestr(f"files/{stored.pk}-{stored.name.replace('/', '_')}", content.read())


def _fields(row: models.Model, *, whole: bool) -> dict[str, Any]:
    label = row._meta.label_lower
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        is_moment = isinstance(value, datetime)
        if not whole and not field.primary_key and not is_moment:
            continue
        if field.name in LEFT_OUT and label not in KEPT_TEXT:
            continue
        if isinstance(value, bytes | memoryview):
            continue
        told[field.name] = value
    return told


def said_ready(_language: str) -> Told:
    return Told(
        title=said("The file with everything about you is ready"),
        text=said("You find it under “My data” for seven days; only you can open it."),
    )
