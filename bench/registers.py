"""A register of millions of companies: how fast its file is taken in, how fast a number is looked up (A2).

    pazar bench registers [--data ../shared] [--companies 5000000] [--names 1000000] [--json]

The companies are made from the real sample of GLEIF: its names and countries, numbered on, with LEIs of their own whose
check digits hold. Goals: 20,000 rows/s, look-up p99 of 5 ms. Yardstick of the same run: COPY of the same file into a
bare table of text columns.

Names that look alike are searched among a million made of the sample's words, half of those asked with a letter
changed; goal: p95 of 50 ms, and each changed name found. Yardstick of the same run: pg_trgm over the same names.
"""

import argparse
import csv
import gzip
import json
import os
import random
import sys
import time
import uuid
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


def measure(made: Path, count: int, sample: Path, names_count: int) -> dict[str, object]:
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
    alike = measure_names(sample, names_count)
    took.sort()
    absent.sort()
    return {
        **alike,
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
        "goal": {"rows_per_second": 20_000, "look_up_p99_ms": 5, "name_search_p95_ms": 50},
    }


def measure_names(sample: Path, count: int) -> dict[str, object]:
    from django.db import connection

    from pazar.ground.words import names
    from pazar.market.companies.adapters import lookalikes
    from pazar.market.companies.rules import likeness

    if not count:
        return {}
    with gzip.open(sample, "rt", encoding="utf-8", newline="") as stream:
        real = [row["legal_name"].split() for row in csv.DictReader(stream)]
    chance = random.Random(11)
    made = []
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        columns = "(source, subject_id, name, skeleton, keys)"
        with cursor.copy(f"COPY companies_knownname {columns} FROM STDIN") as copy:
            for number in range(count):
                one, other = chance.choice(real), chance.choice(real)
                name = " ".join(one[: chance.randrange(1, len(one) + 1)] + other[-max(1, len(other) - 1) :])
                skeleton = names.skeleton(name)
                copy.write_row(("member", uuid.UUID(int=number), name, skeleton, likeness.keys(skeleton)))
                if number % (count // 600 or 1) == 0:
                    made.append(name)
        loading = time.perf_counter() - begun
        cursor.execute("ANALYZE companies_knownname")
        cursor.execute("CREATE TEMPORARY TABLE trigrams AS SELECT id, name, skeleton FROM companies_knownname")
        cursor.execute("CREATE INDEX ON trigrams USING gin (skeleton gin_trgm_ops)")
        cursor.execute("ANALYZE trigrams")
        cursor.execute("SET pg_trgm.similarity_threshold = 0.5")
    took, yardstick, missed = [], [], 0
    for turn, name in enumerate(made[:600]):
        place = chance.randrange(len(name))
        asked = name if turn % 2 else name[:place] + chance.choice("aeioulnrst") + name[place + 1 :]
        begun = time.perf_counter()
        found = lookalikes.near(asked)
        took.append((time.perf_counter() - begun) * 1000)
        # Where many are as near, eight of them are shown; the one that was changed is missed if all shown are further.
        missed += name not in {one.name for one in found} and not (len(found) == 8 and found[-1].score >= 90)
        if turn < 100:
            skeleton = names.skeleton(asked)
            begun = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM trigrams WHERE skeleton %% %s ORDER BY similarity(skeleton, %s) DESC LIMIT 50",
                    [skeleton, skeleton],
                )
                cursor.fetchall()
            yardstick.append((time.perf_counter() - begun) * 1000)
    took.sort()
    yardstick.sort()
    return {
        "names": count,
        "names_kept_per_second": round(count / loading),
        "name_search_ms": {
            "p50": round(took[len(took) // 2], 1),
            "p95": round(took[int(len(took) * 0.95)], 1),
            "worst": round(took[-1], 1),
        },
        "names_missed_of_600": missed,
        "yardstick_trigrams_ms": {
            "p50": round(yardstick[len(yardstick) // 2], 1),
            "p95": round(yardstick[int(len(yardstick) * 0.95)], 1),
        },
    }


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--companies", type=int, default=5_000_000)
    arguments.add_argument("--names", type=int, default=1_000_000)
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
            report = measure(made, chosen.companies, sample, chosen.names)
    print(json.dumps(report, indent=None if chosen.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
