"""What kinds, regimes, states and fields are called, and how a change of a field is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pazar.ground.codes import queries as codes
from pazar.ground.ui import formats
from pazar.market.procedures.rules import packs
from pazar.market.procedures.rules.kinds import Kind
from pazar.market.procedures.rules.states import State
from pazar.market.procedures.rules.versions import Change

KINDS: Mapping[str, str | Promise] = {
    Kind.OPEN_TENDER: _("Open tender"),
    Kind.REQUEST_FOR_PRICES: _("Request for prices"),
}
# Methods of other sources, by the codes their readers keep: OCDS procurementMethod, eForms BT-105, TED's elements.
OUTSIDE_KINDS: Mapping[str, str | Promise] = {
    "open": _("Open procedure"),
    "restricted": _("Restricted procedure"),
    "selective": _("Selective procedure"),
    "limited": _("Limited procedure"),
    "direct": _("Direct award"),
    "negotiated_with_call": _("Negotiated after a call"),
    "neg-w-call": _("Negotiated after a call"),
    "negotiated_without_call": _("Negotiated without a call"),
    "neg-wo-call": _("Negotiated without a call"),
    "negotiated": _("Negotiated procedure"),
    "involving_negotiation": _("Procedure with negotiation"),
    "competitive_negotiation": _("Competitive procedure with negotiation"),
    "competitive_dialogue": _("Competitive dialogue"),
    "comp-dial": _("Competitive dialogue"),
    "comp-tend": _("Competitive tendering"),
    "innovation": _("Innovation partnership"),
    "award_without_call": _("Award without a call"),
    "award_with_prior_publication": _("Award after publication"),
    "award_without_publication": _("Award without publication"),
    "exp-int-rail": _("Expression of interest (rail)"),
    "oth-mult": _("Other procedure of several stages"),
    "oth-single": _("Other procedure of one stage"),
}
SEALS: Mapping[str, str | Promise] = {
    "server": _("The centre alone"),
    "server_and_person": _("The centre together with a person of the buyer"),
}
STATES: Mapping[str, str | Promise] = {
    State.DRAFT: _("a draft"),
    State.PUBLISHED: _("published"),
    State.CLOSED: _("closed"),
    State.OPENED: _("opened"),
    State.AWARDED: _("awarded"),
    State.CANCELLED: _("given up by its buyer"),
    State.FAILED: _("ended without an award"),
}
LANGUAGES: Mapping[str, str] = {"bg": "Български", "en": "English"}
CRITERIA: Mapping[str, str | Promise] = {"lowest_price": _("Lowest price")}
STATUSES: Mapping[str, tuple[str, str | Promise]] = {
    State.DRAFT: ("draft", _("Draft")),
    State.PUBLISHED: ("open", _("Open for bids")),
    State.CLOSED: ("soon", _("Closed, waiting to be opened")),
    State.OPENED: ("wing", _("Opened, being evaluated")),
    State.AWARDED: ("done", _("Awarded")),
    State.CANCELLED: ("bad", _("Given up")),
    State.FAILED: ("bad", _("Ended without an award")),
}
"""The kind of `<c-status>` and its word."""

FIELDS: Mapping[str, str | Promise] = {
    "kind": _("Kind of procedure"),
    "regime": _("Regime"),
    "title": _("Title"),
    "description": _("Description"),
    "language": _("Language"),
    "currency": _("Currency"),
    "value_amount": _("Estimated value"),
    "award_criterion": _("Award criterion"),
    "vat_included": _("Prices with VAT"),
    "payment_terms": _("Payment"),
    "delivery_terms": _("Delivery"),
    "requirements": _("Requirements on bidders"),
    "seal": _("Holders of the seal"),
    "seal_person_id": _("Person who holds the seal"),
    "seal_person": _("Person who holds the seal"),
    "enquiries_close_at": _("End of questions"),
    "closes_at": _("End of the tender period"),
    "lots": _("Lots"),
    "lots.title": _("Title"),
    "lots.description": _("Description"),
    "lots.cpv": _("Categories"),
    "lots.regions": _("Places of delivery"),
    "lots.value_amount": _("Estimated value"),
    "lots.items": _("Items"),
    "lots.items.description": _("Description"),
    "lots.items.cpv": _("Category"),
    "lots.items.quantity": _("Quantity"),
    "lots.items.unit": _("Unit"),
    "lots.items.place": _("Place of delivery"),
    "lots.items.delivery": _("Time of delivery"),
    "documents": _("Document"),
}


@dataclass(frozen=True, kw_only=True)
class SaidChange:
    """One change as `<c-diff>` shows it."""

    label: str
    old: str
    new: str


def language() -> str:
    return (translation.get_language() or "en").split("-")[0]


def kind(code: str) -> str:
    """A kind of ours or of another source in words, or a source's own word."""
    return str(KINDS.get(code) or OUTSIDE_KINDS.get(code) or code)


