"""A company's bids, and beginning one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.bids import queries
from pazar.market.bids.commands import drafts
from pazar.market.bids.models import Bid
from pazar.market.bids.rules import endings
from pazar.market.bids.rules.endings import Ending
from pazar.market.procedures.rules.states import State


@member_required
@require_GET
def mine(request: ActorRequest) -> HttpResponseBase:
    """The bids of my company, the newest first."""
    before = request.GET.get("before", "")
    try:
        after = UUID(before) if before else None
    except ValueError as error:
        raise NotFound from error
    found = queries.my_bids(request.actor, before=after, limit=queries.PAGE + 1)
    rows = found[: queries.PAGE]
    following = f"?before={rows[-1].pk}" if len(found) > queries.PAGE else ""
    ended = endings.of([bid.pk for bid in rows if bid.is_sealed])
    moment = clock.db_now()
    lines = [_line(bid, ended.get(bid.pk), moment) for bid in rows]
    return render(request, "bids/mine.html", {"rows": lines, "next": following, "is_first": after is None})


def _line(bid: Bid, ending: Ending | None, moment: datetime) -> dict[str, Any]:
    procedure = bid.procedure
    is_running = procedure.state == State.PUBLISHED and bool(procedure.closes_at and moment < procedure.closes_at)
    return {"bid": bid, "status": _status(bid, ending, is_running=is_running), "is_running": is_running}


def _status(bid: Bid, ending: Ending | None, *, is_running: bool) -> tuple[str, str]:
    """The kind of `<c-status>` and its word: how far a bid is, and how it ended."""
    if bid.is_withdrawn:
        return "done", _("Withdrawn")
    state = bid.procedure.state
    if state == State.CANCELLED:
        return "bad", _("The buyer gave the procedure up")
    if not bid.is_sealed:
        return ("draft", _("Draft")) if is_running else ("done", _("Not submitted"))
    if ending is not None and ending.won == ending.lots:
        return "open", _("Won")
    if ending is not None and ending.won:
        return "open", _("Won %(won)s of %(lots)s lots") % {"won": ending.won, "lots": ending.lots}
    if ending is not None and state == State.AWARDED:
        return "done", _("Not won")
    if state == State.FAILED:
        return "done", _("Ended without an award")
    if state == State.OPENED:
        return "done", _("Opened, being evaluated")
    if is_running and bid.current is not None and bid.current.procedure_version < bid.procedure.version:
        return "soon", _("In the box for an earlier version: seal it again")
    return "open", _("In the box")


@member_required
@require_POST
def begin(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """Begin a bid, or go on with the one that was begun."""
    bid = drafts.open_draft(actor=request.actor, procedure_id=procedure_id)
    return redirect(reverse("bids:bid", args=[bid.pk]))
