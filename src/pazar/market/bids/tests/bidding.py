"""Bidders, drafts and sealed bids, as the tests of several domains want them."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.market.bids import queries
from pazar.market.bids.commands import drafts, submit
from pazar.market.bids.models import Bid
from pazar.market.bids.queries import Receipt
from pazar.market.bids.rules import canonical, envelope, holders, seal
from pazar.market.bids.rules.contents import Declaration
from pazar.market.bids.rules.drafts import Draft, typed_lot
from pazar.market.bids.rules.manifest import Place, SealedBid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.models import Procedure


def make_bidder(*roles: Role, **facts: Any) -> Actor:
    return make_actor(*(roles or (Role.TENDER_MANAGER,)), **facts)


def make_typed(
    procedure: Procedure, *, price: str = "12.50", prices: Mapping[UUID, str] | None = None, **said: Any
) -> Draft:
    """A complete draft: each item at `price`, unless `prices` names another."""
    return Draft(
        lots={
            str(lot.pk): typed_lot(
                left_out=said.get("left_out", False),
                prices={str(item.pk): _asked_back((prices or {}).get(item.pk, price)) for item in lot.items.all()},
                offer=said.get("offer", "Кабел по БДС, на барабани."),
                delivery_days=said.get("delivery_days", "14"),
                currency=procedure.currency,
                locale="en",
            )
            for lot in procedures.lots(procedure.pk)
        },
        valid_days=said.get("valid_days", "60"),
        declarations=said.get("declarations", tuple(Declaration)),
    )


def _asked_back(price: str) -> str:
    """What a person answers when he is asked whether 11.999 is a thousand."""
    return price + "0" if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", price) else price


def make_bid(procedure: Procedure, bidder: Actor | None = None, **said: Any) -> tuple[Actor, Bid]:
    """A ready draft."""
    bidder = bidder or make_bidder()
    bid = drafts.open_draft(actor=bidder, procedure_id=procedure.pk)
    drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, **said))
    return bidder, bid


Write = Callable[[str, envelope.Kind, dict[str, Any]], dict[str, Any] | None]


def seal_bid(
    actor: Actor, bid_id: UUID, *, write: Write = lambda _lot, _kind, document: document, **said: Any
) -> SealedBid:
    """What the browser makes of a ready draft: new keys at each call.

    `write` may write another document for a lot and kind, or None for none; `said` names what it is sealed for, where
    that isn't this bid (procedure, version, bidder, bid, holders).
    """
    with acting(actor):
        asked = queries.to_seal(actor, bid_id, moment=clock.db_now())
    written = [(lot, kind, write(lot, kind, document)) for lot, kind, document in asked.contents]
    return seal.seal_bid(
        **{
            "procedure": asked.procedure_id,
            "version": asked.version,
            "bidder": asked.company_id,
            "bid": asked.bid_id,
            "holders": holders.read(asked.holders, centre_key=asked.centre_key).holders,
            **said,
        },
        contents=[
            seal.Content(Place(lot, kind), canonical.encode(document)) for lot, kind, document in written if document
        ],
        random=os.urandom,
    )


def make_submitted(procedure: Procedure, bidder: Actor | None = None, **said: Any) -> tuple[Actor, Receipt]:
    """A bid in the box."""
    bidder, bid = make_bid(procedure, bidder, **said)
    return bidder, submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))


def pass_deadline(procedure: Procedure) -> None:
    """Move the centre's clock a minute past the end of the tender period; nothing due has run yet."""
    assert procedure.closes_at is not None
    rest = procedure.closes_at - clock.db_now() + timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [rest])
