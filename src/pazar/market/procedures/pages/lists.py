"""Procedures for everybody, and a buyer's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pazar.ground import words
from pazar.ground.api import exports
from pazar.ground.codes import queries as codes
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import BIDDING, SELLING
from pazar.ground.searches.kinds import MOST_COUNTED, Seen
from pazar.ground.ui import formats, now
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.pages.forms import SearchForm
from pazar.market.procedures.queries import Order, Wanted
from pazar.market.procedures.rules.states import State

# What an address of the list keeps from one click to the next; the form sends its own three anew.
_NARROWED = ("all", "origin", "kind", "currency", "value_min", "value_max", "within", "order", "narrow")
_KEPT = ("q", "cpv", "region", "state", "waiting", *_NARROWED)
SAVED = ("q", "cpv", "region", *(name for name in _NARROWED if name != "narrow"))
"""What of an address is a search."""
MOST_CHIPS = 12


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter: its word, where it leads, whether it is on, how many it finds."""

    label: str
    url: str
    on: bool
    count: int | str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a list."""

    procedure: Procedure
    buyer: str
    kind: str
    status_kind: str
    status_word: str
    categories: str


@dataclass(frozen=True, kw_only=True)
class FacetGroup:
    """One thing that a list can be narrowed by, with its chips."""

    title: str
    chips: list[Chip]


@anybody
@require_safe
def procedures(request: ActorRequest) -> HttpResponse:
    """Open procedures with search, filters and orders, public.

    `?all=1` shows those that are over too, `?all=over` them alone; `?narrow=1` says what the list could be narrowed to.
    """
    form = SearchForm(request.GET)
    wanted = _wanted(request.GET, form)
    moment = now.now()
    page = queries.open_list(request.actor, wanted, moment=moment, after=request.GET.get("after", ""))
    counted = queries.counts(wanted, moment=moment)
    narrowing = bool(request.GET.get("narrow"))
    likely = queries.likely_words(wanted.text) if wanted.text and not page.rows else ""
    context = {
        "form": form,
        "rows": _rows(page.rows, moment),
        "title": _title(wanted, counted),
        "chips": _chips(request, wanted, counted),
        "removable": _removable(request, wanted),
        "orders": _orders(request, wanted),
        "kept": [(name, request.GET[name]) for name in _NARROWED if request.GET.get(name)],
        "narrow_url": _url(request, after="", narrow="" if narrowing else "1"),
        "narrowing": narrowing,
        "facets": _facets(request, wanted, moment) if narrowing else [],
        "ranked": queries.RANKED if page.is_part else None,
        "by_value": wanted.counted_in if wanted.sorted_by is Order.VALUE else "",
        "likely": likely,
        "likely_url": _url(request, after="", q=likely),
        "interest": _interest(wanted) if request.actor.has(BIDDING | SELLING) else "",
        "files": _files(request) if request.actor.company_id and page.rows else [],
        "next_url": _url(request, after=page.next) if page.next else "",
        "first_url": _url(request, after="") if request.GET.get("after") else "",
        "narrowed": _is_narrowed(wanted),
        "is_buyer": policies.is_buyer(request.actor),
        "only_open": wanted.only_open,
    }
    return render(request, "procedures/list.html", context)


@member_required
@require_safe
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """The list as a file, whole and in its order; for people of companies, since it is much work."""
    kind = exports.form_of(form)
    wanted = _wanted(request.GET, SearchForm(request.GET))
    language = labels.language()
    columns: list[exports.Column[Procedure]] = [
        exports.Column(head=_("Reference"), value=lambda row: row.reference or row.source_id),
        exports.Column(head=_("Title"), value=lambda row: row.title),
        exports.Column(head=_("Buyer"), value=lambda row: row.buyer_name or (row.buyer.name if row.buyer else "")),
        exports.Column(head=_("Status"), value=lambda row: str(labels.STATES[row.state])),
        exports.Column(head=_("From elsewhere"), value=lambda row: not row.is_own, kind="bool"),
        exports.Column(head=_("Kind of procedure"), value=lambda row: labels.kind(row.kind)),
        exports.Column(head=_("Published"), value=lambda row: row.published_at, kind="moment"),
        exports.Column(head=_("Deadline"), value=lambda row: row.closes_at, kind="moment"),
        exports.Column(head=_("Estimated value"), value=lambda row: row.estimate, kind="number"),  # type: ignore[attr-defined]
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("Categories (CPV)"), value=lambda row: " ".join(row.cpv)),
        exports.Column(
            head=_("First category"),
            value=lambda row: codes.labels(row.cpv[:1], language=language)[row.cpv[0]] if row.cpv else "",
        ),
        exports.Column(head=_("Regions (NUTS)"), value=lambda row: " ".join(row.regions)),
        exports.Column(head=_("Language"), value=lambda row: row.language),
        exports.Column(
            head=_("Address"),
            value=lambda row: row.web_address or request.build_absolute_uri(reverse("roof:procedure", args=[row.pk])),
        ),
    ]
    return exports.answer(
        name=str(_("Procedures")), form=kind, columns=columns, rows=queries.whole_list(wanted, moment=now.now())
    )


@member_required
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """The procedures that the actor's company buys by, the newest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in list(State) else ""
    only_waiting = request.GET.get("waiting") == "1"
    by_state = queries.mine_by_state(request.actor)
    waiting_in = queries.mine_waiting_count(request.actor)
    rows, following = queries.mine(request.actor, state=state, waiting=only_waiting, after=request.GET.get("after", ""))
    total = sum(by_state.values())
    waiting = sum(row.unanswered for row in rows)
    chips = [
        Chip(label=_("All"), url="?", on=not state and not only_waiting, count=total),
        Chip(
            label=_("With questions to answer"),
            url="?waiting=1",
            on=only_waiting,
            count=waiting_in,
        ),
    ]
    chips += [
        Chip(label=str(labels.STATUSES[key][1]), url=f"?state={key}", on=state == key, count=number)
        for key, number in sorted(by_state.items(), key=lambda pair: list(State).index(State(pair[0])))
    ]
    running = by_state.get(State.PUBLISHED, 0)
    if only_waiting and waiting_in:
        title = ngettext(
            "Questions wait in %(n)d procedure of yours", "Questions wait in %(n)d procedures of yours", waiting_in
        ) % {"n": waiting_in}
    elif only_waiting:
        title = _("No question waits for your answer")
    elif running:
        title = ngettext("%(n)d procedure of yours takes bids", "%(n)d procedures of yours take bids", running) % {
            "n": running
        }
    elif total:
        title = _("None of your procedures takes bids now")
    else:
        title = _("You haven't bought through the centre yet")
    context = {
        "title": title,
        "rows": [
            {
                "row": row,
                "kind": labels.kind(row.procedure.kind),
                "status": labels.STATUSES[row.procedure.state],
                "waiting": ngettext("%(n)d question waits", "%(n)d questions wait", row.unanswered)
                % {"n": row.unanswered}
                if row.unanswered
                else "",
            }
            for row in rows
        ],
        "waiting": waiting,
        "chips": chips,
        "next_url": _url(request, after=following) if following else "",
        "first_url": _url(request, after="") if request.GET.get("after") else "",
        "may_buy": policies.is_buyer(request.actor),
    }
    return render(request, "procedures/mine.html", context)


