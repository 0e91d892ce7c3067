"""A procedure of our own as OCDS 1.1 says it: parties, tender, and room for what later stages add.

Field names are those of the standard (https://standard.open-contracting.org/1.1/en/schema/reference/). Only what is
public goes in: no bid, no tenderer, no asker. Amounts stay Decimals; whoever writes the JSON makes numbers of them.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts
from pazar.market.procedures.rules.kinds import OCDS_METHOD, Kind
from pazar.market.procedures.rules.states import State

VERSION: Final = "1.1"
LOTS: Final = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json"
ENQUIRIES: Final = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_enquiry_extension/v1.1.5/extension.json"
)
BIDS: Final = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json"
EXTENSIONS: Final = (LOTS, ENQUIRIES, BIDS)

# The codelist *tenderStatus*.
STATUS: Final = {
    State.PUBLISHED: "active",
    State.CLOSED: "active",
    State.OPENED: "active",
    State.AWARDED: "complete",
    State.CANCELLED: "cancelled",
    State.FAILED: "unsuccessful",
}


@dataclass(frozen=True, kw_only=True)
class Party:
    """A company as a party; `scheme` and `number` are its entry in a register, where it is known by one."""

    id: UUID
    name: str
    scheme: str = ""
    number: str = ""
    country: str = ""
    town: str = ""
    address: str = ""
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class PublicDocument:
    id: UUID
    title: str
    media_type: str
    url: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A version after the first."""

    number: int
    made_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class PublicEnquiry:
    """An answered question; its asker is named nowhere."""

    id: UUID
    asked_at: datetime
    question: str
    answered_at: datetime
    answer: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """All that is public of a procedure."""

    id: UUID
    reference: str
    state: State
    version: int
    facts: Facts
    kind_label: str
    buyer: Party
    published_at: datetime
    changed_at: datetime
    end_reason: str
    url: str
    documents: tuple[PublicDocument, ...]
    amendments: tuple[Amendment, ...]
    enquiries: tuple[PublicEnquiry, ...]


def ocid(prefix: str, reference: str) -> str:
    """The open contracting id: the publisher's prefix and our reference."""
    return f"{prefix}-{reference}"


def release(notice: Notice, *, prefix: str) -> dict[str, Any]:
    """One view of the procedure as it stands, as a release. Whoever knows of bids and awards adds them and the parties
    to them, then gives it its id by `identified`.
    """
    tags = ["tender", *(["tenderUpdate"] if notice.version > 1 else [])]
    if notice.state is State.CANCELLED:
        tags.append("tenderCancellation")
    return {
        "ocid": ocid(prefix, notice.reference),
        "id": notice.reference,
        "date": moment(notice.changed_at),
        "tag": tags,
        "initiationType": "tender",
        "language": notice.facts.language or "en",
        "parties": [party(notice.buyer, "buyer")],
        "buyer": {"id": party_id(notice.buyer), "name": notice.buyer.name},
        "tender": _tender(notice),
    }


def identified(release: dict[str, Any], *, reference: str) -> dict[str, Any]:
    """The finished release with an id of its own: the standard allows no two contents under one."""
    content = json.dumps(release, sort_keys=True, default=str).encode()
    return {**release, "id": f"{reference}-{hashlib.sha256(content).hexdigest()[:16]}"}


def package(releases: Iterable[dict[str, Any]], *, uri: str, publisher: str, published_at: datetime) -> dict[str, Any]:
    """A release package."""
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": moment(published_at),
        "publisher": {"name": publisher},
        "releases": list(releases),
    }


def party(company: Party, *roles: str) -> dict[str, Any]:
    """An entry of `parties`."""
    address = {
        "streetAddress": company.address,
        "locality": company.town,
        "region": company.region,
        "countryName": company.country,
    }
    return _without_empty(
        {
            "id": party_id(company),
            "name": company.name,
            "identifier": _without_empty({"scheme": company.scheme, "id": company.number, "legalName": company.name})
            if company.number
            else None,
            "address": _without_empty(address) or None,
            "roles": list(roles),
        }
    )


