"""Every read of procedures beyond a primary key."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from pazar.ground import words
from pazar.ground.api.paging import CursorBroken, keyset
from pazar.ground.codes.rules import cpv as categories
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.words.lemmatiser import tokens
from pazar.market.procedures import policies
from pazar.market.procedures.adapters import messages, vocabulary
from pazar.market.procedures.models import (
    Document,
    Enquiry,
    Item,
    JoinedProcedure,
    Listed,
    Lot,
    PendingChange,
    Procedure,
    PublishedAward,
    SourceRelease,
    Unread,
    Version,
)
from pazar.market.procedures.rules import ocds, packs, question, regimes, versions
from pazar.market.procedures.rules.facts import DocumentFacts, Facts, ItemFacts, LotFacts
from pazar.market.procedures.rules.regimes import Breach
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.ground.identity.models import Company, Person

PAGE = 30


# --- one procedure --------------------------------------------------------------------------
def visible(actor: Actor) -> QuerySet[Procedure]:
    """Published procedures, our own and others', and the drafts of the actor's company."""
    return policies.visible_to(actor, Procedure.objects.all())


def procedure_for(actor: Actor, procedure_id: UUID) -> Procedure:
    """The procedure with its buyer, if the actor may see it. Raises NotFound."""
    found = visible(actor).select_related("buyer").filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    return found


def procedure_now(actor: Actor, procedure_id: UUID) -> tuple[Procedure, datetime]:
    """The same, and the centre's moment, by one statement: for showing. Raises NotFound."""
    moment = Func(function="pazar_now", output_field=DateTimeField())
    found = visible(actor).select_related("buyer").filter(pk=procedure_id).annotate(moment=moment).first()
    if found is None:
        raise NotFound
    return found, found.moment


def joined_into(procedure_id: UUID) -> UUID | None:
    """The outside procedure that this one proved to be; its own row is gone."""
    return JoinedProcedure.objects.filter(pk=procedure_id).values_list("procedure_id", flat=True).first()


def own_procedure(actor: Actor, procedure_id: UUID) -> Procedure:
    """The procedure, if the actor's company is its buyer. Raises NotFound."""
    found = (
        Procedure.objects.select_related("buyer")
        .filter(pk=procedure_id, origin=Procedure.Origin.OWN, buyer_id=actor.company_id)
        .first()
        if actor.company_id
        else None
    )
    if found is None:
        raise NotFound
    return found


def lock_procedure(procedure_id: UUID, *, share: bool = False) -> Procedure:
    """The procedure with its row locked until the transaction ends. Raises NotFound.

    `share` is for whoever puts something into its box; whoever closes, changes or ends it locks it alone.
    The first lock of a transaction (then lot, bid, account); the moment is taken after it.
    """
    if share:
        rows = Procedure.objects.raw("SELECT * FROM procedures_procedure WHERE id = %s FOR SHARE", [procedure_id])
        found = next(iter(rows), None)
    else:
        found = Procedure.objects.select_for_update().filter(pk=procedure_id).first()
    if found is None:
        raise NotFound
    return found


def lots(procedure_id: UUID) -> list[Lot]:
    """The lots in their order, each with its items prefetched."""
    items = Prefetch("items", queryset=Item.objects.order_by("position", "id"))
    return list(Lot.objects.filter(procedure_id=procedure_id).order_by("position", "id").prefetch_related(items))


def with_lots(found: Sequence[Procedure]) -> list[tuple[Procedure, list[Lot]]]:
    """Each with its lots and their items, in two queries for all."""
    items = Prefetch("items", queryset=Item.objects.order_by("position", "id"))
    by_procedure: dict[UUID, list[Lot]] = {}
    rows = Lot.objects.filter(procedure_id__in=[one.pk for one in found]).order_by("position", "id")
    for lot in rows.prefetch_related(items):
        by_procedure.setdefault(lot.procedure_id, []).append(lot)
    return [(one, by_procedure.get(one.pk, [])) for one in found]


@dataclass(frozen=True, kw_only=True)
class ForListing:
    """A published procedure with all that lists of its awards and items are made of."""

    procedure: Procedure
    lots: Sequence[Lot]
    published_awards: Sequence[PublishedAward]


def for_listing(procedure_ids: Collection[UUID]) -> list[ForListing]:
    """Those of them that are public, in the order of their ids; four queries, whatever the number."""
    found = list(
        Procedure.objects.filter(pk__in=list(procedure_ids)).exclude(state=Procedure.State.DRAFT).order_by("id")
    )
    awards: dict[UUID, list[PublishedAward]] = {}
    for award in PublishedAward.objects.filter(procedure__in=found).order_by("lot_number", "id"):
        awards.setdefault(award.procedure_id, []).append(award)
    return [
        ForListing(procedure=one, lots=lots, published_awards=awards.get(one.pk, [])) for one, lots in with_lots(found)
    ]


