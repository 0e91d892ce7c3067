"""A person with an app for codes, and the codes it shows."""

import itertools
import time

from allauth.mfa.totp.internal import auth as totp

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.identity.models import Person


def app_of(person: Person) -> str:
    """Sets one up, long ago; its secret."""
    secret = kept.new_totp_secret()
    kept.add_totp(person, secret, counter=0)
    return secret


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps)))


def wrong_code(secret: str) -> str:
    """Six digits that are none of the good ones."""
    good = {code(secret, steps=step) for step in (-2, -1, 0, 1, 2)}
    return next(text for number in itertools.count() if (text := f"{number:06}") not in good)
