"""JSONPath and XPath, as the operator writes them: what stands where in an answer."""

from collections.abc import Mapping
from typing import Any

import jsonpath
from lxml import etree

_MOST = 50


def is_path(path: str, answer: str, namespaces: Mapping[str, str]) -> bool:
    try:
        if answer == "json":
            jsonpath.compile(path)
        else:
            # Evaluated, not only compiled: a prefix nobody declared shows then.
            etree.XPath(path, namespaces=dict(namespaces) or None)(etree.Element("none"))
    except (jsonpath.JSONPathError, etree.XPathError, ValueError, TypeError):
        return False
    return True


def in_json(path: str, told: Any) -> list[str]:
    """What stands there, as texts; numbers are written, lists and objects left out."""
    try:
        found = jsonpath.findall(path, told)
    except (jsonpath.JSONPathError, RecursionError, TypeError):
        return []
    flat = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return [str(one) for one in flat[:_MOST] if isinstance(one, str | int | float) and not isinstance(one, bool)] or [
        str(one).lower() for one in flat[:_MOST] if isinstance(one, bool)
    ]


def has_json(path: str, told: Any) -> bool:
    """Whether anything but null stands there."""
    try:
        return any(one is not None and one != [] and one != {} for one in jsonpath.findall(path, told))
    except (jsonpath.JSONPathError, RecursionError, TypeError):
        return False


def in_xml(path: str, root: "etree._Element", namespaces: Mapping[str, str]) -> list[str]:
    found = root.xpath(path, namespaces=dict(namespaces) or None)
    if not isinstance(found, list):
        return [str(found)] if found not in (None, "") else []
    texts = (
        "".join(map(str, one.itertext())) if isinstance(one, etree._Element) else str(one) for one in found[:_MOST]
    )
    return [text for text in texts if text.strip()]
