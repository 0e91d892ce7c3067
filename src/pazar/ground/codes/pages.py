"""What the pickers ask while somebody types: a list as HTML, or as JSON with `?format=json`. Open to
everybody."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pazar.ground.codes import queries


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def cpv(request: HttpRequest) -> HttpResponse:
    """GET /codes/cpv?q=: categories (B1)."""
    return _answer(request, queries.search_cpv)


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=300)
def nuts(request: HttpRequest) -> HttpResponse:
    """GET /codes/nuts?q=: regions (B1)."""
    return _answer(request, queries.search_nuts)


def _answer(request: HttpRequest, search: Callable[..., list[queries.Choice]]) -> HttpResponse:
    # PostgreSQL takes no zero character in a text; nobody types one.
    asked = request.GET.get("q", "").replace("\x00", "")
    found = search(asked, language=get_language() or "en")
    if request.GET.get("format") == "json":
        return JsonResponse(
            {"results": [{"code": c.code, "shown": c.shown, "label": c.label, "within": c.within} for c in found]}
        )
    return render(request, "codes/_choices.html", {"choices": found, "asked": asked})