def _first(found: list[str] | None) -> str:
    return found[0] if found else ""


def _rows(found: Sequence[Procedure], moment: datetime) -> list[Row]:
    wanted = {code for procedure in found for code in procedure.cpv[:2]}
    names = codes.labels(wanted, language=labels.language())
    rows = []
    for procedure in found:
        kind, word = labels.STATUSES[procedure.state]
        if procedure.state == State.PUBLISHED and procedure.closes_at is not None and procedure.closes_at <= moment:
            kind, word = "done", _("Closed")
        rows.append(
            Row(
                procedure=procedure,
                buyer=procedure.buyer_name or (procedure.buyer.name if procedure.buyer else ""),
                kind=labels.kind(procedure.kind),
                status_kind=kind,
                status_word=str(word),
                categories="; ".join(names[code] for code in procedure.cpv[:2]),
            )
        )
    return rows


def new_since(query: QueryDict, seen: Seen) -> int:
    """How many of a saved search came since somebody looked: were published here, or brought in, after that."""
    found = queries.listed(_wanted(query, SearchForm(query)), moment=now.now())
    later = Q(procedure_id__gt=seen.id) | Q(published_at__gt=seen.at)
    return found.filter(later).order_by()[:MOST_COUNTED].count()


def _wanted(query: QueryDict, form: SearchForm) -> Wanted:
    form.is_valid()
    found = form.cleaned_data
    over = query.get("all", "")
    within = found.get("within")
    return Wanted(
        text=found.get("q") or "",
        cpv=_first(found.get("cpv")),
        region=_first(found.get("region")),
        only_open=not over,
        only_over=over == "over",
        origin=found.get("origin") or "",
        kind=found.get("kind") or "",
        currency=found.get("currency") or "",
        value_min=found.get("value_min"),
        value_max=found.get("value_max"),
        closes_within=timedelta(days=within) if within else None,
        order=Order(found["order"]) if found.get("order") else None,
    )


