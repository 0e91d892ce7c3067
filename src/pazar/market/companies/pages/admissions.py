"""Who registered with the number of a company that is here: its owners decide."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.errors import NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import Role
from pazar.market.companies import policies
from pazar.market.companies.commands import deciding


@never_cache
@require_safe
@member_required
def admissions(request: ActorRequest) -> HttpResponse:
    """GET /settings/admissions/."""
    roles.require(request.actor, {Role.OWNER})
    rows = list(policies.asks_to_be_admitted(request.actor).order_by("-made_at")[:100])
    return render(request, "companies/admissions.html", {"rows": rows})


@require_POST
@member_required
def decide(request: ActorRequest, application_id: UUID) -> HttpResponse:
    """POST /settings/admissions/<id>/: admit or decline."""
    # Whose case it is comes before which role: a foreign one isn't there.
    if not policies.is_asked(request.actor, application_id):
        raise NotFound
    roles.require(request.actor, {Role.OWNER})
    if request.POST.get("act") == "admit":
        deciding.admit(actor=request.actor, application_id=application_id)
        flash.success(request, said("Admitted as a reader; the person got a mail."))
    else:
        deciding.decline(actor=request.actor, application_id=application_id)
        flash.success(request, said("Declined; the person got a mail."))
    return redirect("companies:admissions")
