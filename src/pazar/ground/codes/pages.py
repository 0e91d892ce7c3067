"""What the pickers ask while somebody types: a list as HTML, or as JSON with `?format=json`. Open to
everybody."""

from collections.abc import Callable
from dataclasses import asdict, replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pazar.ground.codes import limits, queries, tiles


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


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def region_map(request: HttpRequest) -> HttpResponse:
    """GET /codes/map?country=BG: the map of regions; with `part`, what a picker puts into itself."""
    shown = tiles.tile_map(request.GET.get("country", "")[:2], language=get_language() or "en")
    return render(request, "codes/_map.html" if "part" in request.GET else "codes/map.html", {"map": shown})


def _answer(request: HttpRequest, search: Callable[..., list[queries.Choice]]) -> HttpResponse:
    # PostgreSQL takes no zero character in a text; nobody types one.
    asked = request.GET.get("q", "").replace("\x00", "")
    language = get_language() or "en"
    found = search(asked, language=language)
    if search is queries.search_cpv and len(asked.split()) >= _A_SENTENCE:
        found = _joined(found, _suggested(request, asked, language))
    return _shown(request, found, asked)


_A_SENTENCE = 3  # words: that is no longer a name to search, but a thing to be understood
_FOUND_FIRST = 3


def _suggested(request: HttpRequest, asked: str, language: str) -> list[queries.Choice]:
    try:
        limits.SUGGESTIONS.take(limits.asker(request))
    except limits.AskedTooOften:
        return []  # what was found is there all the same
    because = gettext("Similar notices bear it.")
    return [replace(choice, because=because) for choice in queries.suggest_cpv(asked, language=language)]


def _joined(found: list[queries.Choice], suggested: list[queries.Choice]) -> list[queries.Choice]:
    first, known = found[:_FOUND_FIRST], {choice.code for choice in found}
    return [*first, *(choice for choice in suggested if choice.code not in known), *found[_FOUND_FIRST:]]


def _shown(request: HttpRequest, found: list[queries.Choice], asked: str) -> HttpResponse:
    if request.GET.get("format") == "json":
        return JsonResponse({"results": [asdict(choice) for choice in found]})
    return render(request, "codes/_choices.html", {"choices": found, "asked": asked})
