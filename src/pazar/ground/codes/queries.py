"""Searching the lists, and labels for codes.

A search looks by code first, then by words (`searching`). The lists never change while a process runs: what was
labelled once is remembered.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Literal

from django.db import connection
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from pazar.ground.codes import searching, suggesting
from pazar.ground.codes.models import Cpv, Nuts, Unit
from pazar.ground.codes.rules import cpv, nuts
from pazar.ground.errors import Refusal

Kind = Literal["cpv", "nuts"]

_MOST = 50
_LONGEST_TEXT = 200
LONGEST_SUGGESTED = 2_000
_SHORTEST_SUGGESTED = 3
_MOST_SUGGESTED = 10
_NAMES_LIKE_ENOUGH = 0.42  # of pg_trgm: "Софя" and "София" have 0.5


class UnknownCodes(Refusal):
    """Some of the codes typed are in no list."""

    code = "unknown_codes"
    status = 422
    what = _("These codes are not in the list: {codes}.")
    why = _("Categories are CPV 2008 codes, regions are NUTS codes; each must exist and fit its check digit.")
    remedy = _("Search by a word instead, or correct the code.")


@dataclass(frozen=True)
class Choice:
    """One code as a picker shows it."""

    code: str
    shown: str  # as notices print it: 31321000-2
    label: str
    within: str  # the label of what it stands under; empty at the top
    because: str = ""  # why it was found, where that isn't plain: a sentence in the reader's language
    has_more: bool = False  # are there codes under it


@dataclass(frozen=True)
class UnitChoice:
    """One unit: `symbol` is what stands beside a figure, `label` its name, `other` that of the other language."""

    code: str
    quantity: str
    symbol: str
    label: str
    other: str


def search_cpv(text: str, *, language: str, limit: int = 20, offset: int = 0, nearest: bool = True) -> list[Choice]:
    """Categories that `text` means (B1): a code, its beginning, or words in English or Bulgarian, best first.

    Words are taken in any form, mistyped, or as buyers say them; `because` tells what isn't plain to see. Unless
    `nearest` is off, categories with some of the words follow those with all.
    """
    text, limit, offset = text.strip()[:_LONGEST_TEXT], max(1, min(limit, _MOST)), max(0, offset)
    if not text:
        return []
    index = searching.index()
    digits = cpv.begun(text)
    typed = cpv.leading(text)
    with override(language):
        if typed is not None and typed[0] in index:
            own = index.entry(typed[0])
            below = (_of_entry(one, language) for one in index.begun(own.prefix) if one is not own)
            first = _of_entry(own, language, because=_of_digit(own, typed[1]))
            return list(islice(chain([first], below), offset, offset + limit))
        if digits is not None:
            begin = cpv.prefix(digits) if len(digits) == 8 else digits
            return [_of_entry(entry, language) for entry in islice(index.begun(begin), offset, offset + limit)]
        found = index.search(text, limit=offset + limit, nearest=nearest)
        return [_of_found(one, language) for one in found[offset:]]


def known_words() -> Collection[str]:
    """Every word of the categories' labels and their synonyms, as it is written, in both languages."""
    return searching.index().forms


def cpv_under(code: str, *, language: str) -> list[Choice]:
    """The categories right under `code`, or the divisions if it is empty: the tree, level by level."""
    with override(language):
        return [_of_entry(entry, language) for entry in searching.index().under(code)]


def suggest_cpv(text: str, *, language: str, limit: int = 5) -> list[Choice]:
    """Categories that a title or a description is about (B1), by what buyers of similar things wrote; none if the
    text says nothing known. Texts of any language are taken, those of the learnt notices' best."""
    text, limit = " ".join(text.split())[:LONGEST_SUGGESTED], max(1, min(limit, _MOST_SUGGESTED))
    if len(text) < _SHORTEST_SUGGESTED:
        return []
    index = searching.index()
    return [_of_entry(index.entry(code), language) for code, _share in suggesting.suggest(text, limit)]


def _of_entry(entry: searching.Entry, language: str, *, because: str = "") -> Choice:
    return Choice(
        code=entry.code,
        shown=entry.shown,
        label=entry.label(language),
        within=entry.within(language),
        because=because,
        has_more=entry.has_more,
    )


