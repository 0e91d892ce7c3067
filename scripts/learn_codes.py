"""Learn from real notices which words mean which categories.

    python scripts/learn_codes.py --data ../shared

Reads TED's notices (`notices/ted_2016_2022.jsonl.gz`) alone, whose reuse is allowed with attribution, and writes into
`src/pazar/ground/codes/data/`:

* `synonyms_learnt.json.gz`: words of titles in English and Bulgarian that the labels of their categories lack;
* `suggestions.bin.gz`: the model that suggests categories from a text, from titles, descriptions and lots in every
  language and from the labels of the categories.

The same input gives the same bytes.
"""

import argparse
import csv
import gzip
import io
import itertools
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


from bench._suggest import LISTS as OUT  # noqa: E402
from bench._suggest import labels, notices, samples  # noqa: E402

from pazar.ground import words  # noqa: E402
from pazar.ground.codes.rules.suggestion import Model  # noqa: E402

FEWEST_NOTICES, FEWEST_BUYERS = 4, 3
SURE = 0.7  # the share of a word's notices that bear the category
RARE = 0.02  # a word of more titles than this means nothing by itself


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    folder = Path(arguments.parse_args().data)
    found = notices(folder)
    learnt = synonyms(found)
    write("synonyms_learnt.json.gz", json.dumps({"source": "TED 2016-2022", "synonyms": learnt}, ensure_ascii=False))
    print(f"{len(learnt)} synonyms")
    model = Model.trained(samples(found))
    write("suggestions.bin.gz", model.packed())
    print(f"{(OUT / 'suggestions.bin.gz').stat().st_size:,} bytes of model")
    return 0


def write(name: str, content: str | bytes) -> None:
    raw = content.encode() if isinstance(content, str) else content
    (OUT / name).write_bytes(gzip.compress(raw, 9, mtime=0))


def synonyms(found: Iterable[dict[str, Any]]) -> dict[str, list[tuple[str, float]]]:
    """Words and pairs of words of titles, to the narrowest category that most of their notices bear."""
    titles: list[tuple[frozenset[str], str, str]] = []
    for notice in found:
        if notice.get("language") not in ("BG", "EN"):
            continue
        buyer = ((notice.get("buyer") or {}).get("name") or notice["id"]).casefold()
        said = [(notice["title"], notice["cpv"][0])]
        for lot in notice.get("lots") or []:
            codes = lot.get("cpv") or []
            if codes and lot.get("title"):
                said.append((lot["title"], codes[0] if isinstance(codes, list) else codes))
        for text, code in dict.fromkeys(said):
            listed = [lemma for _place, lemma in words.ordered_lemmas(text)]
            pairs = {" ".join(pair) for pair in itertools.pairwise(listed)}
            titles.append((frozenset(listed) | pairs, code, buyer))

    every = Counter(key for keys, _code, _buyer in titles for key in keys)
    where: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for keys, code, buyer in titles:
        for key in keys:
            where[key].append((code, buyer))
    everywhere = frozenset().union(*(words.lemmas(f"{row['label_en']} {row['label_bg']}") for row in labels()))
    everywhere |= place_names()
    learnt: dict[str, list[tuple[str, float]]] = {}
    for key, places in sorted(where.items()):
        buyers = {buyer for _code, buyer in places}
        if len(places) < FEWEST_NOTICES or len(buyers) < FEWEST_BUYERS or every[key] > RARE * len(titles):
            continue
        if not all(len(word) > 2 and word.isalpha() for word in key.split()):
            continue
        best = narrowest(places)
        # A word that stands in labels finds by them; notices would only lead it astray.
        if best is None or set(key.split()) <= everywhere:
            continue
        learnt[key] = [best]
    return learnt


def narrowest(places: list[tuple[str, str]]) -> tuple[str, float] | None:
    """The deepest category, group or narrower, that holds enough of the notices by enough buyers."""
    for length in (8, 5, 4, 3):
        counts = Counter(code[:length] for code, _buyer in places)
        beginning, count = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        buyers = {buyer for code, buyer in places if code.startswith(beginning)}
        if count >= FEWEST_NOTICES and len(buyers) >= FEWEST_BUYERS and count / len(places) >= SURE:
            code = beginning.ljust(8, "0")
            if code in KNOWN:
                # few notices are weak evidence, whatever their share
                return code, round(count / (len(places) + 1), 2)
    return None


KNOWN = {row["code"] for row in labels()}


def place_names() -> frozenset[str]:
    """Buyers of one place buy alike; the place means none of it."""
    raw = gzip.decompress((OUT / "nuts.csv.gz").read_bytes()).decode()
    rows = csv.DictReader(io.StringIO(raw, newline=""))
    return frozenset(lemma for row in rows for lemma in words.lemmas(f"{row['label_en']} {row['label_bg']}"))


if __name__ == "__main__":
    sys.exit(main())
