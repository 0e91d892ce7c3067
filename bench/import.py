"""Notices a second into the database, the memory that takes, and how far the readers agree with others' reading.

    pazar bench import [--data ../shared] [--ocds 20000] [--ted 10000] [--eforms 10000] [--only NAME …] [--json]
    pazar bench import --compare [--data ../shared] [--json]

The real releases of `ocds_packages.zip`, the notices of `ted_xml_sample.zip` and of `eforms_xml/`, each many times
under numbers of its own, taken into a fresh embedded database: once as new, once as known. Yardsticks of the same run:
reading alone, and parsing the same bytes by `json` or `lxml`. Goals: 3,000/s, 500/s, 500/s; under 300 MB.

`--compare` reads the TED notices and prints how often title, codes, deadline, value and the numbers of lots and awards
equal the normalised lines of the same notices, and every difference with its reason.
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
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from _centre import fresh_centre, load, own_backend, peak_mb, shared_file, spent, work_folder

PART = 5_000  # members of an archive, below what the importer takes
GOALS = {"ocds": 3_000, "ted": 500, "eforms": 500}
NUMBER = re.compile(rb"(\d{4}/S ?\d{1,3}-)(\d{6})|(DOC_ID=\")(\d{6})")
UUID = re.compile(rb"([0-9a-f]{8})((?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
PUBLISHED = re.compile(rb"(NoticePublicationID[^>]*>)(\d{8}-)")


def folder_of(data: str) -> Path | None:
    archive = shared_file(data, "notices", "ocds_packages.zip")
    return archive and archive.parent.parent


def releases(archive: Path) -> list[dict]:
    found = []
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            if "ocdskit" in name:
                continue
            value = json.loads(file.read(name).decode("utf-8-sig"))
            found += value.get("releases", ()) if "releases" in value and "ocid" not in value else [value]
    return [r for r in found if "ocid" in r and "compiledRelease" not in r and isinstance(r.get("date"), str)]


def make_ocds(data: Path, work: Path, count: int) -> None:
    real = releases(data / "notices/ocds_packages.zip")
    with (work / "package.json").open("w", encoding="utf-8") as out:
        out.write('{"uri":"https://example.org/package","publisher":{"name":"Bench"},"releases":[')
        for number in range(count):
            release = {**real[number % len(real)], "ocid": f"ocds-bench-{number}"}
            out.write(("," if number else "") + json.dumps(release, ensure_ascii=False))
        out.write("]}")


def make_ted(data: Path, work: Path, count: int) -> None:
    with zipfile.ZipFile(data / "notices/ted_xml_sample.zip") as file:
        real = [file.read(name) for name in sorted(file.namelist())]

    def copy(notice: bytes, round_: int) -> bytes:
        mark = b"%02d" % (10 + round_)
        return NUMBER.sub(lambda m: (m[1] or m[3]) + mark + (m[2] or m[4]), notice)

    _archives(work, "ted", real, count, copy)


def make_eforms(data: Path, work: Path, count: int) -> None:
    paths = sorted((data / "eforms_xml").glob("*/*.xml*"))
    real = [
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in paths
        if not path.name.startswith("INVALID")
    ]

    def copy(notice: bytes, round_: int) -> bytes:
        notice = UUID.sub(lambda m: b"%08x" % (int(m[1], 16) ^ (round_ + 1)) + m[2], notice)
        return PUBLISHED.sub(lambda m: m[1] + b"%08d-" % (10_000_000 + round_ * 1000 + len(notice) % 1000), notice)

    _archives(work, "eforms", real, count, copy)


def _archives(work: Path, name: str, real: list[bytes], count: int, copy: Callable[[bytes, int], bytes]) -> None:
    for start in range(0, count, PART):
        with zipfile.ZipFile(work / f"{name}-{start:07}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            for number in range(start, min(start + PART, count)):
                out.writestr(f"{number}.xml", copy(real[number % len(real)], number // len(real)))


MAKERS = {"ocds": make_ocds, "ted": make_ted, "eforms": make_eforms}


def in_a_child(work: Callable[[], object]) -> None:
    """In a process of its own, so that what it takes isn't counted."""
    if (child := os.fork()) == 0:
        try:
            work()
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("what is to be read couldn't be made")


