"""What each manager contributed to a sale, with its working (D8).

The evidence is the account's time line, each entry read as an *act*: somebody found the client, qualified him,
accompanied him, proposed, closed or serviced. For every part:

1. An act counts the less the longer it lies back: half as much after each `half_life` of the part, never less than
   nothing, whole where the regulation sets none. Finding counts once, for whoever was first.
2. What one manager's acts of one part come to, s, counts as s / (s + ½): the first act counts two thirds, ten of them
   less than one, so that a hundred calls can't outweigh another's work by their number.
3. The weight of the part is split among its managers in proportion to that. A part nobody did drops out, and the
   weights of the others keep their proportions.

Acts that a regulation voids are left out before the first step and stand in the working with their clause. Shares are
whole hundredths of a per cent and sum to 100 % exactly; what rounding leaves goes to the largest remainders. Where no
act counts there is nothing to share, and no share is made up.

*Support* stands beside this: those who helped on another's account take no revenue from him. Their credit is the share
they would have had, had their acts counted as his do; these sum to nothing in particular.

The order of the evidence doesn't matter: sums are rounded once (`math.fsum`), ties go by name of the manager's id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor, fsum
from types import MappingProxyType
from typing import Final
from uuid import UUID

WHOLE: Final = 10_000  # a hundred per cent in hundredths of a per cent
HALF: Final = 0.5
_DAY: Final = timedelta(days=1)


class Part(StrEnum):
    """The parts of a sale that somebody can have done."""

    FOUND = "found"
    QUALIFIED = "qualified"
    ACCOMPANIED = "accompanied"
    PROPOSED = "proposed"
    CLOSED = "closed"
    SERVICED = "serviced"


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the time line as evidence. `touch` names the entry; `helping`: on an account that wasn't his."""

    touch: UUID
    manager: UUID
    part: Part
    at: datetime
    helping: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """A clause that takes credit away: from `manager`, for these parts, while it held."""

    clause: str
    manager: UUID
    parts: frozenset[Part] = frozenset(Part)
    since: datetime | None = None
    until: datetime | None = None

    def voids(self, act: Act) -> bool:
        return (
            act.manager == self.manager
            and act.part in self.parts
            and (self.since is None or act.at >= self.since)
            and (self.until is None or act.at < self.until)
        )


_WEIGHTS: Final[Mapping[Part, int]] = MappingProxyType(
    {Part.FOUND: 25, Part.QUALIFIED: 10, Part.ACCOMPANIED: 20, Part.PROPOSED: 15, Part.CLOSED: 20, Part.SERVICED: 10}
)
_HALF_LIVES: Final[Mapping[Part, int]] = MappingProxyType(
    {Part.QUALIFIED: 180, Part.ACCOMPANIED: 90, Part.PROPOSED: 180, Part.SERVICED: 180}
)


@dataclass(frozen=True)
class Weights:
    """A regulation's figures: what each part weighs, after how many days an act counts half (none: never less)."""

    weight: Mapping[Part, int] = field(default_factory=lambda: _WEIGHTS)
    half_life: Mapping[Part, int] = field(default_factory=lambda: _HALF_LIVES)

    def __post_init__(self) -> None:
        """Raises ValueError for figures by which nothing could be shared."""
        if any(weight < 0 for weight in self.weight.values()) or not any(self.weight.values()):
            raise ValueError("weights are nought or more, and one of them more")
        if any(days <= 0 for days in self.half_life.values()):
            raise ValueError("a half-life is a day or more")


@dataclass(frozen=True, slots=True)
class Line:
    """A manager's work on one part: the acts that count, what they come to, his share of the part, of the whole."""

    part: Part
    manager: UUID
    helping: bool
    acts: int
    sum: float  # of the acts, each after its decay
    counted: float  # sum / (sum + ½)
    of_part: float  # 0…1
    of_whole: float  # 0…1


@dataclass(frozen=True, slots=True)
class Voided:
    """An act that counts for nothing, and the clause that says so."""

    act: Act
    clause: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """Shares in hundredths of a per cent; empty where there is nothing to share. The working stands beside them."""

    shares: Mapping[UUID, int]
    support: Mapping[UUID, int]
    lines: tuple[Line, ...]
    voided: tuple[Voided, ...]


def contribution(
    acts: Iterable[Act], *, at: datetime, weights: Weights, breaches: Sequence[Breach] = ()
) -> Contribution:
    """What each did, as of `at` (when the deal was won). Later acts prove nothing about it and are left out."""
    counted, voided = [], []
    for act in acts:
        clause = next((breach.clause for breach in breaches if breach.voids(act)), None) if breaches else None
        if clause is not None:
            voided.append(Voided(act, clause))
        elif act.at <= at:
            counted.append(act)
    lines = _lines([act for act in counted if not act.helping], at, weights)
    helped = [line for line in _lines(counted, at, weights) if line.helping]
    return Contribution(
        _rounded(_by_manager(lines)),
        # rounded down: nobody is owed the remainder of what isn't shared out
        {manager: floor(share * WHOLE) for manager, share in _by_manager(helped).items()},
        lines,
        tuple(sorted(voided, key=lambda one: (one.act.at, one.act.touch))),
    )


def _lines(acts: Sequence[Act], at: datetime, weights: Weights) -> tuple[Line, ...]:
    """The work of each, helpers' beside the others' (the same person may be both)."""
    done: defaultdict[Part, defaultdict[tuple[UUID, bool], list[float]]] = defaultdict(lambda: defaultdict(list))
    first: Act | None = None
    for act in acts:
        if act.part is Part.FOUND:
            if first is None or (act.at, act.manager.bytes, act.touch.bytes) < (
                first.at, first.manager.bytes, first.touch.bytes,
            ):  # fmt: skip
                first = act
            continue
        days = weights.half_life.get(act.part)
        done[act.part][act.manager, act.helping].append(HALF ** ((at - act.at) / _DAY / days) if days else 1.0)
    if first is not None:
        done[Part.FOUND][first.manager, first.helping].append(1.0)
    parts = [part for part in Part if part in done and weights.weight.get(part, 0) > 0]
    whole = sum(weights.weight[part] for part in parts)
    lines = []
    for part in parts:
        sums = {who: fsum(worth) for who, worth in done[part].items()}
        counted = {who: worth / (worth + HALF) for who, worth in sums.items()}
        together = fsum(counted.values())
        for who in sorted(sums):
            of_part = counted[who] / together if together else 0.0
            lines.append(
                Line(
                    part,
                    *who,
                    len(done[part][who]),
                    sums[who],
                    counted[who],
                    of_part,
                    of_part * weights.weight[part] / whole,
                )
            )
    return tuple(lines)


def _by_manager(lines: Iterable[Line]) -> dict[UUID, float]:
    of: defaultdict[UUID, list[float]] = defaultdict(list)
    for line in lines:
        of[line.manager].append(line.of_whole)
    return {manager: fsum(parts) for manager, parts in sorted(of.items())}


def _rounded(shares: Mapping[UUID, float]) -> dict[UUID, int]:
    """Whole hundredths of a per cent that sum to WHOLE, by largest remainder (Hamilton's method)."""
    together = fsum(shares.values())
    if not together:
        return {}
    exact = {manager: share / together * WHOLE for manager, share in shares.items()}
    given = {manager: floor(share) for manager, share in exact.items()}
    left = WHOLE - sum(given.values())
    for manager in sorted(exact, key=lambda one: (given[one] - exact[one], one))[:left]:
        given[manager] += 1
    return given
