"""The operator's page of mails: what reached nobody, the addresses written to no more; and where reports come in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages import queries
from pazar.ground.messages.commands import bounces
from pazar.ground.messages.rules.reports import MOST_BYTES


@require_safe
@staff_required(StaffRole.OPERATOR)
def post(request: ActorRequest) -> HttpResponse:
    """GET /centre/mail/."""
    address = request.GET.get("address", "").replace("\x00", "")[:254]
    stuck, stuck_next = queries.undelivered(after=queries.place(request.GET.get("mails", "")))
    ended, ended_next = queries.suppressions(after=queries.place(request.GET.get("ended", "")), address=address)
    page = {
        "mails": queries.mail_counts(),
        "stuck": stuck,
        "stuck_next": stuck_next,
        "ended": ended,
        "ended_next": ended_next,
        "address": address,
        "bounces": queries.bounces(),
        "takes_reports": bool(settings.MAIL_REPORTS_SECRET),
        "bounces_to": settings.MAIL_BOUNCES,
    }
    return render(request, "messages/post.html", page)


@require_POST
@staff_required(StaffRole.OPERATOR)
def again(request: ActorRequest, mail_id: UUID) -> HttpResponse:
    """POST /centre/mail/<id>/again/."""
    bounces.send_again(actor=request.actor, mail_id=mail_id)
    flash.success(request, _("The mail goes out again within a second. If it keeps failing, it comes back here."))
    return redirect("messages:post")


@require_POST
@staff_required(StaffRole.OPERATOR)
def lift(request: ActorRequest, suppression_id: UUID) -> HttpResponse:
    """POST /centre/mail/addresses/<id>/lift/."""
    lifted = bounces.lift(actor=request.actor, suppression_id=suppression_id)
    flash.success(request, _("%(address)s gets mails again from now on.") % {"address": lifted.address})
    return redirect("messages:post")


# A mail server's hook has no cookies and no token of a page; the word in its header is the proof.
@csrf_exempt
@require_POST
def take_report(request: HttpRequest) -> HttpResponseBase:
    """POST /mail/reports/: one mail that came to the address for bounces, as it is (message/rfc822)."""
    shown = request.headers.get("Authorization", "").partition(" ")
    if not settings.MAIL_REPORTS_SECRET or not constant_time_compare(shown[2], settings.MAIL_REPORTS_SECRET):
        raise NotFound
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    taken = bounces.take_report(request.body)
    return JsonResponse({"reports": taken.reports, "unknown": taken.unknown, "ended": taken.ended})