def measure(data: Path, counts: dict[str, int]) -> dict[str, object]:
    report: dict[str, object] = {}
    with work_folder() as work:
        for name, count in counts.items():
            (work / name).mkdir()
            in_a_child(lambda name=name, count=count: MAKERS[name](data, work / name, count))
        with fresh_centre(work):
            for name, count in counts.items():
                report[name] = _measure_one(sorted((work / name).iterdir()), count, name)
    return report


def _measure_one(paths: list[Path], count: int, name: str) -> dict[str, object]:
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.procedures.adapters.registry import read_files
    from pazar.market.procedures.commands.import_notices import import_notices

    pids = [os.getpid(), own_backend()]
    begun, before, readers = time.perf_counter(), spent(pids), resource.getrusage(resource.RUSAGE_CHILDREN)
    first = import_notices(actor=CENTRE, paths=paths)
    storing = time.perf_counter() - begun
    own, database = (after - earlier for after, earlier in zip(spent(pids), before, strict=True))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    reader = ended.ru_utime + ended.ru_stime - readers.ru_utime - readers.ru_stime
    begun = time.perf_counter()
    again = import_notices(actor=CENTRE, paths=paths)
    repeating = time.perf_counter() - begun
    memory = peak_mb()
    begun = time.perf_counter()
    read = sum(1 for _ in read_files(paths))
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    size = _parse_alone(paths)
    parsing = time.perf_counter() - begun
    return {
        "notices": read,
        "bytes_each": size // count,
        "new": sum(report.new for report in first),
        "changed": sum(report.changed for report in first),
        "refused": sum(report.refused_count for report in first),
        "per_second": round(count / storing),
        "cpu_seconds": {"writer": round(own, 1), "reader": round(reader, 1), "database": round(database, 1)},
        "load_average": load(),
        "same_again": sum(report.same for report in again),
        "same_again_per_second": round(count / repeating),
        "reading_alone_per_second": round(count / reading),
        "memory_mb": memory,
        "yardstick_parsing_per_second": round(count / parsing),
        "goal": {"per_second": GOALS[name], "memory_mb": 300},
    }


def _parse_alone(paths: list[Path]) -> int:
    from lxml import etree

    size = 0
    for path in paths:
        if path.suffix == ".json":
            size += path.stat().st_size
            in_a_child(lambda path=path: json.loads(path.read_bytes()))
            continue
        with zipfile.ZipFile(path) as file:
            for name in file.namelist():
                data = file.read(name)
                size += len(data)
                etree.fromstring(data)
    return size


