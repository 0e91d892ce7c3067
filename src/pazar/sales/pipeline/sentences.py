"""Stages, reasons and what happened to a deal, in the reader's language."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pazar.ground.ui import formats
from pazar.sales.customers import sentences as customers
from pazar.sales.customers.timeline import Facts
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import LostReason, Stage

STAGES: dict[Stage, Promise] = {
    Stage.NEW: pgettext_lazy("stage of a deal", "New"),
    Stage.QUALIFIED: pgettext_lazy("stage of a deal", "Qualified"),
    Stage.PROPOSAL: pgettext_lazy("stage of a deal", "Proposal"),
    Stage.NEGOTIATION: pgettext_lazy("stage of a deal", "Negotiation"),
    Stage.WON: pgettext_lazy("stage of a deal", "Won"),
    Stage.LOST: pgettext_lazy("stage of a deal", "Lost"),
}
LOST: dict[LostReason, Promise] = {
    LostReason.PRICE: gettext_lazy("Our price was too high"),
    LostReason.COMPETITOR: gettext_lazy("They chose a competitor"),
    LostReason.NO_NEED: gettext_lazy("They don't need it any more"),
    LostReason.OTHER: gettext_lazy("Another reason"),
    LostReason.NOT_AWARDED: gettext_lazy("The buyer awarded it to another bidder"),
    LostReason.CANCELLED: gettext_lazy("The buyer gave the procedure up"),
}


BOOK_FAULTS: dict[str, str | Promise] = {
    "kind_unknown": gettext_lazy("These columns are of no table of books that is known: %(columns)s."),
    "stage_unknown": gettext_lazy("“%(value)s” is no stage that is known. Say in the map which one it means."),
    "stage_not_told": gettext_lazy("Nothing says in which stage the deal is."),
    "text_too_long": gettext_lazy("“%(value)s…” is longer than a name or a title can be."),
    "not_a_day": gettext_lazy("“%(value)s” is no day."),
    "ambiguous_day": gettext_lazy("Days such as 01/02/2024 stand here and nothing shows which comes first: say it."),
    "same_id_twice": gettext_lazy("“%(value)s” stands in the file already."),
    "ends_before_it_begins": gettext_lazy("It ends on %(value)s, before it begins."),
    "worked_on_since": gettext_lazy("“%(value)s” has been worked on here since it was brought in; it stays as it is."),
    "holding_loop": gettext_lazy("“%(value)s” would be its own parent. The customer is taken, the holding isn't."),
}


def book_fault(code: str, params: Mapping[str, str]) -> str:
    """The sentence of what was wrong with a table or a row of the books."""
    return str(BOOK_FAULTS[code]) % dict(params) if code in BOOK_FAULTS else customers.fault(code, params)


def stage(value: str) -> str:
    return str(STAGES[Stage(value)]) if value in Stage.__members__.values() else value


def lost(deal: Deal) -> str:
    """Why it was lost."""
    return _why(deal.lost_reason, deal.lost_note)


def vat(deal: Deal) -> str:
    """The basis of the award's prices, where it was told and they stand in the deal."""
    if deal.vat_included is None or deal.stage not in stages.ENDED:
        return ""
    return _("with VAT") if deal.vat_included else _("without VAT")


def won_on(deal: Deal) -> str:
    """The day, and how many lots where some were lost."""
    if deal.ended_at is None:
        return ""
    day = formats.day(deal.ended_at)
    won = sum(lot["won"] for lot in deal.lots)
    if won < len(deal.lots):
        return _("Won %(day)s, %(won)s of %(count)s lots") % {"day": day, "won": won, "count": len(deal.lots)}
    return _("Won %(day)s") % {"day": day}


def _why(reason: str, note: str) -> str:
    known = str(LOST[LostReason(reason)]) if reason in LostReason.__members__.values() else reason
    return f"{known}: {note}" if note and known else note or known


def _money(facts: Facts) -> str:
    amount = facts.get("amount")
    return formats.money(Decimal(amount), facts.get("currency") or "EUR", cents=False) if amount else ""


def _clause(facts: Facts) -> str:
    """The title where a full stop follows: one that ends in an abbreviation brings its own."""
    return str(facts["title"]).rstrip(".")


def _made(facts: Facts) -> str:
    return _("Deal made: %(title)s") % {"title": facts["title"]}


def _moved(facts: Facts) -> str:
    return _("Deal moved from %(before)s to %(after)s: %(title)s") % {
        "before": stage(facts["before"]),
        "after": stage(facts["after"]),
        "title": facts["title"],
    }


def _won(facts: Facts) -> str:
    if _money(facts) and facts.get("won", 0) < facts.get("lots", 0):
        return _("Deal won for %(amount)s, %(won)s of %(count)s lots: %(title)s") % {
            "amount": _money(facts),
            "won": facts["won"],
            "count": facts["lots"],
            "title": facts["title"],
        }
    if _money(facts):
        return _("Deal won for %(amount)s: %(title)s") % {"amount": _money(facts), "title": facts["title"]}
    return _("Deal won: %(title)s") % {"title": facts["title"]}


def _lost(facts: Facts) -> str:
    why = _why(facts.get("reason", ""), facts.get("note", ""))
    if _money(facts):
        return _("Deal lost, our price was %(amount)s: %(title)s. Reason: %(why)s") % {
            "amount": _money(facts),
            "title": _clause(facts),
            "why": why,
        }
    return _("Deal lost: %(title)s. Reason: %(why)s") % {"title": _clause(facts), "why": why}


def _next(facts: Facts) -> str:
    if not facts.get("step"):
        return _("Next step taken away: %(title)s") % {"title": facts["title"]}
    if facts.get("on"):
        return _("Next step by %(day)s: %(step)s") % {
            "day": formats.day(date.fromisoformat(facts["on"])),
            "step": facts["step"],
        }
    return _("Next step: %(step)s") % {"step": facts["step"]}


def _amount(facts: Facts) -> str:
    if not _money(facts):
        return _("Our figure taken away: %(title)s") % {"title": facts["title"]}
    return _("Our figure is now %(amount)s: %(title)s") % {"amount": _money(facts), "title": facts["title"]}


def _bid_sent(facts: Facts) -> str:
    if facts.get("number", 1) > 1:
        return _(
            "Bid sent again for %(reference)s, submission %(number)s, which counts in place of the earlier: %(title)s"
        ) % {
            "reference": facts["reference"],
            "number": facts["number"],
            "title": facts["title"],
        }
    return _("Bid sent for %(reference)s: %(title)s") % {"reference": facts["reference"], "title": facts["title"]}


def _bid_withdrawn(facts: Facts) -> str:
    return _("Bid withdrawn from %(reference)s: %(title)s") % {
        "reference": facts["reference"],
        "title": facts["title"],
    }


ENTRIES = {
    "deal_made": (_made, "briefcase"),
    "deal_moved": (_moved, "arrow-right"),
    "deal_won": (_won, "trophy"),
    "deal_lost": (_lost, "circle-x"),
    "deal_next": (_next, "calendar"),
    "deal_amount": (_amount, "coin"),
    "bid_sent": (_bid_sent, "lock"),
    "bid_withdrawn": (_bid_withdrawn, "arrow-back-up"),
}
"""How the pipeline's entries in a customer's time line are said."""
