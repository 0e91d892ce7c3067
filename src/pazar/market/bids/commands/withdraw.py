"""Take a sealed bid out of the box again (B7)."""

from uuid import UUID

from pazar.events import BidWithdrawn
from pazar.ground import clock, journal, outbox
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.bids import policies, queries
from pazar.market.bids.commands.drafts import check_open, secret_key
from pazar.market.bids.models import Bid
from pazar.market.bids.refusals import NothingSubmitted


def withdraw_bid(*, actor: Actor, bid_id: UUID) -> Bid:
    """From now on it isn't in the box, and its envelopes stay shut for ever; the draft is kept (B7, B8).

    Withdrawing what is withdrawn does nothing. Raises NotFound, NotAllowed, BidTooLate, NotOpenForBids,
    NothingSubmitted.
    """
    with acting(actor):
        procedure, bid = queries.lock_own_bid(actor, bid_id)
        moment = clock.db_now()
        policies.require_bidder(actor, procedure)
        if bid.state == Bid.State.WITHDRAWN:
            return bid
        check_open(procedure, moment)
        if bid.state != Bid.State.SUBMITTED:
            raise NothingSubmitted

        bid.state, bid.withdrawn_at = Bid.State.WITHDRAWN, moment
        bid.save(update_fields=["state", "withdrawn_at"])
        journal.append("bid.withdrawn", actor=actor, subject=bid, secret_key=secret_key(bid.pk))
        outbox.publish(
            BidWithdrawn(bid_id=bid.pk, company_id=bid.company_id, procedure_id=procedure.pk, withdrawn_at=moment)
        )
        return bid
