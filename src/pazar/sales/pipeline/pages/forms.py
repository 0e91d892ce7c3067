"""What people type about deals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pazar.ground.ui.fields import MoneyField
from pazar.sales.pipeline.commands.deals import LONGEST_STEP
from pazar.sales.pipeline.rules.stages import BY_HAND
from pazar.sales.pipeline.sentences import LOST

CURRENCIES = ("EUR", "BGN", "USD", "GBP", "RON", "CHF", "PLN", "CZK", "HUF", "TRY", "RSD", "MKD", "UAH")


class StepForm(forms.Form):
    step = forms.CharField(label=_("Next step"), max_length=LONGEST_STEP, required=False)
    on = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AmountForm(forms.Form):
    amount = MoneyField(label=_("Our figure"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = str(self.initial.get("currency") or "EUR")
        if kept not in CURRENCIES:
            self.fields["currency"].choices = [(kept, kept), *((c, c) for c in CURRENCIES)]  # type: ignore[attr-defined]


class LostForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[(str(reason), LOST[reason]) for reason in BY_HAND])
    note = forms.CharField(label=_("In a sentence"), max_length=500, required=False)
