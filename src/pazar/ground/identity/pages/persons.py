"""Logging in and out, acting for another company, one's own settings."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import queries
from pazar.ground.identity.commands import login as logins
from pazar.ground.identity.commands import persons
from pazar.ground.identity.middleware import COMPANY_KEY
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages import forms
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest


def _onward(request: HttpRequest, otherwise: str) -> str:
    """Where `next` says, if that is one of our own pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """GET and POST /login/: e-mail address and password; then where `next` says."""
    onward = _onward(request, settings.LOGIN_REDIRECT_URL)
    if isinstance(request.user, Person):
        return HttpResponseRedirect(onward)
    form = forms.LoginForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            person = logins.check_login(
                request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
            )
        except (logins.LoginRefused, logins.TooManyTries) as error:
            refusal = error
        else:
            login(request, person)
            return HttpResponseRedirect(onward)
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "identity/login.html", {"form": form, "refusal": refusal, "next": onward}, status=status)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """POST /logout/."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_POST
@person_required
def act_for(request: ActorRequest) -> HttpResponse:
    """POST /act-for/: from now on for this company of his. Raises NotFound for one that isn't."""
    try:
        wanted = UUID(request.POST.get("company", ""))
    except ValueError:
        raise NotFound from None
    assert isinstance(request.user, Person)
    if wanted not in {membership.company_id for membership in queries.memberships(request.user)}:
        raise NotFound
    request.session[COMPANY_KEY] = str(wanted)
    return HttpResponseRedirect(_onward(request, "/"))


def _settings_form(person: Person) -> forms.SettingsForm:
    own = {"name": person.name, "language": person.language, "zone": person.zone, "theme": person.theme}
    return forms.SettingsForm(own)


def _settings_page(
    request: ActorRequest, *, own: forms.SettingsForm, password: forms.PasswordForm, status: int = 200
) -> HttpResponse:
    return render(request, "identity/settings.html", {"own": own, "password": password}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def my_settings(request: ActorRequest) -> HttpResponse:
    """GET and POST /settings/: name, language, zone, theme."""
    assert isinstance(request.user, Person)
    if request.method != "POST":
        return _settings_page(request, own=_settings_form(request.user), password=forms.PasswordForm())
    form = forms.SettingsForm(request.POST)
    if form.is_valid():
        try:
            persons.change_settings(actor=request.actor, **form.cleaned_data)
        except Invalid as refusal:
            forms.show(form, refusal)
        else:
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Your settings are kept."))
            response = redirect("identity:settings")
            # What this browser had chosen for itself gives way to what the person chose.
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
            response.delete_cookie(settings.THEME_COOKIE_NAME)
            return response
    return _settings_page(request, own=form, password=forms.PasswordForm(), status=422)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def password(request: ActorRequest) -> HttpResponse:
    """POST /settings/password/: a new one; every other browser of his is logged out."""
    if request.method != "POST":
        return redirect(reverse("identity:settings") + "#password")
    assert isinstance(request.user, Person)
    form = forms.PasswordForm(request.POST)
    if form.is_valid():
        try:
            person = persons.change_password(
                actor=request.actor, old=form.cleaned_data["old"], new=form.cleaned_data["new"]
            )
        except Invalid as refusal:
            forms.show(form, refusal)
        else:
            update_session_auth_hash(request, person)
            messages.success(request, _("Your password is changed. Other browsers are logged out."))
            return redirect("identity:settings")
    return _settings_page(request, own=_settings_form(request.user), password=form, status=422)
