"""Compare what the OCDS reader makes of the raw packages with the independently normalised lines.

    PYTHONPATH=src python bench/readers_compare.py --data ../shared

Prints the share of equal fields per (ocid, release id, date), the differences grouped, the speed of reading.
"""

import argparse
import collections
import gzip
import json
import os
import re
import resource
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Notice


def moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def number(value: object) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("$numberLong")
    return None if value in (None, "") else Decimal(str(value))


def expected(line: dict) -> dict:
    cpv = {
        code[:8]
        for scheme, code in line.get("classifications", ())
        if str(scheme).upper() == "CPV" and re.fullmatch(r"\d{8}(-\d)?", str(code))
    }
    return {
        "title": (line.get("title") or "").strip(),
        "cpv": cpv,
        "deadline": moment(line.get("deadline")),
        "value": number((line.get("value") or {}).get("amount")),
        "lots": len(line.get("lots", ())),
        "awards": len(line.get("awards", ())),
    }


def found(notice: Notice) -> dict:
    return {
        "title": notice.title,
        "cpv": set(notice.all_cpv),
        "deadline": notice.deadline,
        "value": notice.value.value if notice.value else None,
        "lots": len(notice.lots),
        "awards": len(notice.awards),
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    folder = Path(chosen.data)
    folder = next(
        (f for f in (folder / "data/notices", folder / "notices", folder) if (f / "ocds_packages.zip").exists()),
        None,
    )
    if folder is None:
        print(f"no ocds_packages.zip under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    started = time.perf_counter()
    everything = list(read_files([folder / "ocds_packages.zip"]))
    seconds = time.perf_counter() - started
    notices: dict[tuple, dict] = collections.defaultdict(dict)
    for taken in everything:
        if isinstance(taken.item, Notice):
            key = taken.item.source_id, taken.item.release_id, taken.item.published
            notices[key][taken.place.member] = taken.item
    with gzip.open(folder / "ocds_normalised.jsonl.gz", "rt") as file:
        lines = [json.loads(line) for line in file]
    equal: collections.Counter = collections.Counter()
    differences: dict[str, list[str]] = collections.defaultdict(list)
    missing = [line["file"] for line in lines if (line["ocid"], line["release_id"], line["date"]) not in notices]
    for line in lines:
        candidates = notices.get((line["ocid"], line["release_id"], line["date"]))
        if not candidates:
            continue
        notice = candidates.get(line["file"]) or next(iter(candidates.values()))
        want, have = expected(line), found(notice)
        for field, value in want.items():
            if have[field] == value:
                equal[field] += 1
                continue
            why = next(
                (
                    r.code
                    for r in notice.remarks
                    if field in r.field.lower() or (field == "deadline" and "Period" in r.field)
                ),
                "",
            )
            group = f"{field}, {line['publisher']}" + (f", left empty: {why}" if why else "")
            differences[group].append(f"{line['file']}: {value!r} → {have[field]!r}"[:220])
    compared = len(lines) - len(missing)
    report = {
        "read": len(everything),
        "refused": sum(not isinstance(taken.item, Notice) for taken in everything),
        "seconds": round(seconds, 3),
        "per_second": round(len(everything) / seconds),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "compared": compared,
        "missing": len(missing),
        "equal_percent": {field: round(100 * equal[field] / compared, 2) for field in expected({})},
        "differences": {group: len(cases) for group, cases in sorted(differences.items())},
    }
    if chosen.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return 0
    print(json.dumps({k: v for k, v in report.items() if k != "differences"}, ensure_ascii=False))
    for group, cases in sorted(differences.items(), key=lambda pair: -len(pair[1])):
        print(f"{len(cases):4} {group}\n       {cases[0]}")
    for file in missing[:5]:
        print(f"     not among what was read: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
