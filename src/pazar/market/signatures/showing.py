"""A report as a page shows it: lines with their words, in the active language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.market.signatures import sentences
from pazar.market.signatures.rules.readiness import State as Ready
from pazar.market.signatures.rules.verdicts import Holder, Outcome, Report, State, Verdict

_MARKS = {State.GOOD: "ok", State.NOTE: "wait", State.UNKNOWN: "wait", State.BAD: "no"}

READY: Mapping[Ready, str | Promise] = {
    Ready.NEVER: _("Never rehearsed"),
    Ready.FAILED: _("The last rehearsal failed"),
    Ready.OLD: _("The rehearsal is too old"),
    Ready.GOOD: _("Rehearsed"),
}
KINDS: Mapping[Ready, str] = {Ready.NEVER: "draft", Ready.FAILED: "bad", Ready.OLD: "soon", Ready.GOOD: "done"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One check: its name, the mark of the kit's list, and three sentences, some of them empty."""

    code: str
    mark: str
    title: str
    seen: str
    why: str
    remedy: str
    is_note: bool


@dataclass(frozen=True, kw_only=True)
class ShownSigner:
    holder: Holder | None
    level: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class Shown:
    is_good: bool
    is_unreadable: bool
    sentence: str
    lines: Sequence[Line]
    signers: Sequence[ShownSigner]


def of(report: Report) -> Shown:
    return Shown(
        is_good=report.is_good,
        is_unreadable=report.outcome is Outcome.UNREADABLE,
        sentence=sentences.outcome(report),
        lines=[_line(one) for one in report.verdicts],
        signers=[
            ShownSigner(holder=one.holder, level=one.level, lines=[_line(verdict) for verdict in one.verdicts])
            for one in report.signers
        ],
    )


def _line(verdict: Verdict) -> Line:
    is_open = verdict.state in (State.UNKNOWN, State.BAD)
    return Line(
        code=verdict.code,
        mark=_MARKS[verdict.state],
        title=str(sentences.CHECKS[verdict.check]),
        seen=sentences.seen(verdict),
        why=sentences.why(verdict) if is_open else "",
        remedy=sentences.remedy(verdict),
        is_note=verdict.state is State.NOTE,
    )
