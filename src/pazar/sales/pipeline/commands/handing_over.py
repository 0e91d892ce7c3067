"""Who leaves hands his open deals over (D3)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pazar.events import PersonLeft
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.people.commands.members import Burden
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules import stages


def burdens(company_id: UUID, person_id: UUID) -> Sequence[Burden]:
    held = Deal.objects.filter(company_id=company_id, manager_id=person_id, stage__in=stages.OPEN)
    return [Burden(label=_("Open deals"), count=held.count(), roles=SELLING)]


def hand_over(event: PersonLeft) -> None:
    """In the transaction of the leaving. What has ended stays his, as history. Repeating changes nothing."""
    held = Deal.objects.filter(company_id=event.company_id, manager_id=event.person_id, stage__in=stages.OPEN)
    held.update(manager_id=event.heir_id)
