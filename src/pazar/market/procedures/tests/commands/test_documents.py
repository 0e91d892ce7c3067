import io

import pytest
from tests.factories import make_actor

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, change, documents
from pazar.market.procedures.models import Document
from pazar.market.procedures.refusals import NotNow
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    return make_buyer()


def attach(actor, procedure, name="Договор.pdf"):
    return documents.attach(
        actor=actor, procedure_id=procedure.pk, name=name, stream=io.BytesIO(b"%PDF-1.7 " + name.encode())
    )


def names(procedure):
    procedure.refresh_from_db()
    return [document.title for document in queries.documents(procedure)]


def test_documents_of_a_draft_are_its_company_s_and_public_once_published(buyer):
    draft = make_draft(buyer)
    kept = attach(buyer, draft)
    gone = attach(buyer, draft, "Чернова.pdf")
    documents.take_out(actor=buyer, procedure_id=draft.pk, document_id=gone.pk)
    assert names(draft) == ["Договор.pdf"]
    with pytest.raises(NotFound):
        queries.document_for(NOBODY, draft.pk, kept.pk)
    from pazar.market.procedures.commands.publish import publish_procedure

    publish_procedure(actor=buyer, procedure_id=draft.pk)
    assert queries.document_for(NOBODY, draft.pk, kept.pk) == kept
    assert queries.version_list(draft.pk)[0].content["documents"][0]["title"] == "Договор.pdf"


def test_a_change_adds_and_takes_out_and_earlier_versions_keep_theirs(buyer):
    draft = make_draft(buyer)
    old = attach(buyer, draft, "Стар.pdf")
    from pazar.market.procedures.commands.publish import publish_procedure

    procedure = publish_procedure(actor=buyer, procedure_id=draft.pk)
    new = attach(buyer, procedure, "Нов.pdf")
    documents.take_out(actor=buyer, procedure_id=procedure.pk, document_id=old.pk)
    assert names(procedure) == ["Стар.pdf"]
    with pytest.raises(NotFound):
        queries.document_for(make_actor(), procedure.pk, new.pk)
    assert queries.document_for(buyer, procedure.pk, new.pk) == new
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, reason="Нов образец.")
    assert names(procedure) == ["Нов.pdf"]
    assert queries.document_for(NOBODY, procedure.pk, old.pk) == old
    assert [d["title"] for d in queries.version_list(procedure.pk)[1].content["documents"]] == ["Стар.pdf"]


def test_a_dropped_change_takes_its_documents_with_it(buyer):
    procedure = make_procedure(buyer)
    attach(buyer, procedure)
    change.drop_change(actor=buyer, procedure_id=procedure.pk)
    assert not Document.objects.exists()


def test_only_the_buyer_attaches_and_only_while_it_runs(buyer):
    procedure = make_procedure(buyer)
    with pytest.raises(NotFound):
        attach(make_buyer(), procedure)
    with pytest.raises(NotAllowed):
        attach(make_actor(Role.READER, company=procedure.buyer), procedure)
    with pytest.raises(NotFound):
        documents.take_out(actor=buyer, procedure_id=procedure.pk, document_id=procedure.pk)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="x")
    with pytest.raises(NotNow):
        attach(buyer, procedure)
