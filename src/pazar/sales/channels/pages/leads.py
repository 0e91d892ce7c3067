"""One lead: who works on it and why, and what may become of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.sales.channels import commands, policies, queries, sentences
from pazar.sales.channels.models import Lead
from pazar.sales.customers.queries import managers


@require_GET
@member_required
def lead(request: ActorRequest, lead_id: UUID) -> HttpResponse:
    policies.require_desk(request.actor)
    row = queries.lead(request.actor, lead_id)
    leads = policies.leads_desk(request.actor)
    context: dict[str, Any] = {
        "lead": row,
        "why": sentences.given(row),
        "fits": sentences.fits([row.opportunity])[row.opportunity.pk] if row.opportunity else None,
        "is_open": row.state == Lead.State.OPEN,
        "mine": policies.may_work(request.actor, row.manager_id),
        "people": managers(request.actor) if leads else [],
        "may_take": row.manager_id is None,
    }
    return render(request, "channels/lead.html", context)


@require_POST
@member_required
def give(request: ActorRequest, lead_id: UUID) -> HttpResponseBase:
    try:
        manager_id = UUID(request.POST.get("manager", ""))
    except ValueError:
        raise NotFound from None
    row = commands.give_lead(actor=request.actor, lead_id=lead_id, manager_id=manager_id)
    messages.success(request, _("The lead was given."))
    return redirect("channels:lead", row.pk)


@require_POST
@member_required
def drop(request: ActorRequest, lead_id: UUID) -> HttpResponseBase:
    commands.drop_lead(actor=request.actor, lead_id=lead_id, reason=request.POST.get("reason", "")[:500])
    messages.success(request, _("The lead was dropped."))
    return redirect("channels:inbox")
