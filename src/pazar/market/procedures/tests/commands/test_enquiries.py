import threading
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from tests.factories import make_actor

from pazar import events
from pazar.ground import clock, sealing
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal.models import Entry
from pazar.ground.messages.models import Message
from pazar.ground.outbox.models import Event
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, enquiries
from pazar.market.procedures.handlers import tell_asker
from pazar.market.procedures.models import Enquiry
from pazar.market.procedures.refusals import AlreadyAnswered, NotNow, QuestionsEnded, TooManyQuestions
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure, pass_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    return make_buyer()


@pytest.fixture
def procedure(buyer):
    return make_procedure(buyer)


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


def test_a_question_is_seen_by_its_asker_and_the_buyer_and_answered_to_all(buyer, procedure, supplier):
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=" Медни ли са? ")
    other = make_actor(Role.TENDER_MANAGER)
    seen = {actor: len(queries.enquiries(procedure, actor)) for actor in (buyer, supplier, other, NOBODY)}
    assert seen == {buyer: 1, supplier: 1, other: 0, NOBODY: 0}
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Да.")
    for actor in (buyer, supplier, other, NOBODY):
        (found,) = queries.enquiries(procedure, actor)
        assert (found.question, found.answer) == ("Медни ли са?", "Да.")
        assert queries.is_mine(found, actor) == (actor is supplier)
    assert Event.objects.filter(kind=events.EnquiryAnswered.__name__).count() == 1


def test_who_asked_stands_in_no_open_entry_of_the_journal(procedure, supplier):
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")
    assert Entry.objects.get(subject_id=asked.pk).secret_key == sealing.token(f"enquiry:{asked.pk}")


def test_asking_twice_is_asking_once(procedure, supplier):
    first = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")
    assert enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?") == first
    assert Enquiry.objects.count() == 1


def test_who_may_ask(buyer, procedure):
    for actor in (buyer, make_actor(Role.SALES_MANAGER), NOBODY):
        with pytest.raises(NotAllowed):
            enquiries.ask(actor=actor, procedure_id=procedure.pk, question="?")


def test_questions_end(buyer, procedure, supplier):
    pass_time(procedure.enquiries_close_at - clock.db_now())
    with pytest.raises(QuestionsEnded) as refused:
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")
    assert refused.value.params["ended"] in refused.value.sentences[1]
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="x")
    with pytest.raises(NotNow):
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")


def test_a_draft_cant_be_asked_about(supplier):
    with pytest.raises(NotFound):
        enquiries.ask(actor=supplier, procedure_id=make_draft().pk, question="?")


@pytest.mark.parametrize("text", ["  ", "a" * 5001])
def test_a_question_is_a_text(procedure, supplier, text):
    with pytest.raises(Invalid) as refused:
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=text)
    assert set(refused.value.fields) == {"question"}


def test_who_may_answer_and_once(buyer, procedure, supplier):
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")
    for actor, refusal in (
        (supplier, NotFound),
        (make_buyer(), NotFound),
        (make_actor(Role.READER, company=procedure.buyer), NotAllowed),
    ):
        with pytest.raises(refusal):
            enquiries.answer(actor=actor, enquiry_id=asked.pk, answer="!")
    for _ in range(2):
        enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="!")
    assert Event.objects.filter(kind=events.EnquiryAnswered.__name__).count() == 1
    with pytest.raises(AlreadyAnswered):
        enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="?")
    late = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Още?")
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="x")
    with pytest.raises(NotNow):
        enquiries.answer(actor=buyer, enquiry_id=late.pk, answer="!")
    with pytest.raises(NotFound):
        enquiries.answer(actor=buyer, enquiry_id=procedure.pk, answer="!")


def test_the_buyer_hears_of_a_question_without_a_name_and_the_asker_of_its_answer(buyer, procedure, supplier):
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Медни ли са?")
    (told,) = Message.objects.all()
    assert told.person_id == buyer.person_id
    assert "Медни ли са?" in told.text
    assert supplier.company_name not in told.title + told.text
    supplier_person = supplier.person_id
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Да.")
    tell_asker(events.EnquiryAnswered(procedure_id=procedure.pk, enquiry_id=asked.pk))
    tell_asker(events.EnquiryAnswered(procedure_id=procedure.pk, enquiry_id=asked.pk))
    (answered,) = Message.objects.exclude(pk=told.pk)
    assert answered.person_id == supplier_person
    assert "Да." in answered.text


def test_a_company_asks_so_many_questions_a_day_and_others_are_not_hindered(procedure, supplier):
    for number in range(enquiries.MOST_A_DAY):
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=f"Въпрос {number}?")
    with pytest.raises(TooManyQuestions) as refused:
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Още един?")
    assert (refused.value.code, refused.value.status) == ("too_many_questions", 429)
    # A question asked already is answered as before, a colleague's counts too, another company's doesn't.
    enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Въпрос 0?")
    colleague = make_actor(Role.TENDER_MANAGER, company=Company.objects.get(pk=supplier.company_id))
    with pytest.raises(TooManyQuestions):
        enquiries.ask(actor=colleague, procedure_id=procedure.pk, question="А така?")
    enquiries.ask(actor=make_actor(Role.TENDER_MANAGER), procedure_id=procedure.pk, question="Още един?")
    enquiries.ask(actor=supplier, procedure_id=make_procedure().pk, question="Още един?")
    pass_time(enquiries.DAY)
    enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Още един?")


@pytest.mark.django_db(transaction=True)
def test_the_same_question_twice_at_once_is_one(procedure, supplier):
    gate, found = threading.Barrier(2), []

    def ask():
        gate.wait(10)
        try:
            found.append(enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Медни ли са?").pk)
        finally:
            connection.close()

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_question_that_is_refused_says_so_at_its_field_and_keeps_what_was_typed(procedure, supplier):
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=supplier.person_id))
    address = f"/market/procedures/{procedure.pk}/questions/"
    empty = client.post(address, {"question": "  "})
    page = unescape(empty.content.decode())
    assert empty.status_code == 422
    assert 'aria-describedby="id_question_error id_question_help" aria-invalid="true"' in page
    assert 'id="id_question_error"' in page
    assert "Write something first." in page
    for number in range(enquiries.MOST_A_DAY):
        enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=f"Въпрос {number}?")
    many = client.post(address, {"question": "Още <един>?"})
    page = unescape(many.content.decode())
    assert many.status_code == 429
    assert "A company can ask 10 questions a day about one procedure" in page
    assert "Още <един>?</textarea>" in page
