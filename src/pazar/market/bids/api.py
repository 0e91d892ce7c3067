"""Bids and openings for programs: what the pages do, and sealing without a browser.

A program seals by the format in `docs/decisions/0003-seal-envelope.md`; `rules/seal.py` is the reference for it.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from pazar.ground import clock
from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING
from pazar.ground.journal.rules import receipt as receipts
from pazar.market.bids import queries, sentences
from pazar.market.bids.commands import drafts as drafting
from pazar.market.bids.commands import opening as opening_box
from pazar.market.bids.commands import submit as submitting
from pazar.market.bids.commands import withdraw as withdrawing
from pazar.market.bids.models import Bid
from pazar.market.bids.refusals import EnvelopesRefused
from pazar.market.bids.rules import drafts
from pazar.market.bids.rules.contents import LONGEST_OFFER, Declaration
from pazar.market.bids.rules.envelope import Breach, Reason
from pazar.market.bids.rules.manifest import SealedBid
from pazar.market.bids.rules.readiness import Readiness
from pazar.market.procedures import queries as procedures

router = Router(tags=["bids"])
READ = TokenAuth(Scope.BIDS_READ)
READ_PRICES = TokenAuth(Scope.BIDS_READ, roles=BIDDING)
WRITE = TokenAuth(Scope.BIDS_WRITE, roles=BIDDING)
OPEN = TokenAuth(Scope.PROCEDURES_WRITE, roles=BUYING)
RECORD = TokenAuth(Scope.PROCEDURES_READ)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class Begin(Schema):
    procedure_id: UUID


class BidOut(Schema):
    id: UUID
    procedure_id: UUID
    state: str
    confirmed_version: int
    draft_saved_at: datetime | None
    withdrawn_at: datetime | None
    created_at: datetime


class Point(Schema):
    code: str
    state: str = Field(description="ok, wait (to be filled in) or no (stands in the way).")
    title: str
    text: str


class ReadinessOut(Schema):
    is_ready: bool
    done: int
    count: int
    items: list[Point]


class LotDraft(Schema):
    left_out: bool = False
    prices: dict[UUID, str] = Field(
        default={}, description="By item: a plain decimal with a point, such as 12.5, at most 4 decimals; no groups."
    )
    offer: str = Field("", max_length=LONGEST_OFFER)
    delivery_days: int | None = Field(None, ge=0, le=3650)


class DraftBody(Schema):
    lots: dict[UUID, LotDraft] = {}
    valid_days: int | None = Field(None, ge=1, le=3650)
    declarations: list[Declaration] = []


class LotDraftOut(LotDraft):
    prices: dict[str, str] = {}  # type: ignore[assignment]  # JSON's keys are text


class DraftOut(DraftBody):
    lots: dict[str, LotDraftOut] = {}  # type: ignore[assignment]


class Confirm(Schema):
    version: int


class Content(Schema):
    lot: str
    kind: str
    content: dict[str, Any]


class SealContext(Schema):
    procedure: UUID
    version: int
    bidder: UUID
    bid: UUID
    holders: str = Field(description="The signed list, a canonical document.")
    centre_key: str = Field(description="Ed25519, hexadecimal. Compare it with one you got elsewhere.")
    contents: list[Content]


class Sealed(Schema):
    manifest: str
    envelopes: list[str] = Field(max_length=1000, description="Base64, in the manifest's order.")


class ReceiptOut(Schema):
    bid_id: UUID
    submission_id: UUID
    procedure_id: UUID
    reference: str
    version: int
    number: int
    digest: str
    received_at: datetime
    counts: bool


class ShareRequestOut(Schema):
    envelope: UUID
    lot: str
    kind: str
    document: str


class Shares(Schema):
    shares: dict[UUID, str] = Field(description="By envelope the release's document; empty where it can't be opened.")


class Taken(Schema):
    taken: int
    again: int = Field(description="Of so many envelopes a second answer is wanted, since the first couldn't open them")


class BoxOut(Schema):
    procedure_id: UUID
    closed_at: datetime | None
    opened_at: datetime | None
    digest: str


# --- bids -----------------------------------------------------------------------------------
@router.get("/bids", response=Page[BidOut], auth=READ, url_name="bids")
def bids(request: HttpRequest, place: Query[Place]) -> dict[str, object]:
    """The bids of my company, the newest first."""
    return page(request, queries.bids_of(_actor(request)).defer("draft"), ["-created_at", "-id"], place)


@router.post("/bids", response={201: BidOut}, auth=WRITE, url_name="bids")
def begin_bid(request: HttpRequest, body: Begin) -> Status[Bid]:
    """Begin a bid on an open procedure; the one that was begun is answered again."""
    return Status(201, drafting.open_draft(actor=_actor(request), procedure_id=body.procedure_id))


@router.get("/bids/{uuid:bid_id}", response=BidOut, auth=READ, url_name="bid")
def bid(request: HttpRequest, bid_id: UUID) -> Bid:
    """One of our bids."""
    return queries.own_bid(_actor(request), bid_id)


@router.get("/bids/{uuid:bid_id}/readiness", response=ReadinessOut, auth=READ, url_name="bid_readiness")
def bid_readiness(request: HttpRequest, bid_id: UUID) -> ReadinessOut:
    """The checklist as it stands now."""
    actor = _actor(request)
    found = queries.own_bid(actor, bid_id)
    return _readiness(queries.readiness_of(actor, found, queries.asked(found.procedure), moment=clock.db_now()))


@router.get("/bids/{uuid:bid_id}/draft", response=DraftOut, auth=READ_PRICES, url_name="bid_draft")
def bid_draft(request: HttpRequest, bid_id: UUID) -> DraftOut:
    """The draft; prices that can't be read are left out."""
    draft = queries.draft_of(_actor(request), queries.own_bid(_actor(request), bid_id))
    return DraftOut(
        lots={
            lot_id: LotDraftOut(
                left_out=lot.left_out,
                prices=dict(lot.prices),
                offer=lot.offer,
                delivery_days=drafts.days_of(lot.delivery_days, least=0),
            )
            for lot_id, lot in draft.lots.items()
        },
        valid_days=drafts.days_of(draft.valid_days, least=1),
        declarations=list(draft.declarations),
    )


