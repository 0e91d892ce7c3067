"""`{% code_label %}`, `{% unit %}` and `{% code_picker %}`: codes on a page, in its language."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from pazar.ground.codes import queries

register = template.Library()


@register.simple_tag
def code_label(code: str) -> str:
    """The label of a category or region."""
    return queries.labels([code], language=get_language() or "en")[code]


@register.simple_tag
def unit(code: str) -> str:
    """How a unit stands beside a figure."""
    return queries.unit_symbol(code, language=get_language() or "en")


@register.inclusion_tag("codes/_picker.html")
def code_picker(
    kind: queries.Kind,
    name: str,
    values: str | Iterable[str] = "",
    attrs: dict[str, Any] | None = None,  # Any: what Django's widgets take as attributes
) -> dict[str, Any]:
    """A field for several codes: a text field that a script makes a search with chips."""
    typed = re.split(r"[,;\n]", values.replace("\x00", "")) if isinstance(values, str) else list(values or ())
    codes = [code.strip() for code in typed if code.strip()]
    wanted = {code: code.partition("-")[0].upper() for code in codes}
    known = {
        name: choice
        for choice in queries.choices(kind, list(wanted.values()), language=get_language() or "en")
        for name in (choice.code, choice.shown)
    }
    # What was typed and refused comes back as it was: "31321000-3" is no code of the list, and is shown so.
    picked = [known.get(code, queries.Choice(code=code, shown=code, label="", within="")) for code in codes]
    return {
        "source": reverse(f"codes:{kind}"),
        "tree": kind == "cpv",
        "map": reverse("codes:map") if kind == "nuts" else "",
        "name": name,
        "value": ", ".join(codes),
        "attrs": {"class": "form-control"}
        | {key: value for key, value in (attrs or {}).items() if value not in ("", None, False)},
        "picked": picked,
    }


@register.simple_tag
def picker_attrs(field_id: str, error: str = "", required: object = "") -> dict[str, Any]:
    """The attributes that tie a picker to its label, help and error."""
    told = f"{field_id}_error {field_id}_help" if error else f"{field_id}_help"
    return {
        "id": field_id,
        "aria-describedby": told,
        "aria-invalid": "true" if error else "",
        "required": "required" if required else "",
    }
