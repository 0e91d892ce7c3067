"""A person's log-in: his second factors, his recovery codes, where he is logged in."""

import base64
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground import sealing
from pazar.ground.entry.adapters import factors as kept
from pazar.ground.entry.commands import factors
from pazar.ground.entry.pages.login import CodeForm
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity import proofs, queries
from pazar.ground.identity.commands import sittings
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.forms import show
from pazar.ground.identity.pages.guards import known_required
from pazar.ground.identity.requests import ActorRequest

SECRET_KEY = "app_secret"  # noqa: S105  # where in the session a secret lies sealed until the app is shown to know it


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("By which you will know it: the computer, the telephone, the key on your ring."),
    )
    answer = forms.CharField(max_length=20_000, widget=forms.HiddenInput, required=False)


@never_cache
@require_safe
@known_required
def security(request: ActorRequest) -> HttpResponse:
    """GET /settings/log-in/: all of it on one page."""
    assert isinstance(request.user, Person)
    found = factors.factors_of(request.user.pk)
    page = {
        "passkeys": [factor for factor in found if factor.kind == "passkey"],
        "app": next((factor for factor in found if factor.kind == "app"), None),
        "codes": next((factor for factor in found if factor.kind == "codes"), None),
        "has_factor": any(factor.kind != "codes" for factor in found),
        "is_exempt": proofs.is_exempt(request),
        "sittings": queries.sittings(request.user.pk),
        "here": sittings.current(request),
    }
    return render(request, "entry/security.html", page)


def _done(request: ActorRequest, codes: list[str], *, factor: str) -> HttpResponse:
    """A factor was set in this session: it is one that has it. Recovery codes are shown in this one answer."""
    proofs.note(request, factor=factor)
    if codes:
        return render(request, "entry/codes.html", {"codes": codes})
    flash.success(request, said("It is set. You are asked for it when you log in."))
    return redirect("entry:security")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@known_required
@dangerous
def app(request: ActorRequest) -> HttpResponse:
    """GET and POST /settings/log-in/app/: a picture for the app, then a code that it shows."""
    assert isinstance(request.user, Person)
    form = CodeForm(request.POST if request.method == "POST" and "code" in request.POST else None)
    sealed = request.session.get(SECRET_KEY)
    refusal: Refusal | None = None
    if form.is_valid() and sealed:
        try:
            codes = factors.add_app(
                actor=request.actor, secret=sealing.unseal_text(sealed), code=form.cleaned_data["code"]
            )
        except factors.CodeWrong as error:
            refusal = error
        except Invalid as error:
            show(form, error)
        else:
            del request.session[SECRET_KEY]
            return _done(request, codes, factor="app")
    if not sealed:
        sealed = request.session[SECRET_KEY] = sealing.seal_text(kept.new_totp_secret())
    secret = sealing.unseal_text(sealed)
    picture = base64.b64encode(kept.totp_picture(request.user, secret).encode()).decode()
    key = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = {"form": form, "refusal": refusal, "picture": picture, "key": key}
    return render(request, "entry/app.html", page, status=refusal.status if refusal else 422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@known_required
@dangerous
def passkey(request: ActorRequest) -> HttpResponse:
    """GET and POST /settings/log-in/passkey/: a passkey that this browser makes."""
    form = PasskeyForm(request.POST if request.method == "POST" and "name" in request.POST else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            codes = factors.add_passkey(
                actor=request.actor,
                request=request,
                name=form.cleaned_data["name"],
                answer=form.cleaned_data["answer"],
            )
        except factors.PasskeyRefused as error:
            refusal = error
        except Invalid as error:
            show(form, error)
        else:
            return _done(request, codes, factor="passkey")
    page = {"form": form, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "entry/passkey.html", page, status=status)


@never_cache
@require_POST
@known_required
def passkey_question(request: ActorRequest) -> HttpResponse:
    """POST /settings/log-in/passkey/question/: what the browser is asked to make."""
    assert isinstance(request.user, Person)
    return JsonResponse(kept.ask_for_new_passkey(request, request.user))


@never_cache
@require_POST
@known_required
@dangerous
def codes(request: ActorRequest) -> HttpResponse:
    """POST /settings/log-in/codes/: new recovery codes, shown in this one answer."""
    return render(request, "entry/codes.html", {"codes": factors.renew_codes(actor=request.actor)})


@require_POST
@known_required
@dangerous
def remove(request: ActorRequest, factor_id: int) -> HttpResponse:
    """POST /settings/log-in/factors/<id>/remove/. Raises NotFound for another's, FactorNeeded."""
    factors.remove(actor=request.actor, factor_id=factor_id)
    flash.success(request, said("It is taken away."))
    return redirect("entry:security")


@require_POST
@known_required
def end_sitting(request: ActorRequest, sitting_id: UUID) -> HttpResponse:
    """POST /settings/log-in/sessions/<id>/end/. Raises NotFound for another's."""
    sittings.end(actor=request.actor, sitting_id=sitting_id)
    flash.success(request, said("That browser is logged out."))
    return redirect("entry:security")


@require_POST
@known_required
def end_others(request: ActorRequest) -> HttpResponse:
    """POST /settings/log-in/sessions/end/: all but this one."""
    assert request.actor.person_id is not None
    sittings.end_others(request=request, person_id=request.actor.person_id)
    flash.success(request, said("All other browsers are logged out."))
    return redirect("entry:security")
