"""A reason in words of the reader's language: as pieces for a page, some of them marked, or as one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pazar.ground.codes import queries as codes
from pazar.ground.codes.rules.reason import Reason, Under

_MOST = 2  # of categories and regions; a line that says all says nothing
_MOST_WORDS = 4
# Where a mark begins and ends, inside a translated sentence; nobody can type these.
_MARK, _END = "\x02", "\x03"


@dataclass(frozen=True)
class Piece:
    """A part of the reason; `is_mark` is what the supplier himself asked for."""

    text: str
    is_mark: bool = False


def know_labels(reasons: Iterable[Reason]) -> None:
    """Fetch, in one query for the active language, the labels that these reasons will be said with."""
    spoken = [code for reason in reasons for under in (*reason.categories, *reason.regions) for code in _both(under)]
    codes.labels(spoken, language=_language())


def pieces(reason: Reason) -> list[Piece]:
    """The reason in the active language."""
    return [
        Piece(text=part, is_mark=place % 2 == 1)
        for place, part in enumerate(_text(reason).replace(_END, _MARK).split(_MARK))
        if part
    ]


def sentence(reason: Reason, language: str) -> str:
    """The reason in `language`, as plain text."""
    with translation.override(language):
        return _text(reason).replace(_MARK, "").replace(_END, "")


def _text(reason: Reason) -> str:
    said = [*_categories(reason), *_regions(reason), *_words(reason), *_value(reason)]
    text = ", ".join(said)
    if reason.lot_number:
        # a source may have named the lot in words of its own: "Lot 1 — Pumps"
        named = _("Lot %(number)s: %(reason)s") if reason.lot_number[:1].isdigit() else "%(number)s: %(reason)s"
        text = named % {"number": reason.lot_number, "reason": text}
    if reason.more_lots:
        more = ngettext("%(n)s more lot fits", "%(n)s more lots fit", reason.more_lots) % {"n": reason.more_lots}
        text = f"{text}; {more}"
    return text


def _categories(reason: Reason) -> list[str]:
    shown, more = reason.categories[:_MOST], len(reason.categories) - _MOST
    said = [_under(under) for under in shown]
    if more > 0:
        said.append(
            ngettext("%(count)s more category", "%(count)s more categories", more) % {"count": more},
        )
    return said


def _under(under: Under) -> str:
    labels = _labels(under)
    place = {
        "label": labels[under.code],
        "code": under.code,
        "asked_label": labels[under.asked],
        "asked": under.asked,
        "mark": _MARK,
        "end": _END,
    }
    if under.is_same:
        return _("%(mark)s%(label)s %(code)s%(end)s") % place
    return _("%(label)s %(code)s %(mark)sin your %(asked_label)s %(asked)s%(end)s") % place


def _regions(reason: Reason) -> list[str]:
    said = []
    for under in reason.regions[:_MOST]:
        place = {"label": _labels(under)[under.code], "code": under.code, "mark": _MARK, "end": _END}
        said.append(_("region %(mark)s%(label)s %(code)s%(end)s") % place)
    return said


def _words(reason: Reason) -> list[str]:
    shown = reason.words[:_MOST_WORDS]
    if not shown:
        return []
    marked = " ".join(f"{_MARK}{word}{_END}" for word in shown)
    return [ngettext("word %(words)s", "words %(words)s", len(shown)) % {"words": marked}]


def _value(reason: Reason) -> list[str]:
    match reason.value:
        case "inside":
            return [_("value in your range")]
        case "not_stated":
            return [_("no value stated, so your range wasn't asked")]
        case "not_comparable":
            return [_("value in a currency that can't be compared with your range")]
        case _:
            return []


def _both(under: Under) -> tuple[str, str]:
    return under.code, under.asked


def _labels(under: Under) -> dict[str, str]:
    return codes.labels(_both(under), language=_language())


def _language() -> str:
    return (translation.get_language() or "en").split("-")[0]
