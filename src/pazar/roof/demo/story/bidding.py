"""How the story's suppliers bid: by the commands of their pages, sealed by the reference client."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground import clock
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.bids import queries
from pazar.market.bids.commands import drafts, submit
from pazar.market.bids.rules import canonical, holders, seal
from pazar.market.bids.rules.contents import Declaration
from pazar.market.bids.rules.drafts import Draft, typed_lot
from pazar.market.bids.rules.manifest import Place
from pazar.market.procedures import queries as procedures

if TYPE_CHECKING:
    from pazar.market.bids.models import Bid

CENT = Decimal("0.01")


def draft_bid(
    actor: Actor,
    procedure_id: UUID,
    *,
    factor: str,
    prices: Mapping[str, str],
    offer: str,
    days: int = 14,
    lots: tuple[str, ...] = (),
    complete: bool = True,
) -> Bid:
    """Begin a bid and fill it in: each item at the usual price of its kind (`prices`, by category) times `factor`.

    `lots` names the numbers of the lots bid for, all if none. One that isn't `complete` lacks the days it is valid.
    """
    bid = drafts.open_draft(actor=actor, procedure_id=procedure_id)
    filled = Draft(
        lots={
            str(lot.pk): typed_lot(
                left_out=bool(lots) and lot.number not in lots,
                prices={
                    str(item.pk): str((Decimal(prices[item.cpv]) * Decimal(factor)).quantize(CENT))
                    for item in lot.items.all()
                },
                offer=offer,
                delivery_days=str(days),
                currency="EUR",
                locale="en",
            )
            for lot in procedures.lots(procedure_id)
        },
        valid_days="90",
        declarations=tuple(Declaration),
    )
    drafts.save_draft(actor=actor, bid_id=bid.pk, draft=filled if complete else replace(filled, valid_days=""))
    return bid


def send_bid(actor: Actor, bid: Bid) -> None:
    """Seal a ready draft as the bidder's browser does, and put it into the box."""
    with acting(actor):
        asked = queries.to_seal(actor, bid.pk, moment=clock.db_now())
    listed = holders.read(asked.holders, centre_key=asked.centre_key).holders
    sealed = seal.seal_bid(
        procedure=asked.procedure_id,
        version=asked.version,
        bidder=asked.company_id,
        bid=asked.bid_id,
        holders=listed,
        contents=[seal.Content(Place(lot, kind), canonical.encode(document)) for lot, kind, document in asked.contents],
        random=os.urandom,
    )
    submit.submit_bid(actor=actor, bid_id=bid.pk, sealed=sealed)
