"""Why an opportunity was taken or waits, and why a lead is whose it is: in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pazar.ground.codes import queries as codes
from pazar.ground.ui import formats
from pazar.sales.channels.models import Lead
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


def _taken(facts: Facts) -> str:
    if facts.get("manager"):
        return _("Lead taken up: %(title)s. Manager: %(manager)s.") % {
            "title": facts["title"],
            "manager": facts["manager"],
        }
    return _("Lead taken up: %(title)s. It has no manager yet.") % {"title": facts["title"]}


def _given(facts: Facts) -> str:
    return _("Lead given to %(manager)s: %(title)s") % {"manager": facts["manager"], "title": facts["title"]}


def _dropped(facts: Facts) -> str:
    return _("Lead dropped: %(title)s. Reason: %(reason)s") % {"title": facts["title"], "reason": facts["reason"]}


def _changed(facts: Facts) -> str:
    if not facts.get("closes_at"):
        return _("The buyer changed the procedure: %(title)s") % {"title": facts["title"]}
    until = formats.moment(datetime.fromisoformat(facts["closes_at"]))
    return _("The buyer changed the procedure: %(title)s. Bids are due by %(until)s.") % {
        "title": facts["title"],
        "until": until,
    }


def _cancelled(facts: Facts) -> str:
    return _("The buyer gave the procedure up: %(title)s. Reason: %(reason)s") % {
        "title": facts["title"],
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
