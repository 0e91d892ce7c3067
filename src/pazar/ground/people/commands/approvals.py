"""A second person approves before something is published, awarded or bid (A4): asked, approved, refused, handed on.

Domains call `require` within the transaction of the act. What is approved is named by a digest: another content needs
another approval. On the way the act is refused, and its page says by whom it waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid, NotAllowed, NotFound, Refusal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.models import Company, Membership
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.people import queries
from pazar.ground.people.commands import members
from pazar.ground.people.models import Approval, ApprovalStep, ChainStep
from pazar.ground.people.rules import chain
from pazar.ground.people.rules.chain import Kind
from pazar.ground.words.seen import seen

KIND = "people.approvals"
MOST_STEPS = 20
LONGEST = 2000
KINDS: dict[Kind, str | Promise] = {
    Kind.PUBLICATION: _("Publish a procedure"),
    Kind.AWARD: _("Award a procedure"),
    Kind.BID: _("Send a bid"),
}


class ApprovalMissing(Refusal):
    """`way` leads to the page that asks for it, or shows by whom it waits."""

    code = "approval_missing"
    status = 409
    what = _("Nothing was done: a second person must approve this first.")
    why = _("Your company wants it from this value on.")
    remedy = _("Ask for the approval; you are told when it is there.")

    @property
    def way(self) -> tuple[str, str]:
        return said("Ask for the approval"), reverse(
            "people:ask", args=[self.params["kind"], self.params["subject_id"]]
        )


class ApprovalDecided(Refusal):
    code = "approval_decided"
    status = 409
    what = _("Nothing was changed: this was decided already.")
    why = _("Somebody else was quicker, or it was withdrawn.")
    remedy = _("Look at it again.")


class NobodyApproves(Refusal):
    code = "nobody_approves"
    status = 409
    what = _("Nobody in your company could approve this.")
    why = _("The chain asks for a second person in the role “{role}”, and there is none but you.")
    remedy = _("Ask an owner to invite somebody, or to change the chain.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody is about to do. `amount` None where it has no value that the centre may know.

    `path` is the page of the thing, where whoever approves looks at it.
    """

    kind: Kind
    subject_id: UUID
    digest: str
    title: str
    path: str
    currency: str
    amount: Decimal | None


_wishes: dict[Kind, Callable[[Actor, UUID], Wish]] = {}


def provide(kind: Kind, wish: Callable[[Actor, UUID], Wish]) -> None:
    """Name the function that answers what an actor would do to a thing; from `AppConfig.ready`. It raises NotFound."""
    _wishes[kind] = wish


def wish(actor: Actor, kind: str, subject_id: UUID) -> Wish:
    """Raises NotFound, also where the domain finds nothing."""
    if kind not in _wishes:
        raise NotFound
    return _wishes[Kind(kind)](actor, subject_id)


def steps_of(company_id: UUID, kind: Kind) -> list[chain.Step]:
    found = ChainStep.objects.filter(company_id=company_id, kind=kind)
    return [chain.Step(above=one.above_amount, currency=one.currency, role=Role(one.role)) for one in found]


def demanded(company_id: UUID, wanted: Wish) -> tuple[Role, ...]:
    return chain.demanded(steps_of(company_id, wanted.kind), amount=wanted.amount, currency=wanted.currency)


def has_chain(company_id: UUID, kind: Kind) -> bool:
    """Whether anything is demanded at all: what costs to be computed for a wish needn't be, if not."""
    return ChainStep.objects.filter(company_id=company_id, kind=kind).exists()


