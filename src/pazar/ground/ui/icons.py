"""Tabler's outline icons as inline SVG: they take the colour of the text and cost no request."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
# A page without the bundled icons still works: a small ring stands in their place.
_MISSING = '<circle cx="12" cy="12" r="4"/>'


@lru_cache(maxsize=512)
def _shapes(name: str) -> str:
    if not _NAME.fullmatch(name):
        return _MISSING
    path = Path(settings.VENDOR) / "icons" / f"{name}.svg"
    try:
        found = _SHAPES.search(path.read_text(encoding="utf-8"))
    except OSError:
        return _MISSING
    if found is None:
        return _MISSING
    return re.sub(r"\s*\n\s*", "", _FRAME.sub("", found.group(1))).strip()


def icon(name: str, *, label: str = "") -> SafeString:
    """The icon `name`; with a `label` it is an image that speaks, without one it is silent."""
    speech = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="pz-icon" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        speech,
        mark_safe(_shapes(name)),  # noqa: S308 our own bundled files, the name is checked
    )