def lots_shown(procedure: Procedure) -> list[Lot]:
    """The same, read once for this `procedure`: several panels of one page show them. Not for deciding anything."""
    known: list[Lot] | None = getattr(procedure, "_lots_shown", None)
    if known is None:
        known = procedure._lots_shown = lots(procedure.pk)  # type: ignore[attr-defined]
    return known


def facts(procedure: Procedure) -> Facts:
    """All that the buyer says, as the rows hold it."""
    return Facts(
        kind=procedure.kind,
        regime=procedure.regime,
        title=procedure.title,
        description=procedure.description,
        language=procedure.language,
        currency=procedure.currency,
        value_amount=procedure.value_amount,
        award_criterion=procedure.award_criterion,
        vat_included=procedure.vat_included,
        payment_terms=procedure.payment_terms,
        delivery_terms=procedure.delivery_terms,
        requirements=procedure.requirements,
        seal=procedure.seal,
        seal_person_id=procedure.seal_person_id,
        enquiries_close_at=procedure.enquiries_close_at,
        closes_at=procedure.closes_at,
        lots=tuple(_lot_facts(lot) for lot in lots(procedure.pk)),
    )


def _lot_facts(lot: Lot) -> LotFacts:
    return LotFacts(
        id=lot.pk,
        title=lot.title,
        description=lot.description,
        cpv=tuple(lot.cpv),
        regions=tuple(lot.regions),
        value_amount=lot.value_amount,
        items=tuple(
            ItemFacts(
                id=item.pk,
                description=item.description,
                cpv=item.cpv,
                quantity=item.quantity,
                unit=item.unit,
                place=item.place,
                delivery=item.delivery,
            )
            for item in lot.items.all()
        ),
    )


def zone() -> ZoneInfo:
    """The zone in which the centre counts days."""
    return ZoneInfo(settings.CENTRE_ZONE)


def breaches(
    facts: Facts,
    *,
    moment: datetime,
    buyer_id: UUID | None,
    published_at: datetime | None = None,
    unread: Mapping[str, str] | None = None,
) -> tuple[Breach, ...]:
    """What keeps `facts` from being public at `moment`; the holder of the seal must be one of the buyer's people.

    `unread` are the texts beside them that couldn't be read: a field with one is not empty, but to be mended.
    """
    unread = unread or {}
    found = regimes.breaches(
        facts,
        packs.pack(facts.regime),
        moment,
        zone=zone(),
        person_holds_key=_holds_key(facts.seal_person_id, buyer_id),
        published_at=published_at,
    )
    faulty = tuple(Breach(rule="not_read", field=field, params={"text": text}) for field, text in unread.items())
    return (*faulty, *(breach for breach in found if breach.field not in unread))


def _holds_key(person_id: UUID | None, company_id: UUID | None) -> bool:
    if person_id is None or company_id is None:
        return False
    belongs = any(person.pk == person_id for person in possible_holders(company_id))
    return belongs and person_id in people.living_sealing_keys([person_id])


def possible_holders(company_id: UUID) -> "Sequence[Person]":
    """Who of the buyer may hold the seal with the centre, by name."""
    found = people.staff(company_id=company_id, roles=[Role.OWNER, Role.BUYER, Role.COMMITTEE_MEMBER])
    # The centre is the other holder: one of its own people would be both.
    return [person for person in found if not person.staff_roles]


# --- documents, versions, questions ---------------------------------------------------------
def documents(procedure: Procedure, *, pending: bool = False) -> list[Document]:
    """The attachments of the current version with their files; `pending` adds those a change would bring."""
    found = Document.objects.filter(procedure=procedure).select_related("file").order_by("id")
    if pending:
        return list(found.filter(until_version=None))
    return list(found.filter(_in_version(procedure.version)))


def _in_version(number: int) -> Q:
    return Q(since_version__lte=number) & (Q(until_version=None) | Q(until_version__gte=number))


def document_facts(found: Collection[Document]) -> list[DocumentFacts]:
    return [
        DocumentFacts(
            id=document.pk,
            title=document.title,
            name=document.file.name,
            size=document.file.size,
            digest=bytes(document.file.digest).hex(),
        )
        for document in found
    ]


def document_for(actor: Actor, procedure_id: UUID, document_id: UUID) -> Document:
    """A document of a procedure the actor may see; one of a change still being written only for its buyer.

    Documents of earlier versions stay to be read. Raises NotFound.
    """
    procedure = procedure_for(actor, procedure_id)
    found = Document.objects.select_related("file").filter(procedure=procedure, pk=document_id)
    if not (actor.company_id and procedure.buyer_id == actor.company_id):
        found = found.filter(since_version__lte=procedure.version)
    document = found.first()
    if document is None:
        raise NotFound
    return document


