"""What was found about a signature, check by check: codes and facts, no words (A5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Check(StrEnum):
    """What is looked at, in the order it is shown."""

    FILE = "file"
    DOCUMENT = "document"
    SIGNATURE = "signature"
    SIGNER = "signer"
    ALGORITHMS = "algorithms"
    CHAIN = "chain"
    DATES = "dates"
    REVOCATION = "revocation"
    USAGE = "usage"
    ORGANISATION = "organisation"
    STAMP = "stamp"


class State(StrEnum):
    GOOD = "good"
    NOTE = "note"  # worth knowing, stands in nobody's way
    UNKNOWN = "unknown"  # could not be found out; whether that is forgiven is the regime's matter
    BAD = "bad"


class Outcome(StrEnum):
    VALID = "valid"
    NOT_VALID = "not_valid"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`code` is stable and public; `facts` are what its sentences name (texts, numbers, ISO moments)."""

    check: Check
    state: State
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose certificate it is, as far as the certificate says."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    name: str = ""
    organisation: str = ""
    organisation_numbers: tuple[tuple[str, str], ...] = ()
    """Country (may be empty) and number, each."""
    der: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One signature of possibly several. `level` is `B`, `T`, or empty where it isn't CAdES at all."""

    verdicts: tuple[Verdict, ...]
    holder: Holder | None = None
    level: str = ""
    claimed_at: datetime | None = None
    stamped_at: datetime | None = None
    depth: int = 0

    @property
    def is_good(self) -> bool:
        return all(verdict.state is not State.BAD for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one file: of the file itself, and of each signature in it."""

    form: str
    verdicts: tuple[Verdict, ...]
    signers: tuple[Signer, ...] = ()
    moment: datetime
    digest: str = ""
    """SHA-256 of the signed document's bytes, where there is one."""

    @property
    def outcome(self) -> Outcome:
        if not self.signers:
            return Outcome.UNREADABLE
        good = all(verdict.state is not State.BAD for verdict in self.verdicts) and all(
            signer.is_good for signer in self.signers
        )
        return Outcome.VALID if good else Outcome.NOT_VALID

    @property
    def is_good(self) -> bool:
        return self.outcome is Outcome.VALID

    def all_verdicts(self) -> Iterable[Verdict]:
        yield from self.verdicts
        for signer in self.signers:
            yield from signer.verdicts

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(verdict.code for verdict in self.all_verdicts())


def good(check: Check, code: str, **facts: str) -> Verdict:
    return Verdict(check=check, state=State.GOOD, code=code, facts=facts)


def note(check: Check, code: str, **facts: str) -> Verdict:
    return Verdict(check=check, state=State.NOTE, code=code, facts=facts)


def unknown(check: Check, code: str, **facts: str) -> Verdict:
    return Verdict(check=check, state=State.UNKNOWN, code=code, facts=facts)


def bad(check: Check, code: str, **facts: str) -> Verdict:
    return Verdict(check=check, state=State.BAD, code=code, facts=facts)
