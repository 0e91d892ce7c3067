"""Erase what an entry says, and keep that it was there: its leaf, its place, and who erased it why (J1)."""

import json

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.journal import commands
from pazar.ground.journal.models import Entry, Erasure, Payload, Position
from pazar.ground.journal.rules import erasure


class MayNotBeErased(Refusal):
    code = "entry_may_not_be_erased"
    status = 409
    what = _("What this entry says stays.")
    why = _("Bids, boxes, procedures, awards and the operator's own acts are kept by law, and others rely on them.")
    remedy = _("Entries about persons and a company's own desk may be erased.")


def erase_payload(*, actor: Actor, number: int, ground: erasure.Ground) -> Erasure:
    """Take away what entry `number` says, with its salt: nobody can tell or prove any more what it was.

    The chain stays whole: its leaf stands. Erasing again gives the first erasure. Raises NotFound (also for who isn't
    operator), MayNotBeErased.
    """
    if not actor.is_staff(StaffRole.OPERATOR):
        raise NotFound
    return _erase(actor, number, ground)


def erase_own_payload(*, actor: Actor, number: int, ground: erasure.Ground) -> Erasure:
    """The same by a person, of an entry about himself. Raises NotFound for another's, MayNotBeErased."""
    position = Position.objects.select_related("entry").filter(pk=number).first()
    if position is None or actor.person_id is None or position.entry.subject_id != actor.person_id:
        raise NotFound
    return _erase(actor, number, ground)


def _erase(actor: Actor, number: int, ground: erasure.Ground) -> Erasure:
    with transaction.atomic():
        position = Position.objects.filter(pk=number).first()
        if position is None:
            raise NotFound
        # The entry can't be locked: the app has no right to change it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x6572, position.entry_id % 2**31])
        done = Erasure.objects.filter(entry_id=position.entry_id).first()
        if done is not None:
            return done
        entry = Entry.objects.select_related("payload").get(pk=position.entry_id)
        _check(entry)

        moment = clock.db_now()
        record = commands.append(
            erasure.RECORD, actor=actor, subject=entry, number=number, leaf=bytes(entry.leaf).hex(), ground=ground.value
        )
        done = Erasure.objects.create(entry=entry, record=record, made_at=moment)
        with connection.cursor() as cursor:
            cursor.execute("SELECT journal_erase(%s)", [entry.pk])
        return done


def _check(entry: Entry) -> None:
    payload: Payload | None = getattr(entry, "payload", None)
    kind = json.loads(bytes(payload.content))["kind"] if payload is not None else ""
    if not erasure.may_be_erased(kind):
        raise MayNotBeErased
