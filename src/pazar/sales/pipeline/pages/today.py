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


@require_GET
@member_required
def today(request: ActorRequest) -> HttpResponse:
    """A manager's own; with `?whose=desk`, and at first for who leads the desk, everybody's."""
    policies.require_desk(request.actor)
    moment = now.now()
    whose = request.GET.get("whose", "")
    mine = whose == "mine" or (whose != "desk" and not policies.leads_desk(request.actor))
    found = queries.today(request.actor, moment=moment, mine=mine)
    counted = hall.counts(request)
    waiting = counted.inbox if counted is not None else 0
    needing = waiting + found.without_step_count + len(found.due)
    context: dict[str, Any] = {
        "title": ngettext("%(n)s thing needs you", "%(n)s things need you", needing) % {"n": needing}
        if needing
        else _("Nothing needs you now"),
        "today": found,
        "waiting": waiting,
        "waiting_said": ngettext(
            "%(n)s opportunity waits in the inbox", "%(n)s opportunities wait in the inbox", waiting
        )
        % {"n": waiting},
        "mine": mine,
        "desk": not mine,
        "nothing": not needing and not found.closing,
    }
    return render(request, "pipeline/today.html", context)
