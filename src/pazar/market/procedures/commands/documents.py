"""Attach documents to a draft or to a change being written, and take them out again (B4)."""

from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.files import commands as files
from pazar.ground.identity.rules.actor import Actor
from pazar.market.procedures import policies, queries
from pazar.market.procedures.commands import change, shared
from pazar.market.procedures.models import Document, PendingChange, Procedure
from pazar.market.procedures.rules import texts, versions
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.ground.files.models import StoredFile

MOST = 100


def attach(*, actor: Actor, procedure_id: UUID, name: str, stream: IO[bytes], title: str = "") -> Document:
    """Add a document; on a published procedure it is a part of the change being written, seen by nobody yet.

    Raises NotFound, NotAllowed, NotNow, Invalid, and what taking a file in raises.
    """
    procedure = queries.own_procedure(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    title = texts.seen(title)
    if len(title) > 300:
        raise Invalid(fields={"title": _("This text is too long.")})
    # The content is written before any lock: a large file mustn't hold up the procedure.
    stored = files.store(actor=actor, name=name, stream=stream)
    try:
        return _attach(actor, procedure_id, stored, title)
    except Refusal:
        with transaction.atomic():
            files.release([stored.pk])
        raise


def _attach(actor: Actor, procedure_id: UUID, stored: "StoredFile", title: str) -> Document:
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        is_draft = procedure.state == State.DRAFT
        if not is_draft:
            change.require_running(procedure, clock.db_now())
        if len(queries.documents(procedure, pending=True)) >= MOST:
            raise Invalid(fields={"file": _("There can be at most 100 documents.")})

        document = Document.objects.create(
            procedure=procedure,
            file=stored,
            title=title.strip() or stored.name,
            since_version=procedure.version if is_draft else procedure.version + 1,
        )
        if not is_draft:
            pending = _pending(procedure, actor)
            pending.content["documents"].extend(
                versions.content(queries.facts(procedure), queries.document_facts([document]))["documents"]
            )
            pending.save(update_fields=["content"])
        return document


def take_out(*, actor: Actor, procedure_id: UUID, document_id: UUID) -> None:
    """Take a document out of a draft, or out of the version being written; published versions keep it.

    May be repeated. Raises NotFound, NotAllowed, NotNow.
    """
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        document = Document.objects.filter(procedure=procedure, pk=document_id).first()
        if document is None:
            raise NotFound
        if procedure.state == State.DRAFT:
            shared.remove_documents(Document.objects.filter(pk=document.pk))
            return
        change.require_running(procedure, clock.db_now())

        pending = _pending(procedure, actor)
        pending.content["documents"] = [d for d in pending.content["documents"] if d["id"] != str(document_id)]
        pending.save(update_fields=["content"])


def _pending(procedure: Procedure, actor: Actor) -> PendingChange:
    pending, _made = PendingChange.objects.get_or_create(
        procedure=procedure,
        defaults={
            "content": queries.content(procedure),
            "saved_at": clock.db_now(),
            "saved_by_id": actor.person_id,
        },
    )
    return pending
