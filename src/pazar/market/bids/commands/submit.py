"""Put a sealed bid into the box (B7, B8)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max

from pazar.events import BidSubmitted
from pazar.ground import clock, journal, outbox
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.people.commands import approvals
from pazar.ground.people.rules import chain
from pazar.market.bids import policies, queries
from pazar.market.bids.commands import approving
from pazar.market.bids.commands.drafts import check_open, secret_key
from pazar.market.bids.models import Bid, Envelope, Submission
from pazar.market.bids.policies import Bidder
from pazar.market.bids.queries import Receipt
from pazar.market.bids.refusals import BidReplaced, EnvelopesRefused, VersionNotConfirmed
from pazar.market.bids.rules import envelope, manifest
from pazar.market.bids.rules.envelope import Breach, EnvelopeRefused, Kind, Reason
from pazar.market.bids.rules.manifest import Expected, Place, SealedBid
from pazar.market.procedures import queries as procedures

if TYPE_CHECKING:
    from pazar.market.procedures.models import Lot, Procedure

KINDS = (Kind.TECHNICAL, Kind.PRICE)
"""What each lot bid on has."""


def submit_bid(*, actor: Actor, bid_id: UUID, sealed: SealedBid) -> Receipt:
    """Take a sealed bid in before its deadline (B7, B8).

    `sealed` is what the bidder's browser or software made: a manifest, and an envelope per lot and kind. It replaces
    what the bid put in before. Sending the same again returns the first receipt, also after the deadline.
    Raises NotFound, NotAllowed, OwnProcedure, NotOpenForBids, BidTooLate, BidReplaced, VersionNotConfirmed,
    EnvelopesRefused, ApprovalMissing.
    """
    with acting(actor):
        procedure, bid = queries.lock_own_bid(actor, bid_id)
        moment = clock.db_now()  # ours, and only now
        bidder = policies.require_bidder(actor, procedure)
        before = Submission.objects.filter(bid=bid, digest=sealed.digest).first()
        if before is not None and bid.is_sealed and bid.current_id == before.pk:
            return queries.receipt_of(procedure, bid, before)
        check_open(procedure, moment)
        if before is not None:
            raise BidReplaced
        if bid.confirmed_version != procedure.version:
            raise VersionNotConfirmed(version=procedure.version, confirmed=bid.confirmed_version)
        approvals.require(actor, chain.Kind.BID, bid.pk, lambda: approving.bid_wish(actor, procedure, bid))
        lots = procedures.lots(procedure.pk)
        taken = _checked(sealed, procedure, bid, lots)

        submission = _put_in(sealed, taken, bidder=bidder, procedure=procedure, bid=bid, moment=moment)
        journal.append(
            "bid.submitted",
            actor=actor,
            subject=bid,
            secret_key=secret_key(bid.pk),
            digest=sealed.digest.hex(),
            number=submission.number,
            version=procedure.version,
        )
        outbox.publish(_event(procedure, bid, bidder, submission.number, moment))
        return queries.receipt_of(procedure, bid, submission)


def _checked(sealed: SealedBid, procedure: Procedure, bid: Bid, lots: list[Lot]) -> tuple[envelope.Envelope, ...]:
    places = {Place(str(lot.pk), kind) for lot in lots for kind in KINDS}
    expected = Expected(
        procedure=procedure.pk,
        version=procedure.version,
        bidder=bid.company_id,
        bid=bid.pk,
        holders=queries.holders_of(queries.box(procedure.pk)).holders,
        places=places,
    )
    try:
        taken = manifest.check(sealed, expected=expected)
    except EnvelopeRefused as refused:
        raise EnvelopesRefused(refused.breaches) from refused
    there = {(one.binding.lot, one.binding.kind) for one in taken}
    alone = [
        Breach(Reason.ENVELOPE_MISSING, f"{lot}/{kind}")
        for lot in sorted({lot or "" for lot, _kind in there})
        for kind in KINDS
        if (lot, kind) not in there
    ]
    if alone:
        raise EnvelopesRefused(alone)
    return taken


def _put_in(
    sealed: SealedBid,
    taken: tuple[envelope.Envelope, ...],
    *,
    bidder: Bidder,
    procedure: Procedure,
    bid: Bid,
    moment: datetime,
) -> Submission:
    last = Submission.objects.filter(bid=bid).aggregate(last=Max("number"))["last"] or 0
    submission = Submission.objects.create(
        bid=bid,
        company_id=bid.company_id,
        buyer_id=bid.buyer_id,
        number=last + 1,
        procedure_version=procedure.version,
        manifest=sealed.manifest,
        digest=sealed.digest,
        signature=sealed.signature or None,
        received_at=moment,
        submitted_by_id=bidder.person_id,
    )
    Envelope.objects.bulk_create(
        Envelope(
            submission=submission,
            company_id=bid.company_id,
            buyer_id=bid.buyer_id,
            lot_id=UUID(read.binding.lot),
            kind=read.binding.kind.value,
            content=data,
            digest=read.digest,
        )
        for read, data in zip(taken, sealed.envelopes, strict=True)
    )
    bid.state, bid.current, bid.withdrawn_at = Bid.State.SUBMITTED, submission, None
    bid.save(update_fields=["state", "current", "withdrawn_at"])
    return submission


def _event(procedure: Procedure, bid: Bid, bidder: Bidder, number: int, moment: datetime) -> BidSubmitted:
    buyer = identity.company(bid.buyer_id)
    return BidSubmitted(
        bid_id=bid.pk,
        company_id=bid.company_id,
        procedure_id=procedure.pk,
        reference=procedure.reference,
        title=procedure.title,
        buyer_name=procedure.buyer_name or buyer.name,
        buyer_country=buyer.country,
        buyer_number=buyer.number,
        person_id=bidder.person_id,
        submitted_at=moment,
        closes_at=procedure.closes_at,
        number=number,
    )
