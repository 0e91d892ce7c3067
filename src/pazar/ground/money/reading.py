"""Reading an amount that a person typed.

People mix habits: "1 240 000,50", "1,240,000.50", "1240000.5". Whatever has one meaning only is taken in
either language. "1,234" has two, a thousand or one and a bit. Where three decimals are allowed (unit prices) it is
refused in every language: nobody should lose three digits of a price to a guess, and a price must mean the same whoever
reads it. Where they aren't, it can only be a thousand: it is taken where the language groups by commas (English), and
refused where the comma is the decimal sign (Bulgarian). The same holds, turned round, for "1.234".
"""

import re
import unicodedata
from decimal import Decimal
from typing import Literal

from babel.numbers import get_currency_symbol, get_group_symbol

from pazar.ground.money import amounts

Reason = Literal["empty", "not_a_number", "wrong_groups", "ambiguous", "too_precise", "too_long"]

_MOST_DIGITS = 18
_GROUPED = re.compile(r"\d{1,3}(?:G\d{3})+")


class AmountUnreadable(ValueError):
    """The text is no amount, or more than one; `reason` says which, for the page to explain."""

    def __init__(self, text: str, reason: Reason) -> None:
        super().__init__(f"{text!r}: {reason}")
        self.text = text
        self.reason: Reason = reason


def parse(text: str, *, currency: str, locale: str, decimals: int | None = None) -> amounts.Money:
    """The amount in `text`, which may carry the sign or code of `currency`.

    `decimals` is how many are allowed, those of the currency unless told (unit prices have more). A minus
    is read; whether it makes sense is for the caller to say. Raises AmountUnreadable, UnknownCurrency.
    """
    allowed = amounts.digits(currency) if decimals is None else decimals
    body = _without_currency(_plain(text), currency, locale)
    negative = body.startswith("-")
    # The sign stands on either side of the minus: "€-5", "-€5", "-5 €".
    body = _without_currency(body.removeprefix("-").strip(), currency, locale) if negative else body
    if not body:
        raise AmountUnreadable(text, "empty")
    if not re.fullmatch(r"[0-9]+(?:[ .,][0-9]+)*", body):
        raise AmountUnreadable(text, "not_a_number")

    mark = _decimal_mark(text, body, locale, allowed)
    whole, _, fraction = body.rpartition(mark) if mark else (body, "", "")
    groups = set(re.findall(r"[ .,]", whole))
    if " " in fraction or len(groups) > 1:
        raise AmountUnreadable(text, "wrong_groups")
    for group in groups:
        if not re.fullmatch(_GROUPED.pattern.replace("G", re.escape(group)), whole):
            raise AmountUnreadable(text, "wrong_groups")
        whole = whole.replace(group, "")
    if len(fraction) > allowed:
        raise AmountUnreadable(text, "too_precise")
    if len(whole.lstrip("0")) > _MOST_DIGITS:
        raise AmountUnreadable(text, "too_long")
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return amounts.Money(-number if negative and number else number, currency)


def _decimal_mark(text: str, body: str, locale: str, allowed: int) -> str:
    """Which character of `body` parts the whole from its decimals; nothing when it has none."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        last, other = (".", ",") if body.rindex(".") > body.rindex(",") else (",", ".")
        if body.count(last) > 1 or body.rindex(other) > body.index(last):
            raise AmountUnreadable(text, "wrong_groups")
        return last
    if points + commas != 1:
        return ""  # none, or several of one kind: those can only be groups
    mark = "." if points else ","
    whole, _, fraction = body.partition(mark)
    might_be_group = len(fraction) == 3 and " " not in whole and len(whole) <= 3 and not whole.startswith("0")
    if not might_be_group:
        return mark
    if allowed < 3 and mark == get_group_symbol(locale):
        return ""
    raise AmountUnreadable(text, "ambiguous")


def _plain(text: str) -> str:
    """One kind of space, minus and no apostrophes as groups (1'240'000), however it was typed or pasted."""
    spaced = "".join(" " if unicodedata.category(sign) in {"Zs", "Cc"} else sign for sign in text)
    spaced = re.sub(r"(?<=\d)['’](?=\d)", " ", spaced)
    return re.sub(r"[−–‒]", "-", spaced).strip()


def _without_currency(body: str, currency: str, locale: str) -> str:
    names = {
        currency,
        get_currency_symbol(currency, locale=locale),
        get_currency_symbol(currency, locale="en"),
    }
    for name in sorted(names, key=len, reverse=True):
        if body.upper().startswith(name.upper()):
            return body[len(name) :].strip()
        if body.upper().endswith(name.upper()):
            return body[: -len(name)].strip()
    return body
