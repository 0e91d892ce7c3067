"""How much cover a stretch of time gets: acts that didn't happen, by chance, so that those that did drown in them.

Over a time in which `mean` acts are expected, their number wavers by about √mean: that many real acts more or less
can't be told. What that hides and what it doesn't is said in `docs/decisions/0006-journal-tree.md`.
"""

import math
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


def draw(mean: float, chance: random.Random) -> Cover:
    """Cover for a round in which `mean` acts are expected."""
    acts = poisson(mean, chance)
    shapes = chance.choices([shape for shape, _often in SHAPES], [often for _shape, often in SHAPES], k=acts)
    return Cover(now=sum(now for now, _next in shapes), next=sum(then for _now, then in shapes))


def poisson(mean: float, chance: random.Random) -> int:
    """A Poisson number by Knuth's product of uniform draws; `mean` may be 0 and is cut at a few hundred."""
    limit, product, count = math.exp(-min(mean, 500.0)), 1.0, -1
    while True:
        product *= chance.random()
        count += 1
        if product <= limit:
            return count
