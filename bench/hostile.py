"""Every kind of hostile file against `pazar import`: what is refused and where, the time and memory that takes.

    pazar bench hostile [--json]

Each file goes through the command itself, in a process of its own, into a fresh embedded database; the seconds are
processor time beyond that of importing a file of one good notice, the megabytes the most that the command or its reading
process held. `kept` are the good neighbours that stand in the database afterwards, of those in the file. Goals: 5 s,
300 MB, every refusal with its place, no trace of Python.
"""

# ruff: noqa: E501 - a case is a line

import argparse
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

BIG = 200 << 20
COLUMNS = ["name", "organization", "unique_id", "award_method", "deadline", "publish_date", "details_link"]
number = iter(range(1_000_000))


def good(extra: str = "", **said: Any) -> bytes:
    """A release that is taken; `extra` stands inside its tender."""
    tender = json.dumps({"title": "Доставка", **said}, ensure_ascii=False)[:-1]
    return f'{{"ocid":"hostile-{next(number)}","id":"1","tag":["tender"],"tender":{tender}{extra}}}}}'.encode()


def package(*releases: bytes) -> bytes:
    return b'{"releases":[' + b",".join(releases) + b"]}"


def between(bad: bytes) -> bytes:
    return package(good(), bad, good())


def row(name: str = "Кабели", **said: str) -> str:
    given = {"organization": "Община", "unique_id": f"H-{next(number)}", "award_method": "x", "deadline": "2024-12-20"}
    return ",".join(
        ({"name": name, "publish_date": "2024-12-04", "details_link": ""} | given | said)[c] for c in COLUMNS
    )


def table(*rows: str | bytes) -> bytes:
    lines = [",".join(COLUMNS), row(), *rows, row()]
    return b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)


