"""`pazar import FILE…`: outside notices into the centre."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pazar.ground.console import centre_command

if TYPE_CHECKING:
    from pazar.market.procedures.commands.import_notices import FileReport

SHOWN = 20


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@centre_command
def import_(files: tuple[Path, ...], as_json: bool) -> None:
    """Take the notices in FILES in: OCDS packages, records and releases, normalised lines; also .gz and .zip.

    Formats are told by content. The same again changes nothing. Exit status: 0 all taken, 1 something refused,
    2 nothing could be read.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.procedures.commands.import_notices import import_notices

    err = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        tasks = {path: progress.add_task(path.name, total=_size(path), start=True) for path in dict.fromkeys(files)}
        reports = import_notices(
            actor=CENTRE,
            paths=files,
            watch=lambda path, at: progress.update(tasks[path], completed=at),
        )
    if as_json:
        click.echo(json.dumps({"files": [_as_json(report) for report in reports]}, ensure_ascii=False))
    else:
        for report in reports:
            _tell(report)
    if not any(report.taken for report in reports):
        sys.exit(2)
    sys.exit(1 if any(report.refused_count for report in reports) else 0)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _as_json(report: "FileReport") -> dict[str, object]:
    from pazar.market.procedures.adapters.messages import sentence

    refused = [
        {"where": r.place.where, "field": r.field, "code": r.code, "message": sentence(r)} for r in report.refused
    ]
    more = report.refused_count - len(report.refused)
    if more:
        refused.append({"where": "", "field": "", "code": "more-refused", "message": f"{more} more were refused."})
    return {
        "file": report.file,
        "format": report.format,
        "read": report.read,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "refused": refused,
    }


def _tell(report: "FileReport") -> None:
    from pazar.market.procedures.adapters.messages import sentence

    counts = f"{report.read} read, {report.new} new, {report.changed} changed, {report.same} the same"
    shown_format = f" ({report.format})" if report.format else ""
    click.echo(f"{report.file}{shown_format}: {counts}, {report.refused_count} refused")
    for refused in report.refused[:SHOWN]:
        where = " ".join(part for part in (refused.place.where, refused.field and f"[{refused.field}]") if part)
        click.echo(f"  {where + ': ' if where else ''}{sentence(refused)} ({refused.code})")
    if report.refused_count > SHOWN:
        click.echo(f"  … and {report.refused_count - SHOWN} more; --json names them.")
