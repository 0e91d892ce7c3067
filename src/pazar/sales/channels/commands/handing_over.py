"""Who leaves hands his open leads over, and what the rule gives him (D3)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pazar.events import PersonLeft
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.people.commands.members import Burden
from pazar.sales.channels.models import IntakeRule, Lead


def burdens(company_id: UUID, person_id: UUID) -> Sequence[Burden]:
    held = Lead.objects.filter(company_id=company_id, manager_id=person_id, state=Lead.State.OPEN)
    rule = IntakeRule.objects.filter(company_id=company_id, manager_id=person_id)
    return [
        Burden(label=_("Open leads"), count=held.count(), roles=SELLING),
        Burden(label=_("Leads that the intake rule gives him"), count=rule.count(), roles=SELLING),
    ]


def hand_over(event: PersonLeft) -> None:
    """In the transaction of the leaving. What has ended stays his, as history. Repeating changes nothing."""
    held = Lead.objects.filter(company_id=event.company_id, manager_id=event.person_id, state=Lead.State.OPEN)
    held.update(manager_id=event.heir_id)
    IntakeRule.objects.filter(company_id=event.company_id, manager_id=event.person_id).update(manager_id=event.heir_id)
