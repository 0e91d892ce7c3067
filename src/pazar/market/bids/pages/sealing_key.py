"""A person's sealing key: made in his browser, the public half comes here."""

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.entry.pages.proving import require_proof
from pazar.ground.errors import Refusal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.bids.commands import sealing_keys
from pazar.market.bids.pages.submit import read_json, refused
from pazar.market.bids.refusals import KeyRefused
from pazar.market.bids.rules.personal_key import SHORTEST_PASSPHRASE


@person_required
@require_GET
def sealing_key(request: ActorRequest) -> HttpResponseBase:
    """My key, and making a new one."""
    person_id = request.actor.person_id
    key = identity.living_sealing_keys([person_id]).get(person_id) if person_id else None
    return render(request, "bids/sealing_key.html", {"key": key, "shortest": SHORTEST_PASSPHRASE})


@person_required
@require_POST
def enrol(request: ActorRequest) -> HttpResponseBase:
    """Take in the public half (JSON): `public_key` in hexadecimal."""
    try:
        require_proof(request, back=reverse("bids:sealing_key"))
        given = read_json(request.body).get("public_key")
        try:
            public_key = bytes.fromhex(given) if isinstance(given, str) else b""
        except ValueError as error:
            raise KeyRefused from error
        key = sealing_keys.enrol_key(actor=request.actor, public_key=public_key)
    except Refusal as refusal:
        return refused(refusal)
    return JsonResponse({"fingerprint": key.fingerprint})
