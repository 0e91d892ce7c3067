"""Categories: codes of the Common Procurement Vocabulary 2008 (Regulation (EC) No 213/2008).

A code has eight digits and, set off by a hyphen, a check digit of its own. Its meaning narrows from left to
right: two digits name the division, the third the group, the fourth the class, the fifth the category, the
last three go further; zeros fill the rest. So a subtree is a beginning: everything under 31300000 begins
with "313".
"""

import re
from typing import Literal

Level = Literal["division", "group", "class", "category", "subcategory"]

_LEVELS: dict[int, Level] = {2: "division", 3: "group", 4: "class", 5: "category"}
_TYPED = re.compile(r"([0-9]{8})(?:-?([0-9]))?")
_LEADING = re.compile(r"([0-9]{8})(?:\s?[-‐‑‒–—−]\s?([0-9])|([0-9]))?(?![0-9])")
_BEGUN = re.compile(r"[0-9]{2,8}")


class CpvMalformed(ValueError):
    """This is not the form of a category's code."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no CPV code")
        self.text = text


def parse(text: str) -> tuple[str, str]:
    """Code and check digit (empty if not given) of what somebody typed or pasted.

    Takes "31321000-2", "31321000", "313210002", with blanks and any dash. Whether the code exists and the
    digit is its own only the list knows: the digit follows no published formula. Raises CpvMalformed.
    """
    match = _TYPED.fullmatch(_plain(text))
    if match is None:
        raise CpvMalformed(text)
    return match.group(1), match.group(2) or ""


def begun(text: str) -> str | None:
    """The digits of a code that somebody is still typing ("313", "31321000-"), or None if it is something
    else."""
    body = _plain(text)
    if match := _TYPED.fullmatch(body):
        return match.group(1)
    body = body.removesuffix("-")
    return body if _BEGUN.fullmatch(body) else None


def leading(text: str) -> tuple[str, str] | None:
    """Code and check digit at the head of a text, as notices print them: "31321000-2 Electricity power lines"."""
    match = _LEADING.match(text.strip())
    return (match.group(1), match.group(2) or match.group(3) or "") if match else None


def prefix(code: str) -> str:
    """What every code of this one's subtree begins with: without the filling zeros, two digits at least."""
    return code.rstrip("0").ljust(2, "0")


def level(code: str) -> Level:
    """How deep `code` stands in the tree."""
    return _LEVELS.get(len(prefix(code)), "subcategory")


def ancestors(code: str) -> tuple[str, ...]:
    """Every code that `code` may stand under, nearest first; some of them are not in the list."""
    own = prefix(code)
    return tuple(
        own[:length].ljust(8, "0") for length in range(len(own) - 1, 1, -1) if prefix(own[:length]) == own[:length]
    )


def covers(interest: str, code: str) -> bool:
    """Is `code` the category of interest or one under it (B1)?"""
    return code.startswith(prefix(interest))


def shown(code: str, check_digit: str) -> str:
    """A code as notices print it: 31321000-2."""
    return f"{code}-{check_digit}" if check_digit else code


def _plain(text: str) -> str:
    return re.sub(r"[‐‑‒–—−]", "-", re.sub(r"\s+", "", text))
