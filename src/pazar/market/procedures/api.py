"""Procedures over the API (J2): everybody reads what is published; a buyer drafts, publishes, changes and answers."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import AwareDatetime, Field

from pazar.ground.api.auth import ScopeMissing, TokenAuth
from pazar.ground.api.paging import Page, Place, next_address, page
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.files.pages import download
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING
from pazar.ground.ui import now
from pazar.market.procedures import policies, queries, refusals
from pazar.market.procedures.commands import cancel, change, documents, drafts, enquiries, publish
from pazar.market.procedures.models import Document, Enquiry, Procedure, PublishedAward
from pazar.market.procedures.queries import Order, Wanted
from pazar.market.procedures.rules import versions
from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts
from pazar.market.procedures.rules.states import State

router = Router(tags=["procedures"])
READ = TokenAuth(Scope.PROCEDURES_READ, roles=BUYING)
WRITE = TokenAuth(Scope.PROCEDURES_WRITE, roles=BUYING)
ASK = TokenAuth(Scope.BIDS_WRITE, roles=BIDDING)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _number(value: Decimal | None) -> str | None:
    return None if value is None else versions.plain_number(value)


# --- what is said ---------------------------------------------------------------------------
class ItemIn(Schema):
    """A line of a lot; keep the `id` of one that is there already."""

    id: UUID | None = None
    description: str = Field("", max_length=5_000)
    cpv: str = Field("", max_length=8, pattern=r"^([0-9]{8})?$")
    quantity: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=6)
    unit: str = Field("", max_length=20, description="UN/CEFACT Rec 20")
    place: str = Field("", max_length=5_000)
    delivery: str = Field("", max_length=5_000)


class LotIn(Schema):
    id: UUID | None = None
    title: str = Field("", max_length=500)
    description: str = Field("", max_length=20_000)
    cpv: list[str] = Field([], max_length=50, description="CPV 2008, eight digits")
    regions: list[str] = Field([], max_length=50, description="NUTS")
    value_amount: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4)
    items: list[ItemIn] = Field([], max_length=2_000)


class ProcedureIn(Schema):
    """All that a buyer says. In a PATCH what is left out stays; `lots`, if sent, are sent whole."""

    kind: Literal["", "open_tender", "request_for_prices"] = ""
    regime: str = Field("", max_length=50)
    title: str = Field("", max_length=500)
    description: str = Field("", max_length=20_000)
    language: Literal["", "bg", "en"] = ""
    currency: str = Field("EUR", max_length=3, pattern=r"^[A-Z]{3}$")
    value_amount: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4)
    vat_included: bool = False
    payment_terms: str = Field("", max_length=5_000)
    delivery_terms: str = Field("", max_length=5_000)
    requirements: str = Field("", max_length=5_000)
    seal: Literal["server", "server_and_person"] = "server"
    seal_person_id: UUID | None = None
    enquiries_close_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    lots: list[LotIn] = Field([], max_length=200)

    def over(self, facts: Facts, *, only_sent: bool) -> Facts:
        """`facts` with what was sent; with all of it unless `only_sent`."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        said["lots"] = tuple(_lot(lot) for lot in self.lots)
        if only_sent:
            said = {name: value for name, value in said.items() if name in self.model_fields_set}
        return replace(facts, **said)


def _lot(lot: LotIn) -> LotFacts:
    items = tuple(ItemFacts(**{f.name: getattr(item, f.name) for f in fields(ItemFacts)}) for item in lot.items)
    return LotFacts(
        id=lot.id,
        title=lot.title,
        description=lot.description,
        cpv=tuple(dict.fromkeys(lot.cpv)),
        regions=tuple(dict.fromkeys(lot.regions)),
        value_amount=lot.value_amount,
        items=items,
    )


class ChangeIn(Schema):
    reason: str = Field(min_length=1, max_length=5_000)
    procedure: ProcedureIn


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=5_000)


