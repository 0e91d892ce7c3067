"""Set a bid aside, take it back, award: posts from the comparison."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.awards import policies, queries
from pazar.market.awards.commands import award, exclude
from pazar.market.awards.models import Award
from pazar.market.awards.refusals import ComparisonChanged
from pazar.market.procedures import queries as procedures


def _comparison_path(procedure_id: UUID) -> str:
    return f"{reverse('roof:procedure', args=[procedure_id])}?tab=comparison"


def _uuid(request: ActorRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise NotFound from None


def _tell(request: ActorRequest, refusal: Refusal) -> None:
    messages.error(request, " ".join(str(said) for said in refusal.fields.values() or refusal.sentences if said))


@require_POST
@member_required
def set_aside(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    try:
        exclude.set_aside(
            actor=request.actor,
            procedure_id=procedure_id,
            lot_id=_uuid(request, "lot"),
            bid_id=_uuid(request, "bid"),
            reason=request.POST.get("reason", ""),
        )
    except Invalid as refusal:
        _tell(request, refusal)
    return redirect(_comparison_path(procedure_id))


@require_POST
@member_required
def take_back(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    exclude.take_back(
        actor=request.actor, procedure_id=procedure_id, lot_id=_uuid(request, "lot"), bid_id=_uuid(request, "bid")
    )
    return redirect(_comparison_path(procedure_id))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@dangerous
def decide(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """What the award would be, in words; then the award itself."""
    if request.method == "POST":
        try:
            awards = award.award_procedure(
                actor=request.actor,
                procedure_id=procedure_id,
                seen=request.POST.get("seen", ""),
                reason=request.POST.get("reason", ""),
            )
        except (ComparisonChanged, Invalid) as refusal:
            _tell(request, refusal)
            return redirect("awards:decide", procedure_id)
        messages.success(request, _said(awards))
        return redirect(f"{reverse('roof:procedure', args=[procedure_id])}?tab=award")
    procedure = procedures.procedure_for(request.actor, procedure_id)
    policies.require_buyer(request.actor, procedure)
    policies.require_undecided(procedure)
    comparison = queries.comparison(procedure)
    return render(
        request,
        "awards/decide.html",
        {
            "procedure": procedure,
            "comparison": comparison,
            "seen": award.fingerprint(comparison),
            "awarded": any(lot.ranking.winner for lot in comparison.lots),
        },
    )


def _said(awards: list[Award]) -> str:
    """What was done, and who hears of it."""
    if any(one.bid_id for one in awards):
        return _("Awarded. Everybody who bid is being told.")
    if any(queries.bids_count(one) for one in awards):
        return _("The procedure ended without an award. Everybody who bid is being told.")
    return _("The procedure ended without an award. Nobody bid, so there is nobody to tell.")
