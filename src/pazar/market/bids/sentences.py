"""The words to the codes of the rules: readiness, breaches, faults."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.ui import formats
from pazar.market.bids.rules.contents import Declaration, Fault
from pazar.market.bids.rules.envelope import Breach, Reason
from pazar.market.bids.rules.readiness import Item, State

Words = str | Promise

DECLARATIONS: Mapping[Declaration, Words] = {
    Declaration.CONDITIONS: _("We have read the conditions of the procedure and its documents, and accept them."),
    Declaration.NO_GROUNDS: _("None of the grounds on which a bidder is excluded applies to us."),
    Declaration.INDEPENDENT: _("We prepared this bid by ourselves and agreed on it with no other bidder."),
    Declaration.BINDING: _("The bid binds us for as long as it is stated to hold."),
}

_ITEMS: Mapping[tuple[str, State], tuple[Words, Words]] = {
    ("deadline", State.OK): (_("In time"), _("Bids are taken until {closes_at}.")),
    ("deadline", State.NO): (_("The tender period is over"), _("Bids were taken until {closes_at}.")),
    ("not_open", State.NO): (
        _("The procedure isn't open for bids"),
        _("Look at the procedure as it stands; what you prepared is kept."),
    ),
    ("role", State.OK): (_("You may submit"), _("Your role in the company includes it.")),
    ("role", State.NO): (
        _("You may prepare, not submit"),
        _("An owner or a tender manager of your company seals and submits the bid."),
    ),
    ("version", State.OK): (_("Version {version} of the procedure"), _("The bid answers the version in force.")),
    ("version", State.NO): (
        _("The procedure changed"),
        _("The bid answers version {confirmed}; read what changed and confirm version {version}."),
    ),
    ("price", State.OK): (_("Lot {lot} has its prices"), _("{items} of {items} items.")),
    ("price_missing", State.WAIT): (
        _("Lot {lot} lacks prices"),
        _("{priced} of {items} items have one. Fill them in, or leave the lot out."),
    ),
    ("price_unread", State.NO): (
        _("A price in lot {lot} can't be read"),
        _(
            "Write it with digits, at most four of them after the decimal sign. If three of them stand there, "
            "add a nought: 41.2380, not 41.238."
        ),
    ),
    ("lot_left_out", State.OK): (_("Lot {lot} is left out"), _("You don't bid on it.")),
    ("nothing_bid", State.NO): (_("Lot {lot} is left out"), _("Bid on one lot at least.")),
    ("delivery", State.OK): (_("Delivery"), _("Each lot says in how many days.")),
    ("delivery", State.WAIT): (_("Delivery isn't said"), _("Enter the days of delivery of each lot you bid on.")),
    ("validity", State.OK): (_("The bid holds for {days} days"), _("Counted from the end of the tender period.")),
    ("validity", State.WAIT): (_("How long the bid holds isn't said"), _("Enter the days; at least {least}.")),
    ("validity", State.NO): (_("The bid holds too short"), _("It says {days} days; at least {least} are asked.")),
    ("declarations", State.OK): (_("Declarations {declared} of {all}"), _("All of them are made.")),
    ("declarations", State.WAIT): (_("Declarations {declared} of {all}"), _("Read and tick each of them.")),
}

BREACHES: Mapping[Reason, Words] = {
    Reason.OTHER_PROCEDURE: _("It is sealed for another procedure."),
    Reason.OTHER_VERSION: _("It is sealed for another version of the procedure."),
    Reason.OTHER_LOT: _("It is sealed for another lot."),
    Reason.OTHER_KIND: _("It is sealed as another kind of envelope."),
    Reason.OTHER_BIDDER: _("It is sealed in another bidder's name."),
    Reason.OTHER_BID: _("It is sealed for another bid."),
    Reason.OTHER_HOLDERS: _("It is sealed to other holders than those of this box."),
    Reason.ENVELOPE_MISSING: _("An envelope is missing: each lot needs a technical one and a price."),
    Reason.ENVELOPE_NOT_ASKED: _("There is an envelope that isn't asked for."),
    Reason.ENVELOPE_TWICE: _("An envelope is there twice."),
    Reason.SIGNATURE_NOT_ASKED: _("Signatures aren't asked for here yet."),
    Reason.CHANGED: _("An envelope isn't what the bid's manifest says."),
    Reason.SIZE: _("A part is too large, or not of its size."),
    Reason.SHARE_FALSE: _("A holder's share isn't what the bidder committed to."),
    Reason.SHARE_UNOPENABLE: _("A holder's share isn't sealed to his key."),
    Reason.TOO_FEW_SHARES: _("There are too few true shares."),
    Reason.SHARES_DISAGREE: _("The shares don't give the key that the bidder committed to."),
    Reason.KEY_FALSE: _("The key isn't the one that the bidder committed to."),
    Reason.CHUNK: _("The content was changed or isn't sealed with this key."),
    Reason.PADDING: _("The content isn't filled up as the form says."),
}
_NOT_OF_FORM = _("It isn't of the form that the centre takes.")

FAULTS: Mapping[str, Words] = {
    Fault.UNREADABLE.value: _("The envelope opened, and its content isn't of the form that is asked."),
    Fault.OTHER_CURRENCY.value: _("The prices are in another currency than the procedure's."),
    Fault.OTHER_VAT.value: _("The prices differ from the procedure in whether VAT is included."),
    Fault.OTHER_ITEMS.value: _("The prices aren't for the items of this lot, each once."),
    Fault.TOTAL_WRONG.value: _("The stated total isn't the sum of the prices."),
    Fault.EARLIER_VERSION.value: _(
        "It was sealed for an earlier version of the procedure, whose items or quantities in this lot were others."
    ),
    Fault.DECLARATIONS.value: _("Not every declaration is made."),
}


_FIRST = (State.NO, State.WAIT, State.OK)


@dataclass(frozen=True, kw_only=True)
class SaidItem:
    """A line of the checklist in the active language."""

    code: str
    state: str
    title: str
    text: str
    anchor: str


def said(item: Item) -> SaidItem:
    title, text = _ITEMS[item.code, item.state]
    params = {
        name: formats.moment(value) if isinstance(value, datetime) else value for name, value in item.params.items()
    }
    return SaidItem(
        code=item.code,
        state=item.state.value,
        title=str(title).format(**params),
        text=str(text).format(**params),
        anchor=item.anchor,
    )


def said_all(items: Iterable[Item]) -> list[SaidItem]:
    """The checklist, what is missing on top."""
    return [said(item) for item in sorted(items, key=lambda item: _FIRST.index(item.state))]


def breach(found: Breach) -> Words:
    return BREACHES.get(found.reason, _NOT_OF_FORM)


def fault(code: str) -> str:
    """Why an envelope couldn't be read as a bid, in a sentence; empty for none."""
    if not code:
        return ""
    if code in FAULTS:
        return str(FAULTS[code])
    try:
        return str(BREACHES.get(Reason(code), _NOT_OF_FORM))
    except ValueError:
        return str(_NOT_OF_FORM)