class QuestionIn(Schema):
    question: str = Field(min_length=1, max_length=5_000)


class AnswerIn(Schema):
    answer: str = Field(min_length=1, max_length=5_000)


# --- what is answered -----------------------------------------------------------------------
class ItemOut(Schema):
    id: UUID | None
    description: str
    cpv: str
    quantity: str | None = Field(description="Exact, as text.")
    unit: str
    place: str
    delivery: str


class LotOut(Schema):
    id: UUID | None
    title: str
    description: str
    cpv: list[str]
    regions: list[str]
    value_amount: str | None
    items: list[ItemOut]


class DocumentOut(Schema):
    id: UUID
    title: str
    name: str
    media_type: str
    size: int
    sha256: str
    content: str = Field(description="Address of the content.")

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        return cls(
            id=document.pk,
            title=document.title,
            name=document.file.name,
            media_type=document.file.media_type,
            size=document.file.size,
            sha256=document.hex_digest,
            content=reverse("api:read_document", args=[document.procedure_id, document.pk]),
        )


class PublishedAwardOut(Schema):
    lot_number: str
    supplier_names: list[str]
    amount: str | None
    currency: str
    awarded_on: str | None
    bids_received: int | None

    @classmethod
    def of(cls, award: PublishedAward) -> "PublishedAwardOut":
        return cls(
            lot_number=award.lot_number,
            supplier_names=award.supplier_names,
            amount=_number(award.amount),
            currency=award.currency,
            awarded_on=award.awarded_on.isoformat() if award.awarded_on else None,
            bids_received=award.bids_received,
        )


class ProcedureRow(Schema):
    """A procedure in a list."""

    id: UUID
    reference: str
    origin: str = Field(description="own: published here; outside: published elsewhere.")
    state: str
    kind: str
    regime: str
    title: str
    language: str
    buyer_name: str
    value_amount: str | None
    currency: str
    cpv: list[str]
    regions: list[str]
    version: int
    published_at: datetime | None
    enquiries_close_at: datetime | None
    closes_at: datetime | None
    source: str
    source_url: str

    @classmethod
    def facts_of(cls, procedure: Procedure) -> dict[str, Any]:
        plain = {name: getattr(procedure, name) for name in ProcedureRow.model_fields if name != "source_url"}
        return {
            **plain,
            "source_url": procedure.web_address,
            "buyer_name": procedure.buyer_name or (procedure.buyer.name if procedure.buyer else ""),
            "value_amount": _number(procedure.value_amount),
        }

    @classmethod
    def of(cls, procedure: Procedure) -> "ProcedureRow":
        return cls(**cls.facts_of(procedure))


class ProcedureOut(ProcedureRow):
    """A procedure whole, as its page shows it."""

    description: str
    award_criterion: str
    vat_included: bool
    payment_terms: str
    delivery_terms: str
    requirements: str
    seal: str
    opened_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    lots: list[LotOut]
    documents: list[DocumentOut]
    published_awards: list[PublishedAwardOut] = Field(description="Of an outside procedure, as its source says.")

    @classmethod
    def of(cls, procedure: Procedure) -> "ProcedureOut":
        content = versions.content(queries.facts(procedure))
        more = ("description", "award_criterion", "vat_included", "payment_terms", "delivery_terms", "requirements")
        ends = ("seal", "opened_at", "ended_at", "end_reason")
        return cls(
            **cls.facts_of(procedure),
            **{name: getattr(procedure, name) for name in (*more, *ends)},
            lots=content["lots"],
            documents=[DocumentOut.of(document) for document in queries.documents(procedure)],
            published_awards=[PublishedAwardOut.of(award) for award in queries.published_awards(procedure.pk)],
        )


class BreachOut(Schema):
    """A rule that isn't kept, with its source and what mends it."""

    rule: str
    clause: str
    what: str
    why: str
    remedy: str
    field: str


