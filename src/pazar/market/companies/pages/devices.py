"""Whether one computer registers many companies: a cookie at the form, of which the centre keeps a keyed digest."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

NAME = "pazar_device"
_SECONDS = 365 * 24 * 3600
_LENGTH = 22


def digest(request: HttpRequest) -> bytes | None:
    """None for who keeps no cookies, or made one up."""
    mark = request.COOKIES.get(NAME, "")
    if len(mark) != _LENGTH or not mark.isascii():
        return None
    return salted_hmac("pazar.companies.device", mark, algorithm="sha256").digest()


def mark(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Set the cookie where there is none; only at the form's own address."""
    if len(request.COOKIES.get(NAME, "")) != _LENGTH:
        response.set_cookie(
            NAME,
            secrets.token_urlsafe(16),
            max_age=_SECONDS,
            path="/join/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
