"""`pazar signature verify`: the same verdicts without a server or database. `… trust`: whom a centre trusts."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pazar.ground.console import Trouble, centre_command

if TYPE_CHECKING:
    from pazar.market.signatures.rules.trust import TrustStore
    from pazar.market.signatures.rules.verdicts import Report, Verdict

MOST_BYTES = 300_000_000
_LOCALES = ("market/signatures", "ground/ui")
# A file that isn't there is said as everything else about it is.
_file = click.Path(path_type=Path, dir_okay=True)


@click.group()
def signature() -> None:
    """Signatures and certificates."""


@signature.command()
@click.argument("file", type=_file)
@click.argument("signature", required=False, type=_file)
@click.option("--trust", multiple=True, type=_file, help="Certificates (PEM or DER) of authorities you trust.")
@click.option("--trusted-list", "lists", multiple=True, type=_file, help="A trusted list (ETSI TS 119 612, XML).")
@click.option("--list-signer", "list_signers", multiple=True, type=_file, help="Who must have signed such a list.")
@click.option("--company", help="Whose it should be, COUNTRY:NUMBER, for instance BG:131129282.")
@click.option(
    "--revocation",
    type=click.Choice(["soft", "hard", "off"]),
    default="soft",
    show_default=True,
    help="What a silent responder means: soft forgives it, hard doesn't, off asks nobody.",
)
@click.option("--inside", multiple=True, help="A network of your own whose responders may be asked: 10.1.0.0/16.")
@click.option("--at", "at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Judge as of then (UTC).")
@click.option("--language", type=click.Choice(["en", "bg"]), help="The language; that of LANG if not said.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(
    file: Path,
    signature: Path | None,
    trust: tuple[Path, ...],
    lists: tuple[Path, ...],
    list_signers: tuple[Path, ...],
    company: str | None,
    revocation: str,
    inside: tuple[str, ...],
    at: datetime | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Judge FILE, signed in itself (.pdf, .p7m) or by a detached SIGNATURE (.p7s).

    CAdES and plain CMS (DER, BER, PEM, base64) and PAdES are read. Nobody is trusted but whom you name. Exit status:
    0 every signature holds, 1 one doesn't, 2 nothing could be read, or what you gave besides can't be used.
    """
    spoken = language or ("bg" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("bg") else "en")
    _words()
    from django.utils import translation

    from pazar.ground.net import fetching
    from pazar.market.signatures.adapters.responders import Memory, Responders
    from pazar.market.signatures.rules.revocation import Mode
    from pazar.market.signatures.rules.verdicts import Outcome
    from pazar.market.signatures.rules.verify import Ask, unreadable
    from pazar.market.signatures.rules.verify import verify as judge

    now = datetime.now(UTC)
    moment = at.replace(tzinfo=UTC) if at is not None else now
    try:
        networks = fetching.networks(inside)
    except ValueError as error:
        raise Trouble("--inside names no network.\nWrite it like 10.1.0.0/16.") from error
    with translation.override(spoken):
        ask = Ask(
            trust=_trust(trust, lists, list_signers),
            moment=moment,
            asked_at=max(now, moment),
            responders=Responders(Memory(), inside=networks),
            mode=Mode(revocation),
            company=_company(company),
        )
        document, fault = _read(file)
        detached: bytes | None = None
        if not fault and signature is not None:
            detached, fault = _read(signature)
        report = unreadable(fault, ask, most=str(MOST_BYTES // 1_000_000)) if fault else judge(document, detached, ask)
        _print(report, as_json=as_json)
    sys.exit({Outcome.VALID: 0, Outcome.NOT_VALID: 1, Outcome.UNREADABLE: 2}[report.outcome])


@signature.command()
@click.argument("file", required=False, type=_file)
@click.option("--signer", "signers", multiple=True, type=_file, help="Certificates (PEM or DER) of who signs the list.")
@centre_command
def trust(file: Path | None, signers: tuple[Path, ...]) -> None:
    """Say whom the centre trusts; with FILE, a trusted list (ETSI TS 119 612), take it in before.

    The list's signature must be by one of the --signer certificates. It replaces the older one of its territory.
    Exit status: 0 done, 2 refused.
    """
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.market.signatures.adapters import desk
    from pazar.market.signatures.adapters.trusted_list import ListRefused
    from pazar.market.signatures.commands.trust import load_list
    from pazar.market.signatures.rules import certificates

    if file is not None:
        raw, fault = _read(file)
        if fault or not signers:
            raise Trouble(f"{file} can't be read." if fault else "--signer is missing: a list is worth its signature.")
        try:
            made = load_list(actor=CENTRE, raw=raw, signers=[one for path in signers for one in _certificates(path)])
        except ListRefused as error:
            raise Trouble(f"{file} isn't taken: {error.fault}.") from error
        click.echo(
            f"{made.territory}, list {made.number} of {made.issued_at:%Y-%m-%d}: {made.anchors.count()} entries."
        )
    for anchor in desk.trust().anchors:
        until = f" until {anchor.until:%Y-%m-%d}" if anchor.until else ""
        click.echo(f"{anchor.purpose:9} {certificates.short(anchor.certificate.subject)} ({anchor.source}){until}")


def _words() -> None:
    """Django's translations and nothing else of it: no settings of a centre, no database, no secrets made."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    package = Path(__file__).resolve().parents[2]
    settings.configure(
        USE_I18N=True,
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGES=[("en", "English"), ("bg", "Български")],
        LOCALE_PATHS=[str(package / name / "locale") for name in _LOCALES],
        INSTALLED_APPS=[],
        LOGGING_CONFIG=None,
    )
    django.setup()


def _trust(trusted: tuple[Path, ...], lists: tuple[Path, ...], signers: tuple[Path, ...]) -> "TrustStore":
    from pazar.market.signatures.rules.trust import Anchor, TrustStore

    anchors = [Anchor(certificate=one, source=path.name) for path in trusted for one in _certificates(path)]
    if lists:
        from pazar.market.signatures.adapters.trusted_list import ListRefused, read

        vouching = [one for path in signers for one in _certificates(path)]
        if not vouching:
            raise Trouble("--trusted-list needs --list-signer.\nA list is worth what its signature is: say whose.")
        for path in lists:
            raw, fault = _read(path)
            if fault:
                raise Trouble(f"{path} can't be read.")
            try:
                anchors += read(raw, signers=vouching).anchors
            except ListRefused as error:
                raise Trouble(f"{path} isn't a trusted list that can be believed: {error.fault}.") from error
    return TrustStore(tuple(anchors))


def _certificates(path: Path) -> list[Any]:
    from pazar.market.signatures.rules.trust import read_certificates

    raw, fault = _read(path)
    try:
        if fault:
            raise ValueError(fault)
        return read_certificates(raw)
    except ValueError as error:
        raise Trouble(f"{path} holds no certificates that can be read.\nGive a PEM or DER file.") from error


def _company(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    country, colon, number = text.partition(":")
    if not colon or len(country) != 2 or not number.strip():
        raise Trouble("--company names no company.\nWrite it like BG:131129282.")
    return country.upper(), number.strip()


def _read(path: Path) -> tuple[bytes, Any]:
    from pazar.market.signatures.rules.reading import Fault

    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        return b"", Fault.MISSING
    return (b"", Fault.TOO_LARGE) if len(raw) > MOST_BYTES else (raw, None)


def _print(report: "Report", *, as_json: bool) -> None:
    from pazar.market.signatures import sentences
    from pazar.market.signatures.rules import stored

    if as_json:
        made = stored.to_json(report)
        made["sentence"] = sentences.outcome(report)
        for told, verdict in zip(_told(made), report.all_verdicts(), strict=True):
            told |= {
                "seen": sentences.seen(verdict),
                "why": sentences.why(verdict),
                "remedy": sentences.remedy(verdict),
            }
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
        return
    click.echo(sentences.outcome(report))
    for verdict in report.verdicts:
        _line(verdict)
    for number, signer in enumerate(report.signers, 1):
        name = (signer.holder.name or signer.holder.subject) if signer.holder else ""
        click.echo(f"\n{number}. {name}".rstrip())
        for verdict in signer.verdicts:
            _line(verdict)


def _told(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [*made["verdicts"], *(one for signer in made["signers"] for one in signer["verdicts"])]


def _line(verdict: "Verdict") -> None:
    from pazar.market.signatures import sentences
    from pazar.market.signatures.rules.verdicts import State

    mark = {State.GOOD: "+", State.NOTE: "i", State.UNKNOWN: "?", State.BAD: "!"}[verdict.state]
    click.echo(f" {mark} {sentences.CHECKS[verdict.check]}: {sentences.seen(verdict)} [{verdict.code}]")
    if verdict.state in (State.BAD, State.UNKNOWN):
        click.echo(f"     {sentences.why(verdict)}")
    if sentences.remedy(verdict):
        click.echo(f"     → {sentences.remedy(verdict)}")
