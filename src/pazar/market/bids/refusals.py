"""What the commands of this domain refuse, in three sentences each."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.ui import formats
from pazar.market.bids import sentences
from pazar.market.bids.rules.envelope import Breach
from pazar.market.bids.rules.readiness import Readiness, State


class _Exactly:
    """A moment to the second, in the language and zone of whoever reads the sentence."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __str__(self) -> str:
        return formats.moment(self.moment, seconds=True)

    def __format__(self, spec: str) -> str:
        return str(self)


class OwnProcedure(Refusal):
    code = "own_procedure"
    status = 403
    what = _("Your company can't bid here.")
    why = _("It is the buyer of this procedure.")
    remedy = _("Bids come from other companies; you see them at the opening.")


class NotOpenForBids(Refusal):
    code = "not_open_for_bids"
    what = _("Bids aren't taken here.")
    why = _("The procedure isn't open for bids on this centre.")
    remedy = _("Look at the procedure as it stands; what you prepared is kept.")


class BidTooLate(Refusal):
    """The database clock decides; both times are shown."""

    code = "bid_too_late"
    what = _("It is too late: the box is closed.")
    why = _("Bids were taken until {closes_at}; by the centre's clock it was {moment}.")
    remedy = _("What was put in before that counts as it stands; nothing can be put in or taken out any more.")

    def __init__(self, *, closes_at: datetime, moment: datetime) -> None:
        self.closes_at, self.moment = closes_at, moment
        super().__init__(closes_at=_Exactly(closes_at), moment=_Exactly(moment))


class BidNotReady(Refusal):
    """`readiness` has the list, what is missing among it."""

    code = "bid_not_ready"
    status = 422
    what = _("The bid isn't ready to be sealed.")
    why = _("{done} of {all} points of the checklist are ready.")
    remedy = _("Go through what is missing; the draft stays as it is.")

    def __init__(self, readiness: Readiness) -> None:
        self.readiness = readiness
        super().__init__(done=readiness.done, all=readiness.count)

    @property
    def breaches(self) -> list[str]:
        """What is missing, a sentence each, in the active language."""
        missing = [sentences.said(item) for item in self.readiness.items if item.state is not State.OK]
        return [f"{item.title}. {item.text}" for item in missing]


class VersionNotConfirmed(Refusal):
    code = "version_not_confirmed"
    what = _("The procedure was changed since you prepared this bid.")
    why = _("It stands at version {version} now; your bid answers version {confirmed}.")
    remedy = _("Read what changed, confirm it, and seal the bid again.")


class EnvelopesRefused(Refusal):
    """A sealed bid that can't be taken in; every breach is named."""

    code = "envelope_refused"
    status = 422
    what = _("The sealed bid can't be taken in.")
    why = _("An envelope isn't of the form, or isn't sealed for this bid and this box.")
    remedy = _("Load the page anew and seal again; the draft is kept.")

    def __init__(self, breaches: Sequence[Breach]) -> None:
        self.broken = tuple(breaches)
        super().__init__()

    @property
    def breaches(self) -> list[str]:
        return list(dict.fromkeys(str(sentences.breach(breach)) for breach in self.broken))


class BidReplaced(Refusal):
    code = "bid_replaced"
    what = _("This sealed bid was put in before, and isn't in the box any more.")
    why = _("A later one replaced it, or it was withdrawn.")
    remedy = _("Seal the bid anew if it is to count.")


class NothingSubmitted(Refusal):
    code = "nothing_submitted"
    what = _("There is nothing to withdraw.")
    why = _("No sealed bid of yours is in the box.")
    remedy = _("Your draft can stay; nobody else sees it.")


class NotYetClosed(Refusal):
    code = "not_yet_closed"
    what = _("The bids can't be opened yet.")
    why = _("Bids are taken until {closes_at}; by the centre's clock it is {moment}.")
    remedy = _("Come back when the tender period is over.")

    def __init__(self, *, closes_at: datetime, moment: datetime) -> None:
        super().__init__(closes_at=_Exactly(closes_at), moment=_Exactly(moment))


class NotToBeOpened(Refusal):
    code = "not_to_be_opened"
    what = _("This box isn't opened.")
    why = _("The procedure ended before its bids were opened.")
    remedy = _("The bids in it stay shut for ever.")


class SharesMissing(Refusal):
    code = "shares_missing"
    what = _("The bids can't be opened by the centre alone.")
    why = _("{holder} holds the other half of every key and hasn't released it yet.")
    remedy = _("{holder} opens this page, chooses the key file and releases the shares.")


class SecondTryWanted(Refusal):
    code = "second_try_wanted"
    what = _("Not every envelope could be opened with the key of {holder}.")
    why = _("An envelope stays shut for ever only if its holder says so twice: the first time may be a mistake.")
    remedy = _("{holder} opens this page again, chooses the key file and releases the shares once more.")


class NotTheHolder(Refusal):
    code = "not_the_holder"
    status = 403
    what = _("You hold no key of this box.")
    why = _("Its keys are held by: {holders}.")
    remedy = _("Ask the holder to release the shares.")


class BoxDisagrees(Refusal):
    """What would be opened isn't what the digest of the deadline was taken over."""

    code = "box_disagrees"
    status = 409
    what = _("The box isn't opened.")
    why = _("What is in it isn't what was in it at the deadline: its digest is another one than was published then.")
    remedy = _("Tell the operator of the centre; nobody can open it before that is cleared up.")


class ShareFalse(Refusal):
    """A released share that isn't what the bidder committed to; it names its holder."""

    code = "share_false"
    status = 422
    what = _("A released share is false.")
    why = _("What {holder} released isn't the share that was sealed to that key.")
    remedy = _("Try again with the key file whose fingerprint stands in the list of holders.")


class KeyRefused(Refusal):
    code = "key_refused"
    status = 422
    what = _("This isn't a public key that can be sealed to.")
    why = _("It must be an X-Wing key of 1,216 bytes, written in hexadecimal.")
    remedy = _("Make the key on the page of your sealing key.")


class KeyKnown(Refusal):
    code = "key_known"
    what = _("This key can't be taken.")
    why = _("It was enrolled before, by you or by somebody else.")
    remedy = _("Make a new one.")
