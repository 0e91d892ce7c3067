"""How often something was tried: counted under keyed digests of who tried, forgotten after a day."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection
from django.utils.crypto import salted_hmac

from pazar.ground import clock
from pazar.ground.identity.models import LoginTries

WINDOW = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


def place(address: str) -> str:
    """The address; of IPv6 the network, in which one computer may take any address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def key(*parts: str) -> bytes:
    """What stands in the table instead of an address: nobody can read it back without the centre's secret."""
    return salted_hmac("pazar.login.tries", "\x00".join(parts), algorithm="sha256").digest()


def count(*parts: str, window: timedelta = WINDOW) -> int:
    """One more try under these words; how many there were in this window, of at most a day."""
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
            {"key": key(*parts), "moment": moment, "start": moment - window},
        )
        tries: int = cursor.fetchone()[0]
    return tries


def forget(*parts: str) -> None:
    LoginTries.objects.filter(key=key(*parts)).delete()


def forget_old() -> None:
    LoginTries.objects.filter(since__lt=clock.db_now() - FORGOTTEN_AFTER).delete()


def so_far(*parts: str, window: timedelta = WINDOW) -> int:
    """How many there were in this window; counts nothing."""
    row = LoginTries.objects.filter(key=key(*parts), since__gt=clock.db_now() - window).first()
    return row.tries if row else 0
