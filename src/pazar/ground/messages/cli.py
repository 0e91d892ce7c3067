"""`pazar mail bounce FILE…`: what mail servers reported, taken in by hand or by a mail server's pipe."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pazar.ground.console import Trouble, centre_command


@click.group()
def mail() -> None:
    """Mails that went out, and what came of them."""


@mail.command()
@click.argument("files", nargs=-1, required=True)
@centre_command
def bounce(files: tuple[str, ...]) -> None:
    """Take in reports (DSN, ARF) from FILES: mails, folders of mails (Maildir too), or - for one on the input.

    Taking the same in again changes nothing. What is no report is counted and left.
    """
    from pazar.ground.messages.commands import bounces
    from pazar.ground.messages.rules.reports import MOST_BYTES

    total = bounces.Taken()
    for raw in _mails(files, MOST_BYTES):
        taken = bounces.take_report(raw)
        total = bounces.Taken(
            reports=total.reports + taken.reports,
            strange=total.strange + taken.strange,
            unknown=total.unknown + taken.unknown,
            ended=total.ended + taken.ended,
        )
    click.echo(
        f"{total.reports} reports, {total.unknown} of them on no mail of ours; {total.strange} no reports; "
        f"{total.ended} addresses are written to no more."
    )


def _mails(files: tuple[str, ...], most: int) -> Iterator[bytes]:
    for name in files:
        if name == "-":
            yield sys.stdin.buffer.read(most + 1)
            continue
        path = Path(name)
        if not path.exists():
            raise Trouble(f"There is no {name}.\nName a mail, a folder of mails, or - for the input.")
        found = sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path]
        for one in found:
            with one.open("rb") as mail_file:
                yield mail_file.read(most + 1)
