"""What persons fill in about themselves."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.identity.models import Person


class SettingsForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the pages and of what we write to you.")
    )
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Moments are shown in it."))
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[
            (Person.Theme.SYSTEM, _("As my computer")),
            (Person.Theme.LIGHT, _("Light")),
            (Person.Theme.DARK, _("Dark")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)
        zone.choices = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Password till now"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
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
        said = super().clean() or {}
        if said.get("new") and said.get("again") and said["new"] != said["again"]:
            self.add_error("again", forms.ValidationError(_("The two are not the same."), code="different"))
        return said


def show(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal's sentences at the fields they are about; what is about none stands above the form."""
    for name, sentence in refusal.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
