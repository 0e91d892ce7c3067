"""The opening: when it is, the holders' act, and the record that everybody who bid can check."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground import clock
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.bids import queries
from pazar.market.bids.commands import opening as commands
from pazar.market.bids.pages.submit import read_json, refused
from pazar.market.bids.refusals import EnvelopesRefused
from pazar.market.bids.rules.envelope import Breach, Reason
from pazar.market.procedures import queries as procedures


@member_required
@require_GET
def opening(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """The opening of one procedure as it stands now."""
    procedure = procedures.procedure_for(request.actor, procedure_id)
    view = queries.opening_view(request.actor, procedure, moment=clock.db_now())
    return render(request, "bids/opening.html", {"procedure": procedure, "opening": view})


@member_required
@require_POST
@dangerous
def open_bids(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """Open the box."""
    commands.open_box(actor=request.actor, procedure_id=procedure_id)
    messages.success(request, _("The bids are open. Everybody who bid sees this record."))
    return redirect("bids:opening", procedure_id=procedure_id)


@member_required
@require_POST
def ask_shares(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """The shares that the holder's browser is to release (JSON)."""
    try:
        asked = commands.ask_shares(actor=request.actor, procedure_id=procedure_id)
    except Refusal as refusal:
        return refused(refusal)
    answer = {
        "procedure": str(procedure_id),
        "requests": [
            {"envelope": str(one.envelope_id), "lot": one.lot, "kind": one.kind, "document": one.document.decode()}
            for one in asked
        ],
    }
    return JsonResponse(answer)


@member_required
@require_POST
def release_shares(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """What the holder's browser released (JSON): `shares` by envelope; an empty one couldn't be opened."""
    try:
        given = read_json(request.body).get("shares")
        if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
            raise EnvelopesRefused([Breach(Reason.FIELD, "shares")])
        try:
            shares = {UUID(name): document.encode() for name, document in given.items()}
        except ValueError as error:
            raise EnvelopesRefused([Breach(Reason.FIELD, "shares")]) from error
        handed = commands.release_shares(actor=request.actor, procedure_id=procedure_id, shares=shares)
    except Refusal as refusal:
        return refused(refusal)
    return JsonResponse({"taken": handed.taken, "again": handed.again})


@member_required
@require_GET
def record(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """The whole record as a document."""
    procedure = procedures.procedure_for(request.actor, procedure_id)
    answer = JsonResponse(
        queries.record(request.actor, procedure), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="{procedure.reference}-opening.json"'
    return answer


@member_required
@require_GET
def envelope(request: ActorRequest, procedure_id: UUID, envelope_id: UUID) -> HttpResponseBase:
    """An opened envelope as it was put in, for checking."""
    procedure = procedures.procedure_for(request.actor, procedure_id)
    found = queries.opened_envelope(request.actor, procedure, envelope_id)
    answer = HttpResponse(bytes(found.content), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{envelope_id}.envelope"'
    return answer
