"""What the channels refuse."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal


class OpportunitySettled(Refusal):
    code = "opportunity_settled"
    what = _("This opportunity doesn't wait any more.")
    why = _("A colleague has taken it up or set it aside, or the buyer gave the procedure up.")
    remedy = _("Look at what became of it in the inbox.")


class OpportunityClosed(Refusal):
    code = "opportunity_closed"
    what = _("This opportunity can't be taken up any more.")
    why = _("The deadline of its procedure has passed.")
    remedy = _("Set it aside, with the reason.")


class LeadEnded(Refusal):
    code = "lead_ended"
    what = _("This lead is not open any more.")
    why = _("It became a deal or was dropped.")
    remedy = _("Look for its deal on the board.")


class GivingIsTheDirectors(Refusal):
    """Leads of others, or for others: the leader's act."""

    code = "giving_is_the_directors"
    status = 403
    what = _("You can't give this to a colleague.")
    why = _("The owner and the sales director decide who works on what.")
    remedy = _("Take it up yourself, or ask the sales director.")
