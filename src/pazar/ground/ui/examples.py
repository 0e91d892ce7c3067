"""What the examples on /kit/ are made of; nobody else uses it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.ui.fields import FigureField


class ExampleRefusal(Refusal):
    code = "example"
    status = 409
    what = _("The bid came too late.")
    why = _("Bids closed at {closes_at:%H:%M:%S}; yours reached the centre at {arrived_at:%H:%M:%S} UTC.")
    remedy = _("Nothing of it was kept. The buyer may be told; a complaint is possible for ten days.")


class ExampleForm(forms.Form):
    title = forms.CharField(label=_("Title"), help_text=_("What you buy, in the words a supplier would search for."))
    quantity = FigureField(label=_("Quantity"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("open", _("Open tender")), ("rfq", _("Request for prices"))])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    lots = forms.ChoiceField(
        label=_("Bids may be for"),
        choices=[("any", _("Any lots")), ("all", _("All lots together"))],
        widget=forms.RadioSelect,
        required=False,
    )
    told = forms.BooleanField(label=_("Tell me by mail as well"), required=False)
