"""A procedure's page: the panels of every domain that has something to say about it, in order."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.ground.ui.panels import Panel
from pazar.market.awards import panels as awards
from pazar.market.bids import panels as bids
from pazar.market.matching import panels as matching
from pazar.market.procedures import panels as procedures
from pazar.market.procedures import queries

# Each names its panels for this actor and moment; within a slot they stand by their own order.
SOURCES = (procedures.panels, matching.panels, bids.panels, awards.panels)

# Tabs that one stage or role has and another hasn't, each with what stands in its place. Whoever kept the address of
# one, or was sent it by a colleague, is led to that; where it isn't there either, to the page.
PASSING = {
    "comparison": "award",
    "award": "comparison",
    "opening": "award",
    "documents": "",
    "questions": "",
    "versions": "",
    "published-awards": "award",
}


@require_safe
@anybody
def procedure(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """Public once published; a draft is its buyer's alone. `?tab=` names the tab in view."""
    actor = request.actor
    try:
        thing, read_at = queries.procedure_now(actor, procedure_id)
    except NotFound:
        if joined := queries.joined_into(procedure_id):
            return redirect("roof:procedure", joined)
        raise
    moment = now.keep(read_at)
    found: list[Panel] = []
    for source in SOURCES:
        found += source(actor=actor, procedure=thing, moment=moment)
    found.sort(key=lambda panel: panel.order)
    tabs = [panel for panel in found if panel.slot == "tab"]
    asked = request.GET.get("tab", "")
    there = {tab.key for tab in tabs}
    if asked and asked not in there:
        if asked not in PASSING:
            raise NotFound
        now_at = PASSING[asked]
        return redirect(request.path + (f"?tab={now_at}" if now_at in there else ""))
    current = next((tab for tab in tabs if tab.key == asked), tabs[0] if tabs else None)
    return render(
        request,
        "roof/procedure.html",
        {
            "procedure": thing,
            "moment": moment,
            "head": procedures.head(actor=actor, procedure=thing, moment=moment),
            "tabs": tabs,
            "current": current,
            "rail": [panel for panel in found if panel.slot == "rail"],
            "acts": [panel for panel in found if panel.slot == "act"],
        },
    )
