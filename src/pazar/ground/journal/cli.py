"""`pazar journal export | verify | compare | erase`."""

import sys
from pathlib import Path

import click

from pazar.ground.console import Trouble, centre_command

SHOWN_FAULTS = 50
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


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
@click.argument("file", type=_file)
@click.option("--receipt", "receipts", type=_file, multiple=True, help="A receipt whose entry must stand in FILE.")
@click.option("--head", "older", type=_file, multiple=True, help="A head you kept: FILE must go on from it.")
@click.option("--key", "keys", multiple=True, help="The centre's public key as you know it (64 hexadecimal digits).")
@click.option("--tsa-roots", type=_file, help="Certificates (PEM) that time stamp authorities must chain to.")
def verify(
    file: Path, receipts: tuple[Path, ...], older: tuple[Path, ...], keys: tuple[str, ...], tsa_roots: Path | None
) -> None:
    """Check FILE without a server: order, payloads, tree, signature, stamps, and what you kept from before.

    Exit status 0 if everything holds, 1 for a fault, 2 if something couldn't be read.
    """
    from pazar.ground.journal.rules import stamp
    from pazar.ground.journal.rules.verify import verify as check

    try:
        roots = stamp.certificates(tsa_roots.read_bytes()) if tsa_roots else []
    except ValueError as error:
        raise Trouble(f"{tsa_roots} holds no certificates.\nGive a PEM file.") from error
    with file.open(encoding="utf-8", errors="replace") as lines:
        report = check(
            lines,
            receipts={str(path): _text(path) for path in receipts},
            older={str(path): _text(path) for path in older},
            keys=[_key(key) for key in keys],
            roots=roots,
        )
    for fault in report.faults[:SHOWN_FAULTS]:
        click.echo(f"{fault.where}: {fault.what}", err=True)
    if report.faults:
        click.echo(f"{len(report.faults)} faults in {report.entries} entries.", err=True)
        sys.exit(1)
    for sentence in report.holds:
        click.echo(sentence)
    click.echo(
        f"{report.entries} entries in order without gaps; {report.checked} payloads fit their leaves, "
        f"{report.secret} are shown by their leaf alone, {report.erased} erased."
    )
    if not keys:
        click.echo("The centre's key was taken from the files themselves: compare it with --key from elsewhere.")


@journal.command()
@click.argument("old", type=_file)
@click.argument("new", type=_file)
@click.option("--proof", type=_file, help="The proof from /journal/consistency, if the heads differ in size.")
@click.option("--key", "keys", multiple=True, help="The centre's public key as you know it (64 hexadecimal digits).")
def compare(old: Path, new: Path, proof: Path | None, keys: tuple[str, ...]) -> None:
    """Compare two heads, yours and somebody else's: do they belong to one journal?

    Exit status 0 if the newer goes on from the older, 1 if not, 2 if something couldn't be read.
    """
    from pazar.ground.journal.rules import head as heads
    from pazar.ground.journal.rules.compare import ProofUnreadable, differences, read_proof

    try:
        path = read_proof(_text(proof)) if proof else []
        first, second = heads.read(_text(old)), heads.read(_text(new))
    except (heads.HeadUnreadable, ProofUnreadable) as error:
        raise Trouble("One of the files is no head, or no proof.\nGive heads as the centre publishes them.") from error
    found = differences(first, second, path=path, keys=[_key(key) for key in keys])
    for sentence in found:
        click.echo(sentence, err=True)
    if found:
        sys.exit(1)
    click.echo("Both heads belong to one journal: the newer goes on from the older.")


@journal.command()
@click.argument("number", type=int)
@click.option(
    "--ground",
    type=click.Choice(["person-asked", "kept-long-enough", "authority-ordered"]),
    required=True,
    help="Why; it stands in the journal for everybody.",
)
@click.option("--operator", required=True, help="The e-mail address of the operator who erases.")
@centre_command
def erase(number: int, ground: str, operator: str) -> None:
    """Erase what entry NUMBER says. Its leaf stays, and an entry says who erased it and why."""
    from pazar.ground.errors import NotFound
    from pazar.ground.identity import queries as identity
    from pazar.ground.journal.erasure import erase_payload
    from pazar.ground.journal.rules.erasure import Ground

    person = identity.person_by_email(operator)
    if person is None:
        raise NotFound
    erase_payload(actor=identity.actor_for(person), number=number, ground=Ground(ground))
    click.echo(f"What entry {number} said is erased.")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _key(digits: str) -> bytes:
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Trouble("A key is 64 hexadecimal digits.\nThe centre shows its own on the page of its journal.")
    return found
