"""Reads of deals; all inside `acting(actor)`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from pazar.ground.api.paging import Keyed, keyset
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.sales.pipeline import policies
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import Stage

if TYPE_CHECKING:
    from pazar.sales.customers.models import Account

PAGE = 30
COLUMN = 20
"""Cards that a column of the board shows; the list has the rest."""
WON_SHOWN = timedelta(days=30)
SOON = timedelta(days=7)


def deal(actor: Actor, deal_id: UUID) -> Deal:
    """Raises NotFound."""
    found = policies.visible_to(actor).select_related("account", "manager", "lead__opportunity", "lead__given_by")
    row = found.filter(pk=deal_id).first()
    if row is None:
        raise NotFound
    return row


def lock_deal(actor: Actor, deal_id: UUID) -> Deal:
    """Raises NotFound."""
    found = policies.visible_to(actor).select_for_update().filter(pk=deal_id).first()
    if found is None:
        raise NotFound
    return found


def lock_deal_of(company_id: UUID, procedure_id: UUID) -> Deal | None:
    """A company's deal of a procedure; for the centre's reactions."""
    return Deal.objects.select_for_update().filter(company_id=company_id, procedure_id=procedure_id).first()


def standing(row: Deal) -> stages.Standing:
    """What the moves of this deal depend on."""
    return stages.Standing(
        stage=Stage(row.stage),
        ours=row.procedure_id is not None and not row.is_outside,
        elsewhere=row.procedure_id is not None and row.is_outside,
        has_bid=row.bid_id is not None and row.stage in stages.OPEN,
        closes_at=row.closes_at,
        ended_by_market=row.stage in stages.ENDED and (row.bid_id is not None or row.lost_reason in stages.BY_MARKET),
    )


@dataclass(frozen=True, kw_only=True)
class LotEnded:
    """How a lot of a deal's bid ended; `amount` is the company's own price, None where it couldn't be read."""

    number: str
    title: str
    won: bool
    amount: Decimal | None


def lots_of(row: Deal) -> list[LotEnded]:
    """The lots its bid was made on, as the award told; none before it."""
    return [
        LotEnded(
            number=lot["number"],
            title=lot["title"],
            won=lot["won"],
            amount=None if lot["amount"] is None else Decimal(lot["amount"]),
        )
        for lot in row.lots
    ]


def open_count(company_id: UUID) -> int:
    return Deal.objects.filter(company_id=company_id, stage__in=stages.OPEN).count()


def of_account(actor: Actor, account: Account) -> QuerySet[Deal]:
    return policies.visible_to(actor).filter(account=account).order_by("-made_at", "-id")


@dataclass(frozen=True, kw_only=True)
class Sums:
    """How many, and their amounts by currency (never added across currencies)."""

    count: int
    amounts: tuple[tuple[Decimal, str], ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    stage: Stage
    sums: Sums
    deals: tuple[Deal, ...]

    @property
    def more(self) -> int:
        return self.sums.count - len(self.deals)


def on_board(actor: Actor, *, moment: datetime, manager_id: UUID | None = None) -> QuerySet[Deal]:
    """The open ones, and those won in the last 30 days; lost ones stand in the list."""
    found = policies.visible_to(actor).filter(
        Q(stage__in=stages.OPEN) | Q(stage=Stage.WON, ended_at__gt=moment - WON_SHOWN)
    )
    return found if manager_id is None else found.filter(manager_id=manager_id)


def board(actor: Actor, *, moment: datetime, manager_id: UUID | None = None) -> list[Column]:
    """The columns of the board in their order: two queries, however many deals."""
    found = on_board(actor, moment=moment, manager_id=manager_id)
    sums = _sums(found)
    numbered = found.annotate(place=Window(RowNumber(), partition_by=["stage"], order_by=["-moved_at", "-id"])).filter(
        place__lte=COLUMN
    )
    rows: dict[str, list[Deal]] = {}
    for row in numbered.select_related("account", "manager").order_by("-moved_at", "-id"):
        rows.setdefault(row.stage, []).append(row)
    return [
        Column(stage=stage, sums=sums.get(stage, Sums(count=0, amounts=())), deals=tuple(rows.get(stage, ())))
        for stage in (*stages.OPEN, Stage.WON)
    ]


def _sums(found: QuerySet[Deal]) -> dict[str, Sums]:
    counted: dict[str, int] = {}
    amounts: dict[str, list[tuple[Decimal, str]]] = {}
    grouped = found.values("stage", "currency").annotate(n=Count("id"), total=Sum("amount")).order_by("currency")
    for row in grouped:
        counted[row["stage"]] = counted.get(row["stage"], 0) + row["n"]
        if row["total"] is not None:
            amounts.setdefault(row["stage"], []).append((row["total"], row["currency"]))
    return {stage: Sums(count=n, amounts=tuple(amounts.get(stage, ()))) for stage, n in counted.items()}


def listed(
    actor: Actor, *, stage: Stage | None = None, ended: bool = False, manager_id: UUID | None = None
) -> QuerySet[Deal]:
    """Deals for the list: open ones, or those of one stage; the order is the list's."""
    found = policies.visible_to(actor).select_related("account", "manager")
    if stage is not None:
        found = found.filter(stage=stage)
    elif not ended:
        found = found.filter(stage__in=stages.OPEN)
    return found if manager_id is None else found.filter(manager_id=manager_id)


def deals_page(found: QuerySet[Deal], cursor: str = "") -> Keyed[Deal]:
    """A page of deals, the newest first. Raises CursorBroken."""
    return keyset(found, ["-made_at", "-id"], cursor, PAGE)


@dataclass(frozen=True, kw_only=True)
class DeskCounts:
    """What the hall says beside its entries."""

    inbox: int
    deals: int
    customers: int


def desk_counts(company_id: UUID, *, moment: datetime) -> DeskCounts:
    """One query, each part of it over an index of the company's own rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM channels_opportunity WHERE company_id = %(company)s AND state = 'waiting'
                      AND (closes_at IS NULL OR closes_at > %(moment)s)),
                   (SELECT count(*) FROM pipeline_deal WHERE company_id = %(company)s AND stage = ANY(%(open)s)),
                   (SELECT count(*) FROM customers_account WHERE company_id = %(company)s)
            """,
            {"company": company_id, "moment": moment, "open": [str(stage) for stage in stages.OPEN]},
        )
        inbox, deals, customers = cursor.fetchone()
    return DeskCounts(inbox=inbox, deals=deals, customers=customers)


