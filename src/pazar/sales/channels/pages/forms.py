"""What people type about leads and the rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pazar.ground.codes.forms import CpvField
from pazar.ground.ui.fields import MoneyField


class RuleForm(forms.Form):
    is_on = forms.BooleanField(label=_("The rule takes opportunities up by itself"), required=False)
    value_min = MoneyField(
        label=_("Value from, in euro"),
        required=False,
        help_text=_("Lev are counted by the fixed rate. Without a stated value a procedure waits for a person."),
    )
    cpv = CpvField(label=_("Categories, each with all under it"), required=False, help_text=_("One of them is enough."))
    buyer_words = forms.CharField(
        label=_("Words in the buyer's name"),
        required=False,
        max_length=500,
        help_text=_("Set apart by commas; one of them is enough."),
    )
    manager = forms.ChoiceField(label=_("Leads go to"), required=False)

    def clean_buyer_words(self) -> tuple[str, ...]:
        return tuple(word for word in (part.strip() for part in self.cleaned_data["buyer_words"].split(",")) if word)
