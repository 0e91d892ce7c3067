"""Set a password by a link; ask for a link."""

from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from pazar.ground.entry.commands import forgotten, links
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.commands import tries


class NewPasswordForm(forms.Form):
    new = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        help_text=_("At least ten characters, none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("new") and typed.get("again") and typed["new"] != typed["again"]:
            self.add_error("again", forms.ValidationError(_("The two are not the same."), code="different"))
        return typed


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


@never_cache
@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest, token: str) -> HttpResponse:
    """GET and POST /password/<token>/: looking at it uses nothing up, so that a mail scanner can't."""
    # The address is the secret; no other site is told of it (SECURE_REFERRER_POLICY).
    try:
        link = links.check(token)
    except links.LinkDead as refusal:
        return render(request, "entry/dead.html", {"refusal": refusal}, status=refusal.status)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            links.set_password(token=token, new=form.cleaned_data["new"])
        except links.LinkDead as refusal:
            return render(request, "entry/dead.html", {"refusal": refusal}, status=refusal.status)
        except Invalid as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        else:
            flash.success(request, said("Your password is set. Log in with it."))
            return redirect("entry:login")
    page = {"form": form, "person": link.person}
    return render(request, "entry/password.html", page, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """GET and POST /password/forgotten/: one answer for every address."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            forgotten.ask_link(place=tries.place(request.META.get("REMOTE_ADDR", "")), email=form.cleaned_data["email"])
        except forgotten.AskedTooOften as error:
            refusal = error
        else:
            return render(request, "entry/sent.html", {"email": form.cleaned_data["email"]})
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "entry/forgotten.html", {"form": form, "refusal": refusal}, status=status)
