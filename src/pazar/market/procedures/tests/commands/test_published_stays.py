"""What is published can't be rewritten by SQL as the app; the commands' way, with a version, stays open."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.files.models import StoredFile
from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures import queries
from pazar.market.procedures.commands import change, documents, enquiries, publish
from pazar.market.procedures.models import Document, Enquiry, Item, Lot, Procedure, Version
from pazar.market.procedures.tests.factories import make_buyer, make_draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buyer():
    return make_buyer()


@pytest.fixture
def procedure(buyer):
    """A published one with a document."""
    draft = make_draft(buyer)
    documents.attach(actor=buyer, procedure_id=draft.pk, name="terms.txt", stream=io.BytesIO(b"Terms"))
    return publish.publish_procedure(actor=buyer, procedure_id=draft.pk)


def lot_of(procedure: Procedure) -> Lot:
    return Lot.objects.get(procedure=procedure)


def a_version(procedure: Procedure, number: int, **said: object) -> None:
    content = {**queries.content(Procedure.objects.get(pk=procedure.pk)), **said}
    Version.objects.create(procedure=procedure, number=number, content=content, made_at=clock.db_now())


REWRITINGS: dict[str, Callable[[Procedure], object]] = {
    "title": lambda p: Procedure.objects.filter(pk=p.pk).update(title="Another"),
    "value": lambda p: Procedure.objects.filter(pk=p.pk).update(value_amount=Decimal(1)),
    "end": lambda p: Procedure.objects.filter(pk=p.pk).update(closes_at=clock.db_now() + timedelta(minutes=1)),
    "version": lambda p: Procedure.objects.filter(pk=p.pk).update(version=2),
    "codes for lists": lambda p: Procedure.objects.filter(pk=p.pk).update(cpv=["45000000"]),
    "buyer's name": lambda p: Procedure.objects.filter(pk=p.pk).update(buyer_name="Another"),
    "reference": lambda p: Procedure.objects.filter(pk=p.pk).update(reference="PZ-1"),
    "day of publication": lambda p: Procedure.objects.filter(pk=p.pk).update(published_at=clock.db_now()),
    "lot": lambda p: Lot.objects.filter(procedure=p).update(title="Another"),
    "lot moved away": lambda p: Lot.objects.filter(procedure=p).update(procedure=make_draft(make_buyer()), number="9"),
    "new lot": lambda p: Lot.objects.create(procedure=p, number="2", position=1),
    "quantity": lambda p: Item.objects.filter(lot__procedure=p).update(quantity=Decimal(1)),
    "no items": lambda p: Item.objects.filter(lot__procedure=p).delete(),
    "no lots": lambda p: Lot.objects.filter(procedure=p).delete(),
    "new item": lambda p: Item.objects.create(lot=lot_of(p), description="One more"),
    "item moved away": lambda p: Item.objects.filter(lot__procedure=p).update(
        lot=Lot.objects.filter(procedure=make_draft(make_buyer())).get()
    ),
    "no document": lambda p: Document.objects.filter(procedure=p).delete(),
    "document's title": lambda p: Document.objects.filter(procedure=p).update(title="Another"),
    "document left out": lambda p: Document.objects.filter(procedure=p).update(until_version=1),
    "document put in": lambda p: Document.objects.create(
        procedure=p, file=StoredFile.objects.first(), title="One more", since_version=1
    ),
    "file": lambda p: StoredFile.objects.update(digest=b"0" * 32),
    "a version of nothing": lambda p: a_version(p, 2),
    "a version and other rows": lambda p: (
        Procedure.objects.filter(pk=p.pk).update(version=2, title="Another"),
        a_version(p, 2, title="A third"),
    ),
    "a version left out": lambda p: (Procedure.objects.filter(pk=p.pk).update(version=3), a_version(p, 3)),
    "looked at too early": lambda p: (
        Procedure.objects.filter(pk=p.pk).update(version=2),
        a_version(p, 2),
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE"),
        Lot.objects.filter(procedure=p).update(title="Another"),
    ),
    "the notes of what was touched": lambda p: connection.cursor().execute("DELETE FROM procedures_touched"),
    "published at once": lambda p: Procedure.objects.create(
        buyer_id=p.buyer_id, reference="PZ-2", state="published", title="x", closes_at=p.closes_at
    ),
}


@pytest.mark.parametrize("name", REWRITINGS)
def test_what_is_published_is_not_rewritten(procedure, name):
    before = queries.content(procedure)
    with pytest.raises(DatabaseError, match=r"stand|stays|permission denied|follows"), transaction.atomic():
        REWRITINGS[name](procedure)
    after = Procedure.objects.get(pk=procedure.pk)
    assert (queries.content(after), after.version, after.reference) == (before, 1, procedure.reference)
    assert Version.objects.count() == 1


def test_words_for_search_are_found_anew(procedure):
    Lot.objects.filter(procedure=procedure).update(lemmas=["anew"])
    Procedure.objects.filter(pk=procedure.pk).update(buyer_lemmas=["anew"])
    assert lot_of(procedure).lemmas == ["anew"]


def test_a_draft_is_written_freely(buyer):
    draft = make_draft(buyer)
    Procedure.objects.filter(pk=draft.pk).update(title="Another")
    Lot.objects.filter(procedure=draft).update(title="Another")
    Item.objects.filter(lot__procedure=draft).delete()
    assert Procedure.objects.get(pk=draft.pk).title == "Another"


def test_a_change_by_its_command_goes_through_also_with_documents_and_more_digits_than_are_kept(buyer, procedure):
    kept = documents.attach(actor=buyer, procedure_id=procedure.pk, name="new.txt", stream=io.BytesIO(b"New"))
    first = Document.objects.exclude(pk=kept.pk).get()
    documents.take_out(actor=buyer, procedure_id=procedure.pk, document_id=first.pk)
    later = procedure.closes_at + timedelta(days=9)
    facts = replace(queries.facts(procedure), closes_at=later, value_amount=Decimal("40000.123456"))
    changed = change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="More.")
    assert changed.version == 2
    newest, _first = queries.version_list(procedure.pk)
    assert newest.content["value_amount"] == "40000.1235"
    assert [document["id"] for document in newest.content["documents"]] == [str(kept.pk)]
    # What the first version names is kept for whoever reads that version.
    with pytest.raises(DatabaseError, match=r"stays"), transaction.atomic():
        Document.objects.filter(pk=first.pk).delete()
    with pytest.raises(DatabaseError, match=r"stays"), transaction.atomic():
        Document.objects.filter(pk=first.pk).update(until_version=None)


def test_nothing_follows_when_it_is_over(procedure):
    Procedure.objects.filter(pk=procedure.pk).update(state="cancelled", ended_at=clock.db_now(), end_reason="No money")
    for rewriting in (
        lambda: a_version(procedure, 2),
        lambda: Lot.objects.filter(procedure=procedure).update(title="Another"),
        lambda: Procedure.objects.filter(pk=procedure.pk).update(end_reason="Another"),
        lambda: Procedure.objects.filter(pk=procedure.pk).update(ended_at=None),
    ):
        with pytest.raises(DatabaseError, match=r"stand|stays|follows"), transaction.atomic():
            rewriting()


def test_questions_and_answers_are_written_once(buyer, procedure):
    asked = enquiries.ask(actor=make_actor(Role.TENDER_MANAGER), procedure_id=procedure.pk, question="Copper?")
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Copper.")
    rows = Enquiry.objects.filter(pk=asked.pk)
    for rewriting in (
        lambda: rows.update(asked_at=clock.db_now()),
        lambda: rows.update(question="Gold?"),
        lambda: rows.update(answer="Gold."),
        lambda: rows.update(answered_at=None),
        lambda: rows.update(asker_id=procedure.buyer_id),
        lambda: rows.delete(),
    ):
        with pytest.raises(DatabaseError, match=r"stay"), transaction.atomic():
            rewriting()
    assert rows.get().answer == "Copper."
