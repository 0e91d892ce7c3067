"""`pazar register load FILE` and `pazar register check COUNTRY NUMBER…`."""

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pazar.ground.console import Trouble, centre_command

if TYPE_CHECKING:
    from pazar.market.companies.adapters.registers import Found
    from pazar.market.companies.rules.numbers import Read

SHOWN = 20
AT_ONCE = 1_000
FIELD = 1_000_000
Pair = tuple[int | None, str, str]


@click.group()
def register() -> None:
    """Registers of companies: load their files, check numbers."""


@register.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--register", "name", default="", help="Whose file it is; told by its form if not said.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the file is from; its own day if not said.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@centre_command
def load(files: tuple[Path, ...], name: str, as_of: datetime | None, as_json: bool) -> None:
    """Take registers' bulk FILES into the snapshot.

    Forms are told by content: GLEIF (CSV), Companies House (CSV), lists of Bulgarian numbers (CSV), answers of RegiX
    (XML), EGRUL (XML). The same again changes nothing. Exit status: 0 all taken, 1 something refused, 2 nothing read.
    """
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.companies.commands.load import load_register

    day = as_of.date() if as_of else None
    reports = [
        load_register(actor=CENTRE, path=path, register=name, as_of=day, watch=_progress(path)) for path in files
    ]
    if as_json:
        click.echo(
            json.dumps(
                {
                    "files": [
                        {
                            "file": report.file,
                            "format": report.form,
                            "register": report.register,
                            "read": report.read,
                            "new": report.new,
                            "changed": report.changed,
                            "same": report.same,
                            "doubted": report.doubted_count,
                            "refused": [
                                {"where": r.where, "field": r.field, "code": r.code, "value": r.value}
                                for r in report.refused
                            ],
                            "refused_count": report.refused_count,
                        }
                        for report in reports
                    ]
                },
                ensure_ascii=False,
            )
        )
    else:
        for report in reports:
            counts = f"{report.read} read, {report.new} new, {report.changed} changed, {report.same} the same"
            counts += f", {report.doubted_count} with a doubtful number" if report.doubted_count else ""
            click.echo(
                f"{report.file}{f' ({report.form})' if report.form else ''}: {counts}, {report.refused_count} refused"
            )
            for refused in report.refused[:SHOWN]:
                click.echo(f"  {refused.where}: {refused.field} {refused.code} {refused.value}".rstrip())
            if report.refused_count > SHOWN:
                click.echo(f"  … and {report.refused_count - SHOWN} more; --json names them.")
    if not any(report.taken for report in reports):
        sys.exit(2)
    sys.exit(1 if any(report.refused_count for report in reports) else 0)


def _progress(path: Path) -> Any:
    if not sys.stderr.isatty():
        return lambda read: None
    return lambda read: click.echo(f"\r{path.name}: {read:,}", nl=False, err=True)