def require(actor: Actor, kind: Kind, subject_id: UUID, make: Callable[[], Wish]) -> None:
    """Refuse what the company wants approved and nobody has approved as it is now (A4). Within the act's `acting`.

    Raises ApprovalMissing. `make` is asked only where the company has a chain for this kind.
    """
    company_id = actor.company_id
    if company_id is None or not has_chain(company_id, kind):
        return
    wanted = make()
    asked = demanded(company_id, wanted)
    if not asked:
        return
    approved = Approval.objects.filter(
        company_id=company_id, kind=kind, subject_id=subject_id, digest=wanted.digest, state=Approval.State.APPROVED
    ).order_by("-asked_at")
    for found in approved[:5]:
        given = ApprovalStep.objects.filter(approval=found, approved=True).values_list("role", flat=True)
        if chain.covers([Role(role) for role in given], asked) and found.asked_by_id is not None:
            return
    raise ApprovalMissing(kind=str(kind), subject_id=str(subject_id))


def waiting(actor: Actor, kind: Kind, subject_id: UUID) -> Approval | None:
    return Approval.objects.filter(
        company_id=queries.company_of(actor), kind=kind, subject_id=subject_id, state=Approval.State.WAITING
    ).first()


def ask(*, actor: Actor, kind: str, subject_id: UUID, note: str = "") -> Approval:
    """Ask those who must approve, one after the other by the chain. Asking again what waits answers the same.

    Raises NotFound, NotAllowed, NobodyApproves, Invalid.
    """
    with acting(actor):
        wanted = wish(actor, kind, subject_id)
        if actor.company_id is None or actor.person_id is None:
            raise NotAllowed
        company_id, person_id = actor.company_id, actor.person_id
        Company.objects.select_for_update().get(pk=company_id)
        roles = demanded(company_id, wanted)
        if not roles:
            raise NotFound
        before = waiting(actor, wanted.kind, subject_id)
        if before is not None and before.digest == wanted.digest:
            return before
        for role in roles:
            if not [person for person in identity.staff(company_id=company_id, roles=[role]) if person.pk != person_id]:
                from pazar.ground.ui.viewer import ROLES

                raise NobodyApproves(role=str(ROLES[role]))
        note = _text(note, field="note", required=False)
        moment = clock.db_now()

        if before is not None:
            _end(before, Approval.State.WITHDRAWN)
        approval = Approval.objects.create(
            company_id=company_id,
            kind=wanted.kind,
            subject_id=subject_id,
            digest=wanted.digest,
            about={
                "title": wanted.title,
                "amount": None if wanted.amount is None else format(wanted.amount, "f"),
                "currency": wanted.currency,
                "path": wanted.path,
                "note": note,
            },
            asked_by_id=person_id,
            asked_at=moment,
        )
        ApprovalStep.objects.bulk_create(
            [
                ApprovalStep(approval=approval, company_id=company_id, place=place, role=role)
                for place, role in enumerate(roles)
            ]
        )
        _note("approval.asked", actor, approval)
        _tell_next(approval, actor)
    return approval


def approve(*, actor: Actor, approval_id: UUID) -> Approval:
    """Say yes for the step whose turn it is. Raises NotFound, NotAllowed, ApprovalDecided."""
    return _decide(actor, approval_id, is_yes=True, reason="")


def refuse(*, actor: Actor, approval_id: UUID, reason: str) -> Approval:
    """Say no, with the reason that whoever asked reads. Raises NotFound, NotAllowed, ApprovalDecided, Invalid."""
    return _decide(actor, approval_id, is_yes=False, reason=_text(reason, field="reason", required=True))


def hand_on(*, actor: Actor, approval_id: UUID, person_id: UUID) -> Approval:
    """Let a colleague decide in one's place, whatever his roles: his yes counts as that of the role.

    Raises NotFound, NotAllowed, ApprovalDecided, Invalid for one who may not: who asked, or decided before.
    """
    with acting(actor):
        approval, step, decided = _lock(actor, approval_id)
        _check_turn(actor, approval, step, decided)
        is_ours = Membership.objects.filter(
            company_id=approval.company_id, person_id=person_id, is_active=True, person__is_active=True
        ).exists()
        if not is_ours or person_id in {approval.asked_by_id, actor.person_id, *decided}:
            raise Invalid(fields={"person": _("Choose a colleague who neither asked nor decided before.")})

        step.lent_to_id = person_id
        step.save(update_fields=["lent_to"])
        _note("approval.handed_on", actor, approval, to=str(person_id))
        _tell_next(approval, actor)
    return approval


