"""Logging in, slowed for whoever guesses."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock
from pazar.ground.errors import Refusal
from pazar.ground.identity.models import LoginTries, Person

WINDOW = timedelta(minutes=15)
# From one address at one person's door; a stranger elsewhere can't lock that person out.
TRIES_AT_ACCOUNT = 8
# From one address at all doors: an office behind one address logs in in the morning, a list of passwords doesn't.
TRIES_FROM_ADDRESS = 60
FORGOTTEN_AFTER = timedelta(days=1)


class LoginRefused(Refusal):
    """One sentence for a wrong password and for nobody of that address, so that nobody learns who is here."""

    code = "login_refused"
    status = 422
    what = _("You are not logged in.")
    why = _("This e-mail address and this password don't belong together.")
    remedy = _("Check both; capital letters count in the password.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    what = _("You are not logged in: this was tried too often.")
    why = _("After many wrong tries from one place we let a quarter of an hour pass, to stop those who guess.")
    remedy = _("Wait {minutes} minutes, then try again.")


def check_login(request: HttpRequest, *, email: str, password: str) -> Person:
    """The person whose e-mail address and password these are. Raises LoginRefused, TooManyTries.

    Every try counts before its password is looked at, so that tries sent at once count as well.
    """
    place = _place(request.META.get("REMOTE_ADDR", ""))
    door = _key("door", place, email.strip().lower())
    too_many = _count(door) > TRIES_AT_ACCOUNT
    if _count(_key("place", place)) > TRIES_FROM_ADDRESS or too_many:
        raise TooManyTries(minutes=int(WINDOW.total_seconds() // 60))
    # Django spends the same time on an address nobody has.
    person = authenticate(request, username=email.strip(), password=password)
    if not isinstance(person, Person):
        raise LoginRefused
    LoginTries.objects.filter(key=door).delete()
    LoginTries.objects.filter(since__lt=clock.db_now() - FORGOTTEN_AFTER).delete()
    return person


def _place(address: str) -> str:
    """The address; of IPv6 the network, in which one computer may take any address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def _key(*parts: str) -> bytes:
    return salted_hmac("pazar.login.tries", "\x00".join(parts), algorithm="sha256").digest()


def _count(key: bytes) -> int:
    """One more try under `key`; how many there were in this window."""
    moment = clock.db_now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO identity_logintries AS t (key, since, tries) VALUES (%(key)s, %(moment)s, 1)
            ON CONFLICT (key) DO UPDATE SET
              tries = CASE WHEN t.since <= %(start)s THEN 1 ELSE t.tries + 1 END,
              since = CASE WHEN t.since <= %(start)s THEN %(moment)s ELSE t.since END
            RETURNING tries
            """,
            {"key": key, "moment": moment, "start": moment - WINDOW},
        )
        tries: int = cursor.fetchone()[0]
    return tries
