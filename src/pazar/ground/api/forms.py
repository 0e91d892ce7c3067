"""What is said of a new token."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pazar.ground.api.scopes import LABELS, STAFF
from pazar.ground.identity.models import Membership
from pazar.ground.identity.rules.roles import StaffRole

DAYS = (30, 90, 365)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=200, help_text=_("For instance: our warehouse program.")
    )
    company = forms.ChoiceField(label=_("Acts for"), required=False)
    days = forms.TypedChoiceField(label=_("Good for"), coerce=int, empty_value=None)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(str(scope), label) for scope, label in LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, memberships: Sequence[Membership], staff: Collection[StaffRole] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [
            (str(scope), label) for scope, label in LABELS.items() if scope not in STAFF or STAFF[scope] in staff
        ]
        company, days = self.fields["company"], self.fields["days"]
        assert isinstance(company, forms.ChoiceField)
        assert isinstance(days, forms.ChoiceField)
        company.choices = [
            *((str(m.company_id), m.company.name) for m in memberships),
            ("", _("no company, only what everybody may see")),
        ]
        days.choices = [
            *((n, ngettext("{n} day", "{n} days", n).format(n=n)) for n in DAYS),
            (0, _("as long as it isn't revoked")),
        ]
