"""Every read of bids beyond a primary key. Row security is the second wall: call within `acting(actor)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet

from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.scope import acting
from pazar.ground.journal import proofs
from pazar.ground.journal.rules.receipt import Receipt as JournalReceipt
from pazar.market.bids import policies, sentences
from pazar.market.bids.adapters import keys
from pazar.market.bids.models import Bid, Box, Envelope, OpenedEnvelope, ReleasedShare, Submission
from pazar.market.bids.refusals import BidNotReady
from pazar.market.bids.rules import box as boxes
from pazar.market.bids.rules import canonical, contents, drafts, envelope, fields, holders, personal_key, readiness
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Lot, Procedure

PAGE = 50


# --- one bid --------------------------------------------------------------------------------
def bids_of(actor: Actor) -> QuerySet[Bid]:
    """The bids of the actor's company."""
    return Bid.objects.filter(company_id=actor.company_id) if actor.company_id else Bid.objects.none()


def begun_for(actor: Actor) -> frozenset[UUID]:
    """The procedures his company began a bid for, those it withdrew from left out."""
    found = bids_of(actor).exclude(state=Bid.State.WITHDRAWN)
    return frozenset(found.values_list("procedure_id", flat=True))


def own_bid(actor: Actor, bid_id: UUID) -> Bid:
    """The bid with its procedure, if it is the actor's company's. Raises NotFound."""
    found = bids_of(actor).select_related("procedure", "procedure__buyer", "current").filter(pk=bid_id).first()
    if found is None:
        raise NotFound
    return found


def bid_on(actor: Actor, procedure_id: UUID) -> Bid | None:
    """His company's bid on a procedure, if it began one."""
    return bids_of(actor).select_related("current").filter(procedure_id=procedure_id).first()


def lock_own_bid(actor: Actor, bid_id: UUID) -> tuple[Procedure, Bid]:
    """The procedure shared and the bid alone, in the house's order of locks. Raises NotFound."""
    procedure_id = bids_of(actor).filter(pk=bid_id).values_list("procedure_id", flat=True).first()
    if procedure_id is None:
        raise NotFound
    procedure = procedures.lock_procedure(procedure_id, share=True)
    return procedure, bids_of(actor).select_for_update().get(pk=bid_id)


def my_bids(actor: Actor, *, before: UUID | None = None, limit: int = PAGE) -> list[Bid]:
    """His company's bids, the newest first; `before` continues after that one (index bids_of_company)."""
    found = bids_of(actor).select_related("procedure", "current").defer("draft", "current__manifest")
    if before is not None:
        last = bids_of(actor).only("created_at").filter(pk=before).first()
        if last is None:
            raise NotFound
        same = Q(created_at=last.created_at, pk__lt=last.pk)
        found = found.filter(Q(created_at__lt=last.created_at) | same, created_at__lte=last.created_at)
    found = found.order_by("-created_at", "-id")
    return list(found[:limit])


def procedures_of(bid_ids: Collection[UUID]) -> frozenset[UUID]:
    return frozenset(Bid.objects.filter(pk__in=bid_ids).values_list("procedure_id", flat=True))


def draft_of(actor: Actor, bid: Bid) -> drafts.Draft:
    """What was typed, out from under the server's key; for those who bid for the bidder. Raises NotAllowed."""
    policies.require_prices(actor, bid.company_id)
    if bid.draft is None:
        return drafts.Draft()
    return drafts.decode(keys.draft_key().unlock(bytes(bid.draft), about=bid.pk.bytes))


# --- readiness ------------------------------------------------------------------------------
def asked(procedure: Procedure, lots: list[Lot] | None = None) -> readiness.Asked:
    """What the procedure in force asks of a bid."""
    if procedure.closes_at is None:
        raise NotFound
    return readiness.Asked(
        procedure=procedure.pk,
        version=procedure.version,
        is_open=procedure.is_own and procedure.state == State.PUBLISHED,
        closes_at=procedure.closes_at,
        currency=procedure.currency,
        vat_included=procedure.vat_included,
        lots=tuple(_lot_asked(lot) for lot in (procedures.lots(procedure.pk) if lots is None else lots)),
    )


def _lot_asked(lot: Lot) -> readiness.LotAsked:
    return readiness.LotAsked(id=lot.pk, number=lot.number, title=lot.title, items=tuple(items_asked(lot)))


def items_asked(lot: Lot) -> list[contents.ItemAsked]:
    return [contents.ItemAsked(id=item.pk, quantity=item.quantity or Decimal(0)) for item in lot.items.all()]


