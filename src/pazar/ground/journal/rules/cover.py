"""How many cover entries a stretch of time gets: a Poisson draw, so that what happened drowns in it.

Over a time in which `mean` cover entries are expected, their number wavers by about √mean: that many real entries
more or less can't be told. What that hides and what it doesn't is said in `docs/decisions/0006-journal-tree.md`.
"""

import math
import random


def draw(mean: float, chance: random.Random) -> int:
    """A Poisson number by Knuth's product of uniform draws; `mean` may be 0 and is at most a few hundred."""
    limit, product, count = math.exp(-min(mean, 500.0)), 1.0, -1
    while True:
        product *= chance.random()
        count += 1
        if product <= limit:
            return count
