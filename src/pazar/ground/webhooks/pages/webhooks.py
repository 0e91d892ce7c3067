"""The company's webhooks: the list, one of them with what was sent to it, and what can be done about it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import policies as roles
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting
from pazar.ground.webhooks import kinds, policies
from pazar.ground.webhooks.commands import endpoints
from pazar.ground.webhooks.models import Delivery

SHOWN = 50


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("Begins with https:// and is reached from the internet.")
    )
    events = forms.MultipleChoiceField(label=_("What it is told"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.fields["events"].choices = list(kinds.types().items())  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def listing(request: ActorRequest) -> HttpResponse:
    """GET and POST /settings/webhooks/: the list, and a new one, whose secret stands in this one answer only."""
    roles.require(request.actor, policies.MAY)
    form = EndpointForm(request.POST if request.method == "POST" else None)
    secret, refusal = "", None
    if form.is_valid():
        try:
            _made, secret = endpoints.make_endpoint(
                actor=request.actor, url=form.cleaned_data["url"].strip(), events=form.cleaned_data["events"]
            )
            form = EndpointForm()
        except Refusal as error:
            refusal = _shown_at(form, error)
    status = refusal.status if refusal else 422 if form.errors else 200
    with acting(request.actor):
        page = {"form": form, "secret": secret, "refusal": refusal, "endpoints": _own(request)}
        return render(request, "webhooks/list.html", page, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def one(request: ActorRequest, endpoint_id: UUID) -> HttpResponse:
    """GET and POST /settings/webhooks/<id>/: what was sent; change it."""
    return _one(request, endpoint_id)


def _one(request: ActorRequest, endpoint_id: UUID, *, secret: str = "", changing: bool = True) -> HttpResponse:
    roles.require(request.actor, policies.MAY)
    with acting(request.actor):
        endpoint = policies.endpoints(request.actor).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    posted = request.method == "POST" and changing
    initial = {"url": endpoint.url, "events": endpoint.events}
    form = EndpointForm(request.POST if posted else None, initial=initial)
    refusal = None
    if posted and form.is_valid():
        try:
            endpoints.change_endpoint(
                actor=request.actor,
                endpoint_id=endpoint_id,
                url=form.cleaned_data["url"].strip(),
                events=form.cleaned_data["events"],
                is_active=request.POST.get("act") != "off",
            )
        except Refusal as error:
            refusal = _shown_at(form, error)
        else:
            flash.success(request, said("The webhook is changed."))
            return redirect("webhooks:one", endpoint_id)
    status = refusal.status if refusal else 422 if form.errors else 200
    with acting(request.actor):
        found = policies.deliveries(request.actor).filter(endpoint=endpoint).order_by("-made_at", "-id")
        page = {
            "endpoint": endpoint,
            "form": form,
            "secret": secret,
            "refusal": refusal,
            "deliveries": list(found.defer("content")[:SHOWN]),
            "dead": found.filter(state=Delivery.State.DEAD).count(),
        }
        return render(request, "webhooks/one.html", page, status=status)


def _shown_at(form: EndpointForm, error: Refusal) -> Refusal | None:
    """The refusal stands at its field; without one, on top."""
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    return None if error.fields else error


@never_cache
@require_POST
@member_required
def rotate(request: ActorRequest, endpoint_id: UUID) -> HttpResponse:
    """POST /settings/webhooks/<id>/rotate/: the new secret stands in this one answer only."""
    _endpoint, secret = endpoints.rotate_secret(actor=request.actor, endpoint_id=endpoint_id)
    return _one(request, endpoint_id, secret=secret, changing=False)


@require_POST
@member_required
def remove(request: ActorRequest, endpoint_id: UUID) -> HttpResponse:
    """POST /settings/webhooks/<id>/remove/."""
    endpoints.remove_endpoint(actor=request.actor, endpoint_id=endpoint_id)
    flash.success(request, said("The webhook is removed; nothing is sent there any more."))
    return redirect("webhooks:list")


@require_POST
@member_required
def test(request: ActorRequest, endpoint_id: UUID) -> HttpResponse:
    """POST /settings/webhooks/<id>/test/."""
    endpoints.send_test(actor=request.actor, endpoint_id=endpoint_id)
    flash.success(request, said("A test is on its way; see below in a moment whether it arrived."))
    return redirect("webhooks:one", endpoint_id)


@require_POST
@member_required
def replay(request: ActorRequest, endpoint_id: UUID) -> HttpResponse:
    """POST /settings/webhooks/<id>/replay/: one delivery, or all that reached nobody."""
    given = request.POST.get("delivery", "")
    try:
        delivery_id = UUID(given) if given else None
    except ValueError as error:
        raise NotFound from error
    count = endpoints.replay(actor=request.actor, endpoint_id=endpoint_id, delivery_id=delivery_id)
    flash.success(request, ngettext("%(n)s is sent again.", "%(n)s are sent again.", count) % {"n": count})
    return redirect("webhooks:one", endpoint_id)


def _own(request: ActorRequest) -> list[Any]:
    found = list(policies.endpoints(request.actor).order_by("made_at", "id"))
    dead = policies.deliveries(request.actor).filter(state=Delivery.State.DEAD).values_list("endpoint_id", flat=True)
    counts: dict[UUID, int] = {}
    for endpoint_id in dead:
        counts[endpoint_id] = counts.get(endpoint_id, 0) + 1
    return [(endpoint, counts.get(endpoint.pk, 0)) for endpoint in found]
