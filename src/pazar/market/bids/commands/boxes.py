"""Make the box of a published procedure: who holds its keys (B8)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from pazar.events import ProcedurePublished
from pazar.ground import clock, journal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.market.bids.adapters import keys
from pazar.market.bids.models import Box
from pazar.market.bids.refusals import KeyRefused
from pazar.market.bids.rules import holders
from pazar.market.bids.rules.holders import Holder, HolderKind, HoldersList
from pazar.market.procedures import queries as procedures

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

SERVER = "server"


def person_holder(person_id: UUID) -> str:
    """The name under which a person holds a key."""
    return f"person-{person_id}"


def make_box(event: ProcedurePublished) -> None:
    """The signed list of holders, in the transaction that publishes. Repeating changes nothing.

    The server alone, or with it the buyer's person by his living sealing key: then both are needed. Raises KeyRefused
    where that person has none, which publication has asked for already.
    """
    with acting(CENTRE):
        procedure = procedures.lock_procedure(event.procedure_id)
        if Box.objects.filter(pk=procedure.pk).exists():
            return
        moment = clock.db_now()
        holding = [
            Holder(
                id=SERVER,
                name=settings.CENTRE_NAME,
                kind=HolderKind.SERVER,
                public_key=keys.sealing().public_bytes,
            )
        ]
        if procedure.has_second_holder:
            holding.append(_person(procedure))

        signed = holders.sign(
            HoldersList(procedure=procedure.pk, threshold=len(holding), holders=tuple(holding), made_at=moment),
            key=keys.signing(),
        )
        box = Box.objects.create(
            procedure=procedure,
            holders=signed.document,
            holders_signature=signed.centre_signature,
            needed=signed.holders.threshold,
            holder_count=len(holding),
            made_at=moment,
        )
        journal.append(
            "box.made",
            actor=CENTRE,
            subject=box,
            holders_digest=signed.holders.digest.hex(),
            holders=[holder.id for holder in holding],
            needed=box.needed,
        )


def _person(procedure: Procedure) -> Holder:
    person = procedure.seal_person
    key = identity.living_sealing_keys([person.pk]).get(person.pk) if person is not None else None
    if person is None or key is None:
        raise KeyRefused
    return Holder(
        id=person_holder(person.pk),
        name="".join(sign if sign.isprintable() else " " for sign in person.name)[: holders.LONGEST_NAME],
        kind=HolderKind.PERSON,
        public_key=bytes(key.public_key),
    )
