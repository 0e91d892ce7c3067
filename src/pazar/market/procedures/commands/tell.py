"""Tell the buyer of a question, and whoever asked of its answer (B6)."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.roles import BIDDING, BUYING
from pazar.ground.messages import commands as messages
from pazar.ground.messages.commands import Told
from pazar.market.procedures.models import Enquiry, Procedure

KIND = "enquiry"


def tell_buyer(enquiry: Enquiry, procedure: Procedure) -> None:
    """In the transaction of the question. The message names nobody: the buyer doesn't learn who asks."""
    if procedure.buyer_id is None:
        return

    def render(_language: str) -> Told:
        return Told(
            title=_("A question on %(reference)s waits for your answer") % {"reference": procedure.reference},
            text=enquiry.question,
        )

    messages.tell(
        person_ids=[person.pk for person in people.staff(company_id=procedure.buyer_id, roles=BUYING)],
        kind=KIND,
        once=f"enquiry:{enquiry.pk}",
        path=_questions(procedure.pk),
        render=render,
        company_id=procedure.buyer_id,
    )


def tell_asker(enquiry_id: UUID) -> None:
    """After the answer; may be repeated, tells once. Raises NotFound."""
    enquiry = Enquiry.objects.select_related("procedure").filter(pk=enquiry_id).first()
    if enquiry is None:
        raise NotFound

    def render(_language: str) -> Told:
        return Told(
            title=_("Your question on “%(title)s” is answered") % {"title": enquiry.procedure.title},
            text=f"{enquiry.question}\n\n{enquiry.answer}",
        )

    messages.tell(
        person_ids=[person.pk for person in people.staff(company_id=enquiry.asker_id, roles=BIDDING)],
        kind=KIND,
        once=f"answer:{enquiry.pk}",
        path=_questions(enquiry.procedure_id),
        render=render,
        company_id=enquiry.asker_id,
    )


def _questions(procedure_id: UUID) -> str:
    return reverse("roof:procedure", args=[procedure_id]) + "?tab=questions"
