"""One's own bid: the draft with its price grid, and the checklist beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pazar.ground import clock
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting
from pazar.ground.ui import formats
from pazar.market.bids import policies, queries, sentences
from pazar.market.bids.commands import drafts as commands
from pazar.market.bids.pages import forms
from pazar.market.procedures import labels
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules import versions
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def bid(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """The draft; a POST keeps it, by itself while it is typed or by the button."""
    if request.method != "POST":
        return _shown(request, bid_id)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    try:
        with acting(request.actor):
            asked = queries.asked(queries.own_bid(request.actor, bid_id).procedure)
            draft = forms.read_draft(request.POST, asked)
        saved = commands.save_draft(actor=request.actor, bid_id=bid_id, draft=draft)
    except Refusal as refusal:
        if by_itself:
            what, why, _remedy = refusal.sentences
            return JsonResponse({"reason": f"{what} {why}"}, status=refusal.status)
        raise
    if by_itself:
        told = {"saved_at": formats.clock(saved.saved_at, seconds=True)}
        if forms.has_faults(draft):
            told["note"] = _("What can't be read is marked at its field.")
        return JsonResponse(told)
    messages.success(request, _("The draft is saved."))
    return redirect("bids:bid", bid_id=bid_id)


@member_required
@require_GET
def rail(request: ActorRequest, bid_id: UUID) -> HttpResponse:
    """The checklist and the totals as they stand now: fetched after each saving."""
    return _private(render(request, "bids/_rail.html", {**_page(request, bid_id), "is_part": True}))


@member_required
@require_POST
def confirm(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """He has read what changed in the procedure."""
    try:
        version = int(request.POST.get("version", ""))
    except ValueError as error:
        raise NotFound from error
    commands.confirm_version(actor=request.actor, bid_id=bid_id, version=version)
    return redirect("bids:bid", bid_id=bid_id)


def _shown(request: ActorRequest, bid_id: UUID) -> HttpResponse:
    return _private(render(request, "bids/bid.html", _page(request, bid_id)))


def _page(request: ActorRequest, bid_id: UUID) -> dict[str, Any]:
    found = queries.own_bid(request.actor, bid_id)
    procedure = found.procedure
    lots = procedures.lots(procedure.pk)
    asked = queries.asked(procedure, lots)
    moment = clock.db_now()
    ready = queries.readiness_of(request.actor, found, asked, moment=moment)
    receipts = queries.receipts(request.actor, found)
    counting = next((one for one in receipts if one.counts), None)
    page: dict[str, Any] = {
        "bid": found,
        "procedure": procedure,
        "asked": asked,
        "ready": ready,
        "items": sentences.said_all(ready.items),
        "changes": _changes(found.confirmed_version, procedure),
        "reasons": _reasons(found.confirmed_version, procedure),
        "receipt": counting,
        "receipts": receipts,
        "box_is_behind": found.is_sealed and found.current and found.current.procedure_version != procedure.version,
        "is_changed_since": bool(
            counting and found.draft_saved_at is not None and found.draft_saved_at > counting.received_at
        ),
        "is_given_up": procedure.opened_at is None and procedure.state in (State.CANCELLED, State.FAILED),
        "is_running": asked.is_open and moment < asked.closes_at,
        "is_open": asked.is_open and moment < asked.closes_at and policies.is_bidder(request.actor),
        "may_see_prices": policies.may_see_prices(request.actor, found.company_id),
    }
    if page["may_see_prices"]:
        draft = queries.draft_of(request.actor, found)
        page |= {
            "lots": forms.lot_rows(draft, lots, currency=procedure.currency),
            "draft": draft,
            "valid_days_fault": forms.days_fault(draft.valid_days, least=1),
            "declarations": forms.declarations(draft),
            "opened": forms.opened_rows(queries.own_opened(found), lots),
        }
    return page


def _changes(confirmed: int, procedure: Any) -> list[labels.SaidChange]:
    """What changed between the version that the bid answers and the one in force."""
    if confirmed == procedure.version:
        return []
    by_number = {version.number: version for version in procedures.version_list(procedure.pk)}
    if confirmed not in by_number or procedure.version not in by_number:
        return []
    changes = versions.diff(by_number[confirmed].content, by_number[procedure.version].content)
    return [labels.said(change, currency=procedure.currency) for change in changes]


def _reasons(confirmed: int, procedure: Procedure) -> list[str]:
    """Why the buyer changed it, of each version since the one that the bid answers, the earliest first."""
    if confirmed == procedure.version:
        return []
    since = [version for version in procedures.version_list(procedure.pk) if version.number > confirmed]
    return [version.reason for version in reversed(since) if version.reason]


def _private(response: HttpResponse) -> HttpResponse:
    """A page that holds prices is kept by no browser and no proxy."""
    response["Cache-Control"] = "no-store"
    return response
