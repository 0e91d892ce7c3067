"""Second factors by django-allauth: how it keeps, makes and checks them (A4).

Its forms, pages, mails and counters are not used: pages are ours, and its counters live in one process's memory, ours
in the database. It isn't meant to be called below its pages, so that nothing but this module does.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from pazar.ground import sealing
from pazar.ground.identity.models import Person

Type = Authenticator.Type
# What a browser sends may be of any shape; the library minds some of the wrong ones.
_WRONG = (ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError)
_LAST = "last_counter"


class Adapter(DefaultMFAAdapter):
    """Named by MFA_ADAPTER: secrets lie under the centre's key, and who we are is said by our settings."""

    def encrypt(self, text: str) -> str:
        return sealing.seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal_text(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.CENTRE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().rpartition(":")[0] or context.request.get_host()
        return {"id": host, "name": str(settings.CENTRE_NAME)}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {"id": user.pk.hex.encode(), "display_name": user.name, "name": user.email}


class Unreadable(Exception):
    """What came isn't an answer to what was asked, or is signed by another key."""


@contextmanager
def _within(request: HttpRequest) -> Iterator[None]:
    # The library keeps the open question in the session of the request that it finds here.
    with context.request_context(request):
        yield


def of(person_id: UUID) -> "QuerySet[Authenticator]":
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=person_id).order_by("created_at", "pk")
    return found


def has_any(person_id: UUID) -> bool:
    return of(person_id).exclude(type=Type.RECOVERY_CODES).exists()


def new_totp_secret() -> str:
    return str(totp.generate_totp_secret())


def totp_picture(person: Person, secret: str) -> str:
    """The QR code as SVG."""
    adapter = Adapter()
    return str(adapter.build_totp_svg(adapter.build_totp_url(person, secret)))


def totp_holds(secret: str, code: str) -> int | None:
    """The counter of time at which `code` is good now, or None."""
    for counter in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))):
            return int(counter)
    return None


def add_totp(person: Person, secret: str, counter: int) -> Authenticator:
    """`counter` is that of the code by which the app was shown to be set up: it is used up with that."""
    made: Authenticator = totp.TOTP.activate(person, secret).instance
    made.data[_LAST] = counter
    made.save(update_fields=["data"])
    return made


def check_totp(person_id: UUID, code: str) -> Authenticator | None:
    """Each code once, on all nodes: the row keeps the counter of the last good one, and none up to it is good again."""
    with transaction.atomic():
        found = of(person_id).select_for_update().filter(type=Type.TOTP).first()
        if found is None:
            return None
        counter = totp_holds(decrypt(found.data["secret"]), code)
        if counter is None or counter <= found.data.get(_LAST, -1):
            return None
        found.data[_LAST] = counter
        found.save(update_fields=["data"])
    found.record_usage()
    return found


def add_codes(person: Person) -> list[str]:
    """Ten new recovery codes; those before are void."""
    with transaction.atomic():
        of(person.pk).filter(type=Type.RECOVERY_CODES).delete()
        return [str(code) for code in RecoveryCodes.activate(person).generate_codes()]


def codes_left(found: Authenticator) -> int:
    return len(RecoveryCodes(found).get_unused_codes())


def check_code(person_id: UUID, code: str) -> Authenticator | None:
    found = of(person_id).filter(type=Type.RECOVERY_CODES).first()
    if found is None or not RecoveryCodes(found).validate_code(code):
        return None
    # The library has read the row anew, and marked the code used in that.
    found.refresh_from_db()
    found.record_usage()
    return found


def ask_for_new_passkey(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the browser is asked to make: with the person's PIN or finger, so that it opens the door alone."""
    with _within(request):
        return _plain(webauthn.begin_registration(person, passwordless=True))


def add_passkey(request: HttpRequest, person: Person, name: str, said: str) -> Authenticator:
    """Raises Unreadable."""
    with _within(request):
        credential = _read(said)
        try:
            webauthn.parse_registration_response(credential)
            webauthn.complete_registration(credential)
        except _WRONG as error:
            raise Unreadable from error
        made: Authenticator = webauthn.WebAuthn.add(person, name, credential).instance
    return made


def ask_for_passkey(request: HttpRequest, person: Person | None) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked; without a person any passkey for this centre will do."""
    with _within(request):
        return _plain(webauthn.begin_authentication(person))


def check_passkey(request: HttpRequest, person: Person | None, said: str) -> tuple[Person, Authenticator]:
    """Whose passkey answered; `person`'s own if one is named. Raises Unreadable."""
    with _within(request):
        credential = _read(said)
        try:
            webauthn.parse_authentication_response(credential)
            found = person or webauthn.extract_user_from_response(credential)
            used = webauthn.complete_authentication(found, credential)
            assert isinstance(found, Person)
        except _WRONG as error:
            raise Unreadable from error
    used.record_usage()
    return found, used


def passkey_name(found: Authenticator) -> str:
    return str(found.data.get("name", ""))


def _plain(asked: dict[str, Any]) -> dict[str, Any]:
    # The library's answer is a mapping of its own kind, which tells its bytes as base64url.
    told: dict[str, Any] = json.loads(json.dumps(asked, default=dict))
    return told


def _read(said: str) -> dict[str, Any]:
    try:
        credential = json.loads(said)
    except ValueError as error:
        raise Unreadable from error
    if not isinstance(credential, dict):
        raise Unreadable
    return credential
