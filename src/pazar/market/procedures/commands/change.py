"""Change a published procedure by a new version (B6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pazar.events import ProcedureChanged
from pazar.ground import clock, journal, outbox
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.jobs import clockwork
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.commands import shared
from pazar.market.procedures.commands.publish import CLOSE
from pazar.market.procedures.models import Document, PendingChange, Procedure
from pazar.market.procedures.refusals import NothingChanged, NotNow, ReasonMissing, RegimeBroken, StillDraft
from pazar.market.procedures.rules import changes, packs, versions
from pazar.market.procedures.rules.changes import Moved
from pazar.market.procedures.rules.facts import Facts
from pazar.market.procedures.rules.regimes import Breach
from pazar.market.procedures.rules.states import State, Step
from pazar.market.procedures.rules.versions import Change, Content


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a change would do if it were published at this moment."""

    content: Content
    changes: tuple[Change, ...]
    moved: Moved
    breaches: tuple[Breach, ...]


def save_change(
    *,
    actor: Actor,
    procedure_id: UUID,
    facts: Facts,
    reason: str = "",
    unread: Mapping[str, str] | None = None,
) -> PendingChange:
    """Keep a change that is still being written; nobody else sees it. May be repeated. `unread` as of a draft.

    Raises NotFound, NotAllowed, StillDraft, NotNow, Invalid.
    """
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        moment = clock.db_now()
        require_running(procedure, moment)
        shared.check_wellformed(facts, buyer_id=procedure.buyer_id)
        reason = shared.reason_of(reason)

        before = queries.pending_change(procedure)
        content = versions.content(facts)
        content["documents"] = before.content["documents"] if before else queries.content(procedure)["documents"]
        kept, _made = PendingChange.objects.update_or_create(
            procedure=procedure,
            defaults={"content": content, "reason": reason, "saved_at": moment, "saved_by_id": actor.person_id},
        )
        shared.keep_unread(procedure, unread or {})
        return kept


def drop_change(*, actor: Actor, procedure_id: UUID) -> None:
    """Give up a change that is still being written. May be repeated. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)

        PendingChange.objects.filter(procedure=procedure).delete()
        shared.keep_unread(procedure, {})
        shared.remove_documents(Document.objects.filter(procedure=procedure, since_version__gt=procedure.version))


def change_procedure(*, actor: Actor, procedure_id: UUID, facts: Facts | None = None, reason: str = "") -> Procedure:
    """Publish a change as the next version, with its reason; the end moves on where the regime says so.

    Without `facts` it is the change kept by `save_change`, and its reason where none is given. Raises NotFound,
    NotAllowed, StillDraft, NotNow, ReasonMissing, NothingChanged, Invalid, RegimeBroken.
    """
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        moment = clock.db_now()
        require_running(procedure, moment)
        pending = queries.pending_change(procedure)
        if facts is None:
            if pending is None:
                raise NothingChanged
            facts = versions.facts(pending.content)
            unread = queries.unread(procedure)
        else:
            unread = {}
        shared.check_wellformed(facts, buyer_id=procedure.buyer_id)
        reason = shared.reason_of(reason) or (pending.reason if pending else "")
        plan = plan_of(procedure, facts, pending=pending, moment=moment, unread=unread)
        if not plan.changes and not unread:
            raise NothingChanged
        if plan.breaches:
            raise RegimeBroken(plan.breaches)
        if not reason:
            raise ReasonMissing(fields={"reason": ReasonMissing.remedy})

        before = procedure.closes_at
        procedure.version += 1
        procedure.state = shared.take_step(procedure, Step.CHANGE)
        shared.write(procedure, plan.moved.facts)
        _settle_documents(procedure, plan.content)
        PendingChange.objects.filter(procedure=procedure).delete()
        shared.keep_unread(procedure, {})
        digest = shared.keep_version(procedure, actor=actor, moment=moment, reason=reason)
        if procedure.closes_at is not None and procedure.closes_at != before:
            clockwork.schedule(CLOSE, subject_id=procedure.pk, due_at=procedure.closes_at)
        journal.append(
            "procedure.changed",
            actor=actor,
            subject=procedure,
            version=procedure.version,
            digest=digest,
            reason=reason,
            closes_at=procedure.closes_at.isoformat() if procedure.closes_at else None,
        )
        outbox.publish(
            ProcedureChanged(
                procedure_id=procedure.pk,
                version=procedure.version,
                title=procedure.title,
                closes_at=procedure.closes_at,
                value_amount=plan.moved.facts.value,
                currency=procedure.currency,
            )
        )
        return procedure


def plan_of(
    procedure: Procedure,
    facts: Facts,
    *,
    pending: PendingChange | None,
    moment: datetime,
    unread: Mapping[str, str] | None = None,
) -> Plan:
    """What a change to `facts` would do: for the preview, and for the publication itself."""
    published = queries.content(procedure)
    old = versions.facts(published)
    wanted = versions.content(facts)
    wanted["documents"] = pending.content["documents"] if pending else published["documents"]
    is_material = bool(versions.material(versions.diff(published, wanted)))
    pack = packs.pack(facts.regime)
    moved = (
        changes.moved(old, facts, is_material=is_material, pack=pack, moment=moment, zone=queries.zone())
        if pack
        else Moved(facts=facts)
    )
    content = {**versions.content(moved.facts), "documents": wanted["documents"]}
    broken = changes.breaches(old, facts) + queries.breaches(
        moved.facts, moment=moment, buyer_id=procedure.buyer_id, published_at=procedure.published_at, unread=unread
    )
    return Plan(content=content, changes=versions.diff(published, content), moved=moved, breaches=broken)


def require_running(procedure: Procedure, moment: datetime) -> None:
    """Raises StillDraft, NotNow unless its tender period is running at `moment`."""
    state = State(procedure.state)
    if state is State.DRAFT:
        raise StillDraft
    # The clockwork may be a second behind: the end itself decides, not the state.
    if state is State.PUBLISHED and procedure.closes_at is not None and procedure.closes_at <= moment:
        raise NotNow(state_word=labels.STATES[State.CLOSED])
    shared.take_step(procedure, Step.CHANGE)


def _settle_documents(procedure: Procedure, content: Content) -> None:
    """What the change leaves out ends with the version before; what it never took up is forgotten."""
    planned = {str(document["id"]) for document in content["documents"]}
    for document in Document.objects.filter(procedure=procedure, until_version=None):
        if str(document.pk) in planned:
            continue
        if document.since_version >= procedure.version:
            shared.remove_documents(Document.objects.filter(pk=document.pk))
        else:
            document.until_version = procedure.version - 1
            document.save(update_fields=["until_version"])