class VersionOut(Schema):
    number: int
    reason: str
    made_at: datetime
    content: dict[str, Any]


class EnquiryOut(Schema):
    """A question; who asked is told to nobody but himself."""

    id: UUID
    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    is_mine: bool

    @classmethod
    def of(cls, enquiry: Enquiry, actor: Actor) -> "EnquiryOut":
        return cls(
            id=enquiry.pk,
            question=enquiry.question,
            asked_at=enquiry.asked_at,
            answer=enquiry.answer,
            answered_at=enquiry.answered_at,
            is_mine=queries.is_mine(enquiry, actor),
        )


# --- reading --------------------------------------------------------------------------------
class Asked(Schema):
    """What a list is narrowed to."""

    q: str = Field(
        "", max_length=200, description="Words in any form, all in one lot; “phrases” as written; or a reference."
    )
    cpv: str = Field("", max_length=10, description="A category and all under it.")
    region: str = Field("", max_length=5, description="A region and all in it.")
    only_open: bool = Field(True, description="Those that take bids now, by deadline; else all, the newest first.")
    only_over: bool = Field(False, description="With only_open=false: those that take bids no more.")
    origin: Literal["", "own", "outside"] = ""
    kind: str = Field("", max_length=50)
    currency: str = Field("", max_length=3, pattern=r"^([A-Z]{3})?$", description="Of the stated value.")
    value_min: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4, description="In `currency`, or EUR.")
    value_max: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4, description="In `currency`, or EUR.")
    closes_within_days: int | None = Field(None, ge=1, le=3_650)
    order: Literal["", "deadline", "newest", "value", "relevance"] = Field(
        "",
        description=(
            "deadline: open ones only. value: the largest first, of those stated in `currency` (or EUR). relevance: of "
            "the 300 that stand first otherwise, those whose titles say most of `q`. Where one can't be had, or by "
            "default: open ones by deadline, else the newest first."
        ),
    )


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        text=asked.q,
        cpv=asked.cpv.partition("-")[0],
        region=asked.region.upper(),
        only_open=asked.only_open,
        origin=asked.origin,
        kind=asked.kind,
        only_over=asked.only_over and not asked.only_open,
        currency=asked.currency,
        value_min=asked.value_min,
        value_max=asked.value_max,
        closes_within=timedelta(days=asked.closes_within_days) if asked.closes_within_days else None,
        order=Order(asked.order) if asked.order else None,
    )


@router.get("", response=Page[ProcedureRow])
def list_procedures(request: HttpRequest, asked: Query[Asked], place: Query[Place]) -> dict[str, Any]:
    """Published procedures, ours and others'."""
    found = queries.list_page(_wanted(asked), moment=now.now(), cursor=place.cursor, limit=place.limit)
    return {
        "items": [ProcedureRow.of(procedure) for procedure in found.rows],
        "next": next_address(request, found.next),
    }


class CountOut(Schema):
    """How many fit; `more` where there are more than that."""

    count: int
    more: bool


@router.get("/count", response=CountOut)
def count_procedures(request: HttpRequest, asked: Query[Asked]) -> CountOut:
    """How many procedures a list holds, counted up to ten thousand."""
    counted = queries.count(_wanted(asked), moment=now.now())
    return CountOut(count=counted.number, more=counted.more)


