"""The ranking's codes in words."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pazar.ground.ui import formats
from pazar.market.awards.rules.ranking import OutReason, TieRule
from pazar.market.bids import sentences

RULE = gettext_lazy(
    "The lowest total wins. Of equal totals the bid received earlier stands first, by the centre's clock. Received in "
    "the same microsecond, the one whose sealed bid has the smaller SHA-256 digest stands first: a draw that "
    "everybody can check."
)


def vat(*, is_included: bool) -> str:
    """The basis of every price of a procedure."""
    return _("All prices include VAT.") if is_included else _("All prices are without VAT.")


def tie(code: str) -> str:
    """Why a bid stands before another with the same total."""
    if code == TieRule.EARLIER:
        return _("same price as the next, received earlier")
    if code == TieRule.DIGEST:
        return _("same price and moment as the next, smaller digest")
    return ""


def out(code: str, words: str) -> str:
    """Why a bid stands outside the ranking."""
    match code:
        case OutReason.NO_PRICE:
            return _("No price for this lot.")
        case OutReason.OTHER_CURRENCY:
            return _("Priced in {currency}, not in the procedure's currency.").format(currency=words)
        case OutReason.NOT_OPENED:
            return sentences.fault(words)
        case _:
            return _("Set aside: {words}").format(words=words)


def received(moment: str) -> str:
    """To the microsecond: a tie may hang on it."""
    at = datetime.fromisoformat(moment)
    return f"{formats.moment(at, seconds=True, year=True)} + {at.microsecond}\u00a0µs"


def over(share: Decimal | None) -> str:
    """How far above the best price: `+4.25 %`; `0 %` for the same; nothing for the best."""
    if share is None:
        return ""
    if not share:
        return formats.share(share)  # a tie: nothing stands over the best
    least = Decimal("0.0001")
    return f"+{formats.share(share, places=2)}" if share >= least else f"< {formats.share(least, places=2)}"
