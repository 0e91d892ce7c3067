"""What everybody may open: a document, and the questions, asked and answered."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.errors import Refusal
from pazar.ground.files.pages import download
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.ground.ui.panels import Panel
from pazar.market.procedures import queries, showing
from pazar.market.procedures.commands import enquiries


@anybody
@require_GET
def document(request: ActorRequest, procedure_id: UUID, document_id: UUID) -> FileResponse:
    """A document's content, to be saved."""
    return download(queries.document_for(request.actor, procedure_id, document_id).file)


@member_required
@require_POST
def ask(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """Put a question to the buyer."""
    typed = request.POST.get("question", "")
    try:
        enquiries.ask(actor=request.actor, procedure_id=procedure_id, question=typed)
    except Refusal as refusal:
        return _again(request, procedure_id, refusal, typed)
    messages.success(request, _("Your question is with the buyer. The answer will stand here for everybody."))
    return redirect(reverse("roof:procedure", args=[procedure_id]) + "?tab=questions")


@member_required
@require_POST
def answer(request: ActorRequest, procedure_id: UUID, enquiry_id: UUID) -> HttpResponseBase:
    """Answer a question to all."""
    typed = request.POST.get("answer", "")
    queries.own_procedure(request.actor, procedure_id)
    try:
        enquiries.answer(actor=request.actor, enquiry_id=enquiry_id, answer=typed)
    except Refusal as refusal:
        return _again(request, procedure_id, refusal, typed, enquiry_id)
    messages.success(request, _("The answer stands here for everybody."))
    return redirect(reverse("roof:procedure", args=[procedure_id]) + f"?tab=questions#question-{enquiry_id}")


def _again(
    request: ActorRequest, procedure_id: UUID, refusal: Refusal, typed: str, enquiry_id: UUID | None = None
) -> HttpResponse:
    """The questions once more, with what was typed and why it wasn't taken."""
    if refusal.status in (403, 404):
        raise refusal
    procedure = queries.procedure_for(request.actor, procedure_id)
    context = showing.questions_context(request.actor, procedure, now.now())
    # What was refused may be past its time: what was typed is shown all the same.
    context |= {"refusal": refusal, "typed": typed, "faulty": enquiry_id, "may_ask": enquiry_id is None}
    panel = Panel(slot="tab", key="questions", template="procedures/_questions.html", context=context)
    return render(request, "procedures/questions.html", {"procedure": procedure, "panel": panel}, status=refusal.status)