def search(actor: Actor, text: str) -> QuerySet[Deal]:
    """Deals of the desk whose title, reference or customer holds `text`; to be paged by "-made_at" and "-id"."""
    said = Q(title__icontains=text) | Q(reference__iexact=text) | Q(account__name__icontains=text)
    return policies.visible_to(actor).filter(said).select_related("account")


@dataclass(frozen=True, kw_only=True)
class Today:
    """What needs somebody now."""

    without_step: Sequence[Deal]
    without_step_count: int
    due: Sequence[Deal]
    due_count: int
    closing: Sequence[Deal]
    closing_count: int


def today(actor: Actor, *, moment: datetime, mine: bool, shown: int = 10) -> Today:
    """Open deals of the desk (or the actor's own) without a next step, with one due, or whose deadline nears."""
    found = policies.visible_to(actor).filter(stage__in=stages.OPEN).select_related("account", "manager")
    if mine:
        found = found.filter(manager_id=actor.person_id)
    without = found.filter(next_step="").annotate(all_of_them=Window(Count("id")))
    # A sealed bid awaits its award: nothing is due of it before its deadline.
    nearing = found.filter(closes_at__gt=moment, closes_at__lte=moment + SOON, bid_id=None)
    due = list(_due(found, moment).annotate(all_of_them=Window(Count("id"))).order_by("next_step_on", "id")[:shown])
    closing = nearing.annotate(all_of_them=Window(Count("id"))).order_by("closes_at", "id")
    soon = list(closing[:shown])
    stepless = list(without.order_by("moved_at", "id")[:shown])
    return Today(
        without_step=stepless,
        without_step_count=stepless[0].all_of_them if stepless else 0,
        due=due,
        due_count=due[0].all_of_them if due else 0,
        closing=soon,
        closing_count=soon[0].all_of_them if soon else 0,
    )


def _due(found: QuerySet[Deal], moment: datetime) -> QuerySet[Deal]:
    return found.filter(next_step_on__lte=moment.date())


def overdue_count(actor: Actor, *, moment: datetime) -> int:
    """Open deals whose next step is due: the desk's for who leads it, else the actor's own."""
    found = policies.visible_to(actor).filter(stage__in=stages.OPEN)
    if not policies.leads_desk(actor):
        found = found.filter(manager_id=actor.person_id)
    return _due(found, moment).count()


def with_deals(procedure_ids: Collection[UUID]) -> set[UUID]:
    """Those of these procedures that are somebody's deal, of whatever company: for the centre alone."""
    found = Deal.objects.filter(procedure_id__in=procedure_ids).values_list("procedure_id", flat=True)
    return {pk for pk in found if pk is not None}
