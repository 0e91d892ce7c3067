"""What the bench of suggestions and the script that learns them share: reading notices, and who is held out."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pazar.ground.codes.rules.suggestion import Sample

LISTS = Path(__file__).resolve().parent.parent / "src/pazar/ground/codes/data"
TED = "ted_2016_2022.jsonl.gz"
LOTS = 8  # of one notice: a hundred lots of one buyer would outvote everybody else
HELD_OUT = 51  # of 256


def place(folder: Path, name: str) -> Path:
    """Where a file of notices lies, whichever folder of the shared data was named."""
    for root in (folder / "data/notices", folder / "notices", folder):
        if (root / name).exists():
            return root / name
    raise SystemExit(f"no {name} under {folder}: name the shared folder by --data or PAZAR_SHARED")


def notices(folder: Path) -> list[dict[str, Any]]:
    """TED's notices that have a title and a category."""
    with gzip.open(place(folder, TED), "rt", encoding="utf-8") as lines:
        return [one for one in map(json.loads, lines) if one.get("title") and one.get("cpv")]


def held_out(notice: dict[str, Any]) -> bool:
    """One buyer in five, by a hash of the name: nothing of that buyer is learnt from."""
    buyer = ((notice.get("buyer") or {}).get("name") or notice["id"]).strip().casefold()
    return hashlib.sha256(buyer.encode()).digest()[0] < HELD_OUT


def labels() -> list[dict[str, str]]:
    raw = gzip.decompress((LISTS / "cpv_2008.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(raw, newline="")))


def of_labels() -> Iterator[Sample]:
    for row in labels():
        yield Sample(row["label_en"], (row["code"],), "label-en")
        yield Sample(row["label_bg"], (row["code"],), "label-bg")


def of_notices(found: Iterable[dict[str, Any]]) -> Iterator[Sample]:
    for notice in found:
        language, title, codes = notice.get("language") or "", notice["title"], tuple(notice["cpv"][:5])
        seen = {title}
        yield Sample(title, codes, language)
        if notice.get("description"):
            yield Sample(f"{title} {notice['description'][:600]}", codes, language)
        for lot in (notice.get("lots") or [])[:LOTS]:
            own = lot.get("cpv") or ()
            own = (own,) if isinstance(own, str) else tuple(own[:5])
            text = lot.get("title") or ""
            if own and text and text not in seen:
                seen.add(text)
                yield Sample(f"{text} {(lot.get('description') or '')[:200]}", own, language)


def samples(found: Iterable[dict[str, Any]]) -> list[Sample]:
    return [*of_notices(found), *of_labels()]