def readiness_of(actor: Actor, bid: Bid, asked: readiness.Asked, *, moment: datetime) -> readiness.Readiness:
    """The live checklist, from the manifest of the draft: no value is read."""
    return readiness.check(
        filled=drafts.read_filled(bid.draft_manifest),
        asked=asked,
        confirmed_version=bid.confirmed_version,
        moment=moment,
        may_submit=policies.is_bidder(actor),
    )


# --- sealing --------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class ToSeal:
    """All that the bidder's browser needs to seal his bid. `contents` are values for canonical documents."""

    procedure_id: UUID
    version: int
    company_id: UUID
    bid_id: UUID
    holders: bytes
    centre_key: bytes
    contents: tuple[tuple[str, envelope.Kind, dict[str, canonical.Json]], ...]


def to_seal(actor: Actor, bid_id: UUID, *, moment: datetime) -> ToSeal:
    """For those who bid for the bidder, once the bid is ready. Raises NotFound, NotAllowed, BidNotReady."""
    bid = own_bid(actor, bid_id)
    policies.require_prices(actor, bid.company_id)
    wanted = asked(bid.procedure)
    draft = draft_of(actor, bid)
    found = readiness_of(actor, bid, wanted, moment=moment)
    if not found.is_ready:
        raise BidNotReady(found)
    return ToSeal(
        procedure_id=bid.procedure_id,
        version=bid.procedure.version,
        company_id=bid.company_id,
        bid_id=bid.pk,
        holders=holders_of(box(bid.procedure_id)).document,
        centre_key=keys.centre_public(),
        contents=tuple(
            (str(lot.id), kind, document)
            for lot in wanted.lots
            if not draft.lot(str(lot.id)).left_out
            for kind, document in draft_contents(draft, lot, wanted)
        ),
    )


def draft_contents(
    draft: drafts.Draft, lot: readiness.LotAsked, wanted: readiness.Asked
) -> list[tuple[envelope.Kind, dict[str, canonical.Json]]]:
    """What goes into a lot's envelopes, from a draft that is ready."""
    part = draft.lot(str(lot.id))
    technical = contents.Technical(
        offer=part.offer,
        delivery_days=int(part.delivery_days),
        valid_days=int(draft.valid_days),
        declarations=draft.declarations,
    )
    prices = contents.price_document(
        unit_prices={item.id: Decimal(part.prices[str(item.id)]) for item in lot.items},
        items=lot.items,
        currency=wanted.currency,
        vat_included=wanted.vat_included,
    )
    return [(envelope.Kind.TECHNICAL, contents.technical_document(technical)), (envelope.Kind.PRICE, prices)]


# --- the box --------------------------------------------------------------------------------
def box(procedure_id: UUID) -> Box:
    """Raises NotFound."""
    found = Box.objects.filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    return found


def holders_of(found: Box) -> holders.SignedHolders:
    """The signed list, checked by the centre's own key. Raises HoldersRefused if somebody changed it."""
    return holders.read(bytes(found.holders), centre_key=keys.centre_public())


def in_the_box(procedure_id: UUID) -> list[Submission]:
    """What counts: the current submission of every bid not withdrawn. As the centre; never shown before the opening."""
    found = Submission.objects.filter(
        pk__in=Bid.objects.filter(procedure_id=procedure_id, state=Bid.State.SUBMITTED).values("current_id")
    )
    return list(found.order_by("received_at", "id"))


def box_document(found: Box, submissions: list[Submission], *, salt: bytes) -> bytes:
    return boxes.document(procedure=found.pk, bid_digests=[bytes(one.digest) for one in submissions], salt=salt)


# --- receipts -------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class ReceiptEnvelope:
    lot_number: str
    kind: str
    size: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the bidder keeps: the digest that stands for his sealed bid, and the database's time."""

    bid_id: UUID
    submission_id: UUID
    procedure_id: UUID
    reference: str
    title: str
    version: int
    number: int
    digest: str
    received_at: datetime
    counts: bool
    """Whether it is the one in the box: neither replaced nor withdrawn."""


def receipt_of(procedure: Procedure, bid: Bid, submission: Submission) -> Receipt:
    return Receipt(
        bid_id=bid.pk,
        submission_id=submission.pk,
        procedure_id=procedure.pk,
        reference=procedure.reference,
        title=procedure.title,
        version=submission.procedure_version,
        number=submission.number,
        digest=bytes(submission.digest).hex(),
        received_at=submission.received_at,
        counts=bid.is_sealed and bid.current_id == submission.pk,
    )


