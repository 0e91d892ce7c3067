import io

import pytest
from django.core.files.storage import default_storage
from tests.factories import make_actor

from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.files.models import StoredFile
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, change, documents, drafts
from pazar.market.procedures.commands.publish import publish_procedure
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
    publish_procedure(actor=buyer, procedure_id=draft.pk)
    assert queries.document_for(NOBODY, draft.pk, kept.pk) == kept
    assert queries.version_list(draft.pk)[0].content["documents"][0]["title"] == "Договор.pdf"


def test_a_change_adds_and_takes_out_and_earlier_versions_keep_theirs(buyer):
    draft = make_draft(buyer)
    old = attach(buyer, draft, "Стар.pdf")
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


@pytest.mark.django_db(transaction=True)
def test_what_nothing_names_any_more_leaves_storage_and_the_quota(buyer, settings):
    draft, other = make_draft(buyer), make_draft(buyer)
    first, second = attach(buyer, draft), attach(buyer, draft, "Чертеж.pdf")
    twin = attach(buyer, other)  # the same content under another name
    paths = {name: file.file.path for name, file in (("first", first), ("second", second))}
    assert twin.file.path == paths["first"]
    documents.take_out(actor=buyer, procedure_id=draft.pk, document_id=second.pk)
    drain()
    assert not default_storage.exists(paths["second"])
    drafts.remove_draft(actor=buyer, procedure_id=draft.pk)
    drain()
    assert default_storage.exists(paths["first"]), "the other draft has it still"
    assert StoredFile.objects.filter(owner_id=buyer.company_id).count() == 1
    drafts.remove_draft(actor=buyer, procedure_id=other.pk)
    assert default_storage.exists(paths["first"]), "the content goes by the job, after the commit"
    drain()
    assert not default_storage.exists(paths["first"])
    settings.FILE_QUOTA_BYTES = twin.file.size
    attach(buyer, make_draft(buyer))


@pytest.mark.django_db(transaction=True)
def test_a_refused_document_and_a_dropped_change_leave_no_file(buyer, monkeypatch):
    procedure = make_procedure(buyer)
    attach(buyer, procedure)
    change.drop_change(actor=buyer, procedure_id=procedure.pk)
    assert not StoredFile.objects.exists()
    monkeypatch.setattr(documents, "MOST", 0)
    with pytest.raises(Invalid):
        attach(buyer, procedure)
    assert not StoredFile.objects.exists()
    drain()


@pytest.mark.django_db(transaction=True)
def test_a_document_of_a_published_version_stays(buyer):
    draft = make_draft(buyer)
    kept = attach(buyer, draft)
    publish_procedure(actor=buyer, procedure_id=draft.pk)
    documents.take_out(actor=buyer, procedure_id=draft.pk, document_id=kept.pk)
    change.change_procedure(actor=buyer, procedure_id=draft.pk, reason="Отпада.")
    drain()
    assert default_storage.exists(kept.file.path)
    assert queries.document_for(NOBODY, draft.pk, kept.pk) == kept
