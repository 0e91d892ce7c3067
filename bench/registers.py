"""A register of millions of companies: how fast its file is taken in, how fast a number is looked up (A2).

    pazar bench registers [--data ../shared] [--companies 5000000] [--json]

The companies are made from the real sample of GLEIF: its names and countries, numbered on, with LEIs of their own whose
check digits hold. Goals: 20,000 rows/s, look-up p99 of 5 ms. Yardstick of the same run: COPY of the same file into a
bare table of text columns.
"""

import argparse
import csv
import gzip
import json
import os
import random
import sys
import time
from pathlib import Path

from _centre import fresh_centre, load, own_backend, shared_file, spent, work_folder

_BASE_36 = str.maketrans({chr(55 + number): str(number) for number in range(10, 36)})


def lei(number: int) -> str:
    front = f"{number:018d}"
    return f"{front}{98 - int((front + '00').translate(_BASE_36)) % 97:02d}"


def make(sample: Path, count: int, made: Path) -> None:
    with gzip.open(sample, "rt", encoding="utf-8", newline="") as stream:
        rows = [(row["legal_name"], row["country"]) for row in csv.DictReader(stream)]
    with made.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["lei", "legal_name", "country", "entity_status"])
        for number in range(count):
            name, country = rows[number % len(rows)]
            turn = number // len(rows)
            writer.writerow([lei(number), f"{name} {turn}" if turn else name, country, "ACTIVE"])


def measure(made: Path, count: int) -> dict[str, object]:
    from django.db import connection

    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.companies.adapters import snapshot
    from pazar.market.companies.commands.load import load_register
    from pazar.market.companies.rules.numbers import read_number

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (a text, b text, c text, d text)")
        with cursor.copy("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)") as copy, made.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                copy.write(chunk)
        cursor.execute("DROP TABLE bare")
    bare = time.perf_counter() - begun
    pids = [os.getpid(), own_backend()]
    begun, before = time.perf_counter(), spent(pids)
    report = load_register(actor=CENTRE, path=made)
    loading = time.perf_counter() - begun
    own, database = (after - earlier for after, earlier in zip(spent(pids), before, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE companies_registerentry")
    chance = random.Random(7)
    took, found = [], 0
    for number in (chance.randrange(count) for _ in range(5_000)):
        begun = time.perf_counter()
        found += len(snapshot.answers(read_number("DE", lei(number))))
        took.append((time.perf_counter() - begun) * 1000)
    absent = []
    for number in range(count, count + 1_000):
        begun = time.perf_counter()
        found += len(snapshot.answers(read_number("DE", lei(number))))
        absent.append((time.perf_counter() - begun) * 1000)
    took.sort()
    absent.sort()
    return {
        "companies": count,
        "new": report.new,
        "refused": report.refused_count,
        "rows_per_second": round(count / loading),
        "own_cpu_seconds": round(own, 1),
        "database_cpu_seconds": round(database, 1),
        "load_average": load(),
        "yardstick_bare_copy_rows_per_second": round(count / bare),
        "look_up_found": found,
        "look_up_ms": {"p50": round(took[2500], 2), "p99": round(took[4950], 2), "worst": round(took[-1], 2)},
        "look_up_absent_ms": {"p50": round(absent[500], 2), "p99": round(absent[990], 2)},
        "goal": {"rows_per_second": 20_000, "look_up_p99_ms": 5},
    }


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--companies", type=int, default=5_000_000)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    sample = shared_file(chosen.data, "companies", "gleif_lei_sample.csv.gz")
    if sample is None:
        print(f"no gleif_lei_sample.csv.gz under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    with work_folder() as work:
        made = work / "register.csv"
        make(sample, chosen.companies, made)
        with fresh_centre(work):
            report = measure(made, chosen.companies)
    print(json.dumps(report, indent=None if chosen.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
