"""A company's bids, and beginning one."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.bids import queries
from pazar.market.bids.commands import drafts


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
    return render(request, "bids/mine.html", {"rows": rows, "next": following, "is_first": after is None})


@member_required
@require_POST
def begin(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """Begin a bid, or go on with the one that was begun."""
    bid = drafts.open_draft(actor=request.actor, procedure_id=procedure_id)
    return redirect(reverse("bids:bid", args=[bid.pk]))
