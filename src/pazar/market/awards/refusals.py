"""What the awards domain refuses, in sentences."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal


class NotOpened(Refusal):
    code = "bids_not_opened"
    what = _("The bids can't be compared yet.")
    why = _("They have not been opened.")
    remedy = _("Open them first, on the procedure's page under Opening.")


class AlreadyAwarded(Refusal):
    code = "already_awarded"
    what = _("This procedure is decided already.")
    why = _("Its award was made before and everybody was told.")
    remedy = _("Read the award on the procedure's page.")


class ComparisonChanged(Refusal):
    code = "comparison_changed"
    what = _("Nothing was awarded.")
    why = _("The comparison has changed since you looked at it: a colleague set a bid aside or took it back.")
    remedy = _("Look at the comparison as it is now, then award.")


class NotInLot(Refusal):
    code = "bid_not_in_lot"
    status = 404
    what = _("This bid has no part in this lot.")
    why = _("Only a bid that was opened for the lot can be set aside.")
    remedy = _("Choose a bid from the comparison.")
