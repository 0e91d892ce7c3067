"""How fast a notice finds its interests among a million, and what that costs in memory.

    pazar bench match [--count 1000000] [--seed 1] [--sample 200] [--json] [--out FILE]
    pazar bench match --interests FILE --notices FILE [--json] [--out FILE]

Without files, interests are made from codes, regions and title words of real notices (`--data`, or those that
the demo brings), and the notices are asked one by one. Yardsticks of the same run, which must find the same ones: the
pure rule (`rules.meaning.fits`) over every interest for a few notices (`--sample`), and the SQL oracle in an embedded
database over `--oracle` of the interests (0: not). `cpu_…` are the
same without what other programs took of the machine. Goals: p50 0.6 ms, p99 1.5 ms, under 250 MB, built in 10 s.

The files are UTF-8 (`.gz`: packed), one row a line, cells parted by tabs, no quoting; a first line whose first cell is
`id` is a heading.

    interests   id  codes  regions  any  none
    notices     id  codes  regions  words

* `id`: a whole number. Where one isn't, the row's number (from 1, headings not counted) stands in its place.
* `codes`: CPV codes parted by commas, semicolons or blanks; eight digits with or without their check digit
  (`31321000-2`, `31321000`, `313210002`), or only a beginning (`313`). An interest's code means everything under it.
* `regions`: NUTS codes, parted likewise, any case; an interest's region means everything in it.
* `any`, `none`: words parted by commas, semicolons or blanks; one of `any` is wanted, none of `none`. `words` is
  running text or words. All are lemmatised as in the product (`--words plain`: compared as written, in small letters).
* An empty or missing cell of an interest asks nothing; an empty cell of a notice has nothing, and fits no interest that
  asks for it. Words that say nothing (and, за) are left out. A code that can't be read fits only itself.
* A line that isn't UTF-8, has a NUL or more cells than these is no row: left out, counted (`refused_lines`) and told on
  stderr by its number. Empty lines are none.

The answer is a row per notice, in their order: `id`, how many interests it fits, the sum of their ids; to `--out` or to
the terminal, the figures then on stderr. With `--json` and no `--out` the rows stand in the object as `notices_found`.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import itertools
import json
import os
import random
import re
import sys
import tempfile
import time
import traceback
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from _centre import SOURCE, fresh_centre, load, shared_file, work_folder
from pyroaring import BitMap

from pazar.ground import words
from pazar.ground.codes.rules import cpv
from pazar.market.matching.index import Index
from pazar.market.matching.rules import meaning
from pazar.market.matching.rules.interests import InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts

GOAL = {"p50_ms": 0.6, "p99_ms": 1.5, "memory_mb": 250, "build_s": 10}
NOBODY = UUID(int=0)


class Cells:
    """Reads cells; what a part of one means is looked up once, since a million interests repeat each other."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._codes: dict[str, str] = {}
        self._regions: dict[str, str] = {}
        self._lemmas: dict[str, tuple[str, ...]] = {}
        self.unread: set[str] = set()

    def codes(self, cell: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self._codes.get(part) or self._code(part) for part in _parts(cell)]))

    def regions(self, cell: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self._regions.setdefault(p, p.upper()) for p in _parts(cell)]))

    def asked(self, cell: str) -> tuple[str, ...]:
        """Words of an interest."""
        if not cell:
            return ()
        found: dict[str, None] = {}
        for part in _parts(cell):
            lemmas = self._lemmas.get(part)
            if lemmas is None:
                lemmas = self._lemmas[part] = (part.lower(),) if self._plain else tuple(words.lemmas(part))
            found.update(dict.fromkeys(lemmas))
        return tuple(found)

    def text(self, cell: str) -> frozenset[str]:
        """Words of a notice."""
        return frozenset(part.lower() for part in _parts(cell)) if self._plain else frozenset(words.lemmas(cell))

    def _code(self, part: str) -> str:
        digits = cpv.begun(part)
        if digits is None:
            self.unread.add(part)
        code = self._codes[part] = part if digits is None else digits.ljust(8, "0")
        return code


def _parts(cell: str) -> list[str]:
    return cell.replace(",", " ").replace(";", " ").split() if cell else []


