"""Why matches are matches: the rules over each interest's version of that moment and the lot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from pazar.ground.codes import wording
from pazar.market.matching.queries import oracle, stored
from pazar.market.matching.rules import reasons
from pazar.market.matching.rules.reasons import Reason

if TYPE_CHECKING:
    from pazar.market.matching.models import Interest


class Matched(Protocol):
    """A match as it is stored, or what is known of one that was just written."""

    @property
    def pk(self) -> UUID: ...
    @property
    def lot_id(self) -> UUID: ...
    @property
    def interest_id(self) -> UUID: ...
    @property
    def interest_version(self) -> int: ...


def of_matches(matches: Iterable[Matched], interests: Iterable[Interest] = ()) -> dict[UUID, Reason]:
    """Each match's reason by the match's id: two queries, and one for labels not yet known.

    `interests` that are read already needn't be asked for where a match is of their version in force.
    """
    rows = list(matches)
    versions = {(interest.pk, interest.version): stored.facts(interest) for interest in interests}
    wanted = {(row.interest_id, row.interest_version) for row in rows}
    versions |= stored.versions(wanted - versions.keys())
    lots = oracle.lot_facts({row.lot_id for row in rows})
    # Thousands of interests ask one of a few hundred things; `versions` gives those one object.
    said: dict[tuple[int, UUID], Reason] = {}
    found: dict[UUID, Reason] = {}
    for row in rows:
        version, lot = versions.get((row.interest_id, row.interest_version)), lots.get(row.lot_id)
        if version is None or lot is None:
            continue
        key = id(version), row.lot_id
        if key not in said:
            said[key] = reasons.reason(version, lot)
        found[row.pk] = said[key]
    wording.know_labels(said.values())
    return found
