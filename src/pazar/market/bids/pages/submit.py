"""Seal and submit: the preview, what the browser needs for sealing, the receipt, the withdrawal."""

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground import clock
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.journal.rules import receipt as receipts
from pazar.market.bids import policies, queries, sentences
from pazar.market.bids.commands import submit as submitting
from pazar.market.bids.commands import withdraw as withdrawing
from pazar.market.bids.pages import forms
from pazar.market.bids.refusals import EnvelopesRefused
from pazar.market.bids.rules.envelope import Breach, Reason
from pazar.market.bids.rules.manifest import SealedBid
from pazar.market.procedures import queries as procedures


@member_required
@require_GET
def preview(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """The bid as it will be sealed, to who, and the one button."""
    bid = queries.own_bid(request.actor, bid_id)
    procedure = bid.procedure
    lots = procedures.lots(procedure.pk)
    asked = queries.asked(procedure, lots)
    ready = queries.readiness_of(request.actor, bid, asked, moment=clock.db_now())
    if not ready.is_ready:
        return redirect("bids:bid", bid_id=bid_id)
    draft = queries.draft_of(request.actor, bid)
    signed = queries.holders_of(queries.box(procedure.pk))
    page = {
        "bid": bid,
        "procedure": procedure,
        "lots": forms.lot_rows(draft, lots, currency=procedure.currency),
        "draft": draft,
        "declarations": [str(sentences.DECLARATIONS[one]) for one in draft.declarations],
        "holders": signed.holders.holders,
        "server_alone": signed.holders.server_alone_opens,
        "in_the_box": bid.current if bid.is_sealed else None,
    }
    return _private(render(request, "bids/preview.html", page))


@member_required
@require_GET
def to_seal(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """What the bidder's browser seals, and to whom (JSON)."""
    try:
        asked = queries.to_seal(request.actor, bid_id, moment=clock.db_now())
    except Refusal as refusal:
        return refused(refusal)
    answer = {
        "procedure": str(asked.procedure_id),
        "version": asked.version,
        "bidder": str(asked.company_id),
        "bid": str(asked.bid_id),
        "holders": asked.holders.decode(),
        "centre_key": asked.centre_key.hex(),
        "contents": [{"lot": lot, "kind": kind.value, "content": document} for lot, kind, document in asked.contents],
    }
    return _private(JsonResponse(answer))


@member_required
@require_POST
def submit(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """Take in what the browser sealed (JSON): `manifest` as text, `envelopes` in base64."""
    try:
        receipt = submitting.submit_bid(actor=request.actor, bid_id=bid_id, sealed=_sealed(request.body))
    except Refusal as refusal:
        return refused(refusal)
    return JsonResponse({"digest": receipt.digest, "url": reverse("bids:receipt", args=[bid_id])}, status=201)


@member_required
@require_GET
def receipt(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """The receipts of a bid, the one that counts on top."""
    bid = queries.own_bid(request.actor, bid_id)
    all_receipts = queries.receipts(request.actor, bid)
    if not all_receipts:
        raise NotFound
    latest = next((one for one in all_receipts if one.counts), all_receipts[0])
    is_running = bid.procedure.closes_at is not None and clock.db_now() < bid.procedure.closes_at
    page = {
        "bid": bid,
        "procedure": bid.procedure,
        "receipt": latest,
        "proof": queries.proven(request.actor, bid, latest.submission_id).proof,
        "earlier": [one for one in all_receipts if one != latest],
        "envelopes": queries.receipt_envelopes(latest.submission_id),
        "may_change": is_running and bid.procedure.state == "published" and policies.is_bidder(request.actor),
    }
    return _private(render(request, "bids/receipt.html", page))


@member_required
@require_GET
def receipt_file(request: ActorRequest, bid_id: UUID, submission_id: UUID) -> HttpResponseBase:
    """A receipt to keep, with its proof from the journal: what `pazar journal verify --receipt` reads."""
    kept = queries.proven(request.actor, queries.own_bid(request.actor, bid_id), submission_id)
    response = HttpResponse(receipts.write(kept), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{kept.about["reference"]}-{submission_id}.json"'
    return _private(response)


@member_required
@require_POST
def withdraw(request: ActorRequest, bid_id: UUID) -> HttpResponseBase:
    """Take the sealed bid out of the box."""
    withdrawing.withdraw_bid(actor=request.actor, bid_id=bid_id)
    messages.success(request, _("Your bid is withdrawn: it isn't in the box any more. The draft is kept."))
    return redirect("bids:bid", bid_id=bid_id)


def refused(refusal: Refusal) -> JsonResponse:
    """A refusal for a script of ours: its three sentences, and what is named beside them."""
    what, why, remedy = refusal.sentences
    breaches = [str(one) for one in getattr(refusal, "breaches", ())]
    answer: dict[str, Any] = {"code": refusal.code, "what": what, "why": why, "remedy": remedy, "breaches": breaches}
    if (way := getattr(refusal, "way", None)) is not None:
        answer["way"] = {"words": way[0], "url": way[1]}
    return JsonResponse(answer, status=refusal.status)


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a request's body. Raises EnvelopesRefused for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EnvelopesRefused([Breach(Reason.FIELD, "body")])
    return found


def _sealed(body: bytes) -> SealedBid:
    found = read_json(body)
    manifest, envelopes = found.get("manifest"), found.get("envelopes")
    if not isinstance(manifest, str) or not isinstance(envelopes, list):
        raise EnvelopesRefused([Breach(Reason.FIELD, "body")])
    try:
        return SealedBid(
            manifest=manifest.encode(),
            envelopes=tuple(base64.b64decode(one, validate=True) for one in envelopes),
        )
    except (TypeError, ValueError, binascii.Error) as error:
        raise EnvelopesRefused([Breach(Reason.NOT_AN_ENVELOPE)]) from error


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