def _of_found(found: searching.Found, language: str) -> Choice:
    because = ""
    if found.synonym and found.synonym.casefold() not in found.entry.label(language).casefold():
        because = gettext("Found by “{word}”, as buyers call it.").format(word=found.synonym)
    elif found.likeness and not found.synonym:
        because = gettext("Found by “{word}”, which is close to what you typed.").format(word=found.likeness)
    return _of_entry(found.entry, language, because=because)


def _of_digit(entry: searching.Entry, digit: str) -> str:
    right = entry.shown.partition("-")[2]
    if not digit or not right or digit == right:
        return ""
    return gettext("The check digit is {right}, not {wrong}: is this the code you mean?").format(
        right=right, wrong=digit
    )


def search_nuts(text: str, *, language: str, limit: int = 20) -> list[Choice]:
    """Regions that `text` means (B1): a code, its beginning, or a name or part of one, the largest first."""
    text, limit = text.strip()[:_LONGEST_TEXT], max(1, min(limit, _MOST))
    if not text:
        return []
    like = re.sub(r"([\\%_])", r"\\\1", text)
    begin = f"{like.upper()}%"
    found = _nuts_rows(
        language,
        "n.code LIKE %s OR ((n.label_en ILIKE %s OR n.label_bg ILIKE %s) AND n.code !~ 'Z')",
        [begin, f"%{like}%", f"%{like}%"],
        "n.code LIKE %s DESC, n.{label} ILIKE %s DESC, n.level, n.code",
        [begin, f"{like}%"],
        limit,
    )
    return found or _nuts_rows(
        language,
        "greatest(word_similarity(%s, n.label_en), word_similarity(%s, n.label_bg)) >= %s AND n.code !~ 'Z'",
        [text, text, _NAMES_LIKE_ENOUGH],
        "greatest(word_similarity(%s, n.label_en), word_similarity(%s, n.label_bg)) DESC, n.level, n.code",
        [text, text],
        limit,
    )


def labels(codes: Iterable[str], *, language: str) -> dict[str, str]:
    """The labels of categories and regions, by code, in one query or none. A code of no list is its own
    label."""
    wanted = list(dict.fromkeys(codes))
    missing = [code for code in wanted if (language, code) not in _known_labels]
    if missing:
        column = _label(language)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT code, {column} FROM codes_cpv WHERE code = ANY(%s)"  # noqa: S608 - a column of ours
                f" UNION ALL SELECT code, {column} FROM codes_nuts WHERE code = ANY(%s)",
                [missing, missing],
            )
            _known_labels.update({(language, code): label for code, label in cursor.fetchall()})
    return {code: _known_labels.get((language, code), code) for code in wanted}


# Grows to the size of the lists at most, since only codes that exist enter it.
_known_labels: dict[tuple[str, str], str] = {}


def children(kind: Kind, code: str) -> list[str]:
    """The codes one step under `code`, in order; none under one of no list."""
    model = Cpv if kind == "cpv" else Nuts
    return list(model.objects.filter(parent_id=code).order_by("code").values_list("code", flat=True))


def choices(kind: Kind, codes: Sequence[str], *, language: str) -> list[Choice]:
    """What a picker shows for codes already picked, in their order; a code of no list stands as typed.

    A page with many pickers asks once for all of their codes; each picker then finds its own remembered.
    """
    missing = list(dict.fromkeys(code for code in codes if (kind, language, code) not in _known_choices))
    if missing:
        rows = _cpv_rows if kind == "cpv" else _nuts_rows
        letter = "c" if kind == "cpv" else "n"
        found = rows(language, f"{letter}.code = ANY(%s)", [missing], f"{letter}.code", [], len(missing))
        _known_choices.update({(kind, language, choice.code): choice for choice in found})
    return [
        _known_choices.get((kind, language, code)) or Choice(code=code, shown=code, label="", within="")
        for code in codes
    ]


_known_choices: dict[tuple[Kind, str, str], Choice] = {}


def read_codes(kind: Kind, text: str) -> list[str]:
    """The codes in a text field's value, set apart by commas, semicolons or lines; each once, in order.

    A check digit may stand or be left out; a wrong one is refused, since it betrays a misread code.
    Raises UnknownCodes with all that are wrong.
    """
    typed = [part for part in (part.strip() for part in re.split(r"[,;\n]", text)) if part]
    read: dict[str, tuple[str, str]] = {}
    for part in typed:
        try:
            read[part] = cpv.parse(part) if kind == "cpv" else (nuts.parse(part), "")
        except (cpv.CpvMalformed, nuts.NutsMalformed):
            continue
    digits = _check_digits(kind, [code for code, _digit in read.values()])
    wrong = [
        part
        for part in typed
        if part not in read
        or read[part][0] not in digits
        or (read[part][1] and digits[read[part][0]] and read[part][1] != digits[read[part][0]])
    ]
    if wrong:
        raise UnknownCodes(codes=", ".join(dict.fromkeys(wrong)))
    return list(dict.fromkeys(read[part][0] for part in typed))


