"""A customer's card: who found him, who works with him, what was done, what may be sold."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pazar.ground.api.paging import next_address
from pazar.ground.codes import countries
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import formats
from pazar.sales.customers import queries as customers
from pazar.sales.customers import timeline
from pazar.sales.pipeline import policies, queries, sentences

DEALS = 20


@require_GET
@member_required
def account(request: ActorRequest, account_id: UUID) -> HttpResponse:
    policies.require_desk(request.actor)
    row = customers.account(request.actor, account_id)
    line = customers.time_line(row, cursor=request.GET.get("cursor", ""))
    found = customers.first_touch(row)
    deals = list(queries.of_account(request.actor, row)[: DEALS + 1])
    context: dict[str, Any] = {
        "account": row,
        "country": countries.label(row.country, language=formats.language()) if row.country else "",
        "found": found,
        "found_said": timeline.said(found.kind, found.facts) if found else "",
        "line": line.rows,
        "next_url": next_address(request, line.cursor),
        "deals": [{"row": deal, "stage": sentences.stage(deal.stage)} for deal in deals[:DEALS]],
        "more_deals": len(deals) > DEALS,
    }
    return render(request, "pipeline/account.html", context)