def receipts(actor: Actor, bid: Bid) -> list[Receipt]:
    """All receipts of a bid of his, the latest first."""
    if bid.company_id != actor.company_id:
        return []
    found = Submission.objects.filter(bid=bid).order_by("-number")
    return [receipt_of(bid.procedure, bid, submission) for submission in found]


def proven(actor: Actor, bid: Bid, submission_id: UUID) -> JournalReceipt:
    """The receipt of one of our submissions as a file keeps it: its entry, with the proof once there is one.

    Raises NotFound.
    """
    found = next((one for one in receipts(actor, bid) if one.submission_id == submission_id), None)
    kept = None
    if found is not None:
        kept = proofs.receipt(
            subject_id=bid.pk,
            kind="bid.submitted",
            about={
                "receipt": str(found.submission_id),
                "bid": str(found.bid_id),
                "procedure": str(found.procedure_id),
                "reference": found.reference,
                "title": found.title,
                "version": found.version,
                "submission": found.number,
                "digest": found.digest,
                "received_at": found.received_at.astimezone(UTC).isoformat(),
            },
            digest=found.digest,
            number=found.number,
        )
    if kept is None:
        raise NotFound
    return kept


def receipt_envelopes(submission_id: UUID) -> list[ReceiptEnvelope]:
    found = Envelope.objects.filter(submission_id=submission_id).select_related("lot")
    return [
        ReceiptEnvelope(lot_number=one.lot.number, kind=one.kind, size=len(one.content), digest=bytes(one.digest).hex())
        for one in found.order_by("lot__position", "kind")
    ]


# --- what was opened ------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class OpenedLot:
    """A lot of an opened bid. `fault` is empty, or the code of why it can't be read: then there is no total."""

    lot_id: UUID
    lot_number: str
    prices: Mapping[UUID, Decimal]
    total: Decimal | None
    currency: str
    vat_included: bool
    technical: Mapping[str, Any]
    fault: str
    keys: tuple[PublishedKey, ...]
    not_opened_by: tuple[NotOpened, ...] = ()

    @property
    def fault_text(self) -> str:
        """Why it can't be read, in the active language; empty for none."""
        return sentences.fault(self.fault)

    @property
    def is_outdated(self) -> bool:
        """It could be read, but answers a lot as an earlier version asked for it."""
        return self.fault == contents.Fault.EARLIER_VERSION


@dataclass(frozen=True, kw_only=True)
class NotOpened:
    """A holder who said, twice, that he can't open his share; `sealed_share` is its digest as it was sealed to him."""

    name: str
    sealed_share: str


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """With the key (hexadecimal, empty if the envelope didn't open) anybody opens the envelope again."""

    kind: str
    envelope_id: UUID
    envelope_digest: str
    content_key: str


@dataclass(frozen=True, kw_only=True)
class OpenedBid:
    bid_id: UUID
    company_id: UUID
    company_name: str
    number: int
    version: int
    received_at: datetime
    digest: str
    lots: tuple[OpenedLot, ...]


def opened_bids(procedure_id: UUID, known_lots: Sequence[Lot] | None = None) -> list[OpenedBid]:
    """What the opening of a procedure made known, by time of receipt; lots in their order.

    Call within `acting` as the buyer or the centre: a bidder sees his own alone. A few statements, whatever the number.
    """
    shown = procedures.lots(procedure_id) if known_lots is None else known_lots
    lots = {lot.pk: lot for lot in shown}
    found = (
        OpenedEnvelope.objects.filter(envelope__submission__bid__procedure_id=procedure_id)
        .select_related("envelope__submission__bid__company")
        .defer("envelope__content", "envelope__submission__manifest", "envelope__submission__bid__draft")
        .order_by("envelope__submission__received_at", "envelope__submission_id")
    )
    by_submission: dict[UUID, tuple[Submission, dict[UUID, dict[str, OpenedEnvelope]]]] = {}
    for opened in found:
        submission = opened.envelope.submission
        _one, kinds = by_submission.setdefault(submission.pk, (submission, {}))
        kinds.setdefault(opened.envelope.lot_id, {})[opened.envelope.kind] = opened
    return [
        OpenedBid(
            bid_id=submission.bid_id,
            company_id=submission.company_id,
            company_name=submission.bid.company.name,
            number=submission.number,
            version=submission.procedure_version,
            received_at=submission.received_at,
            digest=bytes(submission.digest).hex(),
            lots=tuple(_opened_lot(lot, kinds[lot_id]) for lot_id, lot in lots.items() if lot_id in kinds),
        )
        for submission, kinds in by_submission.values()
    ]


