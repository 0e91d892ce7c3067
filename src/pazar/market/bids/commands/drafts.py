"""A bid's draft: begin it, save it while it is typed, confirm it after a change (B7)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.bids import policies, queries
from pazar.market.bids.adapters import keys
from pazar.market.bids.models import Bid
from pazar.market.bids.refusals import BidTooLate, NotOpenForBids
from pazar.market.bids.rules import contents, drafts
from pazar.market.bids.rules.readiness import Readiness
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


@dataclass(frozen=True, kw_only=True)
class Saved:
    """`saved_at` is the database's time; `readiness` the checklist as it stands now."""

    bid: Bid
    saved_at: datetime
    readiness: Readiness


def open_draft(*, actor: Actor, procedure_id: UUID) -> Bid:
    """His company's bid on a published procedure, begun now if it wasn't (B7).

    Raises NotFound, NotAllowed, OwnProcedure, NotOpenForBids, BidTooLate.
    """
    with acting(actor):
        procedures.procedure_for(actor, procedure_id)
        # Its row is shared, not locked alone: beginning a bid must not wait for another bidder.
        procedure = procedures.lock_procedure(procedure_id, share=True)
        bidder = policies.require_bidder(actor, procedure)
        if (begun := queries.bid_on(actor, procedure_id)) is not None:
            return begun
        moment = clock.db_now()
        check_open(procedure, moment)
        if procedure.buyer_id is None:
            raise NotOpenForBids

        bid, made = Bid.objects.get_or_create(
            procedure=procedure,
            company_id=bidder.company_id,
            defaults={
                "buyer_id": procedure.buyer_id,
                "confirmed_version": procedure.version,
                "created_by_id": bidder.person_id,
                "created_at": moment,
            },
        )
        if made:
            journal.append("bid.begun", actor=actor, subject=bid, secret_key=secret_key(bid.pk))
        return bid


def save_draft(*, actor: Actor, bid_id: UUID, draft: drafts.Draft) -> Saved:
    """Keep what was typed, whatever of it is missing or can't be read yet; under the server's key (B7).

    Parts for lots and items that the procedure hasn't are dropped. Leaves no journal entry: it happens with every
    key pressed. Raises NotFound, NotAllowed, BidTooLate, NotOpenForBids.
    """
    with acting(actor):
        procedure, bid = queries.lock_own_bid(actor, bid_id)
        policies.require_bidder(actor, procedure)
        moment = clock.db_now()
        check_open(procedure, moment)
        asked = queries.asked(procedure)
        kept = drafts.Draft(
            lots={
                str(lot.id): _only_asked(draft.lot(str(lot.id)), {str(item.id) for item in lot.items})
                for lot in asked.lots
            },
            valid_days=draft.valid_days.strip()[: drafts.LONGEST_TYPED],
            declarations=tuple(dict.fromkeys(draft.declarations)),
        )

        if bid.draft is not None and queries.draft_of(actor, bid) == kept:
            # Nothing new: its moment still says when it was last another one, before or after the sealing.
            return Saved(bid=bid, saved_at=moment, readiness=queries.readiness_of(actor, bid, asked, moment=moment))

        bid.draft = keys.draft_key().lock(drafts.encode(kept), about=bid.pk.bytes, random=os.urandom)
        bid.draft_manifest = drafts.filled_json(drafts.filled(kept))
        bid.draft_saved_at = moment
        bid.save(update_fields=["draft", "draft_manifest", "draft_saved_at"])
        return Saved(bid=bid, saved_at=moment, readiness=queries.readiness_of(actor, bid, asked, moment=moment))


def read_draft(*, actor: Actor, bid_id: UUID) -> drafts.Draft:
    """What was typed, for those who bid for the bidder. Raises NotFound, NotAllowed."""
    with acting(actor):
        return queries.draft_of(actor, queries.own_bid(actor, bid_id))


def confirm_version(*, actor: Actor, bid_id: UUID, version: int) -> Bid:
    """He has read what changed: the bid answers `version` from now on (B6).

    Another version than the one in force confirms nothing: the procedure may have changed again meanwhile. Raises
    NotFound, NotAllowed, BidTooLate, NotOpenForBids.
    """
    with acting(actor):
        procedure, bid = queries.lock_own_bid(actor, bid_id)
        policies.require_bidder(actor, procedure)
        check_open(procedure, clock.db_now())
        if version != procedure.version or bid.confirmed_version == version:
            return bid

        bid.confirmed_version = version
        bid.save(update_fields=["confirmed_version"])
        journal.append(
            "bid.version-confirmed", actor=actor, subject=bid, secret_key=secret_key(bid.pk), version=version
        )
        return bid


def check_open(procedure: Procedure, moment: datetime) -> None:
    """Raises NotOpenForBids where bids aren't taken at all, BidTooLate after the end; both times are shown."""
    if not procedure.is_own or procedure.closes_at is None:
        raise NotOpenForBids
    was_open = procedure.state in (State.PUBLISHED, State.CLOSED, State.OPENED)
    if was_open and moment >= procedure.closes_at:
        raise BidTooLate(closes_at=procedure.closes_at, moment=moment)
    if procedure.state != State.PUBLISHED:
        raise NotOpenForBids


def secret_key(bid_id: UUID) -> str:
    """What the journal keeps secret until the opening. One for each bid: a procedure's would count who bids on it."""
    return f"bid:{bid_id}"


def _only_asked(lot: drafts.LotDraft, items: set[str]) -> drafts.LotDraft:
    return drafts.LotDraft(
        left_out=lot.left_out,
        prices={item: price for item, price in lot.prices.items() if item in items},
        unread={item: text for item, text in lot.unread.items() if item in items},
        offer=lot.offer[: contents.LONGEST_OFFER],
        delivery_days=lot.delivery_days,
    )
