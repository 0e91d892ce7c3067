"""What is unsafe for a centre that others use."""

from django.conf import settings
from django.db import connection

from pazar.config import proxies
from pazar.ground.clock.models import Centre
from pazar.ground.postgres.check import check_app


def findings() -> list[str]:
    """Sentences, worst first; empty when nothing is to be mended."""
    found: list[str] = []
    connection.ensure_connection()
    found += [f"{p.what} {p.why} {p.todo}" for p in check_app(connection.connection)]
    if settings.DEBUG:
        found.append("PAZAR_DEBUG is on: errors would show the program's inside. Unset it.")
    if not settings.BASE_URL.startswith("https://"):
        found.append("PAZAR_BASE_URL isn't https: passwords would travel in the clear. Put a TLS proxy before it.")
    if not settings.MAIL_SERVER:
        found.append("EMAIL_URL is not set: mails are kept in the centre and reach nobody. Name a server.")
    if proxies.trusts_everybody():
        found.append(proxies.TRUSTS_EVERYBODY)
    if settings.WEBHOOKS_INSIDE:
        found.append(
            "PAZAR_WEBHOOKS_INSIDE lets companies call machines of your own network. Unset it, unless that is meant."
        )
    if settings.TSA_URL and not settings.TSA_ROOTS:
        found.append("PAZAR_TSA_ROOTS is not set: anybody's time stamp is taken. Name the authority's certificates.")
    if Centre.objects.exclude(mode=Centre.Mode.REAL).exists():
        found.append(
            "This centre is a demo or a sandbox: anybody may become anybody. Make a new database for a real one."
        )
    return found
