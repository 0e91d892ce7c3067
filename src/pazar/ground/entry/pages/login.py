"""Logging in: by password, by a passkey, and by a second step where the person has one; logging out."""

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.entry.commands import factors, letting_in
from pazar.ground.errors import Refusal
from pazar.ground.identity.commands import login as logins
from pazar.ground.identity.commands import sittings, tries
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.onward import onward

PASSKEYS_FROM_PLACE = 60


class LoginForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


def _page(
    request: HttpRequest, *, onward: str, form: LoginForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    form = form or LoginForm()
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "entry/login.html", {"form": form, "refusal": refusal, "next": onward}, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """GET and POST /login/: e-mail address and password; then where `next` says, perhaps by the second step."""
    where = onward(request, settings.LOGIN_REDIRECT_URL)
    if isinstance(request.user, Person):
        return HttpResponseRedirect(where)
    form = LoginForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            person = logins.check_login(
                request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
            )
        except (logins.LoginRefused, logins.TooManyTries) as error:
            refusal = error
        else:
            is_in = letting_in.knows_password(request=request, person=person, onward=where)
            return HttpResponseRedirect(where) if is_in else redirect("entry:second")
    return _page(request, onward=where, form=form, refusal=refusal)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """GET and POST /login/second/: a code, or a passkey's answer. Half in for ten minutes, then from the beginning."""
    if isinstance(request.user, Person):
        return redirect(settings.LOGIN_REDIRECT_URL)
    half = letting_in.half(request)
    if half is None:
        return redirect("entry:login")
    form = CodeForm(request.POST if request.method == "POST" and "answer" not in request.POST else None)
    refusal: Refusal | None = None
    how = ""
    try:
        if "answer" in request.POST:
            factors.check_passkey(request=request, person=half.person, answer=request.POST["answer"])
            how = "passkey"
        elif form.is_valid():
            how = factors.check_code(person_id=half.person.pk, code=form.cleaned_data["code"])
    except (factors.PasskeyRefused, factors.CodeWrong, factors.TooManyCodes) as error:
        refusal = error
    if how:
        letting_in.let_in(request=request, person=half.person, how="password", factor=how)
        return HttpResponseRedirect(half.onward)
    kinds = {factor.kind for factor in factors.factors_of(half.person.pk)}
    page = {"form": form, "refusal": refusal, "person": half.person, "kinds": kinds}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "entry/second.html", page, status=status)


@never_cache
@require_POST
def passkey_question(request: HttpRequest) -> HttpResponse:
    """POST /login/passkey/question/: what the browser is asked; of the one who is half in his own passkeys alone."""
    place = tries.place(request.META.get("REMOTE_ADDR", ""))
    if tries.count("passkey asked", place) > PASSKEYS_FROM_PLACE:
        raise logins.TooManyTries(minutes=int(tries.WINDOW.total_seconds() // 60))
    half = letting_in.half(request)
    return JsonResponse(kept.ask_for_passkey(request, half.person if half else None))


@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """POST /login/passkey/: in by a passkey alone, which asked for PIN or finger: it is both factors."""
    where = onward(request, settings.LOGIN_REDIRECT_URL)
    try:
        person = factors.check_passkey(request=request, person=None, answer=request.POST.get("answer", ""))
    except factors.PasskeyRefused as refusal:
        return _page(request, onward=where, refusal=refusal)
    letting_in.let_in(request=request, person=person, how="passkey", factor="passkey")
    return HttpResponseRedirect(where)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """POST /logout/."""
    sittings.forget(request)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
