"""`pazar desk import FILE…` and `pazar desk undo`: a company's books into its desk, and out again."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from pazar.ground.console import Trouble, centre_command
from pazar.sales.customers.cli import desk

if TYPE_CHECKING:
    from pazar.ground.identity.models import Company
    from pazar.sales.pipeline.adapters.books import Choices
    from pazar.sales.pipeline.commands.books import BooksReport

__all__ = ["desk"]

SHOWN = 20
_KNOWN = frozenset({"columns", "stages", "decimal", "days", "currency", "sheet"})


@desk.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--company", "number", required=True, help="The company's number, as 831902088 or BG 831902088.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and keep nothing.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="What the books mean (JSON): docs/books.md.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@centre_command
def import_(files: tuple[Path, ...], number: str, dry_run: bool, map_file: Path | None, as_json: bool) -> None:
    """Bring accounts, deals, leads and products in FILES (CSV, also .gz, or .xlsx) into a company's desk.

    Which table is which is told by its columns. The same again changes nothing. Exit status: 0 all taken, 1 something
    refused, 2 nothing could be read.
    """
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.sales.customers.rules.mapping import NoSuchColumn
    from pazar.sales.pipeline.commands.books import as_json as plain
    from pazar.sales.pipeline.commands.books import import_books

    company = _company(number)
    choices = _choices(map_file)

    def watch(path: Path, rows: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{path.name}: {rows:,} rows", nl=False, err=True)

    try:
        report = import_books(
            actor=CENTRE, company_id=company.pk, paths=files, choices=choices, dry_run=dry_run, watch=watch
        )
    except NoSuchColumn as missing:
        raise Trouble(f"The map names a {missing.what} that isn't there: {missing.name}.") from None
    if as_json:
        click.echo(json.dumps({**plain(report), "dry_run": dry_run}, ensure_ascii=False))
    else:
        _tell(report, dry_run)
    if not any(one.taken for one in report.files):
        sys.exit(2)
    sys.exit(1 if any(one.refused_count for one in report.files) else 0)


@desk.command()
@click.argument("books", type=click.UUID)
@centre_command
def undo(books: UUID) -> None:
    """Take the import BOOKS back: what it brought goes, what it changed is as it was."""
    from pazar.ground.errors import NotFound
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.sales.pipeline.commands.books import take_back

    try:
        done = take_back(actor=CENTRE, books_id=books)
    except NotFound:
        raise Trouble(f"There is no import {books}.") from None
    kept = {kind: count for kind, count in done.report.get("kept", {}).items() if count}
    click.echo("Taken back." + (f" Stayed, since somebody worked on them: {kept}." if kept else ""))


def _company(number: str) -> "Company":
    from pazar.ground.identity.queries import members_by_number

    found = members_by_number(number)
    if not found:
        raise Trouble(f"No company that trades here has the number {number}.")
    if len(found) > 1:
        raise Trouble(
            f"{number} is the number of companies in {', '.join(c.country for c in found)}: put the country before it."
        )
    return found[0]


def _choices(path: Path | None) -> "Choices":
    from pazar.sales.pipeline.adapters.books import Choices
    from pazar.sales.pipeline.rules.books import stages_said

    if path is None:
        return Choices()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"The map can't be read: {error.strerror}.") from None
    except ValueError:
        raise Trouble("The map isn't JSON.") from None
    if not isinstance(said, dict) or (
        strange := said.keys() - {"columns", "stages", "decimal", "days", "currency", "sheet"}
    ):
        about = f" It has {', '.join(sorted(map(str, strange)))}." if isinstance(said, dict) else ""
        raise Trouble(f"The map is an object with columns, stages, decimal, days, currency or sheet.{about}")
    columns, stages = said.get("columns", {}), said.get("stages", {})
    for name, pairs in (("columns", columns), ("stages", stages)):
        if not isinstance(pairs, dict) or not all(isinstance(value, str) for value in pairs.values()):
            raise Trouble(f"In the map, {name} is an object of texts.")
    if said.get("decimal") not in (None, "point", "comma") or said.get("days") not in (None, "dmy", "mdy"):
        raise Trouble("In the map, decimal is point or comma, and days is dmy or mdy.")
    currency, sheet = said.get("currency", "EUR"), said.get("sheet", "")
    if not isinstance(currency, str) or not isinstance(sheet, str) or len(currency) != 3 or not currency.isalpha():
        raise Trouble("In the map, currency is three letters (ISO 4217) and sheet is a sheet's name.")
    try:
        known = stages_said(stages)
    except ValueError as error:
        raise Trouble(f"In the map, a stage is new, qualified, proposal, negotiation, won or lost: {error}.") from None
    return Choices(
        columns=columns, stages=known, mark=said.get("decimal"), order=said.get("days"), currency=currency.upper(),
        sheet=sheet,
    )  # fmt: skip


def _tell(report: "BooksReport", dry_run: bool) -> None:
    from pazar.sales.pipeline.sentences import book_fault

    for one in report.files:
        counts = f"{one.read:,} read, {one.new:,} new, {one.changed:,} changed, {one.same:,} the same"
        click.echo(
            f"{one.file}{f' ({one.kind}, {one.form})' if one.kind else ''}: {counts}, {one.refused_count:,} refused"
        )
        for refused in one.refused[:SHOWN]:
            place = " ".join(part for part in (refused.where, refused.column) if part)
            click.echo(f"  {f'{place}: ' if place else ''}{book_fault(refused.code, refused.params)}")
        if one.refused_count > SHOWN:
            click.echo(f"  … and {one.refused_count - SHOWN:,} more; --json names a hundred.")
    for wrote, known, rows in report.reconciled:
        click.echo(f"Product “{wrote}” is read as “{known}” in {rows:,} rows.")
    for name, like in report.duplicates[:SHOWN]:
        click.echo(f"New customer “{name}” looks like “{like}”.")
    if report.unknown_managers:
        named: Any = ", ".join(f"{name} ({rows:,})" for name, rows in report.unknown_managers[:SHOWN])
        click.echo(f"Nobody of the desk bears these names, kept beside the rows: {named}.")
    if report.unnamed:
        click.echo(f"{report.unnamed:,} deals name no customer.")
    if dry_run:
        click.echo("Nothing was kept: this was a dry run.")
    elif report.id:
        click.echo(f"Taken back whole by: pazar desk undo {report.id}")