def version_list(procedure_id: UUID) -> list[Version]:
    """Published versions, the newest first."""
    return list(Version.objects.filter(procedure_id=procedure_id).order_by("-number"))


def content(procedure: Procedure) -> versions.Content:
    """What stands in the rows now, as a version would hold it."""
    return versions.content(facts(procedure), document_facts(documents(procedure)))


def published_facts(procedure: Procedure) -> Facts:
    """The facts of the version that is in force. Raises NotFound for a draft."""
    found = Version.objects.filter(procedure=procedure, number=procedure.version).first()
    if found is None:
        raise NotFound
    return versions.facts(found.content)


def quantities_by_version(procedure_id: UUID) -> dict[int, dict[UUID, dict[UUID, Decimal]]]:
    """Version → lot → item → quantity, as each version was published: a bid is read by the one it was sealed for."""
    found = Version.objects.filter(procedure_id=procedure_id).values_list("number", "content")
    return {
        number: {
            lot.id: {item.id: item.quantity or Decimal(0) for item in lot.items if item.id is not None}
            for lot in versions.facts(content).lots
            if lot.id is not None
        }
        for number, content in found
    }


def pending_change(procedure: Procedure) -> PendingChange | None:
    return PendingChange.objects.filter(procedure=procedure).first()


def unread(procedure: Procedure) -> dict[str, str]:
    """What stands on its page and can't be read, by field."""
    found: dict[str, str] = Unread.objects.filter(procedure=procedure).values_list("texts", flat=True).first() or {}
    return found


def enquiries(procedure: Procedure, actor: Actor) -> list[Enquiry]:
    """Questions by time: answered ones for all, unanswered ones for the buyer and for whoever asked.

    Never show `asker` to anybody: `is_mine` tells the actor his own.
    """
    answered = ~Q(answered_at=None)
    if actor.company_id is None:
        shown = Enquiry.objects.filter(answered)
    elif procedure.buyer_id == actor.company_id:
        shown = Enquiry.objects.all()
    else:
        shown = Enquiry.objects.filter(answered | Q(asker_id=actor.company_id))
    return list(shown.filter(procedure=procedure).order_by("asked_at", "id"))


def is_mine(enquiry: Enquiry, actor: Actor) -> bool:
    return actor.company_id is not None and enquiry.asker_id == actor.company_id


def askers(procedure_id: UUID) -> set[UUID]:
    """The companies that asked: for telling them of an answer, never for showing."""
    return set(Enquiry.objects.filter(procedure_id=procedure_id).values_list("asker_id", flat=True))


@dataclass(frozen=True, kw_only=True)
class LeftOpen:
    """A field that the import left empty or settled by a rule: what the source says there, and why."""

    field: str
    text: str
    why: str


MOST_LEFT_OPEN: Final = 12


def is_buyers_name(name: str) -> bool:
    """Whether a source names a buyer so, without a number that makes him a company here; in small letters."""
    lemmas = words.lemmas(name)
    if not lemmas:
        return False
    said = Listed.objects.filter(terms__contains=[f"w{lemma}" for lemma in lemmas])
    return said.filter(procedure__buyer=None, procedure__buyer_name__iexact=name).exists()


def left_open(procedure_id: UUID) -> list[LeftOpen]:
    """What the publications of an outside procedure leave open, each once, in the reader's language."""
    found: dict[tuple[str, str], LeftOpen] = {}
    for remarks in SourceRelease.objects.filter(procedure_id=procedure_id, record__has_key="remarks").values_list(
        "record__remarks", flat=True
    ):
        for remark in remarks:
            why = messages.SENTENCES.get(remark["code"])
            if why is not None:
                found.setdefault(
                    (remark["code"], remark.get("text", "")),
                    LeftOpen(field=remark["field"], text=remark.get("text", ""), why=str(why)),
                )
    return list(found.values())[:MOST_LEFT_OPEN]


def published_awards(procedure_id: UUID) -> list[PublishedAward]:
    return list(PublishedAward.objects.filter(procedure_id=procedure_id).order_by("lot_number", "id"))


