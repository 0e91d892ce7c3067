"""Comparison and award over the API (J2)."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BUYING
from pazar.market.awards import policies, queries
from pazar.market.awards.commands import award, exclude, shared
from pazar.market.awards.models import Award
from pazar.market.awards.rules.record import record
from pazar.market.procedures import queries as procedures

router = Router(tags=["awards"])


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
