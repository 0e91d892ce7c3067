"""Make the demo's extract of real notices from the normalised TED and OCDS files.

    PYTHONPATH=src python scripts/extract_demo_notices.py --data ../shared

Writes `src/pazar/roof/demo/data/notices.jsonl.gz`: the lines of the source, less what the demo doesn't show and less
every supplier that may be a person. All Bulgarian notices come along; then those in English, then those that state
deadline, CPV and value.
"""

import argparse
import gzip
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pazar.ground.codes.numbers import canonical_number

WANTED = 2000
OUT = Path(__file__).resolve().parent.parent / "src/pazar/roof/demo/data/notices.jsonl.gz"
# Whose licence was read in its repository or is named by the package itself; the others stay out.
PUBLISHERS = {
    "australia/new-south-wales", "canada/buyandsell", "canada/montreal", "colombia", "colombia_2021", "moldova",
    "paraguay", "uk-contracts-finder", "ukraine", "armenia",
}  # fmt: skip
TED_FIELDS = [
    "id",
    "doc_ojs",
    "published",
    "form",
    "language",
    "country",
    "document_type",
    "nature",
    "procedure",
    "procedure_code",
    "deadline",
    "cpv",
    "nuts",
    "value_estimated",
    "value_total",
    "title",
    "description",
    "reference",
    "buyer",
    "lots",
    "awards",
]
LOT_FIELDS = ["lot_no", "title", "description", "cpv", "nuts", "value"]
AWARD_FIELDS = ["lot_no", "title", "date", "tenders_received", "suppliers", "value", "not_awarded"]
OCDS_FIELDS = [
    "ocid",
    "release_id",
    "date",
    "tag",
    "publisher",
    "language",
    "title",
    "description",
    "status",
    "procurement_method",
    "category",
    "procurement_method_details",
    "buyer",
    "value",
    "deadline",
    "classifications",
    "lots",
    "awards",
    "number_of_tenderers",
]
PARTY_FIELDS = [
    "name",
    "national_id",
    "id_scheme",
    "id",
    "address",
    "town",
    "postal_code",
    "country",
    "nuts",
    "region",
    "url",
]
# Names that carry a legal form are firms; sole traders and practices are persons and carry none, or these.
FIRM = re.compile(
    r"(?:^|[\s,.„“\"(«»])(?:e?ood|e?ad|е?оод|е?ад|дззд|гд|дп|ltd|limited|plc|llp|inc|gmbh|mbh|ag|kg|ohg|s\.?a\.?|"
    r"sas|sasu|sarl|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?l\.?u?\.?|sp\. ?z ?o\.? ?o\.?|s\.r\.o\.|a\.s\.|oyj?|ab|a/s|aps|"
    r"b\.?v\.?|n\.?v\.?|d\.o\.o\.|kft\.?|zrt\.?|nyrt\.?|lda\.?|uab|sia|oü|тов|ооо|зат|пат|inc\.|pty)(?=$|[\s,.“”\"»)])",
    re.IGNORECASE,
)
PERSON = re.compile(r"^\W*(?:ет|cmi|dr\.?|фоп|mr|mrs)\b|\b(?:persona natural|ciudadan)", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def slim(value: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: value[name] for name in names if value.get(name) not in (None, "", [], {})}


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return MAIL.sub("contact@example.org", value)
    if isinstance(value, list):
        return [masked(part) for part in value]
    return {name: masked(part) for name, part in value.items()} if isinstance(value, dict) else value


def firm(party: dict[str, Any]) -> bool:
    name, number = str(party.get("name", "")), str(party.get("national_id") or party.get("id") or "")
    if PERSON.search(name) or PERSON.search(str(party.get("id_scheme", ""))):
        return False
    if party.get("country") in ("BG", "FR", "NO", "FI", "DK", "BE", "CZ", "ES") and canonical_number(
        party["country"], number
    ):
        return True
    return bool(FIRM.search(name))


def ted(line: dict[str, Any]) -> dict[str, Any]:
    kept = slim(line, TED_FIELDS)
    if "buyer" in kept:
        kept["buyer"] = slim(kept["buyer"], PARTY_FIELDS)
    if "lots" in kept:
        kept["lots"] = [slim(lot, LOT_FIELDS) for lot in kept["lots"]]
    return with_firms(kept)


def with_firms(kept: dict[str, Any]) -> dict[str, Any]:
    for award in kept.get("awards", ()):
        award["suppliers"] = [slim(s, PARTY_FIELDS) for s in award.get("suppliers", ()) if firm(s)]
    if "awards" in kept and "doc_ojs" in kept:
        kept["awards"] = [slim(award, AWARD_FIELDS) for award in kept["awards"]]
    return kept


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for text in file:
            yield json.loads(text)


def rank(kept: dict[str, Any], text: str) -> tuple[bool, bool, int, int]:
    """Smaller is better."""
    bulgarian = "BG" in (kept.get("country"), str(kept.get("language", "")).upper())
    english = str(kept.get("language", "")).upper() == "EN"
    stated = ("deadline" in kept) + bool(kept.get("cpv") or kept.get("classifications"))
    stated += any(name in kept for name in ("value", "value_estimated", "value_total")) + ("lots" in kept)
    return not bulgarian, not english, -stated, len(text)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    folder = Path(arguments.parse_args().data)
    folder = next(
        (f for f in (folder / "data/notices", folder / "notices", folder) if (f / "ted_2016_2022.jsonl.gz").exists()),
        None,
    )
    if folder is None:
        print("no ted_2016_2022.jsonl.gz there: name the shared folder by --data or PAZAR_SHARED")
        return 2
    found = [
        ted(line)
        for line in lines(folder / "ted_2016_2022.jsonl.gz")
        if line.get("title") and (line.get("buyer") or {}).get("name")
    ]
    for line in lines(folder / "ocds_normalised.jsonl.gz"):
        if line["publisher"] in PUBLISHERS and line.get("title"):
            kept = slim(line, OCDS_FIELDS)
            if "buyer" in kept:
                kept["buyer"] = slim(kept["buyer"], PARTY_FIELDS)
            found.append(with_firms(kept))
    written = []
    for kept in found:
        text = json.dumps(masked(kept), ensure_ascii=False, separators=(",", ":"))
        bulgarian = "BG" in (kept.get("country"), str(kept.get("language", "")).upper())
        if len(text) > 12_000 and not bulgarian:
            continue
        written.append((rank(kept, text), text))
    chosen = {text for _, text in sorted(written)[:WANTED]}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    # without a date in it the file is the same whenever it is made
    data = "\n".join(text for _, text in written if text in chosen) + "\n"
    OUT.write_bytes(gzip.compress(data.encode(), 9, mtime=0))
    print(f"{len(chosen)} notices, {OUT.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