class Rows:
    """The rows of a TSV, each with at least `cells` cells. Lines that are none are left out and told."""

    def __init__(self, path: Path, cells: int) -> None:
        self._path, self._cells = path, cells
        self.refused: list[str] = []

    def __call__(self) -> Iterator[list[str]]:
        self.refused = []
        with (gzip.open if self._path.suffix == ".gz" else open)(self._path, "rb") as lines:
            for place, raw in enumerate(lines, 1):
                try:
                    line = raw.decode("utf-8-sig" if place == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    self._refuse(place, f"byte {error.start + 1} isn't UTF-8")
                    continue
                row = line.split("\t")
                if place == 1 and row[0].strip().lower() == "id":
                    continue
                if not line.strip():
                    continue
                if len(row) > self._cells and any(map(str.strip, row[self._cells :])):
                    self._refuse(place, f"{len(row)} cells; {self._cells} are known")
                elif "\0" in line:
                    self._refuse(place, "a NUL")
                else:
                    yield row + [""] * (self._cells - len(row))

    def _refuse(self, place: int, why: str) -> None:
        self.refused.append(f"{self._path.name} line {place}: {why}")


@dataclass
class Built:
    index: Index
    ids: array[int]
    seconds: float
    cpu_seconds: float


def build(rows: Iterator[list[str]], cells: Cells) -> Built:
    """The index over interests as they stand in a file; an interest's number is its row."""
    begun, begun_cpu = time.perf_counter(), time.process_time()
    index, ids = Index(), array("q")
    add, codes, regions, asked = index.add_plain, cells.codes, cells.regions, cells.asked
    gc.disable()
    for number, row in enumerate(rows):
        ids.append(_id(row[0], number))
        add(number, cpv=codes(row[1]), regions=regions(row[2]), words_any=asked(row[3]), words_none=asked(row[4]))
    index.pack()
    gc.enable()
    spent, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    return Built(index=index, ids=ids, seconds=spent, cpu_seconds=cpu)


def _id(cell: str, number: int) -> int:
    try:
        return int(cell)
    except ValueError:
        return number + 1


def lot(row: list[str], cells: Cells) -> LotFacts:
    return LotFacts(cpv=cells.codes(row[1]), regions=cells.regions(row[2]), lemmas=cells.text(row[3]))


# --- made interests --------------------------------------------------------------------------
def real_notices(data: str) -> list[dict[str, Any]]:
    """Notices with codes, from the shared folder or from the demo's own."""
    place = shared_file(data, "notices", "ted_2016_2022.jsonl.gz") or SOURCE / "pazar/roof/demo/data/notices.jsonl.gz"
    with gzip.open(place, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [notice for notice in found if notice.get("cpv") and notice.get("title")]


def notice_rows(notices: list[dict[str, Any]]) -> Iterator[list[str]]:
    """A row per lot: its own codes, regions and words, or its procedure's."""
    for number, notice in enumerate(notices, start=1):
        for part in notice.get("lots") or [{}]:
            text = [part.get("title"), part.get("description"), notice.get("title"), notice.get("description")]
            yield [
                str(number),
                " ".join(part.get("cpv") or notice["cpv"]),
                " ".join(part.get("nuts") or notice.get("nuts") or ()),
                " ".join(" ".join(t.split()) for t in text if t),
            ]


def made_interests(notices: list[dict[str, Any]], count: int, seed: int) -> Iterator[list[str]]:
    """Interests as suppliers of these notices might have them: codes at any depth, regions at any level, title words.

    Nine of ten name one to three codes, half one or two regions, three of ten words they want, one of ten a word they
    don't; none asks nothing.
    """
    chance = random.Random(seed)
    titles = [re.findall(r"[^\W\d_]{4,}", n["title"]) for n in notices]
    for number in range(1, count + 1):
        first = chance.randrange(len(notices))
        codes = (
            []
            if chance.random() < 0.1
            else [
                _cut(chance.choice(notices[place]["cpv"]), chance.choice((2, 3, 3, 4, 4, 5, 8))).ljust(8, "0")
                for place in [first, *(chance.randrange(len(notices)) for _n in range(chance.choice((0, 0, 1, 2))))]
            ]
        )
        places = notices[first].get("nuts") or ()
        regions = [_cut(chance.choice(places), chance.choice((2, 3, 4, 5)))] if places and chance.random() < 0.5 else []
        wanted = titles[first] if titles[first] and (chance.random() < 0.3 or not (codes or regions)) else []
        other = titles[chance.randrange(len(titles))] if chance.random() < 0.1 else []
        yield [
            str(number),
            " ".join(codes),
            " ".join(regions),
            " ".join(chance.sample(wanted, min(len(wanted), chance.choice((1, 2, 3))))),
            chance.choice(other) if other else "",
        ]


def make_files(folder: Path, chosen: Any) -> tuple[Path, Path]:
    """Made interests and real notices as files, by a process of its own: making them isn't what is measured."""
    interests, asked = folder / "interests.tsv", folder / "notices.tsv"
    if (child := os.fork()) == 0:
        notices = real_notices(chosen.data)
        with interests.open("w", encoding="utf-8") as out:
            out.writelines("\t".join(row) + "\n" for row in made_interests(notices, chosen.count, chosen.seed))
        with asked.open("w", encoding="utf-8") as out:
            out.writelines("\t".join(row) + "\n" for row in notice_rows(notices))
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the interests could not be made")
    return interests, asked


def _cut(code: str, length: int) -> str:
    return code[: max(length, 2)]


def interest_facts(row: list[str], cells: Cells) -> InterestFacts:
    def wanted(cell: str) -> tuple[Word, ...]:
        return tuple(Word(typed=lemma, lemma=lemma) for lemma in cells.asked(cell))

    return InterestFacts(
        company_id=NOBODY,
        cpv=cells.codes(row[1]),
        regions=cells.regions(row[2]),
        words_any=wanted(row[3]),
        words_none=wanted(row[4]),
    )


# --- measuring -------------------------------------------------------------------------------
def memory_mb(what: str) -> int:
    """VmRSS (held now) or VmHWM (the most that was held) of this process."""
    status = Path("/proc/self/status")
    found = re.search(rf"{what}:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


def part(times: list[float], share: float) -> float:
    """The quantile in milliseconds."""
    ordered = sorted(times)
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 4)


def ask(
    built: Built, rows: Iterator[list[str]], cells: Cells
) -> tuple[list[tuple[str, int, int]], list[float], list[float]]:
    """Every notice by itself; only the matching is timed, and a notice's words are read before."""
    answers, times, cpu = [], [], []
    ids = built.ids
    gc.collect()
    gc.freeze()
    for row in rows:
        facts = lot(row, cells)
        begun, begun_cpu = time.perf_counter(), time.thread_time()
        found = built.index.match(facts)
        cpu.append(time.thread_time() - begun_cpu)
        times.append(time.perf_counter() - begun)
        answers.append((row[0], len(found), sum(map(ids.__getitem__, found))))
    return answers, times, cpu


def by_rule(
    make: Callable[[], Iterator[list[str]]], facts: list[LotFacts], cells: Cells
) -> tuple[list[list[int]], float]:
    """The rule over every interest, for each of the lots: row numbers, and milliseconds a notice."""
    found: list[list[int]] = [[] for _fact in facts]
    spent = 0.0
    for number, row in enumerate(make()):
        interest = interest_facts(row, cells)
        begun = time.perf_counter()
        for place, fact in enumerate(facts):
            if meaning.fits(interest, fact):
                found[place].append(number)
        spent += time.perf_counter() - begun
    return found, spent * 1000 / max(len(facts), 1)


def by_sql(
    make: Callable[[], Iterator[list[str]]], sample: list[list[str]], count: int, plain: bool
) -> tuple[list[list[int]], float]:
    """The SQL oracle over the first `count` interests, in a database and a process of its own: as `by_rule`."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        try:
            with work_folder() as folder:
                answer = _asked_of_sql(folder, make, sample, count, Cells(plain=plain))
            with os.fdopen(writing, "w") as out:
                json.dump(answer, out)
            code = 0
        except BaseException:
            traceback.print_exc()
            code = 1
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as answer_of_child:
        text = answer_of_child.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the oracle could not be asked")
    found, milliseconds = json.loads(text)
    return found, milliseconds


def _asked_of_sql(
    folder: Path, make: Callable[[], Iterator[list[str]]], sample: list[list[str]], count: int, cells: Cells
) -> tuple[list[list[int]], float]:
    with fresh_centre(folder):
        from django.db import connection

        from pazar.ground.identity.models import Company
        from pazar.market.matching.queries import oracle
        from pazar.market.procedures.models import Lot, Procedure

        company = Company.objects.create(name="Bench", country="BG")
        columns = "id, company_id, name, cpv, regions, words_any, words_none, lemmas_any, lemmas_none, kinds, regimes, "
        columns += "buyers_none, with_outside, mail_outside, is_active, version, created_at, changed_at"
        moment = datetime.now(UTC)
        with connection.cursor() as cursor, cursor.copy(f"COPY matching_interest ({columns}) FROM STDIN") as copy:
            for number, row in enumerate(itertools.islice(make(), count)):
                codes, places = list(cells.codes(row[1])), list(cells.regions(row[2]))
                wanted, unwanted = list(cells.asked(row[3])), list(cells.asked(row[4]))
                asks = [codes, places, wanted, unwanted, wanted, unwanted, [], [], []]
                copy.write_row([UUID(int=number), company.pk, str(number), *asks, True, False, True, 1, moment, moment])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE matching_interest")
        lots = []
        for place, row in enumerate(sample):
            facts = lot(row, cells)
            whole = Procedure.objects.create(
                reference=f"B-{place}",
                origin="outside",
                state="published",
                title="Bench",
                source="b",
                source_id=str(place),
            )
            lots.append(
                Lot.objects.create(
                    procedure=whole,
                    number="1",
                    cpv=list(facts.cpv),
                    regions=list(facts.regions),
                    lemmas=sorted(facts.lemmas),
                )
            )
        begun = time.perf_counter()
        found = [sorted(fit.interest_id.int for fit in oracle.fits_of_lots([one.pk])) for one in lots]
        return found, (time.perf_counter() - begun) * 1000 / len(lots)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--interests", type=Path)
    options.add_argument("--notices", type=Path)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--sample", type=int, default=5, help="notices that the rule is asked too")
    options.add_argument(
        "--oracle", type=int, default=0, metavar="N", help="ask the SQL oracle over N of the interests"
    )
    options.add_argument("--words", choices=("lemmas", "plain"), default="lemmas")
    options.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    options.add_argument("--out", type=Path)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if bool(chosen.interests) != bool(chosen.notices):
        options.error("--interests and --notices go together")

    words.lemmas("word дума")  # the dictionaries are loaded once, whatever is measured
    cells = Cells(plain=chosen.words == "plain")
    given = bool(chosen.interests)
    if not given:
        folder = tempfile.TemporaryDirectory(prefix="pazar-bench-")
        chosen.interests, chosen.notices = make_files(Path(folder.name), chosen)
    interests, asked = Rows(chosen.interests, 5), Rows(chosen.notices, 4)
    before = memory_mb("VmRSS")
    built = build(interests(), cells)
    answers, times, cpu = ask(built, asked(), cells)
    report: dict[str, Any] = {
        "interests": len(built.ids),
        "notices": len(times),
        "p50_ms": part(times, 0.5),
        "p99_ms": part(times, 0.99),
        "most_ms": part(times, 1),
        "cpu_p50_ms": part(cpu, 0.5),
        "cpu_p99_ms": part(cpu, 0.99),
        "build_s": round(built.seconds, 2),
        "build_cpu_s": round(built.cpu_seconds, 2),
        "memory_mb": memory_mb("VmHWM"),
        "memory_before_mb": before,
        "found_a_notice": round(sum(count for _id, count, _sum in answers) / max(len(answers), 1)),
        "unreadable_codes": len(cells.unread),
        "load_average": load(),
        "goal": GOAL,
    }
    refused = [*interests.refused, *asked.refused]
    if refused:
        report["refused_lines"] = len(refused)
        print(*refused[:100], sep="\n", file=sys.stderr)
    everything = list(asked())
    sample = random.Random(chosen.seed).sample(everything, min(chosen.sample, len(everything)))
    if sample:
        facts = [lot(row, cells) for row in sample]
        expected, milliseconds = by_rule(interests, facts, cells)
        equal = all(list(built.index.match(fact)) == found for fact, found in zip(facts, expected, strict=True))
        report["yardstick_rule"] = {"notices": len(facts), "ms_a_notice": round(milliseconds), "equal": equal}
    if sample and chosen.oracle:
        asked_sql, milliseconds = by_sql(interests, sample, chosen.oracle, chosen.words == "plain")
        first = BitMap(range(chosen.oracle))
        equal = all(
            list(built.index.match(lot(row, cells)) & first) == found
            for row, found in zip(sample, asked_sql, strict=True)
        )
        report["yardstick_sql"] = {
            "interests": min(chosen.oracle, len(built.ids)),
            "notices": len(sample),
            "ms_a_notice": round(milliseconds, 1),
            "equal": equal,
        }
    print_all(report, answers, chosen, rows=given or bool(chosen.out))
    return 0 if all(report.get(name, {}).get("equal", True) for name in ("yardstick_rule", "yardstick_sql")) else 1


def print_all(report: dict[str, Any], answers: list[tuple[str, int, int]], chosen: Any, *, rows: bool) -> None:
    figures = sys.stdout
    if rows and chosen.out is None and chosen.json:
        report["notices_found"] = answers
    elif rows:
        lines = "".join(f"{name}\t{count}\t{total}\n" for name, count, total in answers)
        if chosen.out is None:
            sys.stdout.write(lines)
            figures = sys.stderr
        else:
            chosen.out.write_text(lines, encoding="utf-8")
    print(json.dumps(report, indent=None if chosen.json else 1), file=figures)


if __name__ == "__main__":
    sys.exit(main())