def compare(data: Path) -> dict[str, object]:
    """TED's XML against the normalised lines of the same notices."""
    from pazar.market.procedures.adapters.reader import Refused
    from pazar.market.procedures.adapters.registry import read_files

    lines = {
        taken.item.source_id: taken.item
        for taken in read_files([data / "notices/ted_2016_2022.jsonl.gz"])
        if not isinstance(taken.item, Refused)
    }
    forms = {}
    with gzip.open(data / "notices/ted_2016_2022.jsonl.gz", "rt") as file:
        for text in file:
            line = json.loads(text)
            year, _, number = line["doc_ojs"].partition("/S ")
            forms[f"{int(number.split('-')[1]):06}-{year}"] = line["form"]
    equal: collections.Counter = collections.Counter()
    said: collections.Counter = collections.Counter()
    differences: list[dict[str, str]] = []
    sample = data / "notices/ted_xml_sample.zip"
    taken = list(read_files([sample]))
    with zipfile.ZipFile(sample) as file:
        texts = {name: _words(file.read(name)) for name in file.namelist()}
    compared = 0
    for found in taken:
        if isinstance(found.item, Refused) or found.item.source_id not in lines:
            continue
        compared += 1
        notice, line, form = found.item, lines[found.item.source_id], forms[found.item.source_id]
        for field, view in VIEWS.items():
            ours, theirs = view(notice), view(line)
            why = _why(field, form, theirs)
            said[field] += not why
            if ours == theirs:
                equal[field] += 1
            else:
                differences.append(
                    {"notice": notice.source_id, "form": form, "field": field, "why": why}
                    | {"read": str(ours)[:80], "lines": str(theirs)[:80]}
                    | {"stands_in_the_notice": _stands(field, ours, texts[found.place.member])}
                )
    unexplained = collections.Counter(entry["field"] for entry in differences if not entry["why"])
    return {
        "read": len(taken),
        "refused": sum(isinstance(found.item, Refused) for found in taken),
        "compared": compared,
        "equal_percent": {field: round(100 * equal[field] / compared, 2) for field in VIEWS},
        "equal_percent_where_the_lines_speak": {
            field: round(100 * (said[field] - unexplained[field]) / said[field], 2) for field in VIEWS
        },
        "differences": differences,
    }


def _words(xml: bytes) -> str:
    from lxml import etree

    return " ".join(" ".join(etree.fromstring(xml).itertext()).split())


def _stands(field: str, ours: object, text: str) -> str:
    """Whether what was read is written in the notice, looked for in its bare text by other means than the reader's."""
    if field == "title":
        return "yes" if "".join(str(ours).split()) in "".join(text.split()) else "NO"
    if field == "value" and ours is not None:
        whole = str(ours).partition(".")[0]
        return "yes" if whole in re.sub(r"(?<=\d)[\s\u00a0.,](?=\d{3})", "", text) else "NO"
    return ""


VIEWS: dict[str, Callable] = {
    "title": lambda notice: notice.title,
    "cpv": lambda notice: sorted(notice.cpv),
    "deadline": lambda notice: notice.deadline,
    "value": lambda notice: notice.value and notice.value.value,
    "lots": lambda notice: len(notice.lots),
    "awards": lambda notice: len(notice.awards),
}


def _why(field: str, form: str, theirs: object) -> str:
    if form in ("16", "17", "18") and field in ("title", "value", "lots", "awards") and not theirs:
        return "the lines leave the defence forms' older layout empty"
    if form == "F13" and field == "awards" and not theirs:
        return "the lines don't count the results of design contests"
    return ""


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    for name, count in (("ocds", 20_000), ("ted", 10_000), ("eforms", 10_000)):
        arguments.add_argument(f"--{name}", type=int, default=count)
    arguments.add_argument("--only", nargs="+", choices=sorted(MAKERS))
    arguments.add_argument("--compare", action="store_true")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    data = folder_of(chosen.data)
    if data is None:
        print(f"no notices/ocds_packages.zip under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    if chosen.compare:
        report = compare(data)
        if not chosen.json:
            for entry in _told(report["differences"]):
                print(entry)
            report["differences"] = len(report["differences"])
        print(json.dumps(report, ensure_ascii=False, indent=None if chosen.json else 1))
        return 0
    counts = {name: getattr(chosen, name) for name in chosen.only or MAKERS}
    print(json.dumps(measure(data, counts), indent=None if chosen.json else 1))
    return 0


def _told(differences: list[dict[str, str]]) -> Iterator[str]:
    for entry in sorted(differences, key=lambda entry: (entry["field"], entry["form"], entry["notice"])):
        stands = f" (stands in the notice: {entry['stands_in_the_notice']})" if entry["stands_in_the_notice"] else ""
        yield "{field:9} {form:4} {notice}: {lines!r} in the lines, {read!r} read{stands}; {reason}".format(
            **entry, stands=stands, reason=entry["why"] or "NOT EXPLAINED"
        )


if __name__ == "__main__":
    sys.exit(main())
