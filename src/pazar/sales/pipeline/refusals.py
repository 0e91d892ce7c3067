"""What the pipeline refuses."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal, Sentence
from pazar.sales.pipeline.rules.stages import Hindrance


class MoveRefused(Refusal):
    """A deal stays where it is; `why` says for which reason."""

    code = "move_refused"
    what = _("The deal stays where it is.")
    reasons: ClassVar[dict[Hindrance, tuple[Sentence, Sentence]]] = {
        Hindrance.SAME: (_("It stands in this stage already."), _("Choose another stage.")),
        Hindrance.BID_DECIDES: (
            _("Your bid is with the buyer, and the deal follows it: the award ends it, won or lost."),
            _("Wait for the award, or withdraw the bid before the deadline."),
        ),
        Hindrance.BID_FIRST: (
            _("It belongs to a procedure on this centre, where the bid you send is the proposal."),
            _("Send the bid; the deal moves by itself."),
        ),
        Hindrance.STILL_OPEN: (
            _("Its procedure is still open for bids, so nobody can have won it."),
            _("Wait until the buyer has awarded it."),
        ),
        Hindrance.AWARD_DECIDES: (
            _("Its procedure runs on this centre, and only an award to you wins it."),
            _("If you didn't bid, close the deal as lost."),
        ),
        Hindrance.MARKET_ENDED: (
            _("The buyer's award or his giving the procedure up has ended it."),
            _("For further business with this customer make a new deal."),
        ),
    }

    def __init__(self, hindrance: Hindrance) -> None:
        self.hindrance = hindrance
        super().__init__(hindrance=str(hindrance))

    @property
    def sentences(self) -> tuple[str, str, str]:
        why, remedy = self.reasons[self.hindrance]
        return str(self.what), str(why), str(remedy)


class MovedMeanwhile(Refusal):
    """Somebody moved the deal after this person had looked at it."""

    code = "deal_moved_meanwhile"
    what = _("The deal stays where it is now.")
    why = _("Somebody moved it while you were looking at it.")
    remedy = _("Look where it stands, and move it again if you still want to.")


class DealEnded(Refusal):
    code = "deal_ended"
    what = _("This deal is closed.")
    why = _("It was won or lost.")
    remedy = _("Open it again first, if it was closed by mistake.")
