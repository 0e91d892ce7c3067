"""A report as JSON, to be kept with what was signed, and back: codes and facts, so that it is told in any language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pazar.market.signatures.rules.verdicts import Check, Holder, Report, Signer, State, Verdict

FORMAT = "pazar-signature-report-1"

Json = dict[str, Any]  # what the json module gives and takes


def to_json(report: Report) -> Json:
    """Whole; `from_json` gives an equal report, but for the certificates' bytes."""
    return {
        "format": FORMAT,
        "outcome": report.outcome.value,
        "form": report.form,
        "moment": report.moment.isoformat(),
        "digest": report.digest,
        "verdicts": [_verdict(one) for one in report.verdicts],
        "signers": [_signer(one) for one in report.signers],
    }


def from_json(kept: Mapping[str, Any]) -> Report:
    """Raises ValueError for what `to_json` didn't write."""
    try:
        if kept["format"] != FORMAT:
            raise ValueError("another format")
        return Report(
            form=kept["form"],
            verdicts=tuple(_read_verdict(one) for one in kept["verdicts"]),
            signers=tuple(_read_signer(one) for one in kept["signers"]),
            moment=datetime.fromisoformat(kept["moment"]),
            digest=kept["digest"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no report") from error


def _verdict(one: Verdict) -> Json:
    return {"check": one.check.value, "state": one.state.value, "code": one.code, "facts": dict(one.facts)}


def _read_verdict(kept: Mapping[str, Any]) -> Verdict:
    return Verdict(check=Check(kept["check"]), state=State(kept["state"]), code=kept["code"], facts=kept["facts"])


def _signer(one: Signer) -> Json:
    held = one.holder
    return {
        "valid": one.is_good,
        "level": one.level,
        "depth": one.depth,
        "claimed_at": _moment(one.claimed_at),
        "stamped_at": _moment(one.stamped_at),
        "holder": None
        if held is None
        else {
            "subject": held.subject,
            "issuer": held.issuer,
            "serial": held.serial,
            "fingerprint": held.fingerprint,
            "not_before": held.not_before.isoformat(),
            "not_after": held.not_after.isoformat(),
            "name": held.name,
            "organisation": held.organisation,
            "organisation_numbers": [list(pair) for pair in held.organisation_numbers],
        },
        "verdicts": [_verdict(verdict) for verdict in one.verdicts],
    }


def _read_signer(kept: Mapping[str, Any]) -> Signer:
    held = kept["holder"]
    return Signer(
        level=kept["level"],
        depth=kept["depth"],
        claimed_at=_read_moment(kept["claimed_at"]),
        stamped_at=_read_moment(kept["stamped_at"]),
        holder=None
        if held is None
        else Holder(
            subject=held["subject"],
            issuer=held["issuer"],
            serial=held["serial"],
            fingerprint=held["fingerprint"],
            not_before=datetime.fromisoformat(held["not_before"]),
            not_after=datetime.fromisoformat(held["not_after"]),
            name=held["name"],
            organisation=held["organisation"],
            organisation_numbers=tuple((pair[0], pair[1]) for pair in held["organisation_numbers"]),
        ),
        verdicts=tuple(_read_verdict(one) for one in kept["verdicts"]),
    )


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _read_moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept is not None else None
