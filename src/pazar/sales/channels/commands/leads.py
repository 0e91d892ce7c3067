"""What becomes of a lead: given to a colleague, dropped, made a deal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.channels import policies, queries
from pazar.sales.channels.commands import shared
from pazar.sales.channels.commands.settle import require_may_give
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.refusals import LeadEnded
from pazar.sales.channels.rules.giving import Why
from pazar.sales.customers import commands as customers
from pazar.sales.customers.queries import secret_of
from pazar.sales.customers.refusals import AnothersWork

if TYPE_CHECKING:
    from pazar.sales.customers.models import Account

LEAD_GIVEN = "lead_given"
LEAD_DROPPED = "lead_dropped"


def give_lead(*, actor: Actor, lead_id: UUID, manager_id: UUID) -> Lead:
    """Give an open lead to a manager. A manager takes a free one for himself; else it is the director's act.

    Repeating changes nothing. Raises NotFound, NotAllowed, AnothersWork, GivingIsTheDirectors, LeadEnded, Invalid.
    """
    with acting(actor):
        lead = _own_open_lead(actor, lead_id)
        require_may_give(actor, manager_id)
        if lead.manager_id == manager_id:
            return lead

        lead.manager_id = manager_id
        lead.given_why = Why.TAKER if manager_id == actor.person_id else Why.CHOSEN
        lead.given_by_id = actor.person_id
        lead.save(update_fields=["manager", "given_why", "given_by"])
        _touch(actor, lead, LEAD_GIVEN, {"title": lead.title, "manager": shared.name_of(manager_id)})
        journal.append("lead.given", actor=actor, subject=lead, secret_key=secret_of(lead.company_id))
        return lead


def drop_lead(*, actor: Actor, lead_id: UUID, reason: str) -> Lead:
    """Give a lead up, with the reason. Raises NotFound, NotAllowed, AnothersWork, LeadEnded, Invalid."""
    with acting(actor):
        lead = _own_open_lead(actor, lead_id)
        reason = reason.strip()
        if not reason:
            raise Invalid(fields={"reason": _("Write why it is dropped.")})

        lead.state = Lead.State.DROPPED
        lead.ended_at = clock.db_now()
        lead.ended_why = reason
        lead.save(update_fields=["state", "ended_at", "ended_why"])
        _touch(actor, lead, LEAD_DROPPED, {"title": lead.title, "reason": reason})
        journal.append("lead.dropped", actor=actor, subject=lead, secret_key=secret_of(lead.company_id), reason=reason)
        return lead


def mark_became_deal(lead: Lead, *, account: Account, moment: datetime) -> None:
    """For the pipeline, in its transaction, with the lead locked."""
    lead.state = Lead.State.BECAME_DEAL
    lead.account = account
    lead.ended_at = moment
    lead.ended_why = ""
    lead.save(update_fields=["state", "account", "ended_at", "ended_why"])


def lead_of_bid(
    *,
    actor: Actor,
    company_id: UUID,
    procedure_id: UUID,
    title: str,
    account: Account,
    person_id: UUID,
    moment: datetime,
) -> Lead:
    """The lead that a bid belongs to, locked; made where nobody had taken the opportunity up (D5).

    Who bid is the manager of a lead nobody has. Says nothing to the outside: who bids is secret.
    """
    found = queries.lock_opportunity_of(company_id, procedure_id)
    lead = queries.lock_lead_of(company_id, procedure_id)
    if lead is None:
        lead, _made = Lead.objects.get_or_create(
            company_id=company_id,
            procedure_id=procedure_id,
            defaults={
                "opportunity": found,
                "account": account,
                "title": title,
                "manager_id": person_id,
                "given_why": Why.BIDDER,
                "taken_at": moment,
            },
        )
    elif lead.manager_id is None:
        lead.manager_id = person_id
        lead.given_why = Why.BIDDER
        lead.save(update_fields=["manager", "given_why"])
    if found is not None and found.state != Opportunity.State.TAKEN:
        found.state = Opportunity.State.TAKEN
        found.settled_at = moment
        found.settled_by_id = person_id
        found.settled_why = ""
        found.save(update_fields=["state", "settled_at", "settled_by", "settled_why"])
    return lead


def _own_open_lead(actor: Actor, lead_id: UUID) -> Lead:
    policies.require_desk(actor)
    lead = queries.lock_lead(actor, lead_id)
    if not policies.may_work(actor, lead.manager_id):
        raise AnothersWork(manager=shared.name_of(lead.manager_id))
    if lead.state != Lead.State.OPEN:
        raise LeadEnded
    return lead


def _touch(actor: Actor, lead: Lead, kind: str, facts: dict[str, str]) -> None:
    if lead.account is not None:
        customers.note_touch(actor=actor, account=lead.account, kind=kind, facts=facts, moment=clock.db_now())
