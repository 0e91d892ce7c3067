"""Ask about a procedure, and answer to all (B6)."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pazar.events import EnquiryAnswered
from pazar.ground import clock, journal, outbox
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.postgres import advisory
from pazar.ground.ui import formats
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.commands import tell
from pazar.market.procedures.models import Enquiry
from pazar.market.procedures.refusals import AlreadyAnswered, NotNow, QuestionsEnded, TooManyQuestions
from pazar.market.procedures.rules import texts
from pazar.market.procedures.rules.states import State

MOST_SIGNS = 5_000
MOST_A_DAY = 10
"""Questions of one company on one procedure within 24 hours."""
DAY = timedelta(hours=24)


def ask(*, actor: Actor, procedure_id: UUID, question: str) -> Enquiry:
    """Put a question to the buyer, who never learns who asks. The same question again is the first one.

    Raises NotFound, NotAllowed, NotNow, QuestionsEnded, TooManyQuestions, Invalid.
    """
    question = _text(question, "question")
    queries.procedure_for(actor, procedure_id)
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id, share=True)
        moment = clock.db_now()
        if not procedure.is_own:
            raise NotFound
        company_id, person_id = policies.require_asker(actor, procedure)
        if procedure.state != State.PUBLISHED:
            raise NotNow(state_word=labels.STATES[State(procedure.state)])
        if procedure.enquiries_close_at is not None and moment >= procedure.enquiries_close_at:
            raise QuestionsEnded(ended=formats.moment(procedure.enquiries_close_at), now=formats.moment(moment))
        # Procedures are locked shared here: two questions of one company at once would each not see the other.
        advisory.alone("enquiry", procedure.pk, company_id)
        asked = Enquiry.objects.filter(procedure=procedure, asker_id=company_id)
        known = asked.filter(question=question).first()
        if known is not None:
            return known
        lately = asked.filter(asked_at__gt=moment - DAY).order_by("-asked_at").values_list("asked_at", flat=True)
        if len(latest := lately[:MOST_A_DAY]) == MOST_A_DAY:
            raise TooManyQuestions(most=MOST_A_DAY, again=formats.moment(latest[MOST_A_DAY - 1] + DAY))

        enquiry = Enquiry.objects.create(
            procedure=procedure,
            asker_id=company_id,
            asked_by_id=person_id,
            question=question,
            asked_at=moment,
        )
        # The entry names the asker: it is disclosed to nobody, ever.
        journal.append("enquiry.asked", actor=actor, subject=enquiry, secret_key=f"enquiry:{enquiry.pk}")
        tell.tell_buyer(enquiry, procedure)
        return enquiry


def answer(*, actor: Actor, enquiry_id: UUID, answer: str) -> Enquiry:
    """Answer a question to all. Giving the same answer again changes nothing.

    Raises NotFound, NotAllowed, NotNow, AlreadyAnswered, Invalid.
    """
    answer = _text(answer, "answer")
    found = Enquiry.objects.filter(pk=enquiry_id).values_list("procedure_id", flat=True).first()
    if found is None:
        raise NotFound
    with transaction.atomic():
        procedure = queries.lock_procedure(found, share=True)
        enquiry = Enquiry.objects.select_for_update().get(pk=enquiry_id)
        moment = clock.db_now()
        policies.require_buyer(actor, procedure)
        if enquiry.answered_at is not None:
            if enquiry.answer == answer:
                return enquiry
            raise AlreadyAnswered
        if procedure.state != State.PUBLISHED:
            raise NotNow(state_word=labels.STATES[State(procedure.state)])

        enquiry.answer = answer
        enquiry.answered_at = moment
        enquiry.answered_by_id = actor.person_id
        enquiry.save(update_fields=["answer", "answered_at", "answered_by"])
        journal.append("enquiry.answered", actor=actor, subject=enquiry, question=enquiry.question, answer=answer)
        outbox.publish(EnquiryAnswered(procedure_id=procedure.pk, enquiry_id=enquiry.pk))
        return enquiry


def _text(text: str, field: str) -> str:
    text = texts.seen(text).strip()
    if not text:
        raise Invalid(fields={field: _("Write something first.")})
    if len(text) > MOST_SIGNS:
        raise Invalid(fields={field: _("This text is too long.")})
    return text
