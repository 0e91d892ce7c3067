"""Which column of a stranger's table is which field (D3): guessed by name, shown, and put right by a person."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

NEAR: Final = 88  # of 100: one slip in a name of eight letters


@dataclass(frozen=True, slots=True)
class Field:
    """A field of ours and the names that people give its column, in both languages, folded."""

    name: str
    known_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """Field → column, and the columns nobody asked for."""

    columns: Mapping[str, str]
    left: tuple[str, ...]


class NoSuchColumn(ValueError):
    """A map that a person wrote names a field or a column that isn't there."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"{what}: {name}")
        self.what, self.name = what, name


def folded(name: str) -> str:
    """A column's name as names are compared: no case, no signs, words parted by one blank."""
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", text)
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def guess(fields: Sequence[Field], columns: Sequence[str], said: Mapping[str, str] | None = None) -> Guess:
    """The likeliest column for each field, each column once; `said` (field → column, "" for none) goes first.

    Names that are known go before names that are near; of two fields that want one column the earlier one has it.
    Raises NoSuchColumn for a map of names that aren't there.
    """
    said = said or {}
    for name, column in said.items():
        if name not in {field.name for field in fields}:
            raise NoSuchColumn("field", name)
        if column and column not in columns:
            raise NoSuchColumn("column", column)
    chosen = {name: column for name, column in said.items() if column}
    free = {column: folded(column) for column in columns if column and column not in chosen.values()}
    open_fields = [field for field in fields if field.name not in said]
    for near in (False, True):
        for field in open_fields:
            if field.name in chosen:
                continue
            # in the order of the names a field is known by: the plainest one wins
            found = next(
                (column for known in field.known_as for column, name in free.items() if _same(name, known, near)), None
            )
            if found is not None:
                chosen[field.name] = found
                del free[found]
    return Guess(chosen, tuple(free))


def _same(name: str, known: str, near: bool) -> bool:
    if not near:
        return name == known
    return len(known) > 4 and fuzz.ratio(name, known) >= NEAR
