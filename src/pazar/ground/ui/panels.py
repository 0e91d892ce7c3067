"""A panel: one domain's part of a page that gathers many domains' parts, such as a procedure's."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`template` is rendered with `context` beside the page's own.

    A *tab* has a heading and perhaps a count and is shown one at a time; a *rail* panel stands beside the tabs;
    an *act* is the next thing this actor would do here (its template is one button).
    """

    slot: Literal["tab", "rail", "act"]
    key: str
    template: str
    title: str = ""
    count: int | None = None
    order: int = 100
    context: dict[str, Any] = field(default_factory=dict)
