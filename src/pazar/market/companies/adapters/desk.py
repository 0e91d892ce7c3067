"""All registers of the centre, asked in order (A2)."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.conf import settings

from pazar.market.companies.adapters.network import source
from pazar.market.companies.rules.numbers import Read

from .registers import Answer, Down, Found, NotFound, Register
from .snapshot import Snapshot

AT_A_FORM: Final = 4.0  # seconds that a person who types waits for all registers together
IN_THE_BACK: Final = 30.0
_LEAST: Final = 0.2

_registers: list[Register] = []


def registers() -> list[Register]:
    """Those that settings name, made when they are first asked."""
    if not _registers:
        _registers.extend(configured(settings.REGISTERS))
    return _registers


def configured(names: Sequence[str]) -> list[Register]:
    """Raises source.BadRegisters."""
    return [Snapshot() if found is None else _network(found) for found in source.read(names)]


def _network(found: source.Source) -> Register:
    # Here, so that a centre without such registers doesn't load what they need.
    from pazar.market.companies.adapters.network import generic, gleif, regix_service, vies

    kinds: dict[str, Callable[[source.Source], Register]] = {
        "regix": regix_service.Regix,
        "gleif": gleif.Gleif,
        "vies": vies.Vies,
        "http": generic.Generic,
    }
    return kinds[found.kind](found)


def provide(wanted: Sequence[Register]) -> list[Register]:
    """Ask these from now on; the ones before, so that they can be set back."""
    before = list(registers())
    _registers[:] = wanted
    return before


def look_up(number: Read, *, moment: datetime, seconds: float = AT_A_FORM) -> Answer:
    """The first register that knows the number; else one that gave no answer; else that nobody knows it."""
    until = time.monotonic() + seconds
    silent: Answer | None = None
    unknown: Answer | None = None
    for register in registers():
        if not register.serves(number):
            continue
        left = until - time.monotonic()
        if left < _LEAST:
            silent = silent or Down(register=register.name, code="no-time-left")
            continue
        answer = register.look_up(number, moment=moment, seconds=left)
        if isinstance(answer, Found):
            return answer
        if isinstance(answer, Down):
            silent = silent or answer
        else:
            unknown = unknown or answer
    return silent or unknown or NotFound(register="", as_of=moment.date())
