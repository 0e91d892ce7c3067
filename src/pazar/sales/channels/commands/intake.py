"""What the market brings: matched procedures stand in many desks at once, change and end there (D3)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pazar.events import OutsideProceduresWithdrawn, ProcedureCancelled, ProcedureChanged, SuppliersMatched
from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.ids import new_id
from pazar.sales.channels import queries
from pazar.sales.channels.commands import shared
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.rules import giving, intake
from pazar.sales.customers import commands as customers

PROCEDURE_CHANGED = "procedure_changed"
PROCEDURE_CANCELLED = "procedure_cancelled"


def note_opportunities(event: SuppliersMatched) -> int:
    """An opportunity in the desk of each supplier matched; how many are new. May be repeated.

    A later match of the same procedure adds none. Where the company's rule is on it decides, by itself, which become
    leads: not of a first bulk import, which must flood nobody.
    """
    with acting(CENTRE):
        moment = clock.db_now()
        rows = [
            Opportunity(
                id=new_id(),
                company_id=match.company_id,
                procedure_id=event.procedure_id,
                reference=event.reference,
                title=event.title,
                buyer_name=event.buyer_name,
                buyer_country=event.buyer_country,
                buyer_number=event.buyer_number,
                why=shared.why_of(match),
                closes_at=event.closes_at,
                value_amount=event.value_amount,
                currency=event.currency,
                cpv=list(event.cpv),
                is_outside=event.is_outside,
                came_at=moment,
            )
            for match in event.matches
        ]
        # PostgreSQL can't tell which rows of an ON CONFLICT DO NOTHING were taken by their keys; our ids can.
        Opportunity.objects.bulk_create(rows, ignore_conflicts=True)
        new = list(Opportunity.objects.filter(pk__in=[row.pk for row in rows]))
        # A bid may have been there before the match (an interest written later): its lead is this one's.
        leads = queries.leads_of(event.procedure_id, [row.company_id for row in new])
        rules = queries.rules_on(row.company_id for row in new)
        waiting: list[Opportunity] = []
        for row in new:
            if row.company_id in leads:
                shared.join(row, leads[row.company_id], moment=moment)
                continue
            rule = rules.get(row.company_id)
            if rule is None:
                continue
            seen = queries.seen_by_rule(row, is_quiet=event.quiet)
            verdict = intake.decide(queries.rule_of(rule), seen, moment=moment)
            if isinstance(verdict, intake.Taken):
                given = giving.give(chosen=None, by_rule=rule.manager_id, taker=None)
                shared.make_lead(actor=CENTRE, found=row, given=given, grounds=verdict.why, moment=moment)
            else:
                row.grounds = shared.stored(verdict.why)
                waiting.append(row)
        Opportunity.objects.bulk_update(waiting, ["grounds"], batch_size=500)
        return len(new)


def note_changed(event: ProcedureChanged) -> None:
    """A procedure's new version: title, deadline, value in every desk that has it. May be repeated."""
    if not event.title:
        return  # an event of before these facts came with it
    with acting(CENTRE):
        facts = {
            "title": event.title,
            "closes_at": event.closes_at,
            "value_amount": event.value_amount,
            "currency": event.currency,
        }
        Opportunity.objects.filter(procedure_id=event.procedure_id).update(**facts)
        Lead.objects.filter(procedure_id=event.procedure_id).update(title=event.title)
        told: dict[str, Any] = {
            "procedure": str(event.procedure_id),
            "version": event.version,
            "title": event.title,
            "closes_at": event.closes_at.isoformat() if event.closes_at else "",
        }
        leads = Lead.objects.filter(procedure_id=event.procedure_id, account__isnull=False)
        # Those who work on it, or on the deal it has become, read of it in the time line.
        working = leads.filter(state__in=(Lead.State.OPEN, Lead.State.BECAME_DEAL))
        rows = working.values_list("company_id", "account_id")
        customers.note_touches(
            _entries(rows, PROCEDURE_CHANGED, told),
            moment=clock.db_now(),
        )


def note_cancelled(event: ProcedureCancelled) -> None:
    """The buyer gave a procedure up: what waits for it ends, with his reason. May be repeated."""
    with acting(CENTRE):
        moment = clock.db_now()
        Opportunity.objects.filter(procedure_id=event.procedure_id, state=Opportunity.State.WAITING).update(
            state=Opportunity.State.ENDED, settled_at=moment, settled_why=event.reason
        )
        leads = Lead.objects.filter(procedure_id=event.procedure_id, state=Lead.State.OPEN)
        rows = list(leads.values_list("company_id", "account_id"))
        leads.update(state=Lead.State.DROPPED, ended_at=moment, ended_why=event.reason)
        told = {"procedure": str(event.procedure_id), "title": event.title, "reason": event.reason}
        customers.note_touches(_entries(rows, PROCEDURE_CANCELLED, told), moment=moment)


def note_withdrawn(event: OutsideProceduresWithdrawn) -> None:
    """These are gone, with what waited for somebody to look at it. Where somebody did, none is withdrawn."""
    with acting(CENTRE):
        Opportunity.objects.filter(
            procedure_id__in=event.procedure_ids, state=Opportunity.State.WAITING, lead=None
        ).delete()


def _entries(rows: Iterable[tuple[UUID, UUID | None]], kind: str, facts: dict[str, Any]) -> list[customers.Entry]:
    """One entry for each customer, however many of his leads are concerned."""
    return [
        customers.Entry(company_id=company_id, account_id=account_id, kind=kind, facts=facts)
        for company_id, account_id in dict.fromkeys(rows)
        if account_id is not None
    ]
