"""How fast books of a million deals come into a desk: pazar bench import-desk [--rows N] [--json].

The rows are drawn with a fixed seed in the form of a sales pipeline (20,000 customers, 40 managers, 12 products, some
of them in two spellings). Goal: 3,000 rows/s in flat memory. Yardstick of the same run: COPY of the file into a bare
table of text columns.
"""

import argparse
import csv
import json
import os
import random
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
GOAL_ROWS = 3_000
COLUMNS = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
PRODUCTS = [f"Series {letter} {size}" for letter in "ABCD" for size in ("Basic", "Pro", "Plus")] + ["SeriesA Pro"]


def make(made: Path, rows: int) -> None:
    draw = random.Random(6)
    with made.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS.split(","))
        for number in range(rows):
            stage = draw.choice(["Won", "Lost", "Engaging", "Prospecting"])
            month, day = draw.randrange(1, 13), draw.randrange(1, 29)
            ended = f"2026-{month:02d}-{day:02d}" if stage in ("Won", "Lost") else ""
            writer.writerow(
                [f"D{number:08d}", f"Manager {draw.randrange(40)}", draw.choice(PRODUCTS),
                 f"Customer {draw.randrange(20_000)}", stage, f"2025-{month:02d}-{day:02d}", ended,
                 draw.randrange(100, 90_000) if ended else ""]
            )  # fmt: skip


def memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(work: Path, rows: int) -> dict[str, object]:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    from pazar.config import cli  # noqa: F401  fills in how a database is brought up to date
    from pazar.ground import console

    made = work / "deals.csv"
    make(made, rows)
    with console.database(console.data_folder(work / "centre")):
        console.bring_up_to_date()
        console.load_django()
        from django.db import connection

        from pazar.ground.identity.models import Company
        from pazar.ground.identity.rules.actor import CENTRE
        from pazar.sales.pipeline.commands.books import import_books

        company = Company.objects.create(name="Bench", standing=Company.Standing.MEMBER)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE bare (a text, b text, c text, d text, e text, f text, g text, h text)"
            )
            begun = perf_counter()
            with cursor.copy("COPY bare FROM STDIN WITH (FORMAT csv, HEADER)") as copy, made.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    copy.write(chunk)
            bare = perf_counter() - begun
            cursor.execute("DROP TABLE bare")
        memory: list[int] = []
        begun = perf_counter()
        report = import_books(
            actor=CENTRE, company_id=company.pk, paths=[made], watch=lambda path, at: memory.append(memory_mb())
        )
        took = perf_counter() - begun
        begun = perf_counter()
        again = import_books(actor=CENTRE, company_id=company.pk, paths=[made])
        second = perf_counter() - begun
    (one,), (two,) = report.files, again.files
    quarter = memory[len(memory) // 4] if memory else 0
    return {
        "rows": rows,
        "new": one.new,
        "refused": one.refused_count,
        "rows_per_second": round(rows / took),
        "goal_rows_per_second": GOAL_ROWS,
        "the_same_again_per_second": round(rows / second),
        "same": two.same,
        "memory_mb": {"after_a_quarter": quarter, "at_the_end": memory_mb()},
        "yardstick_copy_rows_per_second": round(rows / bare),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    work = Path(tempfile.mkdtemp(prefix="pazar-bench-"))
    work.chmod(0o755)  # as root, PostgreSQL runs as another user
    try:
        figures = measure(work, given.rows)
    finally:
        from pazar.ground.postgres.cluster import stop

        stop(work / "centre")
        shutil.rmtree(work, ignore_errors=True)
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
