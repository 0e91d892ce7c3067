"""A person's key for sealed bids: the public half alone comes here (B8)."""

from pazar.ground.identity.commands import sealing_keys
from pazar.ground.identity.models import SealingKey
from pazar.ground.identity.rules.actor import Actor
from pazar.market.bids.refusals import KeyKnown, KeyRefused
from pazar.market.bids.rules import personal_key, xwing


def enrol_key(*, actor: Actor, public_key: bytes) -> SealingKey:
    """Make this the person's living key; the one before is his no more for boxes made from now on (B8).

    Boxes made before stay sealed to the earlier key: its file is still needed for them. The same again returns the
    living key. Raises KeyRefused, KeyKnown, NotAllowed.
    """
    try:
        xwing.check_public(public_key)
    except xwing.KeyWrong as wrong:
        raise KeyRefused from wrong
    fingerprint = personal_key.fingerprint(public_key).hex()
    try:
        return sealing_keys.replace_sealing_key(actor=actor, public_key=public_key, fingerprint=fingerprint)
    except sealing_keys.KeyTaken as taken:
        raise KeyKnown from taken
