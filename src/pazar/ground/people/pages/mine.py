"""What the centre keeps of a person: shown, given as a file, erased."""

from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import messages as flash
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.pages.forms import show
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.people.commands import personal

PLACES = {
    "identity": _("Who you are, your roles, where you are logged in"),
    "mfa": _("Second factors"),
    "entry": _("Links to set a password"),
    "api": _("Tokens and their use"),
    "pazar_messages": _("Messages, mails and what you want to be told"),
    "people": _("Invitations, approvals and looks"),
    "files": _("Files that you put in"),
}
OF_COMPANIES = _("Acts for companies: procedures, bids, decisions, deals")


class EraseForm(forms.Form):
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Typed once more, so that it isn't done by mistake."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _page(request: ActorRequest, *, form: EraseForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    assert request.actor.person_id is not None
    with acting(CENTRE):
        kept = personal.kept_of(request.actor.person_id)
    counted: dict[str, int] = {}
    for one in kept:
        label = one.model.split(".")[0]
        place = str(PLACES.get(label, OF_COMPANIES)) if label in {c.label for c in apps.get_app_configs()} else ""
        counted[place] = counted.get(place, 0) + one.count
    page = {
        "kept": list(counted.items()),
        "exports": personal.exports_of(request.actor.person_id),
        "form": form or EraseForm(),
        "companies": request.actor.companies,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form is not None and form.errors else 200
    return render(request, "people/my_data.html", page, status=status)


@never_cache
@require_safe
@person_required
def my_data(request: ActorRequest) -> HttpResponse:
    """GET /settings/my-data/."""
    return _page(request)


@require_POST
@person_required
@dangerous
def ask_export(request: ActorRequest) -> HttpResponse:
    """POST /settings/my-data/export/."""
    personal.ask_export(actor=request.actor)
    flash.success(request, said("It is being made; you are told when it is ready."))
    return redirect("people:my_data")


@never_cache
@require_safe
@person_required
def download(request: ActorRequest, export_id: UUID) -> HttpResponse:
    """GET /settings/my-data/<id>.zip: his own, for seven days. Raises NotFound."""
    content = personal.read_export(actor=request.actor, export_id=export_id)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@require_POST
@person_required
@dangerous
def erase(request: ActorRequest) -> HttpResponse:
    """POST /settings/my-data/erase/: for good."""
    form = EraseForm(request.POST)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            personal.erase(actor=request.actor, email=form.cleaned_data["email"])
        except Invalid as error:
            show(form, error)
        except (personal.StillActs, personal.StillStaff) as error:
            refusal = error
        else:
            logout(request)
            return redirect("people:erased")
    return _page(request, form=form, refusal=refusal)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """GET /erased/: what was erased, what stays, and why; it tells nobody who asked."""
    return render(request, "people/erased.html")