def withdraw(*, actor: Actor, approval_id: UUID) -> Approval:
    """Whoever asked asks no more. Raises NotFound, NotAllowed, ApprovalDecided."""
    with acting(actor):
        approval, _step, _decided = _lock(actor, approval_id)
        if approval.asked_by_id != actor.person_id:
            raise NotAllowed

        _end(approval, Approval.State.WITHDRAWN)
        _note("approval.withdrawn", actor, approval)
    return approval


def may_decide(actor: Actor, approval: Approval) -> bool:
    """Whether it is this person's turn."""
    if approval.state != Approval.State.WAITING:
        return False
    steps = list(approval.steps.order_by("place"))
    step = next((one for one in steps if one.decided_at is None), None)
    decided = [one.decided_by_id for one in steps if one.decided_by_id is not None]
    return step is not None and _is_turn(actor, approval, step, decided)


def approvals_of(actor: Actor) -> "Sequence[Approval]":
    """Those of his company that wait, the oldest first, then the last that were decided. Within `acting`."""
    found = (
        Approval.objects.filter(company_id=queries.company_of(actor))
        .select_related("asked_by")
        .prefetch_related("steps")
    )
    open_ones = list(found.filter(state=Approval.State.WAITING).order_by("asked_at", "id")[:200])
    return [*open_ones, *found.exclude(state=Approval.State.WAITING).order_by("-asked_at", "-id")[:50]]


def approval_for(actor: Actor, approval_id: UUID) -> Approval:
    """Raises NotFound. Within `acting`."""
    found = (
        Approval.objects.select_related("asked_by").filter(pk=approval_id, company_id=queries.company_of(actor)).first()
    )
    if found is None:
        raise NotFound
    return found


def add_step(*, actor: Actor, kind: str, above: Decimal, currency: str, role: str) -> ChainStep:
    """What is worth more needs this role. Raises NotAllowed, Invalid."""
    company_id = members.require_manager(actor)
    if kind not in set(Kind):
        raise Invalid(fields={"kind": _("Choose what is to be approved.")})
    if role not in {str(one) for one in chain.MAY_APPROVE[Kind(kind)]}:
        raise Invalid(fields={"role": _("This role doesn't approve such things.")})
    with acting(actor):
        company = Company.objects.select_for_update().get(pk=company_id)
        if ChainStep.objects.filter(company=company).count() >= MOST_STEPS:
            raise Invalid(fields={"kind": _("Twenty steps are enough.")})
        step, _made = ChainStep.objects.update_or_create(
            company=company, kind=kind, above_amount=above, role=role, defaults={"currency": currency}
        )
        journal.append(
            "chain.step_added",
            actor=actor,
            subject=step,
            approves=kind,
            above=format(above, "f"),
            currency=currency,
            role=role,
        )
    return step


def remove_step(*, actor: Actor, step_id: UUID) -> None:
    """Raises NotAllowed, NotFound."""
    company_id = members.require_manager(actor)
    with acting(actor):
        Company.objects.select_for_update().get(pk=company_id)
        step = ChainStep.objects.filter(pk=step_id, company_id=company_id).first()
        if step is None:
            raise NotFound
        journal.append("chain.step_removed", actor=actor, subject=step, approves=step.kind, role=step.role)
        step.delete()


def chain_of(actor: Actor) -> "Sequence[ChainStep]":
    return list(ChainStep.objects.filter(company_id=queries.company_of(actor)).order_by("kind", "above_amount", "role"))


