"""Who leaves hands his customers over (D3)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pazar.events import PersonLeft
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.people.commands.members import Burden
from pazar.sales.customers.models import Account


def burdens(company_id: UUID, person_id: UUID) -> Sequence[Burden]:
    held = Account.objects.filter(company_id=company_id, manager_id=person_id)
    return [Burden(label=_("Customers whose personal manager he is"), count=held.count(), roles=SELLING)]


def hand_over(event: PersonLeft) -> None:
    """In the transaction of the leaving. Repeating changes nothing."""
    held = Account.objects.filter(company_id=event.company_id, manager_id=event.person_id)
    held.update(manager_id=event.heir_id)