def party_id(company: Party) -> str:
    return f"{company.scheme}-{company.number}" if company.number and company.scheme else str(company.id)


def value(amount: Decimal | None, currency: str) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": currency}


def moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _tender(notice: Notice) -> dict[str, Any]:
    facts = notice.facts
    numbers = {lot.id: str(number) for number, lot in enumerate(facts.lots, start=1)}
    opened = moment(notice.published_at)
    return _without_empty(
        {
            "id": str(notice.id),
            "title": facts.title,
            "description": facts.description,
            "status": STATUS[notice.state],
            "procuringEntity": {"id": party_id(notice.buyer), "name": notice.buyer.name},
            "value": value(facts.value, facts.currency),
            "procurementMethod": OCDS_METHOD[Kind(facts.kind)],
            "procurementMethodDetails": notice.kind_label,
            "awardCriteria": "priceOnly",
            "submissionMethod": ["electronicSubmission"],
            "submissionMethodDetails": notice.url,
            "eligibilityCriteria": facts.requirements,
            "tenderPeriod": {"startDate": opened, "endDate": moment(facts.closes_at)} if facts.closes_at else None,
            "enquiryPeriod": {"startDate": opened, "endDate": moment(facts.enquiries_close_at)}
            if facts.enquiries_close_at
            else None,
            "hasEnquiries": bool(notice.enquiries),
            "enquiries": [_enquiry(enquiry) for enquiry in notice.enquiries],
            "lots": [_lot(lot, numbers[lot.id], facts, notice.state) for lot in facts.lots],
            "items": [_item(item, lot) for lot in facts.lots for item in lot.items],
            "documents": [_document(document) for document in notice.documents],
            "amendments": _amendments(notice),
        }
    )


def _amendments(notice: Notice) -> list[dict[str, Any]]:
    """The versions after the first, and the end that a buyer put to it: the standard's place for why."""
    made = [{"id": str(one.number), "date": moment(one.made_at), "rationale": one.reason} for one in notice.amendments]
    if notice.state is State.CANCELLED:
        made.append({"id": "cancelled", "date": moment(notice.changed_at), "rationale": notice.end_reason})
    return [_without_empty(one) for one in made]


def _lot(lot: LotFacts, number: str, facts: Facts, state: State) -> dict[str, Any]:
    return _without_empty(
        {
            "id": str(lot.id),
            "title": lot.title or f"{number}. {facts.title}",
            "description": lot.description,
            "status": STATUS[state],
            "value": value(lot.value_amount, facts.currency),
        }
    )


def _item(item: ItemFacts, lot: LotFacts) -> dict[str, Any]:
    own = item.cpv or (lot.cpv[0] if lot.cpv else "")
    more = [code for code in lot.cpv if code != own]
    return _without_empty(
        {
            "id": str(item.id),
            "description": item.description,
            "classification": {"scheme": "CPV", "id": own} if own else None,
            "additionalClassifications": [{"scheme": "CPV", "id": code} for code in more],
            "quantity": item.quantity,
            "unit": {"scheme": "UNCEFACT", "id": item.unit} if item.unit else None,
            "relatedLot": str(lot.id),
        }
    )


def _document(document: PublicDocument) -> dict[str, Any]:
    return {
        "id": str(document.id),
        "documentType": "biddingDocuments",
        "title": document.title,
        "url": document.url,
        "datePublished": moment(document.published_at),
        "format": document.media_type,
    }


def _enquiry(enquiry: PublicEnquiry) -> dict[str, Any]:
    return {
        "id": str(enquiry.id),
        "date": moment(enquiry.asked_at),
        "description": enquiry.question,
        "answer": enquiry.answer,
        "dateAnswered": moment(enquiry.answered_at),
    }


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    """What isn't said is left out: an empty text or list would claim that there is none."""
    return {name: content for name, content in said.items() if content not in (None, "", [], {})}
