"""Every POST once: its effects and its first answer are kept together, under the key its sender chose.

The operation runs in the transaction that claims the key, so that both are there or neither: a crash leaves no key
behind, a second sender of the same key waits for the first and gets his answer.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from psycopg import errors as pg

from pazar.ground import clock
from pazar.ground.api.models import GivenAnswer
from pazar.ground.api.problems import Unauthenticated
from pazar.ground.errors import Refusal
from pazar.ground.identity.requests import ActorRequest

HEADER = "Idempotency-Key"
PATTERN = r"^[\x21-\x7e]{8,128}$"
KEPT_FOR = timedelta(hours=48)
WAIT = "5s"
# The refusals that tell of a moment, not of the request.
PASSING = frozenset({401, 408, 425, 429})


class KeyMissing(Refusal):
    code = "idempotency_key_missing"
    status = 400
    what = _("This request has no key to tell it from a repetition.")
    why = _("Whoever repeats a POST after a broken connection must not do the thing twice.")
    remedy = _("Send the header “Idempotency-Key” with 8 to 128 visible characters, new for each act.")


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    status = 422
    what = _("This key was used for another request.")
    why = _("A key names one request; with the same key only the very same request may be sent again.")
    remedy = _("Send the new request under a new key.")


class InProgress(Refusal):
    code = "in_progress"
    status = 409
    what = _("The same request is still being worked on.")
    why = _("It was sent before under this key and has no answer yet.")
    remedy = _("Wait a moment, then send it again under the same key.")


class AlreadyAnswered(Exception):
    """Leaves the endpoint before it acts; carries the first answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def once(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a POST in one transaction with its claim (made by `claim`, once it is known who calls and what for)."""
    with transaction.atomic():
        response = run()
        given: GivenAnswer | None = getattr(request, "given_answer", None)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif given is not None and response.status_code in PASSING:
            given.delete()
        elif given is not None:
            given.status = response.status_code
            given.sealed_body = _seal(given.key, response)
            given.save(update_fields=["status", "sealed_body"])
    return response


def claim(request: HttpRequest) -> None:
    """Claim the request's key for its person. Raises KeyMissing, KeyReused, InProgress, AlreadyAnswered."""
    key = request.headers.get(HEADER, "")
    if not re.fullmatch(PATTERN, key):
        raise KeyMissing
    actor = cast(ActorRequest, request).actor
    if actor.person_id is None:
        raise Unauthenticated
    fingerprint = _fingerprint(request)
    made = _insert(person_id=actor.person_id, key=key, fingerprint=fingerprint)
    given = GivenAnswer.objects.get(person_id=actor.person_id, key=key)
    if made:
        request.given_answer = given  # type: ignore[attr-defined]
        return
    if bytes(given.request_digest) != fingerprint:
        raise KeyReused
    if given.status is None or given.sealed_body is None:
        raise InProgress
    raise AlreadyAnswered(_unseal(given))


def _insert(*, person_id: Any, key: str, fingerprint: bytes) -> bool:
    """Whether this request is the key's first; waits a little for another one under way with it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute(
                "INSERT INTO api_givenanswer (person_id, key, request_digest, made_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (person_id, key) DO NOTHING",
                [person_id, key, fingerprint, clock.db_now()],
            )
            made: bool = cursor.rowcount == 1
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise InProgress from error
        raise
    return made


def _fingerprint(request: HttpRequest) -> bytes:
    """The request without its content: a digest under our key, so that nobody can try prices against it."""
    actor = cast(ActorRequest, request).actor
    parts = [
        str(request.method),
        request.get_full_path(),
        str(request.content_type),
        str(actor.company_id),
        _content_digest(request),
    ]
    return salted_hmac("pazar.idempotency.request", "\x00".join(parts), algorithm="sha256").digest()


def _content_digest(request: HttpRequest) -> str:
    """Of the body; of a form's fields and files, since each sending of one has a boundary of its own."""
    if request.content_type != "multipart/form-data":
        return hashlib.sha256(request.body).hexdigest()
    parts = [[name, *values] for name, values in sorted(request.POST.lists())]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            parts.append([name, file.name or "", digest.hexdigest()])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _cipher(key: str) -> AESGCM:
    # An answer may repeat a draft's price: in the database, its log and its backups it lies under our key.
    return AESGCM(salted_hmac("pazar.idempotency.answer", key, algorithm="sha256").digest())


def _seal(key: str, response: HttpResponse) -> bytes:
    headers = {name: response[name] for name in ("Content-Type", "Location") if response.has_header(name)}
    plain = json.dumps({"headers": headers, "body": base64.b64encode(response.content).decode()}).encode()
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(key).encrypt(nonce, plain, None)


def _unseal(given: GivenAnswer) -> HttpResponse:
    sealed = bytes(given.sealed_body or b"")
    try:
        kept = json.loads(_cipher(given.key).decrypt(sealed[:12], sealed[12:], None))
    except InvalidTag as error:  # the centre's key was changed since
        raise KeyReused from error
    response = HttpResponse(base64.b64decode(kept["body"]), status=given.status, headers=kept["headers"])
    response["Idempotency-Replayed"] = "true"
    return response


def forget_old_answers() -> int:
    """Delete what nobody will ask for again; how many."""
    deleted, _each = GivenAnswer.objects.filter(made_at__lt=clock.db_now() - KEPT_FOR).delete()
    return deleted