def _decide(actor: Actor, approval_id: UUID, *, is_yes: bool, reason: str) -> Approval:
    with acting(actor):
        approval, step, decided = _lock(actor, approval_id)
        _check_turn(actor, approval, step, decided)
        moment = clock.db_now()

        step.decided_by_id, step.decided_at, step.approved, step.reason = actor.person_id, moment, is_yes, reason
        step.save(update_fields=["decided_by", "decided_at", "approved", "reason"])
        is_last = not approval.steps.filter(decided_at=None).exists()
        _note("approval.approved" if is_yes else "approval.refused", actor, approval, role=step.role)
        if is_yes and not is_last:
            _tell_next(approval, actor)
        else:
            _end(approval, Approval.State.APPROVED if is_yes else Approval.State.REFUSED)
            _tell_asker(approval, actor, is_yes=is_yes, reason=reason)
    return approval


def _lock(actor: Actor, approval_id: UUID) -> tuple[Approval, ApprovalStep, list[UUID]]:
    found = Approval.objects.select_for_update().filter(pk=approval_id, company_id=queries.company_of(actor)).first()
    if found is None:
        raise NotFound
    steps = list(found.steps.order_by("place"))
    step = next((one for one in steps if one.decided_at is None), None)
    if found.state != Approval.State.WAITING or step is None:
        raise ApprovalDecided
    return found, step, [one.decided_by_id for one in steps if one.decided_by_id is not None]


def _is_turn(actor: Actor, approval: Approval, step: ApprovalStep, decided: list[UUID]) -> bool:
    return actor.person_id is not None and chain.may_decide(
        role=Role(step.role),
        roles=actor.roles,
        person=actor.person_id,
        asked_by=approval.asked_by_id,
        decided_by=decided,
        lent_to=step.lent_to_id,
    )


def _check_turn(actor: Actor, approval: Approval, step: ApprovalStep, decided: list[UUID]) -> None:
    if not _is_turn(actor, approval, step, decided):
        raise NotAllowed


def _end(approval: Approval, state: Approval.State) -> None:
    approval.state, approval.ended_at = state, clock.db_now()
    approval.save(update_fields=["state", "ended_at"])


def _note(kind: str, actor: Actor, approval: Approval, **facts: str) -> None:
    # Secret for good: that somebody asked to bid tells who bids.
    journal.append(
        kind, actor=actor, subject=approval, secret_key=f"approval:{approval.pk}", digest=approval.digest, **facts
    )


def _tell_next(approval: Approval, actor: Actor) -> None:
    steps = list(approval.steps.order_by("place"))
    step = next(one for one in steps if one.decided_at is None)
    if step.lent_to_id is not None:
        asked = [step.lent_to_id]
    else:
        passed = {approval.asked_by_id, *(one.decided_by_id for one in steps)}
        staff = identity.staff(company_id=approval.company_id, roles=[Role(step.role)])
        asked = [person.pk for person in staff if person.pk not in passed]

    def render(_language: str) -> Told:
        return Told(
            title=said("Your approval is asked: {title}").format(title=approval.about["title"]),
            text=said("{person} asks for it: {what}.").format(
                person=actor.person_name, what=KINDS[Kind(approval.kind)]
            ),
        )

    tell(
        person_ids=asked,
        kind=KIND,
        once=f"approval:{approval.pk}:{step.place}:{step.lent_to_id or ''}",
        path=reverse("people:approval", args=[approval.pk]),
        render=render,
        company_id=approval.company_id,
    )


def _tell_asker(approval: Approval, actor: Actor, *, is_yes: bool, reason: str) -> None:
    def render(_language: str) -> Told:
        title = said("Approved: {title}") if is_yes else said("Not approved: {title}")
        return Told(title=title.format(title=approval.about["title"]), text=reason)

    tell(
        person_ids=[approval.asked_by_id],
        kind=KIND,
        once=f"approval:{approval.pk}:ended",
        path=reverse("people:approval", args=[approval.pk]),
        render=render,
        company_id=approval.company_id,
    )


def _text(text: str, *, field: str, required: bool) -> str:
    text = seen(text).strip()
    if required and not text:
        raise Invalid(fields={field: _("Say why: whoever asked reads it.")})
    if len(text) > LONGEST:
        raise Invalid(fields={field: _("This is too long.")})
    return text
