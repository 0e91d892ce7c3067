"""The one interface of all registers (A2)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a register says; `as_of` is the day its words are from."""

    register: str
    as_of: date
    particulars: Particulars


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """The register answered and knows no such number; `as_of` as in `Found`."""

    register: str
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Down:
    """The register gave no answer that can be used; `code` is stable. Ask again later."""

    register: str
    code: str


Answer = Found | NotFound | Down


class Register(Protocol):
    """`serves` says whether the register would know such a number; `look_up` never raises for the network's sake, and
    takes no longer than `seconds`."""

    name: str

    def serves(self, number: Read) -> bool: ...

    def look_up(self, number: Read, *, moment: datetime, seconds: float) -> Answer: ...
