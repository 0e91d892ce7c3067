"""Language, theme and zone of the one who looks: chosen here, else kept with him, else his browser's."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from pazar.ground.identity.models import Person

THEMES: Final = ("light", "dark")
YEAR: Final = 60 * 60 * 24 * 365


def _person(request: HttpRequest) -> Person | None:
    person = getattr(request, "user", None)
    # A lazy proxy answers isinstance for what it holds.
    return person if isinstance(person, Person) else None


def theme(request: HttpRequest) -> str:
    """`light`, `dark`, or empty: as the computer has it."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME)
    if chosen is None:
        person = _person(request)
        chosen = person.theme if person is not None else ""
    return chosen if chosen in THEMES else ""


def language(request: HttpRequest) -> str:
    """A language the centre speaks."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        person = _person(request)
        if person is not None and person.language in dict(settings.LANGUAGES):
            return person.language
    return translation.get_language_from_request(request)


def zone(request: HttpRequest) -> ZoneInfo:
    """The zone moments are shown in: the person's, else the centre's."""
    person = _person(request)
    if person is not None:
        try:
            return ZoneInfo(person.zone)
        except (ZoneInfoNotFoundError, ValueError):
            pass
    return ZoneInfo(settings.CENTRE_ZONE)


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)


def keep_theme(response: HttpResponse, value: str) -> None:
    """Remember a theme; anything but light and dark is "as my computer"."""
    _keep(response, settings.THEME_COOKIE_NAME, value if value in THEMES else "system")


def keep_language(response: HttpResponse, value: str) -> None:
    """Remember a language the centre speaks; another is let pass unheard."""
    if value in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, value)
