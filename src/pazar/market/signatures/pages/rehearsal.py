"""The rehearsal: a fresh text, three ways to sign it, the verdicts."""

import base64
import binascii
import json
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from csp.decorators import csp_update
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pazar.ground import clock
from pazar.ground.documents.typeset import typeset
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.signatures import queries, showing
from pazar.market.signatures.commands import rehearse
from pazar.market.signatures.models import Challenge, Rehearsal
from pazar.market.signatures.rules import stored

_TEMPLATE = Path(__file__).resolve().parents[1] / "challenge.typ"
_AGENTS = ["http://127.0.0.1:*", "http://localhost:*"]


@require_POST
@member_required
def begin(request: ActorRequest) -> HttpResponse:
    """POST /market/signatures/rehearse/: a fresh text."""
    return redirect("signatures:challenge", challenge_id=rehearse.begin(actor=request.actor).pk)


@csp_update({"connect-src": _AGENTS})  # type: ignore[arg-type]  # typed for views without arguments
@never_cache
@require_safe
@member_required
def challenge(request: ActorRequest, challenge_id: UUID) -> HttpResponse:
    """GET /market/signatures/rehearse/<id>/: the text and the three ways."""
    found = queries.challenge(request.actor, challenge_id)
    if found.used_at is not None:
        return redirect("signatures:rehearsal", rehearsal_id=found.rehearsal.pk)
    return _challenge(request, found)


def _challenge(request: ActorRequest, found: Challenge, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "challenge": found,
        # A page's text loses its line ends on the way into the browser; what is signed is these bytes.
        "content": base64.b64encode(found.text.encode()).decode(),
        "is_over": clock.db_now() >= found.expires_at,
        "refusal": refusal,
    }
    return render(request, "signatures/challenge.html", context, status=refusal.status if refusal else 200)


@never_cache
@require_safe
@member_required
def text(request: ActorRequest, challenge_id: UUID, form: str) -> HttpResponse:
    """GET …/text.txt, …/text.pdf: the text to be signed outside."""
    found = queries.challenge(request.actor, challenge_id)
    body, kind = (_pdf(found), "application/pdf") if form == "pdf" else (found.text.encode(), "text/plain")
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="pazar-rehearsal-{str(found.pk)[-6:]}.{form}"'
    return response


@require_POST
@member_required
def hand_in(request: ActorRequest, challenge_id: UUID) -> HttpResponseBase:
    """POST …/hand-in/: a form with `file`, or JSON from a script of ours: `signature` in base64, `way`."""
    if request.content_type == "application/json":
        return _from_script(request, challenge_id)
    upload = request.FILES.get("file")
    raw = b"" if upload is None or isinstance(upload, list) else upload.read(rehearse.MOST_BYTES + 1)
    found = queries.challenge(request.actor, challenge_id)
    try:
        made = rehearse.hand_in(
            actor=request.actor,
            challenge_id=challenge_id,
            signature=raw,
            way=Rehearsal.Way.UPLOAD,
            pdf=_pdf(found) if b"%PDF-" in raw[:1024] else b"",
        )
    except Refusal as refusal:
        return _challenge(request, found, refusal)
    return redirect("signatures:rehearsal", rehearsal_id=made.pk)


def _from_script(request: ActorRequest, challenge_id: UUID) -> HttpResponseBase:
    try:
        try:
            given = json.loads(request.body)
            way = Rehearsal.Way(given["way"])
            signature = base64.b64decode(given["signature"], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as error:
            raise Invalid from error
        made = rehearse.hand_in(actor=request.actor, challenge_id=challenge_id, signature=signature, way=way)
    except Refusal as refusal:
        what, why, remedy = refusal.sentences
        answer = {"code": refusal.code, "what": what, "why": why, "remedy": remedy, "breaches": []}
        return JsonResponse(answer, status=refusal.status)
    return JsonResponse({"url": reverse("signatures:rehearsal", args=[made.pk])}, status=201)


@never_cache
@require_safe
@member_required
def rehearsal(request: ActorRequest, rehearsal_id: UUID) -> HttpResponse:
    """GET /market/signatures/rehearsals/<id>/: every verdict, and the certificate of readiness."""
    found = queries.rehearsal(request.actor, rehearsal_id)
    context = {"rehearsal": found, "shown": showing.of(stored.from_json(found.report))}
    return render(request, "signatures/rehearsal.html", context)


def _pdf(found: Challenge) -> bytes:
    return _typeset(found.text, found.made_at.year, found.made_at.month, found.made_at.day)


@lru_cache(maxsize=64)
def _typeset(words: str, year: int, month: int, day: int) -> bytes:
    data = {"text": words, "year": year, "month": month, "day": day}
    return typeset(_TEMPLATE, data=data, language="bg")
