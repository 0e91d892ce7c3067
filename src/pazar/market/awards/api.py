"""Comparison and award over the API (J2); lists of awards and of items (J4)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, next_address
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BUYING
from pazar.ground.ui import now
from pazar.market.awards import policies, queries
from pazar.market.awards.commands import award, exclude, shared
from pazar.market.awards.models import Award, ListedAward, ListedItem
from pazar.market.awards.queries import lists
from pazar.market.awards.queries.lists import Only, Order, Wanted
from pazar.market.awards.rules.record import record
from pazar.market.procedures import queries as procedures

router = Router(tags=["awards"])
items = Router(tags=["items"])


class RankedOut(Schema):
    """One bid in a lot's ranking; `total` is exact, as text."""

    rank: int
    bid: UUID
    company: UUID
    company_name: str
    total: str
    currency: str
    received_at: datetime
    digest: str
    over_best_share: str | None
    tie: str = Field(description="Why it stands before the next at the same price: earlier, digest, or empty.")


class OutOut(Schema):
    """One bid outside a lot's ranking."""

    bid: UUID
    company: UUID
    company_name: str
    total: str | None
    currency: str
    received_at: datetime
    digest: str
    reason: str = Field(description="no_price, not_opened, other_currency, set_aside")
    words: str


class RankingOut(Schema):
    rule: str
    ranked: list[RankedOut]
    out: list[OutOut]


class OfferOut(Schema):
    bid_id: UUID
    company_name: str
    technical: dict[str, Any] = Field(description="As the bidder sealed it: offer, delivery_days, valid_days…")


class UnitPriceOut(Schema):
    item: UUID
    bid: UUID
    unit_price: str


class LotComparisonOut(Schema):
    lot: UUID
    number: str
    title: str
    ranking: RankingOut
    unit_prices: list[UnitPriceOut]
    offers: list[OfferOut]


class ComparisonOut(Schema):
    procedure: UUID
    bidders: int
    seen: str = Field(description="Send it with the award: nothing is awarded of another comparison than this.")
    lots: list[LotComparisonOut]


class BidOfLotIn(Schema):
    lot: UUID
    bid: UUID


class SetAsideIn(BidOfLotIn):
    reason: str = Field(
        min_length=shared.FEWEST_SIGNS, max_length=shared.MOST_SIGNS, description="The bidder reads it."
    )


class AwardIn(Schema):
    seen: str = Field(max_length=64, description="`seen` of the comparison that is awarded.")
    reason: str = Field("", max_length=shared.MOST_SIGNS, description="Everybody reads it.")


class AwardOut(Schema):
    """The decision on one lot. `ranking` is for the buyer and for those who bid; null for anybody else."""

    lot: UUID
    number: str
    title: str
    company: UUID | None = Field(description="Null: the lot was awarded to nobody.")
    company_name: str
    amount: str | None = Field(description="Exact, as text.")
    currency: str
    bids_count: int
    reason: str
    decided_at: datetime
    ranking: RankingOut | None


