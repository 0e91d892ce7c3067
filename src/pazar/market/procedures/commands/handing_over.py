"""Who leaves holds no seal of a draft any more; while bids lie under his key he can't leave (B8)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pazar.events import PersonLeft
from pazar.ground.people.commands.members import Burden
from pazar.market.procedures import queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.rules.states import State

SHOWN = 5


def burdens(company_id: UUID, person_id: UUID) -> Sequence[Burden]:
    own = Procedure.objects.filter(buyer_id=company_id)
    sealed = own.filter(seal_person_id=person_id, state__in=[State.PUBLISHED, State.CLOSED]).order_by("closes_at", "id")
    drafts = own.filter(seal_person_id=person_id, state=State.DRAFT)
    return [
        Burden(
            label=_("Procedures whose bids lie under his key"),
            count=sealed.count(),
            holds=tuple(sealed.values_list("title", flat=True)[:SHOWN]),
        ),
        Burden(label=_("Drafts that name him for the seal"), count=drafts.count()),
    ]


def hand_over(event: PersonLeft) -> None:
    """In the transaction of the leaving: drafts name his heir, if he may hold a seal, else nobody."""
    may_hold = {person.pk for person in queries.possible_holders(event.company_id)}
    drafts = Procedure.objects.filter(buyer_id=event.company_id, seal_person_id=event.person_id, state=State.DRAFT)
    drafts.update(seal_person_id=event.heir_id if event.heir_id in may_hold else None)
