"""Preferences for the time of a request, and refusals as pages."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from pazar.ground.errors import Refusal
from pazar.ground.ui import now, preferences
from pazar.ground.ui.pages import bad_request

Answer = Callable[[HttpRequest], HttpResponse]


class Preferences:
    """Speak the person's language and zone while his request is answered."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        spoken = preferences.language(request)
        with now.one_moment(), translation.override(spoken), timezone.override(preferences.zone(request)):
            request.LANGUAGE_CODE = spoken  # what Django's own middleware sets
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", spoken)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class Refusals:
    """A refusal that no form took to its field becomes a page with its three sentences.

    The API answers for itself; what isn't a refusal is a bug and goes its usual way.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and _has_zero(request):
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(exception, DataError | ValueError) and _holds_zero(request.POST):
            # A form that met such a text says so itself; this is for one that looked for it first.
            return bad_request(request)
        if not isinstance(exception, Refusal):
            return None
        template = "ui/_refusal.html" if request.headers.get("HX-Request") else "ui/refusal.html"
        return render(request, template, {"refusal": exception}, status=exception.status)


def _has_zero(request: HttpRequest) -> bool:
    """PostgreSQL keeps no zero character: an address that holds one names nothing we have."""
    return "\x00" in request.path_info or _holds_zero(request.GET)


def _holds_zero(sent: QueryDict) -> bool:
    return any("\x00" in text for _name, texts in sent.lists() for text in texts)
