"""Shut the box at the end of the tender period (B8)."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.market.bids import queries
from pazar.market.bids.adapters import keys
from pazar.market.bids.models import Box
from pazar.market.bids.rules import box as boxes
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import states
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def close_box(procedure_id: UUID) -> None:
    """Shut the box, and publish one digest over all that is in it (B8). Wired to the clockwork; may be called twice.

    The procedure is locked alone: whoever puts in shares it, so that what was acknowledged is in the digest. Before the
    end (it may have been moved) and after a cancellation there is nothing to do.
    """
    with acting(CENTRE):
        procedure = procedures.lock_procedure(procedure_id)
        moment = clock.db_now()
        if procedure.state != State.PUBLISHED or procedure.closes_at is None or moment < procedure.closes_at:
            return
        shut(procedure, moment)


def shut(procedure: Procedure, moment: datetime) -> Box:
    """The closing itself: the procedure locked alone, its end passed, as the centre."""
    box = queries.box(procedure.pk)
    submissions = queries.in_the_box(procedure.pk)
    salt = os.urandom(boxes.SALT_SIZE)

    box.closed_at = moment
    box.digest = boxes.digest(procedure=procedure.pk, bid_digests=[bytes(one.digest) for one in submissions], salt=salt)
    box.sealed_salt = keys.draft_key().lock(salt, about=procedure.pk.bytes, random=os.urandom)
    box.save(update_fields=["closed_at", "digest", "sealed_salt"])
    journal.append("box.closed", actor=CENTRE, subject=box, digest=bytes(box.digest).hex())
    states.close_procedure(procedure, moment=moment)
    return box