def regime(code: str) -> str:
    pack = packs.pack(code)
    return pack.title.text(language()) if pack else code


def said(change: Change, *, currency: str) -> SaidChange:
    """A change in the active language and zone."""
    field = str(FIELDS.get(change.field, change.field))
    match change.where:
        case (lot,):
            label = gettext("Lot %(lot)d: %(field)s") % {"lot": lot, "field": field}
        case (lot, item):
            label = gettext("Lot %(lot)d, item %(item)d: %(field)s") % {"lot": lot, "item": item, "field": field}
        case _:
            label = field
    old = _shown(change.field, change.old, currency, change.item_before)
    new = _shown(change.field, change.new, currency, change.item_after)
    return SaidChange(label=label, old=old, new=new)


def placed(field: str, word: str = "") -> str:
    """A field as a person finds it: `lots.2.items.1.unit` is "Lot 2, item 1: Unit". `word` if the page has its own."""
    path = field.split(".")
    word = word or str(FIELDS.get(".".join(part for part in path if not part.isdigit()), path[-1]))
    match path:
        case ["lots", lot, "items", item, _]:
            return gettext("Lot %(lot)d, item %(item)d: %(field)s") % {
                "lot": int(lot),
                "item": int(item),
                "field": word,
            }
        case ["lots", lot, _]:
            return gettext("Lot %(lot)d: %(field)s") % {"lot": int(lot), "field": word}
    return word


def _amount(item: Mapping[str, Any]) -> str:
    """How much of an item, with its unit; empty where it isn't said."""
    if item.get("quantity") is None:
        return ""
    unit = codes.unit_symbol(item.get("unit") or "", language=language())
    return f"{formats.number(Decimal(item['quantity']))} {unit}".rstrip()


def _shown(field: str, value: Any, currency: str, item: Mapping[str, Any]) -> str:
    if field == "lots.items" and item:
        return ", ".join(part for part in (item.get("description"), _amount(item)) if part)
    if value is None or value == "" or value == []:
        return ""
    name = field.rpartition(".")[2]
    match name:
        case "closes_at" | "enquiries_close_at":
            return formats.moment(datetime.fromisoformat(value))
        case "value_amount":
            return formats.money(Decimal(value), currency)
        case "quantity":
            return _amount(item)
        case "language":
            return LANGUAGES.get(value, value)
        case "unit":
            return codes.unit_symbol(value, language=language())
        case "cpv" | "regions":
            wanted = [value] if isinstance(value, str) else value
            return ", ".join(codes.labels(wanted, language=language()).values())
        case "vat_included":
            return gettext("with VAT") if value else gettext("without VAT")
        case "kind":
            return kind(value)
        case "regime":
            return regime(value)
        case "seal":
            return str(SEALS.get(value, value))
        case "award_criterion":
            return str(CRITERIA.get(value, value))
    return str(value)