# --- for the world --------------------------------------------------------------------------
def notice(procedure: Procedure, *, site: str, kind_label: str) -> ocds.Notice:
    """All that is public of a published procedure of our own; `site` is the address our pages stand under."""
    found = version_list(procedure.pk)
    made = {version.number: version.made_at for version in found}
    buyer = procedure.buyer
    if buyer is None or procedure.published_at is None or not procedure.is_own:
        raise NotFound
    here = f"{site}/market/procedures/{procedure.pk}/"
    answered = Enquiry.objects.filter(procedure=procedure, answered_at__isnull=False).order_by("asked_at", "id")
    return ocds.Notice(
        id=procedure.pk,
        reference=procedure.reference,
        state=State(procedure.state),
        version=procedure.version,
        facts=facts(procedure),
        kind_label=kind_label,
        buyer=party(buyer),
        published_at=procedure.published_at,
        changed_at=max(
            moment
            for moment in (procedure.published_at, procedure.opened_at, procedure.ended_at, *made.values())
            if moment
        ),
        end_reason=procedure.end_reason,
        url=here,
        documents=tuple(
            ocds.PublicDocument(
                id=document.pk,
                title=document.title,
                media_type=document.file.media_type,
                url=f"{here}documents/{document.pk}/",
                published_at=made[document.since_version],
            )
            for document in documents(procedure)
        ),
        amendments=tuple(
            ocds.Amendment(number=version.number, made_at=version.made_at, reason=version.reason)
            for version in reversed(found)
            if version.number > 1
        ),
        enquiries=tuple(
            ocds.PublicEnquiry(
                id=enquiry.pk,
                asked_at=enquiry.asked_at,
                question=enquiry.question,
                answered_at=enquiry.answered_at or enquiry.asked_at,
                answer=enquiry.answer,
            )
            for enquiry in answered
        ),
    )


def party(company: "Company") -> ocds.Party:
    """A company as OCDS names it."""
    return ocds.Party(
        id=company.pk,
        name=company.name,
        scheme=company.number_scheme,
        number=company.number,
        country=company.country,
        town=company.town,
        address=company.address,
        region=company.region,
    )


