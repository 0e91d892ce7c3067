"""How long a year of sales takes to be classed: python bench/class.py [--json] [FILE].

FILE is UCI Online Retail II 2009–2010 unless said (417,534 lines). The yardstick of the run is reading the same file
by Python's `csv` alone: what no classing can beat.
"""

import argparse
import csv
import gzip
import json
import os
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pazar.config.settings")

from pazar.sales.customers.adapters.sale_lines import read_sales
from pazar.sales.customers.rules.classing import ClassingRules, Tally, class_sales

GOAL = 10.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", nargs="?", type=Path)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    shared = Path(os.environ.get("PAZAR_SHARED", Path(__file__).parents[2] / "shared"))
    file = given.file or shared / "data" / "sales" / "uci_online_retail_ii_2009_2010.csv.gz"
    if not file.is_file():
        sys.exit(f"{file} isn't there: give a file, or name the folder of the data in PAZAR_SHARED.")
    start = perf_counter()
    with gzip.open(file, "rt", encoding="utf-8", newline="") if file.suffix == ".gz" else file.open() as stream:
        rows = sum(1 for _ in csv.reader(stream))
    yardstick = perf_counter() - start
    start = perf_counter()
    rules, tally = ClassingRules(), Tally()
    read = read_sales(file)
    for line, one in zip(read.lines, class_sales(read.lines, rules), strict=True):
        tally.add(line, one)
    took = perf_counter() - start
    figures = {
        "lines": tally.lines,
        "refused": read.refused_count,
        "seconds": round(took, 2),
        "goal_seconds": GOAL,
        "yardstick_csv_seconds": round(yardstick, 2),
        "yardstick_rows": rows,
    }
    if given.json:
        print(json.dumps(figures))
    else:
        print(
            f"{tally.lines:,} lines classed in {took:.2f} s (goal {GOAL:g}), {read.refused_count} refused; "
            f"reading alone {yardstick:.2f} s."
        )


if __name__ == "__main__":
    main()
