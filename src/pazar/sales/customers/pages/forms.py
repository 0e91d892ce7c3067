"""What people type about customers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pazar.sales.customers.rules.touches import LONGEST, ByHand
from pazar.sales.customers.timeline import BY_HAND


class AccountForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=300)
    country = forms.ChoiceField(label=_("Country"), required=False)
    number = forms.CharField(label=_("Company number"), max_length=40, required=False)
    town = forms.CharField(label=_("Town"), max_length=120, required=False)


class TouchForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it was"), choices=[(str(kind), BY_HAND[kind]) for kind in ByHand])
    text = forms.CharField(label=_("What happened"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class CorrectionForm(forms.Form):
    text = forms.CharField(label=_("How it really was"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
