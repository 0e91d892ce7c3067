"""Form fields for figures as people here type them: `1 240 000,50` as well as `1240000.50`."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground import money
from pazar.ground.ui import formats

UNREADABLE: dict[str, Promise] = {
    "not_a_number": _("Write a figure, such as 1 240.50."),
    "wrong_groups": _("The digits are grouped in a way that can be read wrongly; write them without spaces."),
    "ambiguous": _("This can be read in two ways; write it without spaces, or with two digits after the point."),
    "too_precise": _("There are too many digits after the point."),
    "too_long": _("This figure is too long."),
}


class FigureInput(forms.TextInput):
    """A text field with the keyboard of figures; a browser's own number field would refuse a comma or a space."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "num", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return formats.typed(value) if isinstance(value, Decimal) else super().format_value(value)


class FigureField(forms.DecimalField):
    """A Decimal with at most `decimal_places` digits after the point; quantities, shares, unit prices."""

    widget = FigureInput

    def __init__(self, *, decimal_places: int = 2, currency: str = "EUR", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(**{"max_digits": 18, "decimal_places": decimal_places, **kwargs})

    def to_python(self, value: Any) -> Any:  # the stubs give DecimalField the answer of IntegerField
        if value in self.empty_values or isinstance(value, Decimal):
            return super().to_python(value)
        try:
            read = money.parse(
                str(value), currency=self.currency, locale=formats.language(), decimals=self.decimal_places
            )
        except money.AmountUnreadable as error:
            if error.reason == "empty":
                return None
            raise ValidationError(str(UNREADABLE[error.reason]), code=error.reason) from error
        return read.amount

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # DecimalField's min, max and step belong to a number field.
        return {}


class MoneyField(FigureField):
    """An amount, nothing below nought; it may be typed with the sign or code of its currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), **kwargs})