@router.put("/bids/{uuid:bid_id}/draft", response=ReadinessOut, auth=WRITE, url_name="bid_draft")
def save_bid_draft(request: HttpRequest, bid_id: UUID, body: DraftBody) -> ReadinessOut:
    """Keep the whole draft; answers the checklist."""
    actor = _actor(request)
    draft = drafts.Draft(
        lots={
            str(lot_id): drafts.plain_lot(
                left_out=lot.left_out,
                prices={str(item): text for item, text in lot.prices.items()},
                offer=lot.offer,
                delivery_days="" if lot.delivery_days is None else str(lot.delivery_days),
            )
            for lot_id, lot in body.lots.items()
        },
        valid_days="" if body.valid_days is None else str(body.valid_days),
        declarations=tuple(body.declarations),
    )
    return _readiness(drafting.save_draft(actor=actor, bid_id=bid_id, draft=draft).readiness)


@router.post("/bids/{uuid:bid_id}/confirm", response=BidOut, auth=WRITE, url_name="bid_confirm")
def confirm_bid_version(request: HttpRequest, bid_id: UUID, body: Confirm) -> Bid:
    """The bid answers this version of the procedure."""
    return drafting.confirm_version(actor=_actor(request), bid_id=bid_id, version=body.version)


@router.get("/bids/{uuid:bid_id}/seal", response=SealContext, auth=READ_PRICES, url_name="bid_seal")
def bid_to_seal(request: HttpRequest, bid_id: UUID) -> SealContext:
    """What is to be sealed, and to whom, once the draft is ready."""
    asked = queries.to_seal(_actor(request), bid_id, moment=clock.db_now())
    return SealContext(
        procedure=asked.procedure_id,
        version=asked.version,
        bidder=asked.company_id,
        bid=asked.bid_id,
        holders=asked.holders.decode(),
        centre_key=asked.centre_key.hex(),
        contents=[Content(lot=lot, kind=kind.value, content=dict(document)) for lot, kind, document in asked.contents],
    )