def _is_narrowed(wanted: Wanted) -> bool:
    return wanted != Wanted(only_open=wanted.only_open, only_over=wanted.only_over, order=wanted.order)


def _title(wanted: Wanted, counted: dict[str, int]) -> str:
    if wanted.only_over:
        return _("Procedures that are over and fit") if _is_narrowed(wanted) else _("Procedures that are over")
    open_now = counted[wanted.origin] if wanted.origin else counted["open"]
    if not wanted.only_open:
        of_all = ngettext("All procedures, of which %(n)s is open", "All procedures, of which %(n)s are open", open_now)
        fitting = ngettext(
            "All procedures that fit, of which %(n)s is open",
            "All procedures that fit, of which %(n)s are open",
            open_now,
        )
        return (fitting if _is_narrowed(wanted) else of_all) % {"n": formats.number(open_now)}
    if not open_now:
        return _("No procedure is open for this") if _is_narrowed(wanted) else _("Nothing is open")
    if _is_narrowed(wanted):
        return ngettext("%(n)d open procedure fits", "%(n)d open procedures fit", open_now) % {"n": open_now}
    return ngettext("%(n)d procedure is open", "%(n)d procedures are open", open_now) % {"n": open_now}


def _chips(request: HttpRequest, wanted: Wanted, counted: dict[str, int]) -> list[Chip]:
    now_all = "over" if wanted.only_over else "" if wanted.only_open else "1"

    def chip(label: str, count: int | None, **asked: str) -> Chip:
        on = now_all == asked["all"] and wanted.origin == asked["origin"]
        return Chip(label=label, url=_url(request, after="", **asked), on=on, count=count)

    return [
        chip(_("Open"), counted["open"], all="", origin=""),
        chip(_("Open here"), counted["own"], all="", origin="own"),
        chip(_("Open elsewhere"), counted["outside"], all="", origin="outside"),
        chip(_("Over"), None, all="over", origin=""),
        chip(_("All, with those that are over"), None, all="1", origin=""),
    ]


