"""How a bank account, a telephone number and an address are written so that two can be compared (A3)."""

import re
import unicodedata

import phonenumbers
from stdnum import exceptions, iban

from pazar.ground.words import names

_MOST_OWNERS = 10
_MOST_NAME = 200
# Of an address: what only says what kind of word follows.
_SKIPPED = """ул улица бул булевард пл площад кв квартал жк бл блок вх вход ет етаж ап апартамент обл област общ община
гр град с село г офис номер д дом корп str street st road rd no nr office floor"""
_NOISE = frozenset(names.skeleton(word) for word in _SKIPPED.split())


def account(typed: str) -> str | None:
    """An IBAN without blanks, None for what can't be one; empty for nothing."""
    text = "".join(unicodedata.normalize("NFKC", typed).split()).upper().removeprefix("IBAN").lstrip(":")
    if not text:
        return ""
    try:
        return str(iban.validate(text))
    except (exceptions.ValidationError, ValueError):
        return None


def telephone(typed: str, *, country: str) -> str | None:
    """A number as the world dials it (+359…), None for what can't be one; empty for nothing.

    Without its country's prefix it is read as one of `country`.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return ""
    try:
        read = phonenumbers.parse(text[:40], country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(read):
        return None
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def address_key(*, address: str, town: str, country: str) -> str:
    """One key for one address however it is written: its words in one script and order, without "street" and the
    like. Empty where no number stands in it: half a village lives at "the centre".
    """
    # Word by word: the skeleton of a whole takes legal forms off its ends, and "ет" is one.
    words = [names.skeleton(word) for word in re.findall(r"[^\W_]+", f"{address} {town}")]
    kept = sorted({word for word in words if word and word not in _NOISE})
    return f"{country} {' '.join(kept)}"[:300] if re.search(r"\d", address) else ""


def owners(typed: str) -> list[str]:
    """Names, one in a line; at most ten."""
    lines = (" ".join(line.split())[:_MOST_NAME] for line in typed.replace(";", "\n").splitlines())
    return list(dict.fromkeys(line for line in lines if line))[:_MOST_OWNERS]
