"""The panel that moves the demo's clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pazar.ground import clock
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import formats
from pazar.roof.demo import queries
from pazar.roof.demo.commands.clock import ClockOnlyForward, Moved, move_clock
from pazar.roof.demo.pages.guard import in_demo

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
JUST_AFTER = timedelta(seconds=1)
FURTHEST = timedelta(days=366)


@require_GET
@never_cache
@in_demo
def clock_panel(request: ActorRequest) -> HttpResponse:
    """GET /demo/clock/: the time now, and what it will bring."""
    return _panel(request)


def _panel(
    request: ActorRequest, *, refusal: Refusal | None = None, typed: str = "", status: int = 200
) -> HttpResponse:
    moment = clock.db_now()
    zone = ZoneInfo(settings.CENTRE_ZONE)
    closings = request.GET.get("show") == "closings"
    coming = queries.coming(cursor=request.GET.get("after", ""), closings=closings)
    narrowed = "show=closings&" if closings else ""
    context = {
        "now": moment,
        "coming": coming,
        "closings": closings,
        "not_closings": not closings,
        "next": f"?{narrowed}after={coming.cursor}" if coming.cursor else "",
        "refusal": refusal,
        "typed": typed or f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}",
        "zone": formats.zone_city(zone),
    }
    return render(request, "demo/clock.html", context, status=status)


@require_POST
@in_demo
def move(request: ActorRequest) -> HttpResponse:
    """POST /demo/clock/move/: `by` a step, `after` a moment, or `to` a time of the centre's zone.

    What becomes due on the way is done, in order, before this answers.
    """
    typed = request.POST.get("to", "")
    try:
        moved = move_clock(actor=request.actor, to=_wanted(request, typed))
    except (ClockOnlyForward, Invalid) as refusal:
        return _panel(request, refusal=refusal, typed=typed, status=refusal.status)
    messages.success(request, _told(moved))
    return HttpResponseRedirect(reverse("demo:clock"))


def _wanted(request: ActorRequest, typed: str) -> datetime:
    moment = clock.db_now()
    if step := STEPS.get(request.POST.get("by", "")):
        return moment + step
    try:
        if after := request.POST.get("after", ""):
            wanted = datetime.fromisoformat(after) + JUST_AFTER
        else:
            wanted = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(settings.CENTRE_ZONE))
        too_far = wanted > moment + FURTHEST
    except (ValueError, TypeError, OverflowError):
        raise Invalid(fields={"to": _("Say a day and a time.")}) from None
    if too_far:
        raise Invalid(fields={"to": _("A year at once is the most.")})
    return wanted


def _told(moved: Moved) -> str:
    at = formats.moment(moved.moment)
    if not moved.acts:
        return _("The clock stands at %(moment)s. Nothing became due on the way.") % {"moment": at}
    return ngettext(
        "The clock stands at %(moment)s. %(acts)s thing became due on the way and was done.",
        "The clock stands at %(moment)s. %(acts)s things became due on the way and were done, in their order.",
        moved.acts,
    ) % {"moment": at, "acts": moved.acts}
