"""Cover: acts that didn't happen, at moments of chance, so that those that did drown in them.

They are a Poisson process: over a time in which *m* acts are expected, their number wavers by about √m, and that many
real acts more or less can't be told. What that hides and what it doesn't: `docs/decisions/0006-journal-tree.md`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

SHAPES: Sequence[tuple[tuple[int, int], float]] = (((1, 0), 0.5), ((1, 1), 0.2), ((2, 0), 0.2), ((2, 1), 0.1))
"""How many entries an act leaves in its own round and in the next, and how often.

A bid is one entry, and where the bidder's desk has a deal for it a job adds one or two within a second: cover that came
as single entries only would let such pairs stand out.
"""


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Entries to append at once, and with the next round."""

    now: int
    next: int


def gap(per_hour: float, chance: random.Random) -> float:
    """Seconds until the next act, where `per_hour` of them are expected."""
    return chance.expovariate(per_hour / 3600)


def shape(chance: random.Random) -> Cover:
    """What one act leaves."""
    [(now, then)] = chance.choices([shape for shape, _often in SHAPES], [often for _shape, often in SHAPES])
    return Cover(now=now, next=then)
