"""What the customers' part refuses."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal


class AnothersWork(Refusal):
    code = "anothers_work"
    status = 403
    what = _("You can't do this here.")
    why = _("A colleague works on it: {manager}.")
    remedy = _("Ask your colleague, or ask the sales director to give it to you.")


class CorrectedAlready(Refusal):
    code = "corrected_already"
    what = _("This entry has a correction already.")
    why = _("Each entry is corrected once; a later correction belongs to the correction before it.")
    remedy = _("Correct the newest of them.")


class NotByHand(Refusal):
    code = "not_by_hand"
    what = _("This entry can't be corrected by hand.")
    why = _("Nobody wrote it: it records what was done on the centre.")
    remedy = _("If something is to be added, write a note.")
