"""The protocol as PDF, for the buyer and for those who bid."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.awards import policies, protocol, queries
from pazar.market.procedures import queries as procedures


@require_safe
@member_required
def show(request: ActorRequest, procedure_id: UUID, language: str) -> HttpResponse:
    if language not in dict(settings.LANGUAGES):
        raise NotFound
    procedure = procedures.procedure_for(request.actor, procedure_id)
    awards = queries.awards_of(procedure.pk)
    if not awards or not policies.may_read_ranking(request.actor, procedure, awards):
        raise NotFound
    pdf = protocol.make(procedure, awards, language=language)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="protocol-{procedure.reference}-{language}.pdf"'
    return response
