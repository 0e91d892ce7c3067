"""What is filled in about a company's people."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pazar.ground.identity.models import Membership
from pazar.ground.people.commands.approvals import KINDS
from pazar.ground.people.rules.chain import MAY_APPROVE
from pazar.ground.ui.viewer import ROLES

ROLE_CHOICES = [(str(role), label) for role, label in ROLES.items()]


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple)


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple)


class FactorsForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Who must have a second factor"),
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class HeirForm(forms.Form):
    heir = forms.ChoiceField(label=_("Who takes over"))

    def __init__(self, *args: Any, colleagues: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ChoiceField)
        heir.choices = [(str(one.person_id), one.person.name) for one in colleagues]


class NewcomerForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("New password"),
        max_length=1000,
        strip=False,
        help_text=_("At least ten characters, none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class StepForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), choices=[(str(kind), label) for kind, label in KINDS.items()])
    above = forms.DecimalField(
        label=_("Worth more than"), min_value=0, max_digits=18, decimal_places=2, localize=True, initial=0
    )
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial="EUR")
    role = forms.ChoiceField(
        label=_("Who approves"),
        choices=[
            (str(role), label)
            for role, label in ROLES.items()
            if any(role in allowed for allowed in MAY_APPROVE.values())
        ],
    )

    def clean_currency(self) -> str:
        typed = str(self.cleaned_data["currency"]).upper()
        if not (typed.isascii() and typed.isalpha()):
            raise forms.ValidationError(_("Three letters, such as EUR."), code="currency")
        return typed


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What they should know"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why not"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
