"""The moderators' queue, one case, their head's page."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.api.paging import keyset, next_address
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.pages.guards import person_required, staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.ui import now
from pazar.market.companies import policies, queries
from pazar.market.companies.commands import deciding, reasons
from pazar.market.companies.rules.applying import State

SHOWN = 100


@never_cache
@require_safe
@person_required
def queue(request: ActorRequest) -> HttpResponse:
    """GET /centre/registrations/: the first due first."""
    policies.require_moderator(request.actor)
    _in_centre(request)
    moment = now.now()
    found = queries.queue(request.actor)
    page = {
        "rows": list(found[:SHOWN]),
        "count": found.count(),
        "asked": list(queries.asked(request.actor)[:SHOWN]),
        "decided": queries.just_decided(request.actor, moment),
    }
    return render(request, "companies/queue.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def case(request: ActorRequest, application_id: UUID) -> HttpResponse:
    """GET and POST /centre/registrations/<id>/: checks with their evidence; decide, and on to the next."""
    policies.require_moderator(request.actor)
    _in_centre(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            _decide(request, application_id)
        except NotFound:
            raise
        except Refusal as error:
            refusal = error
        else:
            # One that waits for a colleague's eyes is no longer one's own.
            mine = queries.queue(request.actor).exclude(refusal_by_id=request.actor.person_id)
            after = mine.first()
            return redirect("companies:case", after.pk) if after else redirect("companies:queue")
    application = queries.case(request.actor, application_id)
    page = {
        "application": application,
        "checks": queries.checks(application),
        "notes": list(application.notes.select_related("by").order_by("made_at")),
        "decisions": list(application.decisions.select_related("by").order_by("made_at")),
        "is_open": application.state in (State.WAITING, State.ASKED),
        "asking": reasons.ASK,
        "refusing": reasons.REFUSE,
        "refusal": refusal,
        "is_here": isinstance(refusal, deciding.CompanyIsHere),
        "typed": request.POST if refusal else {},
    }
    return render(request, "companies/case.html", page, status=refusal.status if refusal else 200)


def _in_centre(request: ActorRequest) -> None:
    # The code is the market's, the page the centre's: its entries stand in the hall.
    request.wing = "centre"  # type: ignore[attr-defined]


def _decide(request: ActorRequest, application_id: UUID) -> None:
    actor = request.actor
    reason, words = request.POST.get("reason", "")[:40], request.POST.get("words", "")
    match request.POST.get("act"):
        case "approve":
            deciding.approve(actor=actor, application_id=application_id)
            flash.success(request, said("Approved: the company is let in and its first person got a link."))
        case "ask":
            deciding.ask_more(actor=actor, application_id=application_id, reason=reason, words=words)
            flash.success(request, said("Asked: the case comes back with the applicant's answer."))
        case "refuse":
            if deciding.refuse(actor=actor, application_id=application_id, reason=reason, words=words):
                flash.success(request, said("Refused: the applicant was told why."))
            else:
                flash.success(request, said("Proposed: a colleague has to confirm the refusal."))
        case "confirm":
            deciding.confirm_refusal(actor=actor, application_id=application_id)
            flash.success(request, said("Refused: the applicant was told why."))
        case "owners":
            deciding.pass_on(actor=actor, application_id=application_id)
            flash.success(request, said("Passed on: the company's owners decide about the person."))
        case _:
            raise NotFound


@require_POST
@person_required
def undo(request: ActorRequest, decision_id: UUID) -> HttpResponse:
    """POST /centre/registrations/decisions/<id>/undo/."""
    application = deciding.undo(actor=request.actor, decision_id=decision_id)
    flash.success(request, said("Taken back: the case waits again, and the applicant was told."))
    return redirect("companies:case", application.pk)


@never_cache
@require_safe
@staff_required(StaffRole.HEAD_OF_MODERATORS)
def head(request: ActorRequest) -> HttpResponse:
    """GET /centre/registrations/head/: does the centre keep its working day, and who decides how much."""
    _in_centre(request)
    moment = now.now()
    waiting = queries.queue(request.actor)
    page = {
        "share": queries.share_in_time(moment),
        "waiting": waiting.count(),
        "overdue": waiting.filter(due_at__lt=moment).count(),
        "first": waiting.first(),
        "loads": queries.loads(moment),
        "ages": queries.ages(request.actor, moment),
    }
    return render(request, "companies/head.html", page)


@never_cache
@require_safe
@person_required
def sanctions(request: ActorRequest) -> HttpResponse:
    """GET /centre/sanctions/: which lists are loaded, and who on them is called alike."""
    policies.require_moderator(request.actor)
    _in_centre(request)
    asked = request.GET.get("name", "").replace("\x00", "")[:200].strip()
    number = request.GET.get("list", "")
    list_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
    found = keyset(queries.sanction_entries(list_id), ["name", "id"], request.GET.get("cursor", ""), SHOWN)
    page = {
        "lists": queries.sanction_lists(),
        "asked": asked,
        "alike": queries.sanctioned(asked) if asked else [],
        "rows": [] if asked else found.rows,
        "next_url": "" if asked else next_address(request, found.cursor) or "",
    }
    return render(request, "companies/sanctions.html", page)
