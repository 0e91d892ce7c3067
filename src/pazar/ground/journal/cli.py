"""`pazar journal export FILE` and `pazar journal verify FILE`."""

import sys
from pathlib import Path

import click

from pazar.ground.console import centre_command


@click.group()
def journal() -> None:
    """The record of every act that changes something of value."""


@journal.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@centre_command
def export(file: Path) -> None:
    """Write the journal to FILE: one JSON object a line, in order; what is still secret as its leaf alone."""
    from pazar.ground.journal.export import write

    with file.open("w", encoding="utf-8") as out:
        count = write(out)
    click.echo(f"{count} entries written to {file}.")


@journal.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify(file: Path) -> None:
    """Check FILE without a server: no gap in the order, every payload fits its leaf."""
    from pazar.ground.journal.rules.verify import verify as check

    with file.open(encoding="utf-8", errors="replace") as lines:
        report = check(lines)
    for fault in report.faults[:50]:
        click.echo(f"line {fault.line}: {fault.what}", err=True)
    if report.faults:
        click.echo(f"{len(report.faults)} faults in {report.entries} entries.", err=True)
        sys.exit(1)
    click.echo(
        f"{report.entries} entries in order without gaps; {report.checked} payloads fit their leaves, "
        f"{report.secret} are still secret, {report.erased} erased."
    )