@lru_cache
def units(language: str) -> tuple[UnitChoice, ...]:
    """All units, the usual ones first."""
    bulgarian = language == "bg"
    return tuple(
        UnitChoice(
            code=unit.code,
            quantity=unit.quantity,
            symbol=unit.symbol_bg if bulgarian else unit.symbol_en,
            label=unit.label_bg if bulgarian else unit.label_en,
            other=unit.label_en if bulgarian else unit.label_bg,
        )
        for unit in Unit.objects.order_by("place")
    )


def unit_symbol(code: str, *, language: str) -> str:
    """How a unit stands beside a figure: "бр." for H87; a code of no list is its own symbol."""
    return _unit_symbols(language).get(code, code)


def read_unit(text: str, *, language: str) -> str | None:
    """The code of the unit that `text` means: its sign, its name in English or Bulgarian, or the code itself.

    None for no unit. Signs differ by the case alone (`H` is a henry, `h` an hour), so what is written exactly so
    goes first; of two that are alike the reader's own language does.
    """
    text = " ".join(text.split())
    exact, alike, known = _unit_words(language)
    code = exact.get(text) or (text if text in known else None) or alike.get(text.casefold())
    return code or (text.upper() if text.upper() in known else None)


@lru_cache
def _unit_symbols(language: str) -> dict[str, str]:
    return {unit.code: unit.symbol for unit in units(language)}


@lru_cache
def _unit_words(language: str) -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """Signs as written; signs and names whatever their case; codes."""
    exact: dict[str, str] = {}
    alike: dict[str, str] = {}
    for tongue in dict.fromkeys([language, "bg", "en"]):
        for unit in units(tongue):
            exact.setdefault(unit.symbol, unit.code)
            alike.setdefault(unit.symbol.casefold(), unit.code)
        for unit in units(tongue):
            alike.setdefault(unit.label.casefold(), unit.code)
    return exact, alike, frozenset(unit.code for unit in units(language))


def _label(language: str) -> str:
    return "label_bg" if language == "bg" else "label_en"


def _cpv_rows(
    language: str, where: str, where_values: list[Any], order: str, order_values: list[Any], limit: int
) -> list[Choice]:
    label = _label(language)
    # Only constants of this file are put into the statement; what people typed goes as values.
    statement = (
        f"SELECT c.code, c.check_digit, c.{label}, coalesce(p.{label}, '')"  # noqa: S608
        " FROM codes_cpv c LEFT JOIN codes_cpv p ON p.code = c.parent_id"
        f" WHERE {where} ORDER BY {order.format(label=label)} LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*where_values, *order_values, limit])
        return [
            Choice(code=code, shown=cpv.shown(code, digit), label=text, within=within)
            for code, digit, text, within in cursor.fetchall()
        ]


def _nuts_rows(
    language: str, where: str, where_values: list[Any], order: str, order_values: list[Any], limit: int
) -> list[Choice]:
    label = _label(language)
    statement = (
        f"SELECT n.code, n.{label}, coalesce(p.{label}, '')"  # noqa: S608 - as above
        " FROM codes_nuts n LEFT JOIN codes_nuts p ON p.code = n.parent_id"
        f" WHERE {where} ORDER BY {order.format(label=label)} LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*where_values, *order_values, limit])
        return [Choice(code=code, shown=code, label=text, within=within) for code, text, within in cursor.fetchall()]


def _check_digits(kind: Kind, codes: list[str]) -> dict[str, str]:
    """Those of `codes` that exist, with their check digits."""
    if missing := [code for code in codes if (kind, code) not in _known_digits]:
        column = "check_digit" if kind == "cpv" else "''"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT code, {column} FROM codes_{kind} WHERE code = ANY(%s)",  # noqa: S608 - constants
                [missing],
            )
            _known_digits.update({(kind, code): digit for code, digit in cursor.fetchall()})
    return {code: _known_digits[kind, code] for code in codes if (kind, code) in _known_digits}


_known_digits: dict[tuple[Kind, str], str] = {}
