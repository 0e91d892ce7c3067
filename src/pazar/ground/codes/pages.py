"""What the pickers ask while somebody types: a list as HTML, or as JSON with `?format=json`. Open to
everybody."""

from collections.abc import Callable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pazar.ground.codes import limits, queries


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def cpv(request: HttpRequest) -> HttpResponse:
    """GET /codes/cpv?q=: categories (B1); ?under=: those right under one, the divisions if it is empty."""
    if "under" in request.GET:
        return _shown(request, queries.cpv_under(request.GET["under"][:8], language=get_language() or "en"), "")
    return _answer(request, queries.search_cpv)


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def nuts(request: HttpRequest) -> HttpResponse:
    """GET /codes/nuts?q=: regions (B1)."""
    return _answer(request, queries.search_nuts)


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def suggest(request: HttpRequest) -> HttpResponse:
    """GET /codes/suggest?text=: categories for a text, as chips that a script adds by a click (B1)."""
    text = request.GET.get("text", "").replace("\x00", "")
    refused = None
    found: list[queries.Choice] = []
    try:
        if text.strip():
            limits.SUGGESTIONS.take(limits.asker(request))
            found = queries.suggest_cpv(text, language=get_language() or "en")
    except limits.AskedTooOften as refusal:
        refused = refusal
    page = {"choices": found, "asked": bool(text.strip()), "refused": refused}
    # A refusal is a sentence in its place: htmx leaves out what comes with an error's status.
    return render(request, "codes/_suggested.html", page)


def _answer(request: HttpRequest, search: Callable[..., list[queries.Choice]]) -> HttpResponse:
    # PostgreSQL takes no zero character in a text; nobody types one.
    asked = request.GET.get("q", "").replace("\x00", "")
    return _shown(request, search(asked, language=get_language() or "en"), asked)


def _shown(request: HttpRequest, found: list[queries.Choice], asked: str) -> HttpResponse:
    if request.GET.get("format") == "json":
        return JsonResponse({"results": [asdict(choice) for choice in found]})
    return render(request, "codes/_choices.html", {"choices": found, "asked": asked})
