"""What needs somebody of the desk now."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.sales.pipeline import hall, policies, queries

ONLY = ("due", "closing", "stepless")
FEW, MOST = 10, 200
"""How many rows of a group stand here; and where one group is asked for."""


@require_GET
@member_required
def today(request: ActorRequest) -> HttpResponse:
    """A manager's own; with `?whose=desk`, and at first for who leads the desk, everybody's."""
    policies.require_desk(request.actor)
    moment = now.now()
    whose = request.GET.get("whose", "")
    mine = whose == "mine" or (whose != "desk" and not policies.leads_desk(request.actor))
    only = request.GET.get("show", "")
    only = only if only in ONLY else ""
    found = queries.today(request.actor, moment=moment, mine=mine, shown=MOST if only else FEW)
    counted = hall.counts(request)
    waiting = counted.inbox if counted is not None else 0
    needing = waiting + found.without_step_count + found.due_count
    context: dict[str, Any] = {
        "title": ngettext("%(n)s thing needs you in Sales", "%(n)s things need you in Sales", needing) % {"n": needing}
        if needing
        else _("Nothing needs you in Sales now"),
        "today": found,
        "waiting": waiting,
        "only": only,
        "whose": "mine" if mine else "desk",
        "mine": mine,
        "desk": not mine,
        "nothing": not needing and not found.closing,
    }
    return render(request, "pipeline/today.html", context)
