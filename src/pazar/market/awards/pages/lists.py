"""Awards and items of all procedures, for everybody: search, filters, orders, files (J4, B12)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pazar.ground.api import exports
from pazar.ground.api.paging import CursorBroken
from pazar.ground.codes import queries as codes
from pazar.ground.codes.forms import CpvField, NutsField
from pazar.ground.identity import queries as companies
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.searches.kinds import MOST_COUNTED, Seen
from pazar.ground.ui import formats, now
from pazar.ground.ui.chips import Chip, Group, address
from pazar.market.awards.models import ListedAward, ListedItem
from pazar.market.awards.queries import lists
from pazar.market.awards.queries.lists import Counted, ListPage, Only, Order, Row, Wanted

_NARROWED = (
    "origin",
    "buyer",
    "winner",
    "only",
    "currency",
    "value_min",
    "value_max",
    "since",
    "until",
    "order",
    "narrow",
)
_KEPT = ("q", "cpv", "region", *_NARROWED)
SAVED = tuple(name for name in _KEPT if name != "narrow")
"""What of an address is a search."""
ORIGINS = [("own", gettext_lazy("Here")), ("outside", gettext_lazy("Elsewhere"))]


class SearchForm(forms.Form):
    """What a list is narrowed to; what isn't ours is left out."""

    q = forms.CharField(label=gettext_lazy("Words, a supplier or a reference"), required=False, max_length=200)
    cpv = CpvField(label=gettext_lazy("Category"), required=False)
    region = NutsField(label=gettext_lazy("Region"), required=False)
    order = forms.ChoiceField(required=False, choices=[(one.value, one.value) for one in Order])
    only = forms.ChoiceField(required=False, choices=[(one.value, one.value) for one in Only])
    origin = forms.ChoiceField(required=False, choices=ORIGINS)
    buyer = forms.UUIDField(required=False)
    winner = forms.UUIDField(required=False)
    currency = forms.RegexField("^[A-Z]{3}$", required=False)
    value_min = forms.DecimalField(required=False, min_value=0, max_digits=18, decimal_places=4)
    value_max = forms.DecimalField(required=False, min_value=0, max_digits=18, decimal_places=4)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A list as an address asks for it."""

    form: SearchForm
    wanted: Wanted

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        form = SearchForm(query)
        form.is_valid()
        found = form.cleaned_data
        return cls(
            form=form,
            wanted=Wanted(
                text=found.get("q") or "",
                cpv=next(iter(found.get("cpv") or ()), ""),
                region=next(iter(found.get("region") or ()), ""),
                origin=found.get("origin") or "",
                buyer=found.get("buyer"),
                winner=found.get("winner"),
                only=Only(found["only"]) if found.get("only") else None,
                currency=found.get("currency") or "",
                value_min=found.get("value_min"),
                value_max=found.get("value_max"),
                since=found.get("since"),
                until=found.get("until"),
                order=Order(found["order"]) if found.get("order") else None,
            ),
        )

    @property
    def is_narrowed(self) -> bool:
        return self.wanted != Wanted(order=self.wanted.order, only=self.wanted.only)


def new_awards(query: QueryDict, seen: Seen) -> int:
    """How many of a saved search were decided, or brought in, since somebody looked."""
    found = lists.awards(replace(Asked.of(query).wanted, only=None))
    return found.filter(id__gt=seen.id).order_by()[:MOST_COUNTED].count()


def new_items(query: QueryDict, seen: Seen) -> int:
    """How many of a saved search were published, or brought in, since somebody looked."""
    found = lists.items(Asked.of(query).wanted, moment=now.now())
    later = Q(id__gt=seen.id) | Q(procedure__published_at__gt=seen.at)
    return found.filter(later).order_by()[:MOST_COUNTED].count()


@require_safe
@anybody
def awards(request: ActorRequest) -> HttpResponse:
    """GET /market/awards/: awards of procedures here and elsewhere, the newest first."""
    asked = Asked.of(request.GET)
    wanted = replace(asked.wanted, only=None)
    found = lists.awards(wanted)
    page = _page(request, found, wanted)
    counted = lists.count(found)
    title = _awards_title(counted, narrowed=asked.is_narrowed)
    chips = [
        Chip(label=_("All"), url=_url(request, origin=""), on=not wanted.origin),
        Chip(label=_("Here"), url=_url(request, origin="own"), on=wanted.origin == "own"),
        Chip(label=_("Elsewhere"), url=_url(request, origin="outside"), on=wanted.origin == "outside"),
    ]
    context = _context(request, asked, wanted, page, title=title, kind="awards")
    context |= {
        "chips": chips,
        "facets": _facets(request, lists.facets(found, wanted), wanted) if _narrowing(request) else [],
    }
    return render(request, "awards/awards.html", context)


@require_safe
@anybody
def items(request: ActorRequest) -> HttpResponse:
    """GET /market/items/: what buyers ask and asked for, item by item, with what it was awarded for."""
    asked = Asked.of(request.GET)
    wanted = asked.wanted
    moment = now.now()
    found = lists.items(wanted, moment=moment)
    page = _page(request, found, wanted)
    counted = lists.count(found)
    labels = codes.labels({row.cpv for row in page.rows if row.cpv}, language=formats.language())  # type: ignore[union-attr]
    for row in page.rows:
        row.category = labels.get(row.cpv, "")  # type: ignore[union-attr]  # what the page reads
    chips = [
        Chip(label=_("All"), url=_url(request, only=""), on=wanted.only is None),
        Chip(label=_("Asked for now"), url=_url(request, only="open"), on=wanted.only is Only.OPEN),
        Chip(label=_("Awarded already"), url=_url(request, only="awarded"), on=wanted.only is Only.AWARDED),
    ]
    title = _items_title(counted, narrowed=asked.is_narrowed or wanted.only is not None)
    context = _context(request, asked, wanted, page, title=title, kind="items")
    context |= {
        "chips": chips,
        "facets": _facets(request, lists.facets(found, wanted), wanted) if _narrowing(request) else [],
    }
    return render(request, "awards/items.html", context)


@require_safe
@member_required
def export_awards(request: ActorRequest, form: str) -> HttpResponseBase:
    """The list as a file, whole and in its order; for people of companies, since it is much work."""
    kind = exports.form_of(form)
    wanted = replace(Asked.of(request.GET).wanted, only=None)
    columns: list[exports.Column[ListedAward]] = [
        exports.Column(head=_("Procedure"), value=lambda row: row.procedure.title),
        exports.Column(head=_("Reference"), value=lambda row: row.procedure.reference or row.procedure.source_id),
        exports.Column(head=_("Lot"), value=lambda row: row.lot_number),
        exports.Column(head=_("Title of the lot"), value=lambda row: row.title),
        exports.Column(head=_("Buyer"), value=lambda row: _buyer(row)),
        exports.Column(head=_("Winner"), value=lambda row: "; ".join(row.winner_names)),
        exports.Column(head=_("Amount"), value=lambda row: row.amount, kind="number"),
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("Awarded on"), value=lambda row: row.decided_on, kind="day"),
        exports.Column(head=_("Bids"), value=lambda row: row.bids_received, kind="count"),
        exports.Column(head=_("From elsewhere"), value=lambda row: not row.procedure.is_own, kind="bool"),
        exports.Column(head=_("Categories (CPV)"), value=lambda row: " ".join(row.procedure.cpv)),
        exports.Column(head=_("Address"), value=lambda row: _address(request, row)),
    ]
    rows = lists.whole_list(lists.awards(wanted), wanted)
    return exports.answer(name=str(_("Awards")), form=kind, columns=columns, rows=rows)


@require_safe
@member_required
def export_items(request: ActorRequest, form: str) -> HttpResponseBase:
    """The same of items."""
    kind = exports.form_of(form)
    wanted = Asked.of(request.GET).wanted
    columns: list[exports.Column[ListedItem]] = [
        exports.Column(head=_("Item"), value=lambda row: row.title),
        exports.Column(head=_("Category"), value=lambda row: row.cpv),
        exports.Column(head=_("Quantity"), value=lambda row: row.quantity, kind="number"),
        exports.Column(head=_("Unit"), value=lambda row: row.unit),
        exports.Column(head=_("Place"), value=lambda row: row.place),
        exports.Column(head=_("Procedure"), value=lambda row: row.procedure.title),
        exports.Column(head=_("Reference"), value=lambda row: row.procedure.reference or row.procedure.source_id),
        exports.Column(head=_("Lot"), value=lambda row: row.lot_number),
        exports.Column(head=_("Buyer"), value=lambda row: _buyer(row)),
        exports.Column(head=_("Published"), value=lambda row: row.listed_on, kind="day"),
        exports.Column(head=_("Deadline"), value=lambda row: row.closes_at, kind="moment"),
        exports.Column(head=_("Lot awarded for"), value=lambda row: row.amount, kind="number"),
        exports.Column(head=_("Items in the lot"), value=lambda row: row.items_in_lot, kind="count"),
        exports.Column(head=_("Unit price"), value=lambda row: row.unit_price, kind="number"),
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("Address"), value=lambda row: _address(request, row)),
    ]
    rows = lists.whole_list(lists.items(wanted, moment=now.now()), wanted)
    return exports.answer(name=str(_("Items")), form=kind, columns=columns, rows=rows)


def _page(request: HttpRequest, found: QuerySet[Row], wanted: Wanted) -> ListPage:
    """A page; a cursor that is none of ours starts from the beginning."""
    try:
        return lists.list_page(found, wanted, cursor=request.GET.get("cursor", ""))
    except CursorBroken:
        return lists.list_page(found, wanted)


def _context(
    request: ActorRequest, asked: Asked, wanted: Wanted, page: ListPage, *, title: str, kind: str
) -> dict[str, object]:
    export = {"awards": "awards:export_awards", "items": "awards:export_items"}[kind]
    return {
        "form": asked.form,
        "kind": kind,
        "title": title,
        "rows": page.rows,
        "kept": [(name, request.GET[name]) for name in _NARROWED if request.GET.get(name)],
        "narrowed": asked.is_narrowed or bool(wanted.only),
        "narrowing": _narrowing(request),
        "narrow_url": _url(request, narrow="" if _narrowing(request) else "1"),
        "removable": _removable(request, wanted),
        "orders": _orders(request, wanted, kind),
        "ranked": lists.RANKED if page.is_part else None,
        "by_value": wanted.counted_in if wanted.sorted_by is Order.VALUE else "",
        "next_url": _url(request, cursor=page.next) if page.next else "",
        "first_url": _url(request) if request.GET.get("cursor") else "",
        "files": [
            Chip(label=form.upper(), url=f"{reverse(export, args=[form])}{_url(request, narrow='')}")
            for form in (exports.FORMS if request.actor.company_id and page.rows else ())
        ],
    }


def _url(request: HttpRequest, **asked: str) -> str:
    return address(request, _KEPT, **asked)


def _narrowing(request: HttpRequest) -> bool:
    return bool(request.GET.get("narrow"))


def _shown(counted: Counted) -> str:
    return formats.number(counted.number)


def _awards_title(counted: Counted, *, narrowed: bool) -> str:
    if not counted.number:
        return _("No award fits") if narrowed else _("Nothing has been awarded yet")
    if counted.more:
        return (_("More than %(n)s awards fit") if narrowed else _("More than %(n)s awards")) % {"n": _shown(counted)}
    if narrowed:
        return ngettext("%(n)s award fits", "%(n)s awards fit", counted.number) % {"n": _shown(counted)}
    return ngettext("%(n)s award", "%(n)s awards", counted.number) % {"n": _shown(counted)}


def _items_title(counted: Counted, *, narrowed: bool) -> str:
    if not counted.number:
        return _("No item fits") if narrowed else _("Nothing has been asked for yet")
    if counted.more:
        return (_("More than %(n)s items fit") if narrowed else _("More than %(n)s items")) % {"n": _shown(counted)}
    if narrowed:
        return ngettext("%(n)s item fits", "%(n)s items fit", counted.number) % {"n": _shown(counted)}
    return ngettext("%(n)s item was asked for", "%(n)s items were asked for", counted.number) % {"n": _shown(counted)}


def _orders(request: HttpRequest, wanted: Wanted, kind: str) -> list[Chip]:
    """The orders that this list can stand in."""
    currency = wanted.currency or lists.DEFAULT_CURRENCY
    names = {
        Order.NEWEST: _("Newest"),
        Order.DEADLINE: _("Deadline"),
        Order.VALUE: _("Value in %(currency)s") % {"currency": currency},
        Order.RELEVANCE: _("Closest title"),
    }
    if kind == "awards" or wanted.only is not Only.OPEN:
        del names[Order.DEADLINE]
    if replace(wanted, order=Order.RELEVANCE).sorted_by is not Order.RELEVANCE:
        del names[Order.RELEVANCE]
    return [
        Chip(
            label=name,
            url=_url(request, order="" if one is Order.NEWEST else one.value),
            on=wanted.sorted_by is one,
        )
        for one, name in names.items()
    ]


def _facets(request: HttpRequest, found: lists.Facets, wanted: Wanted) -> list[Group]:
    """What the list could be narrowed to, the most frequent first."""
    currency = wanted.counted_in or lists.DEFAULT_CURRENCY

    def chip(label: str, number: int, **asked: str) -> Chip:
        shown = f"{formats.number(number)}+" if found.capped else formats.number(number)
        return Chip(label=label, url=_url(request, **asked), count=shown)

    def most(sign: str) -> list[tuple[str, int]]:
        some = [(term[1:], number) for term, number in found.by_term.items() if term[0] == sign]
        return sorted(some, key=lambda pair: (-pair[1], pair[0]))[: lists.MOST]

    divisions = [(f"{digits}000000", number) for digits, number in most("c")]
    labels = codes.labels([code for code, _number in (*divisions, *most("r"))], language=formats.language())
    names = companies.companies([UUID(key) for sign in "bs" for key, _number in most(sign)])

    def of_companies(sign: str, field: str) -> list[Chip]:
        return [chip(names[UUID(key)].name, number, **{field: key}) for key, number in most(sign) if UUID(key) in names]

    groups = [
        Group(title=_("Category"), chips=[chip(labels.get(code, code), n, cpv=code) for code, n in divisions]),
        Group(title=_("Country"), chips=[chip(labels.get(code, code), n, region=code) for code, n in most("r")]),
        Group(title=_("Buyer"), chips=of_companies("b", "buyer")),
        Group(title=_("Winner"), chips=of_companies("s", "winner")),
        Group(
            title=_("Value in %(currency)s") % {"currency": currency},
            chips=[
                chip(_band(low, high, currency), number, value_min=str(low or ""), value_max=str(high or ""))
                for (low, high), number in zip(lists.VALUE_BANDS, found.by_value, strict=True)
                if number
            ],
        ),
        Group(
            title=_("Year"),
            chips=[chip(str(year), n, since=f"{year}-01-01", until=f"{year}-12-31") for year, n in found.by_year],
        ),
        Group(
            title=_("Where it was published"),
            chips=[
                chip(str(label), found.by_term[f"o{key}"], origin=key)
                for key, label in ORIGINS
                if f"o{key}" in found.by_term
            ],
        ),
    ]
    return [group for group in groups if group.chips]


def _band(low: Decimal | int | None, high: Decimal | int | None, currency: str) -> str:
    if low is None and high is not None:
        return _("up to %(amount)s") % {"amount": formats.money(high, currency, cents=False)}
    if high is None and low is not None:
        return _("from %(amount)s") % {"amount": formats.money(low, currency, cents=False)}
    return _("%(low)s to %(high)s") % {
        "low": formats.money(low or 0, currency, cents=False),
        "high": formats.money(high or 0, currency, cents=False),
    }


def _days(since: date | None, until: date | None) -> str:
    if since is not None and until is not None:
        return formats.period(since, until)
    if since is not None:
        return _("from %(day)s") % {"day": formats.day(since, year=True)}
    return _("until %(day)s") % {"day": formats.day(until, year=True)} if until is not None else ""


def _removable(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    """What the list is narrowed to: a click takes it away."""
    labels = codes.labels([code for code in (wanted.cpv, wanted.region) if code], language=formats.language())
    names = companies.companies([one for one in (wanted.buyer, wanted.winner) if one])

    def chip(label: str, *asked: str) -> Chip:
        return Chip(label=label, url=_url(request, **dict.fromkeys(asked, "")), on=True)

    found = []
    if wanted.cpv:
        found.append(chip(labels[wanted.cpv], "cpv"))
    if wanted.region:
        found.append(chip(labels[wanted.region], "region"))
    if wanted.buyer:
        name = names[wanted.buyer].name if wanted.buyer in names else "–"
        found.append(chip(_("Buyer: %(name)s") % {"name": name}, "buyer"))
    if wanted.winner:
        name = names[wanted.winner].name if wanted.winner in names else "–"
        found.append(chip(_("Winner: %(name)s") % {"name": name}, "winner"))
    if wanted.value_min is not None or wanted.value_max is not None:
        found.append(chip(_band(wanted.value_min, wanted.value_max, wanted.counted_in), "value_min", "value_max"))
    if wanted.since or wanted.until:
        found.append(chip(_days(wanted.since, wanted.until), "since", "until"))
    if wanted.text:
        found.append(chip(_("“%(words)s”") % {"words": wanted.text}, "q"))
    return found


def _buyer(row: ListedAward | ListedItem) -> str:
    procedure = row.procedure
    return procedure.buyer_name or (procedure.buyer.name if procedure.buyer else "")


def _address(request: HttpRequest, row: ListedAward | ListedItem) -> str:
    return row.procedure.web_address or request.build_absolute_uri(reverse("roof:procedure", args=[row.procedure_id]))