def own_opened(bid: Bid) -> OpenedBid | None:
    """What the opening read of a bid: what was sealed, not its draft. Within `acting` as its bidder."""
    if bid.procedure.opened_at is None or not bid.is_sealed:
        return None
    return next((one for one in opened_bids(bid.procedure_id) if one.bid_id == bid.pk), None)


def _opened_lot(lot: Lot, kinds: dict[str, OpenedEnvelope]) -> OpenedLot:
    price = kinds.get(envelope.Kind.PRICE.value)
    technical = kinds.get(envelope.Kind.TECHNICAL.value)
    fault = next((one.fault for one in kinds.values() if one.fault), "")
    content: dict[str, Any] = price.content if price is not None and price.content and not price.fault else {}
    return OpenedLot(
        lot_id=lot.pk,
        lot_number=lot.number,
        prices={UUID(line["item"]): Decimal(line["unit_price"]) for line in content.get("items", [])},
        total=Decimal(content["total"]) if content and not fault else None,
        currency=content.get("currency", ""),
        vat_included=content.get("vat_included", False),
        technical=technical.content if technical is not None and technical.content and not technical.fault else {},
        fault=fault,
        keys=tuple(
            PublishedKey(
                kind=kind,
                envelope_id=one.envelope_id,
                envelope_digest=bytes(one.envelope.digest).hex(),
                content_key=bytes(one.content_key or b"").hex(),
            )
            for kind, one in sorted(kinds.items(), reverse=True)
        ),
        not_opened_by=tuple(
            NotOpened(name=said["name"], sealed_share=said["sealed_share"])
            for one in kinds.values()
            for said in one.not_opened_by
        ),
    )


@dataclass(frozen=True, kw_only=True)
class HolderView:
    """A holder as the page names him; `has_released` is about a person after the end of the tender period."""

    id: str
    name: str
    is_person: bool
    fingerprint: str
    has_released: bool


@dataclass(frozen=True, kw_only=True)
class OpeningView:
    """What the opening's page shows this actor. `stage` is waiting, closed, opened or never (shut for ever)."""

    procedure: Procedure
    stage: str
    holders: tuple[HolderView, ...]
    needed: int
    server_alone: bool
    may_open: bool
    holder: str
    """The name under which the actor himself holds a key; empty if he holds none."""
    box_digest: str
    salt: str
    opened_at: datetime | None
    opened_by: str
    bids: tuple[OpenedBid, ...]


def opening_view(actor: Actor, procedure: Procedure, *, moment: datetime) -> OpeningView:
    """For the buyer's people at any time, for the bidders once it is open. Raises NotFound.

    Before the opening it is the same whoever bid and however many. After it bidders see the whole record: row security
    shows a bidder his own alone, so the record is read as the centre, once it is clear that he may.
    """
    if not may_see_opening(actor, procedure):
        raise NotFound
    found = box(procedure.pk)
    signed = holders_of(found).holders
    with acting(CENTRE):
        given = set(
            ReleasedShare.objects.filter(envelope__submission__bid__procedure_id=procedure.pk)
            .values_list("holder", flat=True)
            .distinct()
        )
        bids = tuple(opened_bids(procedure.pk)) if found.opened_at is not None else ()
    mine = f"person-{actor.person_id}"
    return OpeningView(
        procedure=procedure,
        stage=_stage(procedure, found, moment),
        holders=tuple(
            HolderView(
                id=one.id,
                name=one.name,
                is_person=one.kind is holders.HolderKind.PERSON,
                fingerprint=personal_key.fingerprint(one.public_key).hex(),
                has_released=one.id in given,
            )
            for one in signed.holders
        ),
        needed=signed.threshold,
        server_alone=signed.server_alone_opens,
        may_open=policies.may_open(actor, procedure),
        holder=mine if policies.may_open(actor, procedure) and mine in {one.id for one in signed.holders} else "",
        box_digest=bytes(found.digest or b"").hex(),
        salt=bytes(found.salt or b"").hex(),
        opened_at=found.opened_at,
        opened_by=found.opened_by.name if found.opened_by else "",
        bids=bids,
    )


def _stage(procedure: Procedure, found: Box, moment: datetime) -> str:
    if found.opened_at is not None:
        return "opened"
    if procedure.state in (State.CANCELLED, State.FAILED):
        return "never"
    is_over = procedure.closes_at is not None and moment >= procedure.closes_at
    return "closed" if is_over else "waiting"


def may_see_opening(actor: Actor, procedure: Procedure) -> bool:
    """The buyer's people, and after the opening those whose bid was in the box."""
    if not procedure.is_own or procedure.state == State.DRAFT or actor.company_id is None:
        return False
    return policies.is_buyers(actor, procedure) or (
        procedure.opened_at is not None and has_bid(actor.company_id, procedure.pk)
    )


