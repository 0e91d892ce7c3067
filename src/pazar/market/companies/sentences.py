"""What registers say anew, in the reader's words."""

from django.utils.translation import gettext as _

from pazar.market.companies.models import RegisterChange
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.rules.watching import Field


def status(value: str) -> str:
    return {
        Status.ACTIVE: _("active"),
        Status.LIQUIDATION: _("in liquidation"),
        Status.INSOLVENCY: _("insolvent"),
        Status.DISSOLVED: _("dissolved"),
    }.get(Status(value), _("not said"))


def change(one: RegisterChange) -> str:
    """One sentence with the register and its day."""
    told = {"register": one.register, "day": one.as_of.isoformat(), "before": one.before, "after": one.after}
    match one.field:
        case Field.NAME:
            return _("%(register)s, %(day)s: the company is called “%(after)s” now; it was “%(before)s”.") % told
        case Field.STATUS:
            told |= {"before": status(one.before), "after": status(one.after)}
            if one.words:
                return _("%(register)s, %(day)s: the company is %(after)s (“%(words)s”); it was %(before)s.") % (
                    told | {"words": one.words}
                )
            return _("%(register)s, %(day)s: the company is %(after)s; it was %(before)s.") % told
        case _:
            return _("%(register)s, %(day)s: it is represented by %(after)s; before by %(before)s.") % told
