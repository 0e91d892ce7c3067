"""An entry of the time line, and the correction of one."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting
from pazar.sales.customers import commands, policies, queries
from pazar.sales.customers.pages.forms import CorrectionForm, TouchForm
from pazar.sales.customers.rules.touches import ByHand


@require_http_methods(["GET", "POST"])
@member_required
def add(request: ActorRequest, account_id: UUID) -> HttpResponseBase:
    policies.require_desk(request.actor)
    form = TouchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.add_touch(
            actor=request.actor,
            account_id=account_id,
            kind=ByHand(form.cleaned_data["kind"]),
            text=form.cleaned_data["text"],
        )
        return redirect("pipeline:account", account_id)
    with acting(request.actor):
        account = queries.account(request.actor, account_id)
        context = {"form": form, "account": account}
        return render(request, "customers/touch.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
def correct(request: ActorRequest, touch_id: UUID) -> HttpResponseBase:
    policies.require_desk(request.actor)
    with acting(request.actor):
        touch = queries.touch(request.actor, touch_id)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.correct_touch(actor=request.actor, touch_id=touch_id, text=form.cleaned_data["text"])
        return redirect("pipeline:account", touch.account_id)
    with acting(request.actor):
        context = {"form": form, "touch": touch}
        return render(request, "customers/correct.html", context, status=422 if form.errors else 200)
