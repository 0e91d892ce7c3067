"""How often a Bulgarian query finds a title that says it in another form, and nothing else (J4).

    pazar bench search [--json]

The pairs (`ground/words/tests/inflected_pairs.csv`) are a query and a title that should be found by it, written before
looking at what is found; later rules were made by what they miss. `held_out_pairs.csv` was written before those rules
and isn't tuned on. `strangers.csv` are words that look alike and mean another thing: they should not be found. A pair
counts where every lemma of the query is one of the title's, as the lists ask it; beside it what a search without lemmas
finds.
"""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SOURCE))
TESTS = SOURCE / "pazar/ground/words/tests"


def measure() -> dict[str, Any]:
    asked = {name: _pairs(f"{name}.csv") for name in ("inflected_pairs", "held_out_pairs", "strangers")}
    report: dict[str, Any] = {}
    for name in ("inflected_pairs", "held_out_pairs"):
        missed = [f"{query} → {title}" for query, title in asked[name] if not _finds(query, title)]
        report[name] = {
            "pairs": len(asked[name]),
            "recall": round(1 - len(missed) / len(asked[name]), 3),
            "recall_without_lemmas": round(sum(_same(*pair) for pair in asked[name]) / len(asked[name]), 3),
            "missed": missed,
        }
    wrong = [f"{query} → {title}" for query, title in asked["strangers"] if _finds(query, title)]
    # Of all that was found, how much was meant: as many strangers are asked for as words held out.
    meant = sum(_finds(*pair) for pair in asked["held_out_pairs"])
    report["strangers"] = {
        "pairs": len(asked["strangers"]),
        "kept_apart": round(1 - len(wrong) / len(asked["strangers"]), 3),
        "precision": round(meant / (meant + len(wrong)), 3),
        "found": wrong,
    }
    return report


def _pairs(name: str) -> list[tuple[str, str]]:
    with (TESTS / name).open(encoding="utf-8", newline="") as file:
        return [(row["query"], row["title"]) for row in csv.DictReader(file)]


def _finds(query: str, title: str) -> bool:
    from pazar.ground import words

    return {*words.lemmas(query)} <= {*words.lemmas(title)}


def _same(query: str, title: str) -> bool:
    from pazar.ground.words.lemmatiser import tokens

    return {*tokens(query)} <= {*tokens(title)}


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    print(json.dumps(measure(), indent=None if chosen.json else 1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
