"""What a second person of the bidder approves before a bid goes out (A4)."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.people.commands.approvals import Wish
from pazar.ground.people.rules.chain import Kind
from pazar.market.bids import queries
from pazar.market.bids.models import Bid
from pazar.market.bids.rules import contents, drafts

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def bid_wish(actor: Actor, procedure: Procedure, bid: Bid) -> Wish:
    """The draft as it lies here, worth the sum of its prices. Within `acting`. Raises NotAllowed.

    What the browser then seals can't be compared with it before the opening; the page that seals takes this draft.
    """
    draft = queries.draft_of(actor, bid)
    content = drafts.encode(draft) + f"|{procedure.version}".encode()
    return Wish(
        kind=Kind.BID,
        subject_id=bid.pk,
        digest=hashlib.sha256(content).hexdigest(),
        title=procedure.title,
        path=reverse("bids:bid", args=[bid.pk]),
        currency=procedure.currency,
        amount=_total(draft, procedure),
    )


def wish_for(actor: Actor, bid_id: UUID) -> Wish:
    """The same for whoever asks. Raises NotFound, NotAllowed."""
    bid = queries.own_bid(actor, bid_id)
    return bid_wish(actor, bid.procedure, bid)


def _total(draft: drafts.Draft, procedure: Procedure) -> Decimal | None:
    """The sum over what is bid on; None while a price is missing."""
    total = Decimal(0)
    for lot in queries.asked(procedure).lots:
        part = draft.lot(str(lot.id))
        if part.left_out:
            continue
        prices = {item.id: part.prices.get(str(item.id)) for item in lot.items}
        said = {item: Decimal(price) for item, price in prices.items() if price is not None}
        if len(said) < len(prices):
            return None
        total += contents.lot_total(unit_prices=said, items=lot.items, currency=procedure.currency).amount
    return total
