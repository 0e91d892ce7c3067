"""A waiting opportunity is taken up as a lead, or set aside with a reason (D3)."""

from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.channels import policies, queries
from pazar.sales.channels.commands import shared
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.refusals import GivingIsTheDirectors, OpportunityClosed, OpportunitySettled
from pazar.sales.channels.rules import giving
from pazar.sales.customers.queries import managers, secret_of


def take_up(*, actor: Actor, opportunity_id: UUID, manager_id: UUID | None = None) -> Lead:
    """Make a lead of the internet channel of an opportunity, and its buyer a customer of the desk (D3).

    Given to `manager_id` (a colleague only by who leads the desk), else to the rule's manager, else to who takes it.
    Taking it up again answers with the same lead. Raises NotFound, NotAllowed, GivingIsTheDirectors,
    OpportunitySettled, OpportunityClosed, Invalid.
    """
    with acting(actor):
        policies.require_desk(actor)
        found = queries.lock_opportunity(actor, opportunity_id)
        moment = clock.db_now()
        if found.state == Opportunity.State.TAKEN:
            lead = Lead.objects.filter(opportunity=found).first()
            if lead is not None and lead.state == Lead.State.OPEN:
                return lead
        if found.state != Opportunity.State.WAITING:
            raise OpportunitySettled
        if found.closes_at is not None and found.closes_at <= moment:
            raise OpportunityClosed
        require_may_give(actor, manager_id)
        there = queries.lock_lead_of(found.company_id, found.procedure_id)
        if there is not None:  # a bid came first, in the very moment the match was noted
            shared.join(found, there, moment=moment)
            return there
        rule = queries.rule_row(actor)
        given = giving.give(chosen=manager_id, by_rule=rule.manager_id if rule else None, taker=actor.person_id)

        return shared.make_lead(actor=actor, found=found, given=given, grounds=(), moment=moment)


def dismiss(*, actor: Actor, opportunity_id: UUID, reason: str = "") -> Opportunity:
    """Set an opportunity aside. Repeating answers the same. Raises NotFound, NotAllowed, OpportunitySettled."""
    with acting(actor):
        policies.require_desk(actor)
        found = queries.lock_opportunity(actor, opportunity_id)
        if found.state == Opportunity.State.DISMISSED:
            return found
        if found.state != Opportunity.State.WAITING:
            raise OpportunitySettled

        found.state = Opportunity.State.DISMISSED
        found.settled_at = clock.db_now()
        found.settled_by_id = actor.person_id
        found.settled_why = reason.strip()
        found.save(update_fields=["state", "settled_at", "settled_by", "settled_why"])
        journal.append(
            "opportunity.dismissed", actor=actor, subject=found, secret_key=secret_of(found.company_id), reason=reason
        )
        return found


def require_may_give(actor: Actor, manager_id: UUID | None) -> None:
    """Raises GivingIsTheDirectors, and Invalid for somebody who doesn't sell for this company."""
    if manager_id in (None, actor.person_id):
        return
    if not policies.leads_desk(actor):
        raise GivingIsTheDirectors
    if manager_id not in {person.pk for person in managers(actor)}:
        raise Invalid(fields={"manager": _("Choose somebody of your sales desk.")})
