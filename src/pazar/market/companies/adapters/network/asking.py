"""What all registers on the network share: ask within bounds, take nothing for granted, remember for a while."""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from lxml import etree

from pazar.ground.net import fetching, patience
from pazar.ground.net.fetching import Fetched, Limits, NotFetched
from pazar.ground.words.seen import seen
from pazar.market.companies.adapters import safe_xml
from pazar.market.companies.adapters.files.shape import text
from pazar.market.companies.adapters.network.source import Source
from pazar.market.companies.adapters.registers import Answer, Down, Found, NotFound
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars

REMEMBERED: Final = {Found: 600.0, NotFound: 60.0}  # seconds: the form asks while one types, and again when it is sent
_MOST_REMEMBERED: Final = 2_000
_MOST_NAMES: Final = 50
NOWHERE: Final = 404


class Silent(Exception):
    """No answer that can be used; `code` is stable: a fault of the network (`NotFetched`), `status-NNN`, `wrong-type`,
    `broken-json`, `broken-xml`, `doctype`, `unknown-answer`, `register-error`, `another-number`, `no-name`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NetworkRegister(ABC):
    """One register behind `source`; a subclass says what to ask and how to read the answer."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.name = source.name
        self._known: OrderedDict[tuple[str, str, str], tuple[float, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def serves(self, number: Read) -> bool:
        if not number.valid:
            return False
        if self.source.countries and number.country not in self.source.countries:
            return False
        return number.scheme in self.source.schemes if self.source.schemes else self.knows(number)

    @abstractmethod
    def knows(self, number: Read) -> bool:
        """Whether this kind of register has such numbers."""

    @abstractmethod
    def ask(self, number: Read, seconds: float) -> Particulars | None:
        """None: it answered, and has no such number. Raises Silent."""

    def look_up(self, number: Read, *, moment: datetime, seconds: float) -> Answer:
        key = (number.country, number.scheme, number.canonical)
        with self._lock:
            until, known = self._known.get(key, (0.0, None))
            if known is not None and time.monotonic() < until:
                return known
        answer = self._look_up(number, moment=moment, seconds=min(seconds, self.source.seconds))
        if (keep := REMEMBERED.get(type(answer))) is not None:
            with self._lock:
                self._known[key] = (time.monotonic() + keep, answer)
                while len(self._known) > _MOST_REMEMBERED:
                    self._known.popitem(last=False)
        return answer

    def _look_up(self, number: Read, *, moment: datetime, seconds: float) -> Answer:
        try:
            found = self.ask(number, seconds)
            if found is not None:
                found = clean(found)
                _check(found, number)
        except Silent as error:
            return Down(register=self.name, code=error.code)
        except (RecursionError, MemoryError):
            return Down(register=self.name, code="broken-answer")
        if found is None:
            return NotFound(register=self.name, as_of=moment.date())
        return Found(register=self.name, as_of=moment.date(), particulars=found)

    def fetch(
        self,
        url: str,
        seconds: float,
        *,
        accept: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched | None:
        """The answer with status 200; None for 404. Raises Silent."""
        source = self.source

        def attempt(left: float) -> Fetched:
            return fetching.fetch(
                url,
                limits=Limits(
                    seconds=left,
                    most_bytes=source.most_bytes,
                    redirects=2,
                    inside=source.inside,
                    with_http=source.with_http,
                ),
                method="GET" if body is None else "POST",
                headers={"Accept": accept, **source.headers, **(headers or {})},
                body=body,
                certificate=source.certificate,
            )

        try:
            answer = patience.ask(f"register {source.name}", attempt, seconds=seconds)
        except NotFetched as error:
            raise Silent(error.fault.replace("_", "-")) from error
        if answer.status == NOWHERE:
            return None
        if answer.status != 200:
            raise Silent(f"status-{answer.status}")
        return answer


def as_json(answer: Fetched) -> Any:
    """Raises Silent."""
    if not (answer.kind == "application/json" or answer.kind.endswith("+json")):
        raise Silent("wrong-type")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:  # not UTF-8 is a ValueError as well
        raise Silent("broken-json") from error


def as_xml(answer: Fetched) -> "etree._Element":
    """Raises Silent."""
    if answer.kind not in ("application/xml", "text/xml") and not answer.kind.endswith("+xml"):
        raise Silent("wrong-type")
    try:
        return safe_xml.parse(answer.body)
    except safe_xml.NotXml as error:
        raise Silent(error.code) from error


def clean(found: Particulars) -> Particulars:
    """Lines of text that a page and PostgreSQL can bear, whatever a server said."""
    told: dict[str, Any] = {name: _line(getattr(found, name)) for name in _LINES}  # `replace` knows no names of fields
    return replace(
        found,
        **told,
        representatives=tuple(filter(None, (_line(name) for name in found.representatives[:_MOST_NAMES]))),
        other_numbers=tuple((_line(s)[:40], _line(n)[:60]) for s, n in found.other_numbers[:_MOST_NAMES]),
    )


_LINES: Final = (
    "country", "scheme", "number", "name", "name_latin", "legal_form", "status_words", "address", "town",
    "postal_code", "region", "email", "website",
)  # fmt: skip
_MOST_NAME: Final = 300


def _line(value: str) -> str:
    return text(seen(value))


def _check(found: Particulars, asked: Read) -> None:
    if not found.name or len(found.name) > _MOST_NAME:
        raise Silent("no-name")
    theirs = {found.number, *(number for _scheme, number in found.other_numbers)}
    if asked.canonical not in theirs:
        raise Silent("another-number")