@router.get("/mine", response=Page[ProcedureRow], auth=READ)
def list_my_procedures(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """Procedures and drafts of our company as the buyer, the newest first."""
    own = Procedure.objects.filter(origin=Procedure.Origin.OWN, buyer_id=_actor(request).company_id)
    return page(request, own.select_related("buyer"), ["-created_at", "-id"], place, show=ProcedureRow.of)


def _shown(request: HttpRequest, procedure_id: UUID) -> Procedure:
    actor = _actor(request)
    procedure = queries.procedure_for(actor, procedure_id)
    # What is published needs no scope; a draft is read in the company's name.
    if procedure.state == State.DRAFT and actor.scopes is not None and Scope.PROCEDURES_READ not in actor.scopes:
        raise ScopeMissing(scope=Scope.PROCEDURES_READ)
    return procedure


@router.get("/{uuid:procedure_id}", response=ProcedureOut)
def read_procedure(request: HttpRequest, procedure_id: UUID) -> ProcedureOut:
    """A procedure; a draft for its company alone."""
    return ProcedureOut.of(_shown(request, procedure_id))


@router.get("/{uuid:procedure_id}/versions", response=list[VersionOut])
def list_versions(request: HttpRequest, procedure_id: UUID) -> list[VersionOut]:
    """Published versions, the newest first, each whole."""
    _shown(request, procedure_id)
    return [
        VersionOut(number=v.number, reason=v.reason, made_at=v.made_at, content=v.content)
        for v in queries.version_list(procedure_id)
    ]


@router.get("/{uuid:procedure_id}/check", response=list[BreachOut], auth=READ)
def check_procedure(request: HttpRequest, procedure_id: UUID) -> list[BreachOut]:
    """What keeps a draft from being published now; nothing if it is ready."""
    procedure = queries.own_procedure(_actor(request), procedure_id)
    found = queries.breaches(
        queries.facts(procedure),
        moment=now.now(),
        buyer_id=procedure.buyer_id,
        published_at=procedure.published_at,
    )
    return [BreachOut(**vars(refusals.said(breach))) for breach in found]


# --- the buyer's work -----------------------------------------------------------------------
@router.post("", response={201: ProcedureOut}, auth=WRITE)
def create_procedure(request: HttpRequest, said: ProcedureIn) -> Status[ProcedureOut]:
    """A new draft; it may say little yet."""
    made = drafts.create_draft(actor=_actor(request), facts=said.over(Facts(), only_sent=True))
    return Status(201, ProcedureOut.of(made))


@router.put("/{uuid:procedure_id}", response=ProcedureOut, auth=WRITE)
def save_procedure(request: HttpRequest, procedure_id: UUID, said: ProcedureIn) -> ProcedureOut:
    """The whole of a draft: what is left out is taken out."""
    facts = said.over(Facts(), only_sent=False)
    return ProcedureOut.of(drafts.save_draft(actor=_actor(request), procedure_id=procedure_id, facts=facts))


@router.patch("/{uuid:procedure_id}", response=ProcedureOut, auth=WRITE)
def edit_procedure(request: HttpRequest, procedure_id: UUID, said: ProcedureIn) -> ProcedureOut:
    """Parts of a draft: what is left out stays."""
    procedure = queries.own_procedure(_actor(request), procedure_id)
    facts = said.over(queries.facts(procedure), only_sent=True)
    return ProcedureOut.of(drafts.save_draft(actor=_actor(request), procedure_id=procedure_id, facts=facts))


@router.delete("/{uuid:procedure_id}", response={204: None}, auth=WRITE)
def remove_procedure(request: HttpRequest, procedure_id: UUID) -> Status[None]:
    """Take a draft away for good."""
    drafts.remove_draft(actor=_actor(request), procedure_id=procedure_id)
    return Status(204, None)


@router.post("/{uuid:procedure_id}/publish", response=ProcedureOut, auth=WRITE)
def publish_procedure(request: HttpRequest, procedure_id: UUID) -> ProcedureOut:
    """Make a draft public; a refusal names every rule that isn't kept, by field."""
    return ProcedureOut.of(publish.publish_procedure(actor=_actor(request), procedure_id=procedure_id))


@router.post("/{uuid:procedure_id}/change", response=ProcedureOut, auth=WRITE)
def change_procedure(request: HttpRequest, procedure_id: UUID, said: ChangeIn) -> ProcedureOut:
    """Publish a change as the next version: of `procedure` what is left out stays."""
    actor = _actor(request)
    procedure = queries.own_procedure(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    facts = said.procedure.over(queries.facts(procedure), only_sent=True)
    changed = change.change_procedure(actor=actor, procedure_id=procedure_id, facts=facts, reason=said.reason)
    return ProcedureOut.of(changed)


@router.post(
    "/{uuid:procedure_id}/cancel",
    response=ProcedureOut,
    auth=TokenAuth(Scope.PROCEDURES_WRITE, roles=BUYING, dangerous=True),
)
def cancel_procedure(request: HttpRequest, procedure_id: UUID, said: ReasonIn) -> ProcedureOut:
    """End a published procedure without an award, with the reason everybody reads."""
    ended = cancel.cancel_procedure(actor=_actor(request), procedure_id=procedure_id, reason=said.reason)
    return ProcedureOut.of(ended)


# --- questions ------------------------------------------------------------------------------
@router.get("/{uuid:procedure_id}/enquiries", response=list[EnquiryOut])
def list_enquiries(request: HttpRequest, procedure_id: UUID) -> list[EnquiryOut]:
    """Questions and their answers; unanswered ones for the buyer and for whoever asked."""
    actor = _actor(request)
    return [EnquiryOut.of(enquiry, actor) for enquiry in queries.enquiries(_shown(request, procedure_id), actor)]


@router.post("/{uuid:procedure_id}/enquiries", response={201: EnquiryOut}, auth=ASK)
def ask_enquiry(request: HttpRequest, procedure_id: UUID, said: QuestionIn) -> Status[EnquiryOut]:
    """Ask the buyer, who doesn't learn who asks."""
    actor = _actor(request)
    asked = enquiries.ask(actor=actor, procedure_id=procedure_id, question=said.question)
    return Status(201, EnquiryOut.of(asked, actor))


@router.post("/{uuid:procedure_id}/enquiries/{uuid:enquiry_id}/answer", response=EnquiryOut, auth=WRITE)
def answer_enquiry(request: HttpRequest, procedure_id: UUID, enquiry_id: UUID, said: AnswerIn) -> EnquiryOut:
    """Answer a question to all."""
    actor = _actor(request)
    queries.own_procedure(actor, procedure_id)
    if not Enquiry.objects.filter(pk=enquiry_id, procedure_id=procedure_id).exists():
        raise NotFound
    return EnquiryOut.of(enquiries.answer(actor=actor, enquiry_id=enquiry_id, answer=said.answer), actor)


# --- documents ------------------------------------------------------------------------------
class TitleIn(Schema):
    title: str = Field("", max_length=300)


@router.post("/{uuid:procedure_id}/documents", response={201: DocumentOut}, auth=WRITE)
def attach_document(
    request: HttpRequest,
    procedure_id: UUID,
    file: File[UploadedFile],
    said: Form[TitleIn],
) -> Status[DocumentOut]:
    """Attach a file to a draft; to a published procedure as a part of its next version."""
    attached = documents.attach(
        actor=_actor(request),
        procedure_id=procedure_id,
        name=file.name or "",
        stream=cast(Any, file),  # read like any stream; the stubs give it a type of its own
        title=said.title,
    )
    return Status(201, DocumentOut.of(attached))


@router.get("/{uuid:procedure_id}/documents/{uuid:document_id}", response=bytes, url_name="read_document")
def read_document(request: HttpRequest, procedure_id: UUID, document_id: UUID) -> FileResponse:
    """The content of a document, to be saved."""
    _shown(request, procedure_id)
    return download(queries.document_for(_actor(request), procedure_id, document_id).file)


@router.delete("/{uuid:procedure_id}/documents/{uuid:document_id}", response={204: None}, auth=WRITE)
def take_out_document(request: HttpRequest, procedure_id: UUID, document_id: UUID) -> Status[None]:
    """Take a document out of a draft, or out of the next version."""
    documents.take_out(actor=_actor(request), procedure_id=procedure_id, document_id=document_id)
    return Status(204, None)
