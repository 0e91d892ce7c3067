"""What a register says of an organisation, what a person typed, and what follows from the difference (A2)."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pazar.ground.words import names


class Status(StrEnum):
    """State of an organisation as far as trading with it is concerned; the register's own words stand beside it."""

    ACTIVE = "active"
    LIQUIDATION = "liquidation"
    INSOLVENCY = "insolvency"
    DISSOLVED = "dissolved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """One organisation as a register knows it. Empty: the register doesn't say."""

    country: str
    scheme: str
    number: str
    name: str
    name_latin: str = ""
    legal_form: str = ""
    status: Status = Status.UNKNOWN
    status_words: str = ""
    address: str = ""
    town: str = ""
    postal_code: str = ""
    region: str = ""
    representatives: tuple[str, ...] = ()
    other_numbers: tuple[tuple[str, str], ...] = ()  # (scheme, number)
    founded_on: date | None = None
    email: str = ""
    website: str = ""
    doubt: str = ""  # code of what is wrong with the number although a register gave it


class Door(StrEnum):
    """What a status means for who wants to register."""

    OPEN = "open"
    FLAGGED = "flagged"  # a moderator looks at it
    SHUT = "shut"


def door(status: Status) -> Door:
    """A dissolved organisation stays out; one in liquidation or insolvency is a moderator's decision (A2, A3)."""
    if status is Status.DISSOLVED:
        return Door.SHUT
    return Door.FLAGGED if status in (Status.LIQUIDATION, Status.INSOLVENCY) else Door.OPEN


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field where what was typed isn't what the register says; `near` when only the writing differs."""

    field: str
    typed: str
    registered: str
    near: bool = False


@dataclass(frozen=True)
class Comparison:
    agree: tuple[str, ...] = ()
    differ: tuple[Difference, ...] = ()
    unsaid: tuple[str, ...] = field(default=())  # the register doesn't say, or nothing was typed


COMPARED = ("name", "legal_form", "address", "town", "postal_code")


def compare(typed: dict[str, str], registered: Particulars) -> Comparison:
    """Field by field: equal but for case, blanks and punctuation counts as agreeing.

    A name also agrees with the register's Latin name, and with itself without its legal form.
    """
    agree, differ, unsaid = [], [], []
    for name in COMPARED:
        mine, theirs = typed.get(name, "").strip(), str(getattr(registered, name)).strip()
        if not mine or not theirs:
            unsaid.append(name)
        elif _same(name, mine, registered):
            agree.append(name)
        else:
            near = name == "name" and names.skeleton(mine) == names.skeleton(theirs)
            differ.append(Difference(field=name, typed=mine, registered=theirs, near=near))
    return Comparison(tuple(agree), tuple(differ), tuple(unsaid))


def _same(name: str, mine: str, registered: Particulars) -> bool:
    theirs = str(getattr(registered, name))
    if _folded(mine) == _folded(theirs):
        return True
    if name != "name":
        return False
    own = {_folded(theirs), _folded(f"{theirs} {registered.legal_form}")}
    if registered.name_latin:
        own |= {_folded(registered.name_latin), _folded(f"{registered.name_latin} {registered.legal_form}")}
    bare = _folded(names.without_form(mine))
    return _folded(mine) in own or bare in {_folded(names.without_form(text)) for text in own}


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