def public_own(named: str) -> Procedure:
    """A published procedure of our own by its reference or its id. Raises NotFound."""
    by_id = Q(pk=UUID(named)) if _is_uuid(named) else Q(reference=named)
    found = (
        Procedure.objects.select_related("buyer")
        .filter(by_id, origin=Procedure.Origin.OWN)
        .exclude(state=Procedure.State.DRAFT)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def published_own() -> QuerySet[Procedure]:
    """Procedures of our own that are or were public: what is exported."""
    return Procedure.objects.filter(origin=Procedure.Origin.OWN).exclude(state=Procedure.State.DRAFT)


# --- for matching ---------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LotForMatching:
    """What an interest is compared with. `value_amount` in `currency`, the lot's own or, with one lot, the whole's."""

    lot_id: UUID
    cpv: tuple[str, ...]
    regions: tuple[str, ...]
    lemmas: frozenset[str]
    value_amount: Decimal | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class ForMatching:
    """A procedure with what its announcement to suppliers carries."""

    procedure_id: UUID
    reference: str
    title: str
    kind: str
    regime: str
    buyer_id: UUID | None
    buyer_name: str
    buyer_country: str
    buyer_number: str
    published_at: datetime | None
    closes_at: datetime | None
    value_amount: Decimal | None
    currency: str
    cpv: tuple[str, ...]
    is_outside: bool
    is_open: bool
    lots: tuple[LotForMatching, ...]


def facts_for_matching(procedure_ids: Collection[UUID]) -> list[ForMatching]:
    """Published procedures by id with their lots, for the centre's matcher: two statements, whatever the number."""
    found = (
        Procedure.objects.filter(pk__in=list(procedure_ids))
        .exclude(state=Procedure.State.DRAFT)
        .select_related("buyer")
        .prefetch_related(Prefetch("lots", queryset=Lot.objects.order_by("position", "id")))
    )
    return [_for_matching(procedure) for procedure in found]


def _for_matching(procedure: Procedure) -> ForMatching:
    own_lots = list(procedure.lots.all())
    buyer = procedure.buyer
    return ForMatching(
        procedure_id=procedure.pk,
        reference=procedure.reference,
        title=procedure.title,
        kind=procedure.kind,
        regime=procedure.regime,
        buyer_id=procedure.buyer_id,
        buyer_name=procedure.buyer_name or (buyer.name if buyer else ""),
        buyer_country=buyer.country if buyer else "",
        buyer_number=buyer.number if buyer else "",
        published_at=procedure.published_at,
        closes_at=procedure.closes_at,
        value_amount=procedure.value_amount
        if procedure.value_amount is not None
        else _sum([lot.value_amount for lot in own_lots]),
        currency=procedure.currency,
        cpv=tuple(procedure.cpv),
        is_outside=not procedure.is_own,
        is_open=procedure.state == Procedure.State.PUBLISHED,
        lots=tuple(
            LotForMatching(
                lot_id=lot.pk,
                cpv=tuple(lot.cpv),
                regions=tuple(lot.regions),
                lemmas=frozenset(lot.lemmas),
                value_amount=lot.value_amount
                if lot.value_amount is not None or len(own_lots) > 1
                else procedure.value_amount,
                currency=lot.currency or procedure.currency,
            )
            for lot in own_lots
        ),
    )


# --- lists ----------------------------------------------------------------------------------
class Order(StrEnum):
    """In what order a list stands."""

    DEADLINE = "deadline"  # of open ones
    NEWEST = "newest"
    VALUE = "value"  # the largest first, of those whose value is stated in one currency
    RELEVANCE = "relevance"  # of those that say some words


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of procedures is narrowed to. `cpv` and `region` mean everything under them.

    Values are compared in one currency alone: with `value_min`, `value_max` or by value, `currency` or else the euro.
    """

    text: str = ""
    cpv: str = ""
    region: str = ""
    only_open: bool = True
    only_over: bool = False
    origin: str = ""
    kind: str = ""
    currency: str = ""
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    closes_within: timedelta | None = None
    order: Order | None = None

    @property
    def sorted_by(self) -> Order:
        """The order that is meant: what can't be had here gives way to what is open by deadline, else the newest."""
        order = self.order
        if order is Order.RELEVANCE and not words.lemmas(self.text):
            order = None
        if order is Order.DEADLINE and not self.only_open:
            order = None
        return order or (Order.DEADLINE if self.only_open else Order.NEWEST)

    @property
    def counted_in(self) -> str:
        """The currency in which values are compared; empty where none are."""
        compares = self.value_min is not None or self.value_max is not None or self.sorted_by is Order.VALUE
        return self.currency or (DEFAULT_CURRENCY if compares else "")


DEFAULT_CURRENCY: Final = "EUR"
RANKED: Final = 300  # of how many newest ones the closest come first


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """A page of a list; `next` continues it, empty at its end. `is_part`: more fit than are ranked by relevance."""

    rows: Sequence[Procedure]
    next: str
    is_part: bool = False


def open_list(actor: Actor, wanted: Wanted, *, moment: datetime, after: str = "", limit: int = PAGE) -> ListPage:
    """`list_page` for a page: an `after` that is none of ours starts from the beginning."""
    try:
        return list_page(wanted, moment=moment, cursor=after, limit=limit)
    except CursorBroken:
        return list_page(wanted, moment=moment, limit=limit)


def list_page(wanted: Wanted, *, moment: datetime, cursor: str = "", limit: int = PAGE) -> ListPage:
    """Procedures everybody may see, in the order wanted; `cursor` is the `next` of the page before.

    Raises CursorBroken.
    """
    if wanted.sorted_by is Order.RELEVANCE:
        return _closest(wanted, moment=moment, cursor=cursor, limit=limit)
    keyed = keyset(in_order(wanted, moment=moment), order_of(wanted), cursor, limit, filled=True)
    return ListPage(rows=shown(keyed.rows), next=keyed.cursor)


def in_order(wanted: Wanted, *, moment: datetime) -> QuerySet[Listed]:
    """The places of a list in its order; those that have none in it are left out."""
    found = listed(wanted, moment=moment)
    if wanted.sorted_by is Order.NEWEST:
        found = found.filter(published_at__isnull=False)
    return found.order_by(*order_of(wanted))


def order_of(wanted: Wanted) -> list[str]:
    """The fields of a list's order, for its index."""
    match wanted.sorted_by:
        case Order.DEADLINE:
            return ["closes_at", "procedure_id"]
        case Order.VALUE:
            return ["-value_amount", "-procedure_id"]
        case _:
            return ["-published_at", "-procedure_id"]


def _closest(wanted: Wanted, *, moment: datetime, cursor: str, limit: int) -> ListPage:
    """The newest that fit (of open ones those that close first), by how much their titles say of what was asked for.

    No index knows how near a title is. Of three hundred one is soon found; who wants more orders by date.
    """
    begins = _read_rank(cursor)
    places = list(in_order(replace(wanted, order=None), moment=moment)[: RANKED + 1])
    is_part = len(places) > RANKED
    places = places[:RANKED]
    titles = dict(Procedure.objects.filter(pk__in=[place.procedure_id for place in places]).values_list("pk", "title"))
    asked = frozenset(words.lemmas(wanted.text))
    shares = {pk: question.title_share(asked, frozenset(words.lemmas(title))) for pk, title in titles.items()}
    # Sorting keeps the newest first among equals.
    places.sort(key=lambda place: -shares.get(place.procedure_id, 0.0))
    rows = shown(places[begins : begins + limit])
    following = f"r{begins + limit}" if begins + limit < len(places) else ""
    return ListPage(rows=rows, next=following, is_part=is_part)


def _read_rank(cursor: str) -> int:
    if not cursor:
        return 0
    number = cursor.removeprefix("r")
    if cursor[0] != "r" or not (number.isascii() and number.isdigit() and len(number) <= len(str(RANKED))):
        raise CursorBroken
    return int(number)


def shown(places: Sequence[Listed]) -> list[Procedure]:
    """The procedures of a page of `listed`, in its order, each with its buyer and its `estimate`."""
    # The list shows no long text: it isn't read from the table's side store either.
    rows = Procedure.objects.select_related("buyer").defer(
        "description", "requirements", "payment_terms", "delivery_terms"
    )
    by_id = rows.in_bulk([place.procedure_id for place in places])
    found = []
    for place in places:
        if procedure := by_id.get(place.procedure_id):
            procedure.estimate = place.value_amount  # type: ignore[attr-defined]  # what a page reads
            found.append(procedure)
    return found


AT_ONCE: Final = 500


def whole_list(wanted: Wanted, *, moment: datetime) -> Iterator[Procedure]:
    """Every procedure of a list in its order, from a server-side cursor; by relevance its closest alone."""
    if wanted.sorted_by is Order.RELEVANCE:
        yield from _closest(wanted, moment=moment, cursor="", limit=RANKED).rows
        return
    places = in_order(wanted, moment=moment).iterator(chunk_size=AT_ONCE)
    while some := list(islice(places, AT_ONCE)):
        yield from shown(some)


def estimated(procedure: str = "") -> Coalesce:
    """To annotate with: the estimated value as said for the whole, else the sum of the lots' where every lot says one.

    `procedure` is the foreign key's name where the rows are another domain's.
    """
    lots = Lot.objects.filter(procedure_id=OuterRef(f"{procedure}_id" if procedure else "pk"))
    summed = (
        lots.order_by()
        .values("procedure_id")
        .annotate(all=Case(When(Exact(Count("pk"), Count("value_amount")), then=Sum("value_amount")), default=None))
    )
    own = f"{procedure}__value_amount" if procedure else "value_amount"
    return Coalesce(own, Subquery(summed.values("all")))


def estimate(procedure: Procedure, lots: Sequence[Lot] | None = None) -> Decimal | None:
    """The same for one procedure; its `lots` where they are read already."""
    if procedure.value_amount is not None:
        return procedure.value_amount
    if lots is not None:
        return _sum([lot.value_amount for lot in lots])
    return _sum(list(Lot.objects.filter(procedure=procedure).values_list("value_amount", flat=True)))


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    said = [amount for amount in amounts if amount is not None]
    return sum(said, Decimal(0)) if said and len(said) == len(amounts) else None


def listed(wanted: Wanted, *, moment: datetime) -> QuerySet[Listed]:
    """The places of published procedures that fit, without an order; each is one row of the slim table."""
    found = Listed.objects.defer("terms")  # a hundred words a row that nobody shows
    if wanted.only_open:
        # The state alone isn't enough: an outside procedure is closed by nobody but its deadline.
        found = found.filter(is_open=True, closes_at__gt=moment)
        if wanted.closes_within is not None:
            found = found.filter(closes_at__lte=moment + wanted.closes_within)
    elif wanted.only_over:
        found = found.exclude(is_open=True, closes_at__gt=moment)
    terms = [
        *([f"o{wanted.origin}"] if wanted.origin else ()),
        *([f"k{wanted.kind}"] if wanted.kind else ()),
        *([f"c{categories.prefix(wanted.cpv)}"] if wanted.cpv else ()),
        *([f"r{wanted.region}"] if wanted.region else ()),
    ]
    if terms:
        found = found.filter(terms__contains=terms)
    if wanted.counted_in:
        found = found.filter(currency=wanted.counted_in)
    if wanted.sorted_by is Order.VALUE:
        found = found.filter(value_amount__isnull=False)
    if wanted.value_min is not None:
        found = found.filter(value_amount__gte=wanted.value_min)
    if wanted.value_max is not None:
        found = found.filter(value_amount__lte=wanted.value_max)
    if wanted.text.strip():
        found = found.filter(_said(wanted.text))
    return found


_CPV: Final = re.compile(r"(\d{8})(?:-\d)?", re.ASCII)


def _in_one_lot(lemmas: list[str]) -> Exists:
    """One of its lots says all these, the name of the buyer counted in."""
    both = Func(F("lemmas"), F("procedure__buyer_lemmas"), function="array_cat")
    lots = Lot.objects.annotate(own=ExpressionWrapper(both, output_field=ArrayField(TextField())))
    # The stubs take an annotated array for its items.
    return Exists(lots.filter(procedure_id=OuterRef("pk"), own__contains=lemmas))  # type: ignore[misc]


def _said(text: str) -> Q:
    """A reference, a category, or words that all stand in one lot (with its procedure's and the buyer's name)."""
    code = _CPV.fullmatch(text.strip())
    if code:
        return Q(terms__contains=[f"c{categories.prefix(code[1])}"])
    lemmas = words.lemmas(text)
    reference = f"n{' '.join(text.split()).lower()}"
    if not lemmas:
        return Q(terms__contains=[reference])
    said = Q(terms__contains=[f"w{lemma}" for lemma in lemmas])
    if len(lemmas) > 1:
        said &= Q(_in_one_lot(lemmas))
    for phrase in question.phrases(text):
        said &= _written(phrase)
    # A reference has a digit. Asking for both at once would keep the planner from walking the list in its order.
    return said | Q(terms__contains=[reference]) if any(char.isdigit() for char in text) else said


def _written(phrase: str) -> Q:
    """A phrase as it stands in the texts of a procedure or one of its lots, in letters of any size."""
    written = Q(title__icontains=phrase) | Q(description__icontains=phrase)
    return Q(Exists(Procedure.objects.filter(written, pk=OuterRef("pk")))) | Q(
        Exists(Lot.objects.filter(written, procedure_id=OuterRef("pk")))
    )


def likely_words(text: str) -> str:
    """`text` with the words that no procedure says put right; empty where nothing is likelier.

    For a search that found nothing. Known words are those of the categories and those that procedures say most.
    """
    better = {}
    for word in dict.fromkeys(tokens(text)):
        lemma = next(iter(words.lemmas(word)), "")
        if lemma and not Listed.objects.filter(terms__contains=[f"w{lemma}"]).exists():
            # As it was typed first: the ending of a mistyped word is easily taken for an article.
            better[word] = vocabulary.nearest(word) or vocabulary.nearest(lemma)
    if not any(better.values()):
        return ""
    return " ".join(better.get(word) or word for word in tokens(text))


COUNTED: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many there are; `more` where there are more than are counted."""

    number: int
    more: bool


def count(wanted: Wanted, *, moment: datetime) -> Counted:
    """How many fit, counted up to ten thousand: beyond that nobody reads the list to its end."""
    number = listed(wanted, moment=moment).order_by()[: COUNTED + 1].count()
    return Counted(number=min(number, COUNTED), more=number > COUNTED)


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What a list could be narrowed to, with how many of it are such; `capped` where each may be more than that.

    `by_term` has origins (`o…`), kinds (`k…`), divisions (`c` and two digits) and countries (`r` and two letters).
    """

    by_term: Mapping[str, int]
    by_value: Sequence[int]  # of VALUE_BANDS
    by_days: Sequence[int]  # of DAYS_LEFT, for open ones
    of: int
    capped: bool


VALUE_BANDS: Final[tuple[tuple[int | None, int | None], ...]] = (
    (None, 50_000),
    (50_000, 250_000),
    (250_000, 1_000_000),
    (1_000_000, None),
)
"""From and below, in the currency in which values are compared."""
DAYS_LEFT: Final = (3, 7, 14, 30)
SAMPLED: Final = 5_000


def facets(wanted: Wanted, *, moment: datetime) -> Facets:
    """How many of a list fall under each narrowing; of a list longer than five thousand at least how many."""
    places = listed(wanted, moment=moment).order_by()[: SAMPLED + 1]
    inner, parameters = places.values("terms", "value_amount", "currency", "closes_at").query.sql_with_params()
    within = [Q(value_amount__gte=low or 0) & (Q(value_amount__lt=high) if high else Q()) for low, high in VALUE_BANDS]
    is_open = Q(is_open=True, closes_at__gt=moment)
    in_currency = Q(currency=wanted.counted_in or DEFAULT_CURRENCY)
    numbers: dict[str, int] = Listed.objects.filter(pk__in=Subquery(places.values("pk"))).aggregate(
        of=Count("pk"),
        **{f"value_{n}": Count("pk", filter=in_currency & band) for n, band in enumerate(within)},
        **{
            f"days_{days}": Count("pk", filter=is_open & Q(closes_at__lte=moment + timedelta(days=days)))
            for days in DAYS_LEFT
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT term, count(*) FROM ({inner}) AS found CROSS JOIN LATERAL unnest(found.terms) AS term"  # noqa: S608
            " WHERE term LIKE ANY (ARRAY['o%%', 'k%%', 'c__', 'r__']) GROUP BY term",
            parameters,
        )
        by_term = {str(term): int(number) for term, number in cursor.fetchall()}
    return Facets(
        by_term=by_term,
        by_value=[numbers[f"value_{n}"] for n in range(len(VALUE_BANDS))],
        by_days=[numbers[f"days_{days}"] for days in DAYS_LEFT],
        of=min(numbers["of"], SAMPLED),
        capped=numbers["of"] > SAMPLED,
    )


def counts(wanted: Wanted, *, moment: datetime) -> dict[str, int]:
    """How many there are under the same filters: open, and of those our own and others'."""
    found = listed(replace(wanted, only_open=True, only_over=False, origin=""), moment=moment)
    # Two counts, and the rest: asked of each row, its terms would be unpacked, which takes ten times as long.
    everything = found.order_by().count()
    own = found.order_by().filter(terms__contains=["oown"]).count()
    return {"open": everything, "own": own, "outside": everything - own}


def open_now(moment: datetime) -> QuerySet[Listed]:
    """What the hall counts, by the index of what is open."""
    return Listed.objects.filter(is_open=True, closes_at__gt=moment)


def newest_open(moment: datetime, *, limit: int) -> Sequence[Procedure]:
    """What was published last and is still open (index procedures_newest)."""
    found = Procedure.objects.filter(state=Procedure.State.PUBLISHED, closes_at__gt=moment)
    return list(found.order_by("-published_at", "-id").defer("description", "requirements")[:limit])


def search(actor: Actor, text: str, *, moment: datetime, limit: int) -> Sequence[Procedure]:
    """Every procedure he may see that says these words or bears this reference.

    Drafts of his own company first, then open ones by deadline, then the newest of the others.
    """
    found = _drafts_that_say(actor, text)[:limit]
    for wanted in (Wanted(text=text), Wanted(text=text, only_open=False)):
        if len(found) >= limit:
            break
        places = listed(wanted, moment=moment)
        if not wanted.only_open:
            places = places.exclude(is_open=True, closes_at__gt=moment)
        found += shown(list(places.order_by(*order_of(wanted))[: limit - len(found)]))
    return found


def _drafts_that_say(actor: Actor, text: str) -> list[Procedure]:
    lemmas = words.lemmas(text)
    if not actor.company_id or not lemmas:
        return []
    drafts = Procedure.objects.filter(buyer_id=actor.company_id, state=Procedure.State.DRAFT)
    said = Exists(Lot.objects.filter(procedure_id=OuterRef("pk"), lemmas__contains=lemmas))
    return list(drafts.filter(said).order_by("-created_at"))


def of_buyer(company_id: UUID) -> QuerySet[Procedure]:
    """What a company published, here or elsewhere, for everybody; to be paged by "-published_at" and "-id"."""
    found = Procedure.objects.filter(buyer_id=company_id).exclude(state=Procedure.State.DRAFT)
    return found.defer("description", "requirements", "payment_terms", "delivery_terms").annotate(estimate=estimated())


def open_count(moment: datetime) -> int:
    return open_now(moment).count()


@dataclass(frozen=True, kw_only=True)
class MineRow:
    """A procedure of the actor's company; `estimate` is its value, or its lots' together."""

    procedure: Procedure
    estimate: Decimal | None
    unanswered: int
    has_pending_change: bool


def mine(
    actor: Actor, *, state: str = "", waiting: bool = False, after: str = "", limit: int = PAGE
) -> tuple[list[MineRow], str]:
    """The procedures of the actor's company as buyer, the newest first, with how many questions wait (keyset).

    With `waiting`, those where a question waits alone.
    """
    found = Procedure.objects.filter(origin=Procedure.Origin.OWN, buyer_id=actor.company_id)
    if waiting:
        found = found.filter(_a_question_waits())
    if state:
        found = found.filter(state=state)
    place = _read_place(after)
    if place:
        found = found.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], id__lt=place[1]))
    unanswered = Enquiry.objects.filter(answered_at=None)
    found = found.annotate(
        unanswered=Count("enquiries", filter=Q(enquiries__in=unanswered)),
        estimate=estimated(),
        changing=Exists(PendingChange.objects.filter(procedure_id=OuterRef("pk"))),
    ).order_by("-created_at", "-id")
    rows = list(found[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    following = _place(rows[-1].created_at, rows[-1].pk) if more else ""
    return [
        MineRow(procedure=row, estimate=row.estimate, unanswered=row.unanswered, has_pending_change=row.changing)
        for row in rows
    ], following


def _a_question_waits() -> Exists:
    return Exists(Enquiry.objects.filter(procedure_id=OuterRef("pk"), answered_at=None))


def mine_waiting_count(actor: Actor) -> int:
    """How many of the company's own procedures have a question that waits for its answer."""
    found = Procedure.objects.filter(origin=Procedure.Origin.OWN, buyer_id=actor.company_id)
    return found.filter(_a_question_waits()).count()


def mine_by_state(actor: Actor) -> dict[str, int]:
    found = Procedure.objects.filter(origin=Procedure.Origin.OWN, buyer_id=actor.company_id)
    rows = found.order_by().values_list("state").annotate(number=Count("pk"))
    return {str(state): int(number) for state, number in rows}


def _place(moment: datetime, row_id: UUID) -> str:
    return f"{moment.isoformat()}~{row_id}"


def _read_place(text: str) -> tuple[datetime, UUID] | None:
    moment, _sign, row_id = text.partition("~")
    try:
        read = datetime.fromisoformat(moment)
        return (read, UUID(row_id)) if read.tzinfo else None
    except ValueError:
        return None
