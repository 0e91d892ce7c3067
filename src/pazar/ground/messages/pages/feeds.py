"""A person's secret addresses for feed readers and calendars."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.messages import feeds as known
from pazar.ground.messages.commands import feeds
from pazar.ground.messages.models import FeedAddress


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def listing(request: ActorRequest) -> HttpResponse:
    """GET and POST /messages/feeds/: what there is, with its address; POST makes one anew."""
    if request.method == "POST":
        feeds.make_address(actor=request.actor, feed=request.POST.get("feed", ""))
        flash.success(request, _("The address is made. Whoever knows it reads along, until you revoke it."))
        return redirect("messages:feeds")
    if request.actor.person_id is None or request.actor.company_id is None:
        raise NotFound
    own = FeedAddress.objects.filter(
        person_id=request.actor.person_id, company_id=request.actor.company_id, revoked_at=None
    )
    rows = {row.feed: row for row in own}
    page = {
        "feeds": [
            (feed, rows.get(feed.key), known.address(rows[feed.key]) if feed.key in rows else "")
            for feed in known.all_feeds()
        ]
    }
    return render(request, "messages/feeds.html", page)


@require_POST
@member_required
def revoke(request: ActorRequest, address_id: UUID) -> HttpResponse:
    """POST /messages/feeds/<id>/revoke/."""
    feeds.revoke_address(actor=request.actor, address_id=address_id)
    flash.success(request, _("Nothing is found at that address any more."))
    return redirect("messages:feeds")
