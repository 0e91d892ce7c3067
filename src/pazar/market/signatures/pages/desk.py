"""The desk: can we sign, our certificates, our rehearsals."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pazar.ground import clock
from pazar.ground.api.paging import keyset
from pazar.ground.errors import Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.signatures import policies, queries, showing
from pazar.market.signatures.commands import certificates
from pazar.market.signatures.models import Certificate

ROWS = 20


@never_cache
@require_safe
@member_required
def desk(request: ActorRequest) -> HttpResponse:
    """GET /market/signatures/."""
    return _desk(request)


def _desk(request: ActorRequest, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    company_id, person_id = policies.require_member(request.actor)
    moment = clock.db_now()
    ready = queries.readiness_of(company_id, moment=moment)
    found = keyset(queries.rehearsals(request.actor), ["-made_at", "-id"], request.GET.get("cursor", ""), ROWS)
    context = {
        "ready": ready,
        "ready_word": showing.READY[ready.state],
        "ready_kind": showing.KINDS[ready.state],
        "certificates": list(queries.certificates(request.actor)[:100]),
        "rehearsals": found.rows,
        "next_url": f"?cursor={found.cursor}" if found.cursor else "",
        "moment": moment,
        "me": person_id,
        "refusal": refusal,
    }
    return render(request, "signatures/desk.html", context, status=status)


@require_POST
@member_required
def enrol(request: ActorRequest) -> HttpResponse:
    """POST /market/signatures/certificates/: `file`, or `pasted`."""
    upload = request.FILES.get("file")
    if upload is not None and not isinstance(upload, list):
        raw = upload.read(certificates.MOST_BYTES + 1)
        source = Certificate.Source.UPLOADED
    else:
        raw, source = request.POST.get("pasted", "").encode(), Certificate.Source.PASTED
    try:
        made = certificates.enrol(actor=request.actor, raw=raw, source=source)
    except Refusal as refusal:
        return _desk(request, refusal, refusal.status)
    flash.success(
        request, said("Enrolled: %(subject)s. Rehearse once with it.") % {"subject": made.name or made.subject}
    )
    return redirect("signatures:desk")


@require_POST
@member_required
def remove(request: ActorRequest, certificate_id: UUID) -> HttpResponse:
    """POST /market/signatures/certificates/<id>/remove/."""
    certificates.remove(actor=request.actor, certificate=queries.certificate(request.actor, certificate_id))
    flash.success(request, said("The certificate is off the list."))
    return redirect("signatures:desk")