def ted(more: str = "", *, head: str = "", encoding: str = "") -> bytes:
    said = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    return f"""{said}{head}<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.9/publication">
    <CODED_DATA_SECTION><REF_OJS><DATE_PUB>20200101</DATE_PUB></REF_OJS><NOTICE_DATA><NO_DOC_OJS>2020/S 001-{next(number):06}
    </NO_DOC_OJS><ISO_COUNTRY VALUE="BG"/></NOTICE_DATA></CODED_DATA_SECTION><FORM_SECTION><FORM CATEGORY="ORIGINAL" LG="BG">
    <OBJECT_CONTRACT><TITLE><P>Кабели</P></TITLE></OBJECT_CONTRACT>{more}</FORM></FORM_SECTION></TED_EXPORT>""".encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tarred(*members: tuple[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name, content in members:
            header = tarfile.TarInfo(name)
            header.size = len(content)
            file.addfile(header, io.BytesIO(content))
        if link:
            header = tarfile.TarInfo("link.json")
            header.type, header.linkname = tarfile.SYMTYPE, link
            file.addfile(header)
    return buffer.getvalue()


def workbook(**bad: Any) -> bytes:
    from openpyxl.workbook.workbook import Workbook

    made = Workbook()
    for said in (row(), None, row()):
        cells = (said or row()).split(",")
        if said is None:
            cells = [bad.get(name, cell) for name, cell in zip(COLUMNS, cells, strict=True)]
        if made.active.max_row == 1 and made.active["A1"].value is None:
            made.active.append(COLUMNS)
        made.active.append(cells)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def xlsx_bomb() -> bytes:
    buffer = io.BytesIO(workbook())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b"0" * BIG + b"</t></si></sst>")
    return buffer.getvalue()


MANY = {"too-many-members"}
# What it is: the file's name, its maker, how many good neighbours it holds, the codes one of which must be told.
# No code: it is taken as it is, perhaps with a remark.
CASES: dict[str, tuple[str, Callable[[], bytes], int, set[str]]] = {
    "UTF-16 with a mark": ("a.json", lambda: package(good(), good()).decode().encode("utf-16"), 2, set()),
    "cp1251 in JSON": ("a.json", lambda: between(good().decode().encode("cp1251")), 2, {"not-utf8"}),
    "cp1251 in a table": ("a.csv", lambda: table().decode().encode("cp1251"), 2, set()),
    "bytes that aren't UTF-8": ("a.json", lambda: between(good(title="\xff").decode().encode("latin-1", "replace")), 2, {"not-utf8"}),
    "ragged CSV": ("a.csv", lambda: table("a,b,c"), 2, {"ragged-row"}),
    "unclosed CSV": ("a.csv", lambda: table('"open,x,y,z,,,'), 2, {"unclosed-quote", "ragged-row"}),
    "NULs in JSON": ("a.json", lambda: between(good(title="a\0b")), 2, {"bad-character"}),
    "NULs in CSV": ("a.csv", lambda: table(row("a\0b")), 2, {"bad-character"}),
    "20,000 columns": ("a.csv", lambda: table("," * 20_000), 2, {"ragged-row"}),
    "20,000 columns in the head": ("a.csv", lambda: (",".join([*COLUMNS, *map(str, range(20_000))]) + "\nx").encode(), 0, {"too-many-columns", "unknown-format"}),
    "a 12 MB field in JSON": ("a.json", lambda: between(good(description="x" * (12 << 20))), 2, {"text-too-long", "too-large"}),
    "a 12 MB field in CSV": ("a.csv", lambda: table(row("x" * (12 << 20))), 2, {"too-large", "text-too-long"}),
    "duplicate ids of lots": ("a.json", lambda: package(good(), good(lots=[{"id": "1"}, {"id": "1"}]), good()), 3, set()),
    "duplicate keys": ("a.json", lambda: between(good(',"title":"u"')), 2, {"double-key"}),
    "NaN": ("a.json", lambda: between(good(',"value":{"amount":NaN}')), 2, {"not-a-number"}),
    "1e400": ("a.json", lambda: between(good(',"value":{"amount":1e400}')), 2, {"number-too-large"}),
    "lone surrogates": ("a.json", lambda: between(good(r',"description":"\ud83d"')), 2, {"bad-character"}),
    "a reversed period": ("a.json", lambda: package(good(tenderPeriod={"startDate": "2024-02-01T00:00:00Z", "endDate": "2024-01-01T00:00:00Z"})), 1, set()),
    "unknown codes": ("a.json", lambda: package(good(items=[{"id": "1", "classification": {"scheme": "CPV", "id": "9"}}])), 1, set()),
    "wrong check digits": ("a.json", lambda: package(good()[:-1] + b',"buyer":{"name":"x","identifier":{"scheme":"BG-EIK","id":"123456789"}}}'), 1, set()),
    "01/02/2024 as a deadline": ("a.json", lambda: package(good(tenderPeriod={"endDate": "01/02/2024"})), 1, set()),
    "12345678901234.57": ("a.json", lambda: package(good(',"value":{"amount":12345678901234.57,"currency":"EUR"}')), 1, set()),
    "100,000 brackets": ("a.json", lambda: between(good(',"a":' + "[" * 100_000 + "]" * 100_000)), 2, {"too-deep"}),
    "50,000 elements nested": ("a.zip", lambda: zipped(("a", ted()), ("b", ted("<a>" * 50_000 + "</a>" * 50_000)), ("c", ted())), 2, {"too-deep"}),
    "DOCTYPE": ("a.zip", lambda: zipped(("a", ted()), ("b", ted(head="<!DOCTYPE a>")), ("c", ted())), 2, {"doctype"}),
    "entities": ("a.xml", lambda: ted("&x;", head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), 0, {"doctype"}),
    "XInclude": ("a.xml", lambda: ted('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'), 0, {"xinclude"}),
    "an encoding that lies": ("a.xml", lambda: ted(encoding="windows-1251"), 0, {"encoding-lies"}),
    "a bomb in gzip": ("a.gz", lambda: gzip.compress(b'{"ocid":"' + b"0" * BIG + b'"}'), 0, {"bomb", "too-large"}),
    "a bomb in zip": ("a.zip", lambda: zipped(("a", ted()), ("b", ted("x" * BIG)), ("c", ted())), 2, {"too-large", "bomb"}),
    "a bomb in tar.gz": ("a.tar.gz", lambda: gzip.compress(tarred(("a", good()), ("b", b"0" * BIG))), 1, {"bomb"}),
    "a bomb in XLSX": ("a.xlsx", xlsx_bomb, 0, {"part-too-large", "bomb"}),
    "path traversal in zip": ("a.zip", lambda: zipped(("../../evil.json", good())), 1, set()),
    "path traversal in tar": ("a.tar", lambda: tarred(("../../evil.json", good()), ("/etc/evil.json", b"{}")), 1, {"unknown-json"}),
    "a link in tar": ("a.tar", lambda: tarred(("a", good()), link="/etc/passwd"), 1, {"no-plain-file"}),
    "12,000 members in zip": ("a.zip", lambda: zipped(*((str(n), b"") for n in range(12_000))), 0, MANY),
    "12,000 members in tar": ("a.tar", lambda: tarred(("a", good()), *((f"m{n}", b"") for n in range(12_000))), 1, MANY),
    "an archive in an archive": ("a.zip", lambda: zipped(("a", good()), ("b.zip", zipped(("x", good()))), ("c", good())), 2, {"archive-in-archive"}),
    "the same member twice": ("a.tar", lambda: tarred(("a", good()), ("a", good())), 1, {"same-member-twice"}),
    "HTML named .json": ("a.json", lambda: b"<!doctype html><h1>504</h1>", 0, {"html"}),
    "an executable named .xlsx": ("a.xlsx", lambda: b"MZ\x90\x00" + bytes(5000), 0, {"program"}),
    "XLSX with a formula": ("a.xlsx", lambda: workbook(name="=1+1"), 2, {"formula"}),
    "XLSX with 45000000.0 for a code": ("a.xlsx", lambda: workbook(unique_id=45000000.0), 2, {"number-for-code"}),
    "XLSX with 33.6e6 for a code": ("a.xlsx", lambda: workbook(unique_id=33.6e6), 2, {"number-for-code"}),
    "XLSX under a password": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999) + "EncryptedPackage".encode("utf-16-le"), 0, {"encrypted-workbook"}),
}  # fmt: skip