@router.post("/bids/{uuid:bid_id}/submissions", response={201: ReceiptOut}, auth=WRITE, url_name="bid_submissions")
def submit_sealed_bid(request: HttpRequest, bid_id: UUID, body: Sealed) -> Status[queries.Receipt]:
    """Put a sealed bid into the box; it replaces the one before."""
    try:
        envelopes = tuple(base64.b64decode(one, validate=True) for one in body.envelopes)
    except (ValueError, binascii.Error) as error:
        raise EnvelopesRefused([Breach(Reason.NOT_AN_ENVELOPE)]) from error
    sealed = SealedBid(manifest=body.manifest.encode(), envelopes=envelopes)
    return Status(201, submitting.submit_bid(actor=_actor(request), bid_id=bid_id, sealed=sealed))


@router.get("/bids/{uuid:bid_id}/submissions", response=list[ReceiptOut], auth=READ, url_name="bid_submissions")
def bid_receipts(request: HttpRequest, bid_id: UUID) -> list[queries.Receipt]:
    """All receipts of a bid, the latest first."""
    actor = _actor(request)
    return queries.receipts(actor, queries.own_bid(actor, bid_id))


@router.get(
    "/bids/{uuid:bid_id}/submissions/{uuid:submission_id}/receipt",
    response=dict[str, Any],
    auth=READ,
    url_name="bid_receipt",
)
def bid_receipt(request: HttpRequest, bid_id: UUID, submission_id: UUID) -> dict[str, Any]:
    """The receipt to keep: the entry in the journal and, within a second or so, its proof (`proof` is null before)."""
    actor = _actor(request)
    kept = queries.proven(actor, queries.own_bid(actor, bid_id), submission_id)
    return dict(json.loads(receipts.write(kept)))


@router.post("/bids/{uuid:bid_id}/withdraw", response=BidOut, auth=WRITE, url_name="bid_withdraw")
def withdraw_sealed_bid(request: HttpRequest, bid_id: UUID) -> Bid:
    """Take the sealed bid out of the box."""
    return withdrawing.withdraw_bid(actor=_actor(request), bid_id=bid_id)


# --- openings -------------------------------------------------------------------------------
@router.post(
    "/openings/{uuid:procedure_id}",
    response=BoxOut,
    auth=TokenAuth(Scope.PROCEDURES_WRITE, roles=BUYING, dangerous=True),
    url_name="opening",
)
def open_bids(request: HttpRequest, procedure_id: UUID) -> BoxOut:
    """Open the box of one of our procedures."""
    box = opening_box.open_box(actor=_actor(request), procedure_id=procedure_id)
    return BoxOut(
        procedure_id=box.pk,
        closed_at=box.closed_at,
        opened_at=box.opened_at,
        digest=bytes(box.digest or b"").hex(),
    )


@router.post(
    "/openings/{uuid:procedure_id}/share-requests",
    response=list[ShareRequestOut],
    auth=OPEN,
    url_name="opening_share_requests",
)
def ask_for_shares(request: HttpRequest, procedure_id: UUID) -> list[ShareRequestOut]:
    """The shares that I, a holder, haven't released yet."""
    return [
        ShareRequestOut(envelope=one.envelope_id, lot=one.lot, kind=one.kind, document=one.document.decode())
        for one in opening_box.ask_shares(actor=_actor(request), procedure_id=procedure_id)
    ]


@router.post("/openings/{uuid:procedure_id}/shares", response=Taken, auth=OPEN, url_name="opening_shares")
def release_shares(request: HttpRequest, procedure_id: UUID, body: Shares) -> Taken:
    """Hand in released shares."""
    shares = {envelope: document.encode() for envelope, document in body.shares.items()}
    handed = opening_box.release_shares(actor=_actor(request), procedure_id=procedure_id, shares=shares)
    return Taken(taken=handed.taken, again=handed.again)


@router.get("/openings/{uuid:procedure_id}", response=dict[str, Any], auth=RECORD, url_name="opening")
def opening_record(request: HttpRequest, procedure_id: UUID) -> dict[str, Any]:
    """The record of an opening: for the buyer and for those who bid."""
    actor = _actor(request)
    if actor.company_id is None:
        raise NotFound
    return dict(queries.record(actor, procedures.procedure_for(actor, procedure_id)))


def _readiness(found: Readiness) -> ReadinessOut:
    said = [sentences.said(item) for item in found.items]
    return ReadinessOut(
        is_ready=found.is_ready,
        done=found.done,
        count=found.count,
        items=[Point(code=one.code, state=one.state, title=one.title, text=one.text) for one in said],
    )
