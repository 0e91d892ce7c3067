"""Acting for another company, one's own settings."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity import queries
from pazar.ground.identity.commands import persons, sittings
from pazar.ground.identity.middleware import COMPANY_KEY
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages import forms
from pazar.ground.identity.pages.guards import known_required, person_required
from pazar.ground.identity.pages.onward import onward
from pazar.ground.identity.requests import ActorRequest


@require_POST
@known_required
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
    return HttpResponseRedirect(onward(request, "/"))


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
            sittings.end_others(request=request, person_id=person.pk)
            messages.success(request, _("Your password is changed. Other browsers are logged out."))
            return redirect("identity:settings")
    return _settings_page(request, own=_settings_form(request.user), password=form, status=422)