def run(path: Path) -> dict[str, Any]:
    """The command on one file: its report, its processor time and the most memory."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "pazar", "import", "--json", str(path)], stdout=out, stderr=err
        )
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, err):
            stream.seek(0)
        said, wrong = out.read().decode(), err.read().decode(errors="replace")
    try:
        (report,) = json.loads(said)["files"]
    except ValueError:
        report = {"new": 0, "changed": 0, "same": 0, "refused": []}
    return {
        "status": process.returncode,
        "seconds": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss // 1024,
        "report": report,
        "trace": "Traceback" in said + wrong,
    }


def measure(names: list[str]) -> list[dict[str, Any]]:
    work = Path(tempfile.mkdtemp(prefix="pazar-hostile-"))
    work.chmod(0o755)
    try:
        for place, name in enumerate(names):
            if (child := os.fork()) == 0:  # what making one takes isn't counted with what reading it takes
                try:
                    for _ in range(place * 100):
                        next(number)
                    folder = work / f"{place:02}"
                    folder.mkdir()
                    (folder / CASES[name][0]).write_bytes(CASES[name][1]())
                except BaseException as error:
                    print(name, repr(error)[:300], file=sys.stderr)
                    os._exit(1)
                os._exit(0)
            if os.waitpid(child, 0)[1]:
                raise SystemExit("a hostile file couldn't be made")
        plain = work / "plain.json"
        plain.write_bytes(good())
        os.environ["PAZAR_DATA"] = str(work / "centre")
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ.pop(name, None)
        from pazar.config import cli  # noqa: F401  fills in how a database is brought up to date
        from pazar.ground import console

        with console.database(work / "centre"):
            console.bring_up_to_date()
            run(plain)
            idle = run(plain)
            return [
                _judged(name, run(next((work / f"{place:02}").iterdir())), idle) for place, name in enumerate(names)
            ]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _judged(name: str, found: dict[str, Any], idle: dict[str, Any]) -> dict[str, Any]:
    _file, _make, neighbours, codes = CASES[name]
    report = found["report"]
    told = [(line["code"], line["where"] or "the file") for line in report["refused"]]
    kept = report["new"] + report["changed"] + report["same"]
    faults = [
        *(["not refused"] if codes and not codes & {code for code, _ in told} else []),
        *([f"refused: {told[0][0]}"] if not codes and told else []),
        *([f"kept {kept} of {neighbours}"] if kept != neighbours else []),
        *(["trace of Python"] if found["trace"] else []),
        *([f"exit status {found['status']}"] if found["status"] not in (0, 1, 2) else []),
        *(["too slow"] if found["seconds"] - idle["seconds"] > 5 else []),
        *(["too much memory"] if found["mb"] > 300 else []),
    ]
    return {
        "case": name,
        "refused": f"{told[0][0]} at {told[0][1]}" if told else "",
        "kept": f"{kept} of {neighbours}",
        "seconds": round(max(0.0, found["seconds"] - idle["seconds"]), 2),
        "mb": found["mb"],
        "faults": faults,
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="+", choices=sorted(CASES))
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    found = measure(chosen.only or list(CASES))
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(f"{'':34} {'seconds':>7} {'MB':>5}  {'kept':7} refused, and where")
        for line in found:
            print("{case:34} {seconds:7.2f} {mb:5}  {kept:7} {refused}".format(**line), *line["faults"], sep="  ")
    return 1 if any(line["faults"] for line in found) else 0


if __name__ == "__main__":
    sys.exit(main())
