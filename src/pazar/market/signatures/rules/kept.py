"""Chains that were judged a moment ago: their links and verdicts, for a few minutes, for one process."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509

from pazar.market.signatures.rules.verdicts import Verdict

# A revocation of this very minute is seen at the latest then, whatever the answer's own date of renewal says.
LONGEST: Final = timedelta(minutes=5)
MOST: Final = 5_000

Key = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Kept:
    links: tuple[x509.Certificate, ...]
    chain: Verdict
    revocation: Verdict


class KeptChains:
    """Not for correctness: a process without it asks the answers kept in the database, and says the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[datetime, datetime, Kept]] = OrderedDict()

    def get(self, key: Key, now: datetime) -> Kept | None:
        found = self._kept.get(key)
        # The demo's clock may be moved backwards, too.
        if found is None or not found[0] <= now < found[1]:
            return None
        return found[2]

    def put(self, key: Key, kept: Kept, *, now: datetime, until: datetime) -> None:
        self._kept[key] = (now, min(until, now + LONGEST), kept)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
