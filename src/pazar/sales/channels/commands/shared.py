"""What taking up by hand, by the rule and by a bid have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pazar.events import LeadTaken, MatchFound
from pazar.ground import journal, outbox
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.outbox import wire
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.rules.giving import Given
from pazar.sales.channels.rules.intake import Ground
from pazar.sales.customers import commands as customers
from pazar.sales.customers.queries import secret_of

if TYPE_CHECKING:
    from pazar.sales.customers.models import Account

LEAD_TAKEN = "lead_taken"


def stored(grounds: Sequence[Ground]) -> list[dict[str, Any]]:
    return [{"kind": str(g.kind), "holds": g.holds, "about": g.about} for g in grounds]


def why_of(match: MatchFound) -> dict[str, Any]:
    """Why it fits, as an opportunity keeps it: without words, so that each reader gets his own."""
    if match.reason is None:
        return {}
    return {
        "reason": wire.dump(match.reason),
        "interest": str(match.interest_id or ""),
        "name": match.interest_name,
        "version": match.interest_version,
    }


def account_of(*, actor: Actor, company_id: UUID, found: Opportunity, moment: datetime) -> Account | None:
    """The buyer as a customer of the desk; none where the notice doesn't name him."""
    if not found.buyer_name.strip():
        return None
    return customers.note_account(
        actor=actor,
        company_id=company_id,
        name=found.buyer_name,
        country=found.buyer_country,
        number=found.buyer_number,
        found="market",
        title=found.title,
        moment=moment,
    )


def name_of(person_id: UUID | None) -> str:
    if person_id is None:
        return ""
    return Person.objects.filter(pk=person_id).values_list("name", flat=True).first() or ""


def join(found: Opportunity, lead: Lead, *, moment: datetime) -> None:
    """Put a new opportunity to the lead that was there before it."""
    if lead.opportunity_id is None:
        lead.opportunity = found
        lead.save(update_fields=["opportunity"])
    found.state = Opportunity.State.TAKEN
    found.settled_at = moment
    found.settled_by_id = lead.manager_id
    found.save(update_fields=["state", "settled_at", "settled_by"])


def make_lead(*, actor: Actor, found: Opportunity, given: Given, grounds: Sequence[Ground], moment: datetime) -> Lead:
    """A lead of the internet channel out of a locked opportunity that waits, with its customer and its entries."""
    account = account_of(actor=actor, company_id=found.company_id, found=found, moment=moment)
    lead = Lead.objects.create(
        company_id=found.company_id,
        opportunity=found,
        account=account,
        procedure_id=found.procedure_id,
        title=found.title,
        manager_id=given.manager_id,
        given_why=given.why,
        given_by_id=actor.person_id,
        taken_at=moment,
    )
    found.state = Opportunity.State.TAKEN
    found.settled_at = moment
    found.settled_by_id = actor.person_id
    found.grounds = stored(grounds)
    found.save(update_fields=["state", "settled_at", "settled_by", "grounds"])
    if account is not None:
        if given.manager_id is not None:
            customers.give_account(account=account, manager_id=given.manager_id)
        customers.note_touch(
            actor=actor,
            account=account,
            kind=LEAD_TAKEN,
            facts={"title": found.title, "reference": found.reference, "manager": name_of(given.manager_id)},
            moment=moment,
        )
    journal.append(
        "lead.taken",
        actor=actor,
        subject=lead,
        secret_key=secret_of(found.company_id),
        procedure=str(found.procedure_id),
        why=str(given.why),
    )
    outbox.publish(LeadTaken(company_id=found.company_id, lead_id=lead.pk, procedure_id=found.procedure_id))
    return lead
