"""Why an opportunity was taken or waits, and why a lead is whose it is: in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground.codes import queries as codes
from pazar.ground.codes import wording
from pazar.ground.codes.rules.reason import Reason
from pazar.ground.codes.schemas import ReasonOut
from pazar.ground.outbox import wire
from pazar.ground.ui import formats
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.rules.giving import Why
from pazar.sales.channels.rules.intake import Ground, Kind
from pazar.sales.customers.timeline import Facts


def ground(one: Ground) -> str:
    """One condition of the rule, as it turned out."""
    match one.kind:
        case Kind.OFF:
            return _("The company's rule is off.")
        case Kind.QUIET:
            return _("It came in with a first import of many notices, which the rule leaves alone.")
        case Kind.CLOSED:
            return _("Its deadline has passed.")
        case Kind.VALUE_UNKNOWN:
            return _("The buyer states no value, and the rule asks for one.")
        case Kind.VALUE_ELSEWHERE:
            return _("Its value is in %(currency)s, which the rule can't compare.") % {"currency": one.about}
        case Kind.VALUE:
            least = formats.money(Decimal(one.about), "EUR", cents=False)
            if one.holds:
                return _("Its value is at least %(least)s.") % {"least": least}
            return _("Its value is under %(least)s.") % {"least": least}
        case Kind.CATEGORY:
            if one.holds:
                label = codes.labels([one.about], language=formats.language())[one.about]
                return _("Its category is under “%(label)s”.") % {"label": label}
            return _("None of its categories is among the rule's.")
        case Kind.BUYER:
            if one.holds:
                return _("The buyer's name has “%(word)s”.") % {"word": one.about}
            return _("The buyer's name has none of the rule's words.")


def grounds(stored: list[Mapping[str, Any]], *, only_against: bool = False) -> str:
    """The stored grounds of a decision as sentences; `only_against`: those that kept it waiting."""
    read = [Ground(kind=Kind(g["kind"]), holds=bool(g["holds"]), about=str(g["about"])) for g in stored]
    return " ".join(ground(g) for g in read if not (only_against and g.holds))


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Why an opportunity fits: as pieces for a page, as one sentence, and as it was computed."""

    pieces: Sequence[wording.Piece]
    text: str
    reason: Reason | None = None
    interest: str = ""
    interest_id: UUID | None = None
    version: int = 0

    def as_computed(self) -> ReasonOut | None:
        if self.reason is None:
            return None
        return ReasonOut.of(self.reason, interest_id=self.interest_id, name=self.interest, version=self.version)


NOTHING = Fits(pieces=(), text="")


def fits(rows: Iterable[Opportunity]) -> dict[UUID, Fits]:
    """Why each of these fits, in the reader's language, by its id: one query for labels not yet known."""
    read = {row.pk: (row, _reason(row)) for row in rows}
    wording.know_labels(reason for _row, reason in read.values() if reason is not None)
    return {pk: _fits(row, reason) for pk, (row, reason) in read.items()}


def _reason(row: Opportunity) -> Reason | None:
    return wire.load(Reason, row.why["reason"]) if row.why.get("reason") else None


def _fits(row: Opportunity, reason: Reason | None) -> Fits:
    if reason is None:
        return Fits(pieces=[wording.Piece(text=row.reason)] if row.reason else [], text=row.reason)
    return Fits(
        pieces=wording.pieces(reason),
        text=wording.sentence(reason, formats.language()),
        reason=reason,
        interest=row.why.get("name", ""),
        interest_id=UUID(row.why["interest"]) if row.why.get("interest") else None,
        version=row.why.get("version", 0),
    )


def fits_of_leads(rows: Iterable[Lead | None]) -> dict[UUID, Fits]:
    """The same by the leads' ids, their opportunities being loaded; none for a lead without one."""
    held = {row.pk: row.opportunity for row in rows if row is not None and row.opportunity is not None}
    found = fits(held.values())
    return {lead_id: found[row.pk] for lead_id, row in held.items()}


def given(lead: Lead) -> str:
    """Why this manager."""
    giver = lead.given_by.name if lead.given_by else ""
    match lead.given_why:
        case Why.CHOSEN:
            return _("Given by %(person)s.") % {"person": giver}
        case Why.RULE:
            return _("Given by the company's rule.")
        case Why.BIDDER:
            return _("Sent the bid.")
        case Why.TAKER:
            return _("Took it up.")
    return _("The rule took it and names no manager.")


def _title(facts: Facts) -> str:
    """The title inside a sentence that goes on after a full stop: its own, as of "2027 г.", isn't doubled."""
    return str(facts["title"]).removesuffix(".")


def _taken(facts: Facts) -> str:
    if facts.get("manager"):
        return _("Lead taken up: %(title)s. Manager: %(manager)s.") % {
            "title": _title(facts),
            "manager": facts["manager"],
        }
    return _("Lead taken up: %(title)s. It has no manager yet.") % {"title": _title(facts)}


def _given(facts: Facts) -> str:
    return _("Lead given to %(manager)s: %(title)s") % {"manager": facts["manager"], "title": facts["title"]}


def _dropped(facts: Facts) -> str:
    return _("Lead dropped: %(title)s. Reason: %(reason)s") % {"title": _title(facts), "reason": facts["reason"]}


def _changed(facts: Facts) -> str:
    if not facts.get("closes_at"):
        return _("The buyer changed the procedure: %(title)s") % {"title": facts["title"]}
    until = formats.moment(datetime.fromisoformat(facts["closes_at"]))
    return _("The buyer changed the procedure: %(title)s. Bids are due by %(until)s.") % {
        "title": _title(facts),
        "until": until,
    }


def _cancelled(facts: Facts) -> str:
    return _("The buyer gave the procedure up: %(title)s. Reason: %(reason)s") % {
        "title": _title(facts),
        "reason": facts["reason"],
    }


ENTRIES = {
    "lead_taken": (_taken, "inbox"),
    "lead_given": (_given, "user-share"),
    "lead_dropped": (_dropped, "circle-x"),
    "procedure_changed": (_changed, "refresh"),
    "procedure_cancelled": (_cancelled, "circle-off"),
}
"""How the channels' entries in a customer's time line are said."""
