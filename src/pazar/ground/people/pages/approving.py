"""What waits for a second person: asked for, approved, refused, handed on; and the chain that demands it."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.pages.forms import show
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.people import queries
from pazar.ground.people.commands import approvals, members
from pazar.ground.people.models import Approval
from pazar.ground.people.pages import forms
from pazar.ground.people.rules.chain import Kind
from pazar.ground.ui.viewer import ROLES


def _row(request: ActorRequest, approval: Approval) -> dict[str, object]:
    amount = approval.about.get("amount")
    return {
        "one": approval,
        "kind": approvals.KINDS[Kind(approval.kind)],
        "title": approval.about["title"],
        "amount": Decimal(amount) if amount is not None else None,
        "currency": approval.about["currency"],
        "is_mine": approvals.may_decide(request.actor, approval),
    }


def _list(request: ActorRequest, *, form: forms.StepForm | None = None) -> HttpResponse:
    page = {
        "rows": [_row(request, approval) for approval in approvals.approvals_of(request.actor)],
        "chain": [
            {"one": step, "kind": approvals.KINDS[Kind(step.kind)], "role": ROLES[Role(step.role)]}
            for step in approvals.chain_of(request.actor)
        ],
        "is_manager": request.actor.has(RIGHTS[Act.MANAGE_PEOPLE]),
        "form": form or forms.StepForm(),
    }
    return render(request, "people/approvals.html", page, status=422 if form is not None else 200)


@never_cache
@require_safe
@member_required
def all_of_them(request: ActorRequest) -> HttpResponse:
    """GET /company/approvals/."""
    return _list(request)


@require_POST
@member_required
@dangerous
def add_step(request: ActorRequest) -> HttpResponse:
    """POST /company/approvals/chain/."""
    members.require_manager(request.actor)
    form = forms.StepForm(request.POST)
    if form.is_valid():
        try:
            approvals.add_step(actor=request.actor, **form.cleaned_data)
        except Invalid as error:
            show(form, error)
        else:
            flash.success(request, said("From now on this needs a second person."))
            return redirect("people:approvals")
    with acting(request.actor):
        return _list(request, form=form)


@require_POST
@member_required
@dangerous
def remove_step(request: ActorRequest, step_id: UUID) -> HttpResponse:
    """POST /company/approvals/chain/<id>/remove/."""
    approvals.remove_step(actor=request.actor, step_id=step_id)
    flash.success(request, said("This step is gone from the chain."))
    return redirect("people:approvals")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def ask(request: ActorRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """GET and POST /company/approvals/ask/<kind>/<id>/: what is asked, and of whom."""
    form = forms.NoteForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            approval = approvals.ask(
                actor=request.actor, kind=kind, subject_id=subject_id, note=form.cleaned_data["note"]
            )
        except approvals.NobodyApproves as error:
            refusal = error
        else:
            flash.success(request, said("It is asked; you are told when it is decided."))
            return redirect("people:approval", approval.pk)
    with acting(request.actor):
        wish = approvals.wish(request.actor, kind, subject_id)
        assert request.actor.company_id is not None
        roles = approvals.demanded(request.actor.company_id, wish)
        if not roles:
            raise NotFound
    page = {
        "form": form,
        "refusal": refusal,
        "wish": wish,
        "kind": approvals.KINDS[wish.kind],
        "roles": [ROLES[role] for role in roles],
    }
    return render(request, "people/ask.html", page, status=refusal.status if refusal else 422 if form.errors else 200)


def _one(request: ActorRequest, approval_id: UUID, *, refusal: Refusal | None = None) -> HttpResponse:
    approval = approvals.approval_for(request.actor, approval_id)
    steps = approval.steps.select_related("decided_by", "lent_to").order_by("place")
    page = {
        **_row(request, approval),
        "approval": approval,
        "steps": [{"one": step, "role": ROLES[Role(step.role)]} for step in steps],
        "is_asker": approval.asked_by_id == request.actor.person_id,
        "waits": approval.state == Approval.State.WAITING,
        "reason": forms.ReasonForm(),
        "heirs": [
            one
            for one in queries.people_of(request.actor)
            if one.person_id not in {approval.asked_by_id, request.actor.person_id}
        ],
        "refusal": refusal,
    }
    return render(request, "people/approval.html", page, status=refusal.status if refusal else 200)


@never_cache
@require_safe
@member_required
def one(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """GET /company/approvals/<id>/. Raises NotFound."""
    return _one(request, approval_id)


@require_POST
@member_required
@dangerous
def approve(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """POST /company/approvals/<id>/approve/."""
    approvals.approve(actor=request.actor, approval_id=approval_id)
    flash.success(request, said("You approved it."))
    return redirect("people:approval", approval_id)


@require_POST
@member_required
def refuse(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """POST /company/approvals/<id>/refuse/: with a reason."""
    try:
        approvals.refuse(actor=request.actor, approval_id=approval_id, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        with acting(request.actor):
            return _one(request, approval_id, refusal=refusal)
    flash.success(request, said("You refused it; whoever asked reads why."))
    return redirect("people:approval", approval_id)


@require_POST
@member_required
def hand_on(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """POST /company/approvals/<id>/hand-on/: to `person`."""
    try:
        person_id = UUID(request.POST.get("person", ""))
    except ValueError:
        raise NotFound from None
    try:
        approvals.hand_on(actor=request.actor, approval_id=approval_id, person_id=person_id)
    except Invalid as refusal:
        with acting(request.actor):
            return _one(request, approval_id, refusal=refusal)
    flash.success(request, said("It is your colleague's to decide now."))
    return redirect("people:approval", approval_id)


@require_POST
@member_required
def withdraw(request: ActorRequest, approval_id: UUID) -> HttpResponse:
    """POST /company/approvals/<id>/withdraw/: by whoever asked."""
    approvals.withdraw(actor=request.actor, approval_id=approval_id)
    flash.success(request, said("You ask no more."))
    return redirect("people:approval", approval_id)
