"""Filters and tags of the kit; a builtin library, so no page loads it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, NumberInput, RadioSelect, Select
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from pazar.ground.ui import formats, icons

register = template.Library()

# Filters get whatever a template holds; an absent figure stays absent instead of breaking the page.
Figure = Decimal | int | float | str | None


def _exact(value: Figure) -> Decimal | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


@register.filter
def number(value: Figure) -> str:
    """`48 000`; nothing for nothing."""
    exact = _exact(value)
    return "" if exact is None else formats.number(exact)


@register.filter
def amount(value: Figure, currency: str = "EUR") -> str:
    """The figure of a price, without its currency."""
    exact = _exact(value)
    return "" if exact is None else formats.amount(exact, currency)


@register.filter
def whole_amount(value: Figure, currency: str = "EUR") -> str:
    """The same without noughts after the point, for lists."""
    exact = _exact(value)
    return "" if exact is None else formats.amount(exact, currency, cents=False)


@register.filter
def money(value: Figure, currency: str = "EUR") -> str:
    """`1 240 000.00 EUR` as plain text, for use inside a sentence."""
    exact = _exact(value)
    return "" if exact is None else formats.money(exact, currency)


@register.filter
def currency_sign(currency: str) -> str:
    """`EUR`, or `€` in Bulgarian."""
    return formats.currency_sign(currency)


@register.filter
def euro_of_lev(value: Figure) -> str:
    """`511.29 EUR at 1.95583` beside an older amount in lev."""
    exact = _exact(value)
    return "" if exact is None else formats.euro_of_lev(exact)


@register.filter
def share(value: Figure) -> str:
    """A share (0..1) in per cent."""
    exact = _exact(value)
    return "" if exact is None else formats.share(exact)


@register.filter
def day(value: date | datetime | None) -> str:
    """`24 Nov`, with the year when it isn't this one."""
    return formats.day(value) if value else ""


@register.filter
def long_day(value: date | datetime | None) -> str:
    """`24 Nov 2026`."""
    return formats.day(value, year=True) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """`17:45`."""
    return formats.clock(value) if value else ""


@register.filter
def exact_clock(value: datetime | None) -> str:
    """`17:45:07`."""
    return formats.clock(value, seconds=True) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`24 Nov 17:45 EET`."""
    return formats.moment(value) if value else ""


@register.filter
def exact_moment(value: datetime | None) -> str:
    """`24 Nov 2026 17:45:07 EET`, for receipts and journals."""
    return formats.moment(value, seconds=True, year=True) if value else ""


@register.filter
def until(value: date | datetime | None, end: date | datetime | None) -> str:
    """`28 Oct to 24 Nov`."""
    return formats.period(value, end) if value and end else ""


@register.filter
def left(value: datetime | None) -> str:
    """`3 h 12 min left`."""
    return formats.left(value) if value else ""


@register.filter
def urgency(value: datetime | None) -> str:
    """The kind of status a deadline has."""
    return formats.urgency(value) if value else "done"


@register.filter
def iso(value: date | datetime | None) -> str:
    """The moment for machines."""
    return formats.iso(value) if value else ""


@register.filter
def plain(value: Any) -> str:
    """A figure for an attribute: a point, no groups, whatever the language."""
    return str(value)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An outline icon; silent unless it has a label."""
    return icons.icon(name, label=label)


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """What a component passes on to its element.

    Cotton's own `{{ attrs }}` trusts values bound with a colon; here each is escaped.
    """
    held: Mapping[str, Any] = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    parts = [
        (name, value) for name, value in held.items() if value is not None and value is not False and name != "attrs"
    ]
    return format_html_join(
        "",
        " {}{}",
        ((name, "" if value is True else format_html('="{}"', conditional_escape(value))) for name, value in parts),
    )


@register.simple_tag
def words() -> str:
    """The sentences that the browser's own parts say, in the language of the page."""
    return json.dumps(
        {
            "closed": gettext("closed"),
            "day": formats.days_left(1).replace("1", "%d"),
            "days": formats.days_left(2).replace("2", "%d"),
            "hours": gettext("%(hours)s h %(minutes)s min left")
            .replace("%(hours)s", "%h")
            .replace("%(minutes)s", "%m"),
            "minutes": gettext("%(minutes)s min left").replace("%(minutes)s", "%m"),
            "seconds": gettext("%(seconds)s s left").replace("%(seconds)s", "%s"),
            "saving": gettext("Saving…"),
            "saved": gettext("Saved %(time)s").replace("%(time)s", "%t"),
            "unsaved": gettext("Not saved: %(reason)s").replace("%(reason)s", "%r"),
            "offline": gettext("no connection to the centre; we keep trying."),
            "refused": gettext("the centre refused it; look at the marked fields."),
            "copied": gettext("Copied"),
        },
        ensure_ascii=False,
    )


def _css(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "pz-options"  # stands on the group as well as on each input
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    if isinstance(widget, NumberInput):
        return "form-control num"
    return "form-control"


@register.filter
def is_check(field: BoundField) -> bool:
    """A single box to tick: its label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_moment(field: BoundField) -> bool:
    """A day and an hour: said again in the page's language, since the browser writes them in its own."""
    return getattr(field.field.widget, "input_type", "") == "datetime-local"


@register.filter
def is_day(field: BoundField) -> bool:
    """A day without an hour: said again likewise."""
    return getattr(field.field.widget, "input_type", "") == "date"


@register.simple_tag
def here() -> str:
    """The city whose time the reader's hours are."""
    return formats.zone_city(formats.zone())


@register.filter
def is_group(field: BoundField) -> bool:
    """Several inputs under one legend."""
    return bool(field.field.widget.use_fieldset)


@register.simple_tag
def control(field: BoundField, help_text: str = "") -> SafeString:
    """The field's own input, wired to its help and its error; the first faulty one takes the focus."""
    own = field.field.widget.attrs
    attrs: dict[str, Any] = {"class": f"{_css(field)} {own.get('class', '')}".strip()}
    described = []
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
        if next(iter(faulty(field)), None) == field.name:
            attrs["autofocus"] = True
    if help_text or field.help_text:
        described.append(f"{field.auto_id}_help")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def faulty(field: BoundField) -> list[str]:
    """The names of the faulty fields in the order they stand."""
    return [name for name in field.form.fields if name in field.form.errors]


@register.filter
def faulty_fields(form: Any) -> list[BoundField]:
    """The faulty fields of a form, to be named above it."""
    return [form[name] for name in form.fields if name in form.errors]


@register.filter
def is_figure(value: Any) -> bool:
    """A count that is a number, to be grouped; a word stays a word."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


@register.filter
def exact_iso(value: datetime | None) -> str:
    """The moment with its milliseconds, for the clock in the browser."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else ""
