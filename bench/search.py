"""How often a Bulgarian query finds a title that says it in another form (J4): recall, and what is missed.

    pazar bench search [--json]

The pairs (`ground/words/tests/inflected_pairs.csv`) are a query and a title that should be found by it, written before
looking at what is found. A pair counts where every lemma of the query is one of the title's, as the lists ask it. Pairs
that are found only with the same letters are counted beside: what a search without lemmas would find.
"""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SOURCE))
PAIRS = SOURCE / "pazar/ground/words/tests/inflected_pairs.csv"


def measure() -> dict[str, Any]:
    from pazar.ground import words
    from pazar.ground.words.lemmatiser import tokens

    with PAIRS.open(encoding="utf-8", newline="") as file:
        pairs = [(row["query"], row["title"]) for row in csv.DictReader(file)]
    missed = [f"{query} → {title}" for query, title in pairs if not {*words.lemmas(query)} <= {*words.lemmas(title)}]
    same = sum({*tokens(query)} <= {*tokens(title)} for query, title in pairs)
    return {
        "pairs": len(pairs),
        "recall": round(1 - len(missed) / len(pairs), 3),
        "recall_without_lemmas": round(same / len(pairs), 3),
        "missed": missed,
    }


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    print(json.dumps(measure(), indent=None if chosen.json else 1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
