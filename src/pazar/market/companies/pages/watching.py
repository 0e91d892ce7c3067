"""What the register says of a member, for its people; what changed anywhere, for the moderators."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.api.paging import keyset, next_address
from pazar.ground.identity import queries as people
from pazar.ground.identity.pages.guards import member_required, person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import Role
from pazar.market.companies import policies, queries, sentences
from pazar.market.companies.commands import watching
from pazar.market.companies.rules.watching import Field

PAGE = 50


@never_cache
@require_safe
@member_required
def register(request: ActorRequest) -> HttpResponse:
    """GET /settings/register/."""
    assert request.actor.company_id is not None
    company = people.company(request.actor.company_id)
    found = list(queries.own_changes(request.actor)[:PAGE])
    newest = next((one for one in found if one.field == Field.NAME), None)
    seen = queries.watch(company.pk)
    page = {
        "company": company,
        "watch": seen,
        "status": sentences.status(seen.status) if seen else "",
        "renaming": newest if newest and newest.confirmed_at is None else None,
        "may": request.actor.has({Role.OWNER}),
        "changes": [(one, sentences.change(one)) for one in found],
        "former": queries.former_names(company.pk),
    }
    return render(request, "companies/register.html", page)


@require_POST
@member_required
def confirm(request: ActorRequest, change_id: UUID) -> HttpResponse:
    """POST /settings/register/<id>/: the company is called so from now on."""
    company = watching.confirm_name(actor=request.actor, change_id=change_id)
    flash.success(request, said("Your company is called {name} now.").format(name=company.name))
    return redirect("companies:register")


@never_cache
@require_safe
@person_required
def changes(request: ActorRequest) -> HttpResponse:
    """GET /centre/register-changes/."""
    policies.require_moderator(request.actor)
    request.wing = "centre"  # type: ignore[attr-defined]
    page = keyset(queries.changes(request.actor), ["-found_at", "-id"], request.GET.get("cursor", ""), PAGE)
    rows = [(one, sentences.change(one)) for one in page.rows]
    return render(
        request, "companies/changes.html", {"rows": rows, "next_url": next_address(request, page.cursor) or ""}
    )
