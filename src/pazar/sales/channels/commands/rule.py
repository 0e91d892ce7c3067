"""The company's intake rule is saved (D3)."""

from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground import journal
from pazar.ground.errors import Invalid, NotAllowed
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.channels import policies
from pazar.sales.channels.models import IntakeRule
from pazar.sales.channels.rules.intake import Rule
from pazar.sales.customers.queries import managers, secret_of


def save_rule(*, actor: Actor, rule: Rule, manager_id: UUID | None = None) -> IntakeRule:
    """Set the company's one rule; it works on what comes in from now on. Raises NotAllowed, Invalid."""
    with acting(actor):
        policies.require_desk(actor)
        if not policies.leads_desk(actor) or actor.company_id is None:
            raise NotAllowed
        faults = {}
        if rule.takes_everything:
            faults["is_on"] = _("Name at least one condition: a rule without any would take every match.")
        if rule.value_min is not None and rule.value_min < Decimal(0):
            faults["value_min"] = _("The least value can't be below nought.")
        if manager_id is not None and manager_id not in {person.pk for person in managers(actor)}:
            faults["manager"] = _("Choose somebody of your sales desk.")
        if faults:
            raise Invalid(fields=faults)

        row, _made = IntakeRule.objects.update_or_create(
            company_id=actor.company_id,
            defaults={
                "is_on": rule.is_on,
                "value_min": rule.value_min,
                "cpv": list(rule.cpv),
                "buyer_words": list(rule.buyer_words),
                "manager_id": manager_id,
            },
        )
        journal.append(
            "intake_rule.saved",
            actor=actor,
            subject=row,
            secret_key=secret_of(actor.company_id),
            is_on=rule.is_on,
            value_min=str(rule.value_min) if rule.value_min is not None else None,
            cpv=list(rule.cpv),
            buyer_words=list(rule.buyer_words),
        )
        return row
