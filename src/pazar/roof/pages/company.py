"""A company's public card: who it is and what it published, for everybody."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pazar.ground.api.paging import keyset, next_address
from pazar.ground.codes import countries
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.market.companies import queries as registers
from pazar.market.procedures import labels
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

PAGE = 20


@require_safe
@anybody
def company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    """GET /market/companies/<id>/: particulars and published procedures; nothing of its bids, people or desk."""
    row = companies.company(company_id)
    moment = now.now()
    published = procedures.of_buyer(row.pk)
    page = keyset(published, ["-published_at", "-id"], request.GET.get("cursor", ""), PAGE)
    lines = []
    for procedure in page.rows:
        kind, word = labels.STATUSES[procedure.state]
        is_open = procedure.state == State.PUBLISHED and (procedure.closes_at is None or procedure.closes_at > moment)
        lines.append({"procedure": procedure, "is_open": is_open, "kind": kind, "word": word})
    context = {
        "company": row,
        "former": registers.former_names(row.pk),
        "is_member": row.standing == Company.Standing.MEMBER,
        "country": countries.label(row.country, language=get_language() or "en") if row.country else "",
        "count": published.count(),
        "open_count": published.filter(state=State.PUBLISHED, closes_at__gt=moment).count(),
        "rows": lines,
        "next_url": next_address(request, page.cursor) or "",
    }
    return render(request, "roof/company.html", context)
