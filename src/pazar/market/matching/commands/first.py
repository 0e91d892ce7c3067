"""The first interest of a company that was just let in, and its end where that was taken back."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as said

from pazar.events import AdmissionUndone, CompanyAdmitted
from pazar.ground import journal
from pazar.ground.identity import queries as people
from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.market.matching.commands.interests import Wanted, save_interest
from pazar.market.matching.models import Interest


def note_first_interest(event: CompanyAdmitted) -> None:
    """The categories named at registration become an interest; where one is already, nothing (B1)."""
    person = Person.objects.filter(pk=event.person_id, is_active=True).first()
    if person is None or not event.categories:
        return
    actor = people.actor_for(person, company_id=event.company_id)
    if actor.company_id != event.company_id:
        return
    with acting(actor):
        if Interest.objects.filter(company_id=event.company_id).exists():
            return
        with translation.override(person.language):
            name = said("What we named when we registered")
        save_interest(actor=actor, wanted=Wanted(name=name, cpv=event.categories))


def forget_interests(event: AdmissionUndone) -> None:
    """Its interests go, with the matches they brought; of one that was let in again meanwhile, nothing."""
    with transaction.atomic(), acting(CENTRE):
        if people.company(event.company_id).standing == Company.Standing.MEMBER:
            return
        for interest in Interest.objects.select_for_update().filter(company_id=event.company_id).order_by("pk"):
            journal.append("interest.removed", actor=CENTRE, subject=interest, name=interest.name)
            interest.delete()
