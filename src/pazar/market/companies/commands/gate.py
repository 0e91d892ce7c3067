"""Who may send a registration now: scripts are slowed, who has no JavaScript gets through."""

import hashlib
import secrets

from django.core import signing
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.identity.commands import tries

PROOF_AFTER = 5  # registrations from one network in a quarter of an hour
SHUT_AFTER = 60
LOOKED_UP = 120
BITS = 16
PATIENCE_SECONDS = 60  # who can't compute waits
QUICKEST_SECONDS = 2
LONGEST_SECONDS = 12 * 3600
_SALT = "pazar.join.stamp"


class TooManyRegistrations(Refusal):
    code = "too_many_registrations"
    status = 429
    what = _("Nothing was sent: too many registrations came from your network.")
    why = _("We let a quarter of an hour pass, to stop programs that register one company after the other.")
    remedy = _("Wait {minutes} minutes, then send it again; what you typed is still here.")


class ProofWanted(Refusal):
    """The form was sent by something that behaves as a program does; a person sends it again and is through."""

    code = "proof_wanted"
    status = 422
    what = _("Nothing was sent yet: please send it once more.")
    why = _(
        "We have to be sure that no program fills this form in. Your computer has to do a small sum, or wait a minute."
    )
    keeps_stamp = False
    remedy = _("Wait until the sum is done or a minute has passed, then press the button again.")


def new_stamp() -> str:
    """When a form was handed out, and its name; signed, used once."""
    return signing.TimestampSigner(salt=_SALT).sign(secrets.token_urlsafe(12))


def wants_proof(place: str) -> bool:
    """Whether the next form for this network should carry the sum; counts nothing."""
    return tries.so_far("join from", place) >= PROOF_AFTER


def check(*, place: str, stamp: str, proof: str, trap: str) -> None:
    """Raises TooManyRegistrations, ProofWanted. Each call counts."""
    count = tries.count("join from", place)
    if count > SHUT_AFTER:
        raise TooManyRegistrations(minutes=int(tries.WINDOW.total_seconds() // 60))
    try:
        name = signing.TimestampSigner(salt=_SALT).unsign(stamp, max_age=LONGEST_SECONDS)
        is_old = not _is_younger(stamp, PATIENCE_SECONDS)
        is_quick = _is_younger(stamp, QUICKEST_SECONDS)
    except signing.BadSignature:
        raise ProofWanted from None
    if trap or is_quick or (count > PROOF_AFTER and not is_old and not _is_proof(stamp, proof)):
        wanted = ProofWanted()
        wanted.keeps_stamp = not trap
        raise wanted
    if tries.count("join stamp", name, window=tries.FORGOTTEN_AFTER) > 1:
        raise ProofWanted


def may_look_up(place: str) -> bool:
    """Whether this network may ask the registers once more; counts."""
    return tries.count("join look-up", place) <= LOOKED_UP


def _is_younger(stamp: str, seconds: int) -> bool:
    try:
        signing.TimestampSigner(salt=_SALT).unsign(stamp, max_age=seconds)
    except signing.SignatureExpired:
        return False
    return True


def _is_proof(stamp: str, proof: str) -> bool:
    digest = hashlib.sha256(f"{stamp}:{proof[:40]}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0
