"""How long contributions take: python bench/rulings.py [--json]; 10,000 cases of 200 touches.

The evidence is drawn with a fixed seed: six managers, six parts, two years, every tenth act a helper's. The yardstick
of the run is adding up the same acts by manager, with nothing else: what any sharing has to do.
"""

import argparse
import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from pazar.sales.rulings.rules.contribution import Act, Part, Weights, contribution

CASES, TOUCHES, GOAL = 10_000, 200, 5.0
WON = datetime(2026, 11, 2, 9, tzinfo=UTC)


def evidence(draw: random.Random, people: list[UUID]) -> list[Act]:
    return [
        Act(
            UUID(int=number + 1),
            draw.choice(people),
            draw.choice(tuple(Part)),
            WON - timedelta(minutes=draw.randrange(2 * 365 * 1440)),
            draw.random() < 0.1,
        )
        for number in range(TOUCHES)
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    draw = random.Random(8)
    people = [UUID(int=number + 1) for number in range(6)]
    cases = [evidence(draw, people) for _ in range(200)]  # drawn once, each shared out fifty times
    weights = Weights()
    start = perf_counter()
    for number in range(CASES):
        Counter(act.manager for act in cases[number % len(cases)])
    yardstick = perf_counter() - start
    start = perf_counter()
    for number in range(CASES):
        contribution(cases[number % len(cases)], at=WON, weights=weights)
    took = perf_counter() - start
    figures = {
        "cases": CASES,
        "touches": TOUCHES,
        "seconds": round(took, 2),
        "goal_seconds": GOAL,
        "yardstick_counting_seconds": round(yardstick, 2),
    }
    if given.json:
        print(json.dumps(figures))
    else:
        print(
            f"{CASES:,} cases of {TOUCHES} touches in {took:.2f} s (goal {GOAL:g}); counting alone {yardstick:.2f} s."
        )


if __name__ == "__main__":
    main()