def record(actor: Actor, procedure: Procedure) -> dict[str, canonical.Json]:
    """The opening's record as a document: with it and the envelopes anybody repeats the opening. Raises NotFound."""
    if not may_see_opening(actor, procedure) or procedure.opened_at is None:
        raise NotFound
    found = box(procedure.pk)
    with acting(CENTRE):
        rows = list(
            OpenedEnvelope.objects.filter(envelope__submission__bid__procedure_id=procedure.pk)
            .select_related("envelope__submission__bid__company")
            .defer("envelope__content")
            .order_by("envelope__submission__received_at", "envelope__lot_id", "envelope__kind")
        )
        released = released_by(procedure.pk)
    submissions = list({row.envelope.submission_id: row.envelope.submission for row in rows}.values())
    salt = bytes(found.salt or b"")
    return {
        "format": "pazar-opening-1",
        "holders": canonical.decode(bytes(found.holders)),
        "box": canonical.decode(box_document(found, submissions, salt=salt)),
        "box_digest": bytes(found.digest or b"").hex(),
        "opened_at": fields.written(found.opened_at) if found.opened_at else None,
        "bids": [
            {
                "bidder": submission.bid.company.name,
                "received_at": fields.written(submission.received_at),
                "digest": bytes(submission.digest).hex(),
                "manifest": canonical.decode(bytes(submission.manifest)),
                "envelopes": [
                    {
                        "id": str(row.envelope_id),
                        "lot": str(row.envelope.lot_id),
                        "kind": row.envelope.kind,
                        "digest": bytes(row.envelope.digest).hex(),
                        "content_key": bytes(row.content_key).hex() if row.content_key else None,
                        "content": row.content,
                        "fault": row.fault,
                        "shares": [one.holder for one in released.get(row.envelope_id, []) if one.share],
                        "not_opened_by": [
                            {"holder": said["holder"], "sealed_share": said["sealed_share"]}
                            for said in row.not_opened_by
                        ],
                    }
                    for row in rows
                    if row.envelope.submission_id == submission.pk
                ],
            }
            for submission in submissions
        ],
    }


def opened_envelope(actor: Actor, procedure: Procedure, envelope_id: UUID) -> Envelope:
    """An envelope that was opened, whole, so that its opening can be repeated. Raises NotFound."""
    if not may_see_opening(actor, procedure) or procedure.opened_at is None:
        raise NotFound
    with acting(CENTRE):
        row = (
            OpenedEnvelope.objects.select_related("envelope")
            .filter(envelope_id=envelope_id, envelope__submission__bid__procedure_id=procedure.pk)
            .first()
        )
    if row is None:
        raise NotFound
    return row.envelope


@dataclass(frozen=True, kw_only=True)
class OpenedCounts:
    """How many bid, and how many bids were opened for each lot."""

    bidders: int
    by_lot: Mapping[UUID, int]


def opened_counts(procedure_id: UUID) -> OpenedCounts:
    """How many bid, once the box is open: nothing before. As the centre."""
    opened = OpenedEnvelope.objects.filter(
        envelope__submission__bid__procedure_id=procedure_id, envelope__kind=envelope.Kind.PRICE.value
    )
    pairs = set(opened.values_list("envelope__lot_id", "company_id"))
    lots = {lot for lot, _company in pairs}
    return OpenedCounts(
        bidders=len({company for _lot, company in pairs}),
        by_lot={lot: sum(at == lot for at, _company in pairs) for lot in lots},
    )


def companies_bidding(procedure_id: UUID) -> frozenset[UUID]:
    """Who began a bid, whatever became of it; within `acting(CENTRE)`."""
    return frozenset(Bid.objects.filter(procedure_id=procedure_id).values_list("company_id", flat=True))


def has_bid(company_id: UUID, procedure_id: UUID) -> bool:
    """Whether a company's bid was in the box: after the opening it sees the record."""
    return Bid.objects.filter(company_id=company_id, procedure_id=procedure_id, state=Bid.State.SUBMITTED).exists()


def released_by(procedure_id: UUID) -> dict[UUID, list[ReleasedShare]]:
    """Released shares by envelope. As the centre."""
    found: dict[UUID, list[ReleasedShare]] = {}
    for one in ReleasedShare.objects.filter(envelope__submission__bid__procedure_id=procedure_id).order_by("holder"):
        found.setdefault(one.envelope_id, []).append(one)
    return found
