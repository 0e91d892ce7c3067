"""Procedures for everybody, and a buyer's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pazar.ground.codes import queries as codes
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.pages.forms import SearchForm
from pazar.market.procedures.queries import Wanted
from pazar.market.procedures.rules.states import State


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter: its word, where it leads, whether it is on, how many it finds."""

    label: str
    url: str
    on: bool
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a list."""

    procedure: Procedure
    buyer: str
    kind: str
    status_kind: str
    status_word: str
    categories: str


@anybody
@require_safe
def procedures(request: ActorRequest) -> HttpResponse:
    """Open procedures with search and filters, public; `?all=1` shows those that are over too."""
    form = SearchForm(request.GET)
    form.is_valid()
    found = form.cleaned_data
    wanted = Wanted(
        text=found.get("q") or "",
        cpv=_first(found.get("cpv")),
        region=_first(found.get("region")),
        only_open=not request.GET.get("all"),
        origin=request.GET.get("origin", "") if request.GET.get("origin") in Procedure.Origin.values else "",
    )
    moment = now.now()
    page = queries.open_list(request.actor, wanted, moment=moment, after=request.GET.get("after", ""))
    counted = queries.counts(wanted, moment=moment)
    context = {
        "form": form,
        "rows": _rows(page.rows, moment),
        "title": _title(wanted, counted),
        "chips": _chips(request, wanted, counted),
        "removable": _removable(request, wanted),
        "next_url": _url(request, after=page.next) if page.next else "",
        "first_url": _url(request, after="") if request.GET.get("after") else "",
        "narrowed": bool(wanted.text or wanted.cpv or wanted.region or wanted.origin),
        "is_buyer": policies.is_buyer(request.actor),
        "only_open": wanted.only_open,
    }
    return render(request, "procedures/list.html", context)


@member_required
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """The procedures that the actor's company buys by, the newest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in list(State) else ""
    by_state = queries.mine_by_state(request.actor)
    rows, following = queries.mine(request.actor, state=state, after=request.GET.get("after", ""))
    total = sum(by_state.values())
    waiting = sum(row.unanswered for row in rows)
    chips = [Chip(label=_("All"), url="?", on=not state, count=total)]
    chips += [
        Chip(label=str(labels.STATUSES[key][1]), url=f"?state={key}", on=state == key, count=number)
        for key, number in sorted(by_state.items(), key=lambda pair: list(State).index(State(pair[0])))
    ]
    running = by_state.get(State.PUBLISHED, 0)
    if running:
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


def _title(wanted: Wanted, counted: dict[str, int]) -> str:
    open_now = counted[wanted.origin] if wanted.origin else counted["open"]
    if not open_now:
        return (
            _("No procedure is open for this") if wanted.text or wanted.cpv or wanted.region else _("Nothing is open")
        )
    if wanted.text or wanted.cpv or wanted.region or wanted.origin:
        return ngettext("%(n)d open procedure fits", "%(n)d open procedures fit", open_now) % {"n": open_now}
    return ngettext("%(n)d procedure is open", "%(n)d procedures are open", open_now) % {"n": open_now}


def _chips(request: HttpRequest, wanted: Wanted, counted: dict[str, int]) -> list[Chip]:
    def chip(label: str, count: int | None, **asked: str) -> Chip:
        on = wanted.only_open == (not asked["all"]) and wanted.origin == asked["origin"]
        return Chip(label=label, url=_url(request, after="", **asked), on=on, count=count)

    return [
        chip(_("Open"), counted["open"], all="", origin=""),
        chip(_("Open here"), counted["own"], all="", origin="own"),
        chip(_("Open elsewhere"), counted["outside"], all="", origin="outside"),
        chip(_("All, with those that are over"), None, all="1", origin=""),
    ]


def _removable(request: HttpRequest, wanted: Wanted) -> list[Chip]:
    """What the list is narrowed to: a click takes it away."""
    names = codes.labels([code for code in (wanted.cpv, wanted.region) if code], language=labels.language())
    found = []
    if wanted.cpv:
        found.append(Chip(label=names[wanted.cpv], url=_url(request, after="", cpv=""), on=True))
    if wanted.region:
        found.append(Chip(label=names[wanted.region], url=_url(request, after="", region=""), on=True))
    if wanted.text:
        found.append(Chip(label=f"„{wanted.text}“", url=_url(request, after="", q=""), on=True))
    return found


def _url(request: HttpRequest, **asked: str) -> str:
    kept = {name: request.GET[name] for name in ("q", "cpv", "region", "all", "origin", "state") if name in request.GET}
    return "?" + urlencode({name: value for name, value in {**kept, **asked}.items() if value})