def _orders(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    """The orders that this list can stand in."""
    in_currency = wanted.currency or queries.DEFAULT_CURRENCY
    names = {
        Order.DEADLINE: _("Deadline"),
        Order.NEWEST: _("Newest"),
        Order.VALUE: _("Value in %(currency)s") % {"currency": in_currency},
        Order.RELEVANCE: _("Closest title"),
    }
    if not wanted.only_open:
        del names[Order.DEADLINE]
    if replace(wanted, order=Order.RELEVANCE).sorted_by is not Order.RELEVANCE:
        del names[Order.RELEVANCE]
    usual = replace(wanted, order=None).sorted_by
    return [
        Chip(
            label=name, url=_url(request, after="", order="" if one is usual else one.value), on=wanted.sorted_by is one
        )
        for one, name in names.items()
    ]


def _facets(request: HttpRequest, wanted: Wanted, moment: datetime) -> list[FacetGroup]:
    """What the list could be narrowed to, the most frequent first."""
    found = queries.facets(wanted, moment=moment)
    currency = wanted.counted_in or queries.DEFAULT_CURRENCY

    def chip(label: str, count: int, **asked: str) -> Chip:
        shown = f"{formats.number(count)}+" if found.capped else formats.number(count)
        return Chip(label=label, url=_url(request, after="", **asked), on=False, count=shown)

    def most(sign: str) -> list[tuple[str, int]]:
        some = [(term[1:], number) for term, number in found.by_term.items() if term[0] == sign]
        return sorted(some, key=lambda pair: (-pair[1], pair[0]))[:MOST_CHIPS]

    divisions = [(f"{digits}000000", number) for digits, number in most("c")]
    countries = most("r")
    names = codes.labels([code for code, _number in (*divisions, *countries)], language=labels.language())
    groups = [
        FacetGroup(
            title=_("Category"), chips=[chip(names.get(code, code), number, cpv=code) for code, number in divisions]
        ),
        FacetGroup(
            title=_("Country"), chips=[chip(names.get(code, code), number, region=code) for code, number in countries]
        ),
        FacetGroup(
            title=_("Kind of procedure"),
            chips=[chip(labels.kind(kind), number, kind=kind) for kind, number in most("k") if kind in labels.KINDS],
        ),
        FacetGroup(
            title=_("Value in %(currency)s") % {"currency": currency},
            chips=[
                chip(_band(low, high, currency), number, value_min=str(low or ""), value_max=str(high or ""))
                for (low, high), number in zip(queries.VALUE_BANDS, found.by_value, strict=True)
                if number
            ],
        ),
        FacetGroup(
            title=_("Deadline"),
            chips=[
                chip(_within(days), number, within=str(days))
                for days, number in zip(queries.DAYS_LEFT, found.by_days, strict=True)
                if number and wanted.only_open
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


def _within(days: int) -> str:
    return ngettext("within %(n)d day", "within %(n)d days", days) % {"n": days}


def _removable(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    """What the list is narrowed to: a click takes it away."""
    names = codes.labels([code for code in (wanted.cpv, wanted.region) if code], language=labels.language())

    def chip(label: str, *asked: str) -> Chip:
        return Chip(label=label, url=_url(request, after="", **dict.fromkeys(asked, "")), on=True)

    found = []
    if wanted.cpv:
        found.append(chip(names[wanted.cpv], "cpv"))
    if wanted.region:
        found.append(chip(names[wanted.region], "region"))
    if wanted.kind:
        found.append(chip(labels.kind(wanted.kind), "kind"))
    if wanted.value_min is not None or wanted.value_max is not None:
        found.append(chip(_band(wanted.value_min, wanted.value_max, wanted.counted_in), "value_min", "value_max"))
    if wanted.closes_within is not None:
        found.append(chip(_within(wanted.closes_within.days), "within"))
    if wanted.text:
        found.append(chip(_("“%(words)s”") % {"words": wanted.text}, "q"))
    return found


def _interest(wanted: Wanted) -> str:
    """The address of a new interest that asks for what the list is narrowed to; empty where that is nothing."""
    asked = {"words_any": ", ".join(words.lemmas(wanted.text)), "cpv": wanted.cpv, "regions": wanted.region}
    if not any(asked.values()):
        return ""
    if wanted.counted_in == queries.DEFAULT_CURRENCY:
        asked["value_min"] = str(wanted.value_min or "")
        asked["value_max"] = str(wanted.value_max or "")
    names = codes.labels([code for code in (wanted.cpv, wanted.region) if code], language=labels.language())
    asked["name"] = ", ".join([*([wanted.text] if wanted.text else []), *names.values()])[:120]
    return f"{reverse('matching:new_interest')}?{urlencode({name: text for name, text in asked.items() if text})}"


def _files(request: HttpRequest) -> list[Chip]:
    asked = _url(request, after="", narrow="")
    return [
        Chip(label=form.upper(), url=f"{reverse('procedures:export', args=[form])}{asked}", on=False)
        for form in exports.FORMS
    ]


def _url(request: HttpRequest, **asked: str) -> str:
    kept = {name: request.GET[name] for name in _KEPT if name in request.GET}
    return "?" + urlencode({name: value for name, value in {**kept, **asked}.items() if value})