@register.command()
@click.argument("country", required=False)
@click.argument("numbers", nargs=-1)
@click.option(
    "--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="A file with columns country,number."
)
@click.option("--ask", is_flag=True, help="Ask every register that the centre asks, on the network too.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
@centre_command
def check(country: str | None, numbers: tuple[str, ...], table: Path | None, ask: bool, as_json: bool) -> None:
    """Say of each NUMBER in COUNTRY whether it can be right, its canonical form, and what loaded registers know.

    Exit status: 0 all can be right, 1 some can't, 2 nothing to check.
    """
    from pazar.market.companies.adapters import sentences, snapshot
    from pazar.market.companies.rules.numbers import read_number

    pairs = _table(table) if table else ((None, country or "", number) for number in numbers)
    faulty, count = 0, 0
    if as_json:
        click.echo('{"checks": [')
    for batch in _batches(pairs):
        reads = [read_number(where, typed) for _line, where, typed in batch]
        for (line, where, typed), read, found in zip(
            batch, reads, _ask(reads) if ask else snapshot.answers_to_many(reads), strict=True
        ):
            faulty += not read.valid
            if as_json:
                answer = _as_json(read, line) | {"message": sentences.sentence(read), "registers": _told(found)}
                click.echo(("," if count else "") + json.dumps(answer, ensure_ascii=False))
            else:
                state = f"{read.scheme} {read.canonical}" if read.canonical else sentences.sentence(read)
                click.echo(_line(f"{where} {typed}: {state}"))
                for one in found:
                    words = f" ({one.particulars.status_words})" if one.particulars.status_words else ""
                    click.echo(
                        f"  {one.register}, {one.as_of}: {one.particulars.name}, {one.particulars.status.value}{words}"
                    )
            count += 1
    if as_json:
        click.echo("]}")
    if not count:
        raise Trouble(
            "There is nothing to check.\nSay a country and numbers, or --csv FILE with columns country,number."
        )
    sys.exit(1 if faulty else 0)


def _batches(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    rest = iter(pairs)
    while batch := list(itertools.islice(rest, AT_ONCE)):
        yield batch


def _ask(reads: "list[Read]") -> "Iterator[list[Found]]":
    """Every register that the centre asks, one number after the other."""
    from pazar.ground import clock
    from pazar.market.companies.adapters import desk
    from pazar.market.companies.adapters.registers import Found

    for read in reads:
        answer = desk.look_up(read, moment=clock.db_now(), seconds=desk.IN_THE_BACK)
        if not isinstance(answer, Found):
            click.echo(f"{answer.register or '-'}: {getattr(answer, 'code', 'unknown')}", err=True)
        yield [answer] if isinstance(answer, Found) else []


def _line(text: str) -> str:
    # What was typed may hold anything: a terminal is told nothing but text.
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _told(found: "list[Found]") -> list[dict[str, Any]]:
    from pazar.market.companies.rules.particulars import door

    return [
        {
            "register": one.register,
            "as_of": one.as_of.isoformat(),
            "country": one.particulars.country,
            "number": one.particulars.number,
            "name": one.particulars.name,
            "name_latin": one.particulars.name_latin,
            "legal_form": one.particulars.legal_form,
            "status": one.particulars.status.value,
            "status_words": one.particulars.status_words,
            "registration": door(one.particulars.status).value,
            "address": one.particulars.address,
            "town": one.particulars.town,
            "postal_code": one.particulars.postal_code,
            "other_numbers": [f"{scheme} {number}" for scheme, number in one.particulars.other_numbers],
        }
        for one in found
    ]


def _as_json(read: "Read", line: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {} if line is None else {"line": line}
    return made | {
        "country": read.country,
        "typed": read.typed,
        "scheme": read.scheme,
        "canonical": read.canonical,
        "valid": read.valid,
        "code": read.fault.value if read.fault else "",
    }


def _table(path: Path) -> Iterator[Pair]:
    csv.field_size_limit(FIELD)
    try:
        with path.open("rb") as raw:
            head = raw.read(4096)
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        # A byte that is no UTF-8 spoils its own row, not the million behind it.
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            rows = csv.reader(stream, delimiter=_delimiter(head.decode(encoding, errors="replace")))
            columns = [name.strip().lower() for name in next(rows, [])]
            if not {"country", "number"} <= set(columns):
                raise Trouble(f"{path.name} has no columns country and number.\nIts first line must name them.")
            country, number = columns.index("country"), columns.index("number")
            while True:
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    yield rows.line_num, "", ""  # said as empty, by its line
                    continue
                if any(cells):
                    padded = [*cells, *[""] * len(columns)]
                    yield rows.line_num, padded[country], padded[number]
    except (OSError, UnicodeError, csv.Error) as error:
        raise Trouble(f"{path.name} can't be read as a table in UTF-8.\n{type(error).__name__}") from error


def _delimiter(head: str) -> str:
    first = head.partition("\n")[0]
    return max(",;\t", key=first.count)


@click.group()
def sanctions() -> None:
    """Lists of those with whom nobody may trade."""


@sanctions.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", default="", help="What the list is called; the file's name if not said.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the list is from; the file's day if not said."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@centre_command
def load_sanctions(file: Path, name: str, as_of: datetime | None, as_json: bool) -> None:
    """Take a list in from FILE, a table in UTF-8, in place of what a list of the same name said before.

    Columns: name; and, if there are such, kind (entity, person), aliases (parted by ;), country, number, programme,
    listed_on, reference. Exit status: 0 all taken, 1 some rows refused, 2 nothing taken.
    """
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.companies.commands import sanctions as lists

    try:
        report = lists.load(actor=CENTRE, path=file, name=name, as_of=as_of.date() if as_of else None)
    except lists.NotAList as error:
        raise Trouble(str(error)) from error
    if as_json:
        told: dict[str, Any] = {"list": report.name, "taken": report.taken, "refused_count": report.refused_count}
        told["refused"] = [{"line": line, "code": code} for line, code in report.refused]
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{report.name}: {report.taken} entries, {report.refused_count} rows refused")
        for line, code in report.refused[:SHOWN]:
            click.echo(f"  line {line}: {code}")
    sys.exit(1 if report.refused_count else 0)