class AwardsOut(Schema):
    procedure: UUID
    reference: str
    lots: list[AwardOut]
    protocols: dict[str, str] = Field(description="Addresses of the protocol (PDF) by language, for who may read it.")


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _comparison(actor: Actor, procedure_id: UUID) -> ComparisonOut:
    procedure = procedures.procedure_for(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    policies.require_opened(procedure)
    comparison = queries.comparison(procedure)
    return ComparisonOut(
        procedure=procedure.pk,
        bidders=comparison.bidders,
        seen=award.fingerprint(comparison),
        lots=[
            LotComparisonOut(
                lot=compared.lot.pk,
                number=compared.lot.number,
                title=compared.lot.title,
                ranking=RankingOut.model_validate(record(compared.ranking)),
                unit_prices=[
                    UnitPriceOut(item=item, bid=bid, unit_price=format(price, "f"))
                    for item, prices in compared.unit_prices.items()
                    for bid, price in prices.items()
                ],
                offers=[
                    OfferOut(bid_id=offer.bid_id, company_name=offer.company_name, technical=dict(offer.technical))
                    for offer in compared.offers
                ],
            )
            for compared in comparison.lots
        ],
    )


def _awards(actor: Actor, procedure_id: UUID) -> AwardsOut:
    procedure = procedures.procedure_for(actor, procedure_id)
    found = queries.awards_of(procedure.pk)
    if not found:
        raise NotFound
    shown = policies.may_read_ranking(actor, procedure, found)
    return AwardsOut(
        procedure=procedure.pk,
        reference=procedure.reference,
        lots=[_award(one, shown=shown) for one in found],
        protocols={
            language: settings.BASE_URL + reverse("awards:protocol", args=[procedure.pk, language])
            for language, _name in settings.LANGUAGES
            if shown
        },
    )


def _award(one: Award, *, shown: bool) -> AwardOut:
    return AwardOut(
        lot=one.lot_id,
        number=one.lot.number,
        title=one.lot.title,
        company=one.company_id,
        company_name=one.company.name if one.company else "",
        amount=one.ranking["ranked"][0]["total"] if one.company_id else None,
        currency=one.currency,
        bids_count=queries.bids_count(one),
        reason=one.reason,
        decided_at=one.decided_at,
        ranking=RankingOut.model_validate(one.ranking) if shown else None,
    )


# --- lists ----------------------------------------------------------------------------------
class AwardsAsked(Schema):
    """What a list of awards is narrowed to."""

    q: str = Field(
        "", max_length=200, description="Words in any form: of the lot, its procedure, buyer or winner; or a reference."
    )
    cpv: str = Field("", max_length=10, description="A category and all under it.")
    region: str = Field("", max_length=5, description="A region and all in it.")
    origin: Literal["", "own", "outside"] = ""
    buyer: UUID | None = None
    winner: UUID | None = None
    currency: str = Field("", max_length=3, pattern=r"^([A-Z]{3})?$")
    value_min: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4, description="In `currency`, or EUR.")
    value_max: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4, description="In `currency`, or EUR.")
    since: date | None = Field(None, description="The first day of the decision, or of the publication of items.")
    until: date | None = Field(None, description="The last day.")
    order: Literal["", "newest", "value", "relevance", "deadline"] = Field(
        "",
        description=(
            "value: the largest first, of those stated in `currency` (or EUR). relevance: of the 300 newest, those "
            "whose titles say most of `q`. deadline: items asked for now. Where one can't be had, or by default: "
            "newest."
        ),
    )


class ItemsAsked(AwardsAsked):
    """What a list of items is narrowed to."""

    only: Literal["", "open", "awarded"] = Field("", description="open: asked for now.")


def _wanted(asked: AwardsAsked) -> Wanted:
    return Wanted(
        text=asked.q,
        cpv=asked.cpv.partition("-")[0],
        region=asked.region.upper(),
        origin=asked.origin,
        buyer=asked.buyer,
        winner=asked.winner,
        only=Only(asked.only) if isinstance(asked, ItemsAsked) and asked.only else None,
        currency=asked.currency,
        value_min=asked.value_min,
        value_max=asked.value_max,
        since=asked.since,
        until=asked.until,
        order=Order(asked.order) if asked.order else None,
    )


class ListedRow(Schema):
    """What an award and an item say of the procedure they came from."""

    id: UUID
    procedure: UUID
    reference: str
    procedure_title: str
    language: str
    buyer: UUID | None
    buyer_name: str
    is_outside: bool
    lot: str = Field(description="Its number; empty where the procedure has one lot alone.")
    title: str
    amount: Decimal | None
    currency: str

    @classmethod
    def facts_of(cls, row: ListedAward | ListedItem) -> dict[str, Any]:
        procedure = row.procedure
        return {
            "id": row.pk,
            "procedure": procedure.pk,
            "reference": procedure.reference,
            "procedure_title": procedure.title,
            "language": procedure.language,
            "buyer": procedure.buyer_id,
            "buyer_name": procedure.buyer_name or (procedure.buyer.name if procedure.buyer else ""),
            "is_outside": not procedure.is_own,
            "lot": row.lot_number,
            "title": row.title,
            "amount": row.amount,
            "currency": row.currency,
        }


class AwardRow(ListedRow):
    """An award, here or as published elsewhere."""

    winner: UUID | None = Field(description="The company, where one alone is known by its number.")
    winner_names: list[str]
    decided_on: date | None
    bids_received: int | None

    @classmethod
    def of(cls, row: ListedAward) -> "AwardRow":
        return cls(
            **cls.facts_of(row),
            winner=row.winner_id,
            winner_names=row.winner_names,
            decided_on=row.decided_on,
            bids_received=row.bids_received,
        )


class ItemRow(ListedRow):
    """An item that is or was asked for. `amount` is what its lot was awarded for."""

    cpv: str
    quantity: Decimal | None
    unit: str
    place: str
    published_on: date
    closes_at: datetime | None
    is_open: bool
    items_in_lot: int
    unit_price: Decimal | None = Field(description="To the cent; where the lot was awarded and holds nothing else.")

    @classmethod
    def of(cls, row: ListedItem, moment: datetime) -> "ItemRow":
        return cls(
            **cls.facts_of(row),
            cpv=row.cpv,
            quantity=row.quantity,
            unit=row.unit,
            place=row.place,
            published_on=row.listed_on,
            closes_at=row.closes_at,
            is_open=row.is_open and row.closes_at is not None and row.closes_at > moment,
            items_in_lot=row.items_in_lot,
            unit_price=row.unit_price,
        )


