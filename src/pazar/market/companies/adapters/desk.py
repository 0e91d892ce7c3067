"""All registers of the centre, asked in order (A2)."""

from collections.abc import Sequence
from datetime import datetime

from pazar.market.companies.rules.numbers import Read

from .registers import Answer, Down, Found, NotFound, Register
from .snapshot import Snapshot

_registers: list[Register] = [Snapshot()]


def provide(registers: Sequence[Register]) -> list[Register]:
    """Ask these from now on; the ones before, so that they can be set back."""
    before = list(_registers)
    _registers[:] = registers
    return before


def look_up(number: Read, *, moment: datetime) -> Answer:
    """The first register that knows the number; else one that gave no answer; else that nobody knows it."""
    silent: Answer | None = None
    unknown: Answer | None = None
    for register in _registers:
        if not register.serves(number):
            continue
        answer = register.look_up(number, moment=moment)
        if isinstance(answer, Found):
            return answer
        if isinstance(answer, Down):
            silent = silent or answer
        else:
            unknown = unknown or answer
    return silent or unknown or NotFound(register="", as_of=moment.date())
