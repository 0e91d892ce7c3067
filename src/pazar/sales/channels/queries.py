"""Reads of opportunities, leads and the rule; all inside `acting(actor)`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from pazar.ground.api.paging import Keyed, keyset
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.sales.channels import policies
from pazar.sales.channels.models import IntakeRule, Lead, Opportunity
from pazar.sales.channels.rules import intake

TRIAL = timedelta(days=90)
"""How far back the rule's dry run looks."""
PAGE = 30
TRIAL_SHOWN = 20


def still_open(moment: datetime) -> Q:
    """Its deadline hasn't passed, or none was stated."""
    return Q(closes_at=None) | Q(closes_at__gt=moment)


def opportunity(actor: Actor, opportunity_id: UUID) -> Opportunity:
    """Raises NotFound."""
    found = policies.visible_opportunities(actor).filter(pk=opportunity_id).first()
    if found is None:
        raise NotFound
    return found


def lock_opportunity(actor: Actor, opportunity_id: UUID) -> Opportunity:
    """Raises NotFound."""
    found = policies.visible_opportunities(actor).select_for_update().filter(pk=opportunity_id).first()
    if found is None:
        raise NotFound
    return found


def lead(actor: Actor, lead_id: UUID) -> Lead:
    """Raises NotFound."""
    related = ("account", "manager", "opportunity", "given_by")
    found = policies.visible_leads(actor).select_related(*related).filter(pk=lead_id).first()
    if found is None:
        raise NotFound
    return found


def lock_lead(actor: Actor, lead_id: UUID) -> Lead:
    """Raises NotFound."""
    found = policies.visible_leads(actor).select_for_update().filter(pk=lead_id).first()
    if found is None:
        raise NotFound
    return found


def lock_lead_of(company_id: UUID, procedure_id: UUID) -> Lead | None:
    """The company's lead of a procedure; for the centre's reactions."""
    return Lead.objects.select_for_update().filter(company_id=company_id, procedure_id=procedure_id).first()


def leads_of(procedure_id: UUID, company_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The leads that these companies have of a procedure already."""
    return {
        lead.company_id: lead for lead in Lead.objects.filter(procedure_id=procedure_id, company_id__in=company_ids)
    }


def lock_opportunity_of(company_id: UUID, procedure_id: UUID) -> Opportunity | None:
    return Opportunity.objects.select_for_update().filter(company_id=company_id, procedure_id=procedure_id).first()


def waiting(actor: Actor, *, moment: datetime) -> QuerySet[Opportunity]:
    """What nobody has dealt with and may still be bid for; the order is the list's."""
    return policies.visible_opportunities(actor).filter(still_open(moment), state=Opportunity.State.WAITING)


def settled(actor: Actor) -> QuerySet[Opportunity]:
    """Taken up, set aside or given up by the buyer."""
    found = policies.visible_opportunities(actor).exclude(state=Opportunity.State.WAITING)
    return found.select_related("settled_by", "lead")


def missed(actor: Actor, *, moment: datetime) -> QuerySet[Opportunity]:
    """Nobody dealt with them before their deadline."""
    return policies.visible_opportunities(actor).filter(state=Opportunity.State.WAITING, closes_at__lte=moment)


def open_leads(actor: Actor) -> QuerySet[Lead]:
    found = policies.visible_leads(actor).filter(state=Lead.State.OPEN)
    return found.select_related("account", "manager", "opportunity", "given_by")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much is in the inbox: opportunities that wait, leads that are open."""

    waiting: int
    leads: int


def counts(company_id: UUID, *, moment: datetime) -> Counts:
    """One query, each part over an index of the company's own rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM channels_opportunity WHERE company_id = %(company)s AND state = 'waiting'
                      AND (closes_at IS NULL OR closes_at > %(moment)s)),
                   (SELECT count(*) FROM channels_lead WHERE company_id = %(company)s AND state = 'open')
            """,
            {"company": company_id, "moment": moment},
        )
        waiting, leads = cursor.fetchone()
    return Counts(waiting=waiting, leads=leads)


def rule_of(row: IntakeRule | None) -> intake.Rule:
    """The rule as the pure part knows it; off where the company has none."""
    if row is None:
        return intake.Rule()
    return intake.Rule(
        is_on=row.is_on,
        value_min=row.value_min,
        cpv=tuple(row.cpv),
        buyer_words=tuple(row.buyer_words),
    )


def seen_by_rule(row: Opportunity, *, is_quiet: bool = False) -> intake.Opportunity:
    return intake.Opportunity(
        value_amount=row.value_amount,
        currency=row.currency,
        cpv=tuple(row.cpv),
        buyer_name=row.buyer_name,
        closes_at=row.closes_at,
        is_quiet=is_quiet,
    )


def rule_row(actor: Actor) -> IntakeRule | None:
    return policies.visible_rule(actor).select_related("manager").first()


def rules_on(company_ids: Iterable[UUID]) -> dict[UUID, IntakeRule]:
    """Of these companies, the rules that are switched on; for the centre's reactions."""
    return {row.company_id: row for row in IntakeRule.objects.filter(company_id__in=list(company_ids), is_on=True)}


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One opportunity of the last 90 days under a rule that is being written."""

    row: Opportunity
    verdict: intake.Taken | intake.Waits

    @property
    def outcome(self) -> Literal["taken", "waits"]:
        return "taken" if isinstance(self.verdict, intake.Taken) else "waits"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a rule would have done; `shown` has the newest it would have taken."""

    seen: int
    taken: int
    shown: tuple[Tried, ...]

    @property
    def weekly(self) -> int:
        """Leads a week, rounded up: what a manager has to reckon with."""
        weeks = TRIAL.days / 7
        return -int(-self.taken // weeks)


def dry_run(actor: Actor, rule: intake.Rule, *, moment: datetime) -> Trial:
    """What `rule` would have taken among the opportunities of the last 90 days, were it on (deadlines aside)."""
    rows = policies.visible_opportunities(actor).filter(came_at__gte=moment - TRIAL).order_by("-came_at", "-id")
    seen = taken = 0
    shown: list[Tried] = []
    for row in rows.iterator(chunk_size=1000):
        seen += 1
        verdict = intake.decide(rule, seen_by_rule(row))
        if isinstance(verdict, intake.Taken):
            taken += 1
            if len(shown) < TRIAL_SHOWN:
                shown.append(Tried(row=row, verdict=verdict))
    return Trial(seen=seen, taken=taken, shown=tuple(shown))


def opportunities_page(found: QuerySet[Opportunity], cursor: str = "") -> Keyed[Opportunity]:
    """A page of opportunities, the newest first. Raises CursorBroken."""
    return keyset(found, ["-came_at", "-id"], cursor, PAGE)


def leads_page(found: QuerySet[Lead], cursor: str = "") -> Keyed[Lead]:
    """A page of leads, the newest first. Raises CursorBroken."""
    return keyset(found, ["-taken_at", "-id"], cursor, PAGE)


def with_leads(procedure_ids: Collection[UUID]) -> set[UUID]:
    """Those of these procedures that somebody has taken up, of whatever company: for the centre alone."""
    found = Lead.objects.filter(procedure_id__in=procedure_ids).values_list("procedure_id", flat=True)
    return {pk for pk in found if pk is not None}