class ListCountOut(Schema):
    """How many fit; `more` where there are more than that."""

    count: int
    more: bool


@router.get("", response=Page[AwardRow])
def list_awards(request: HttpRequest, asked: Query[AwardsAsked], place: Query[Place]) -> dict[str, Any]:
    """Awards of procedures here and elsewhere."""
    wanted = _wanted(asked)
    found = lists.list_page(lists.awards(wanted), wanted, cursor=place.cursor, limit=place.limit)
    rows = [AwardRow.of(row) for row in found.rows if isinstance(row, ListedAward)]
    return {"items": rows, "next": next_address(request, found.next)}


@router.get("/count", response=ListCountOut)
def count_awards(request: HttpRequest, asked: Query[AwardsAsked]) -> ListCountOut:
    """How many awards a list holds, counted up to ten thousand."""
    counted = lists.count(lists.awards(_wanted(asked)))
    return ListCountOut(count=counted.number, more=counted.more)


@items.get("", response=Page[ItemRow])
def list_items(request: HttpRequest, asked: Query[ItemsAsked], place: Query[Place]) -> dict[str, Any]:
    """Items of published procedures: what, how much, until when, and what it was awarded for."""
    wanted, moment = _wanted(asked), now.now()
    found = lists.list_page(lists.items(wanted, moment=moment), wanted, cursor=place.cursor, limit=place.limit)
    rows = [ItemRow.of(row, moment) for row in found.rows if isinstance(row, ListedItem)]
    return {"items": rows, "next": next_address(request, found.next)}


@items.get("/count", response=ListCountOut)
def count_items(request: HttpRequest, asked: Query[ItemsAsked]) -> ListCountOut:
    """How many items a list holds, counted up to ten thousand."""
    counted = lists.count(lists.items(_wanted(asked), moment=now.now()))
    return ListCountOut(count=counted.number, more=counted.more)


# --- one procedure --------------------------------------------------------------------------
@router.get("/{uuid:procedure_id}/comparison", response=ComparisonOut, auth=TokenAuth(Scope.AWARDS_READ, roles=BUYING))
def comparison(request: HttpRequest, procedure_id: UUID) -> ComparisonOut:
    """Every lot's ranking of the opened bids (B9). For the buyer."""
    return _comparison(_actor(request), procedure_id)


@router.post("/{uuid:procedure_id}/set-aside", response={204: None}, auth=TokenAuth(Scope.AWARDS_WRITE, roles=BUYING))
def set_aside(request: HttpRequest, procedure_id: UUID, said: SetAsideIn) -> Status[None]:
    """Leave a bid out of a lot's ranking, with the reason its bidder reads (B9)."""
    exclude.set_aside(
        actor=_actor(request), procedure_id=procedure_id, lot_id=said.lot, bid_id=said.bid, reason=said.reason
    )
    return Status(204, None)


@router.post("/{uuid:procedure_id}/take-back", response={204: None}, auth=TokenAuth(Scope.AWARDS_WRITE, roles=BUYING))
def take_back(request: HttpRequest, procedure_id: UUID, said: BidOfLotIn) -> Status[None]:
    """Let a bid that was set aside stand again."""
    exclude.take_back(actor=_actor(request), procedure_id=procedure_id, lot_id=said.lot, bid_id=said.bid)
    return Status(204, None)


@router.post(
    "/{uuid:procedure_id}",
    response={201: AwardsOut},
    auth=TokenAuth(Scope.AWARDS_WRITE, roles=BUYING, dangerous=True),
)
def make_award(request: HttpRequest, procedure_id: UUID, said: AwardIn) -> Status[AwardsOut]:
    """Award every lot to the first of its ranking, and tell everybody (B10). Can't be taken back."""
    award.award_procedure(actor=_actor(request), procedure_id=procedure_id, seen=said.seen, reason=said.reason)
    return Status(201, _awards(_actor(request), procedure_id))


@router.get("/{uuid:procedure_id}", response=AwardsOut)
def read_award(request: HttpRequest, procedure_id: UUID) -> AwardsOut:
    """What was decided: public. The rankings are for the buyer and those who bid."""
    return _awards(_actor(request), procedure_id)
