"""How each kind of entry is said. The domains above add their own kinds when the house starts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pazar.sales.customers.rules.touches import ACCOUNT_NOTED, ACCOUNT_RENAMED, CORRECTION, ByHand

Facts = Mapping[str, Any]  # as JSON gives them back
Say = Callable[[Facts], str]

BY_HAND: dict[str, str | Promise] = {
    ByHand.CALL: gettext_lazy("Call"),
    ByHand.MEETING: gettext_lazy("Meeting"),
    ByHand.MAIL: gettext_lazy("Mail"),
    ByHand.NOTE: gettext_lazy("Note"),
    CORRECTION: gettext_lazy("Correction"),
}
_SAYERS: dict[str, Say] = {}
_ICONS = {
    ByHand.CALL: "phone",
    ByHand.MEETING: "users",
    ByHand.MAIL: "mail",
    ByHand.NOTE: "note",
    CORRECTION: "pencil",
    ACCOUNT_NOTED: "user-plus",
}


def teach(kind: str, say: Say, *, icon: str = "point") -> None:
    """Let entries of `kind` be said by `say(facts)`; the same kind again replaces it."""
    _SAYERS[kind] = say
    _ICONS[kind] = icon


def said(kind: str, facts: Facts) -> str:
    """The sentence of an entry, in the language in force; the word for its kind where a person wrote the rest."""
    if kind in BY_HAND:
        return str(BY_HAND[kind])
    return _SAYERS[kind](facts) if kind in _SAYERS else kind


def icon(kind: str) -> str:
    return _ICONS.get(kind, "point")


def _noted(facts: Facts) -> str:
    if facts.get("found") == "market":
        return _("Came from the market: %(title)s") % {"title": facts.get("title", "")}
    if facts.get("found") == "books":
        return _("Came with the company's books")
    return _("Entered as a customer")


def _renamed(facts: Facts) -> str:
    return _("Is called %(after)s now, as its register says; it was %(before)s") % {
        "after": facts["after"],
        "before": facts["before"],
    }


teach(ACCOUNT_RENAMED, _renamed, icon="pencil")
teach(ACCOUNT_NOTED, _noted, icon="user-plus")
