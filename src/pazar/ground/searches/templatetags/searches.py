"""`{% save_search "procedures" %}`: over a list, the form that saves what it is narrowed to."""

from typing import Any

from django import template
from django.template import Context
from django.utils.http import urlencode

from pazar.ground.searches import kinds, queries

register = template.Library()


@register.inclusion_tag("searches/_save.html", takes_context=True)
def save_search(context: Context, key: str, name: str = "") -> dict[str, Any]:
    """Nothing for visitors, and where nothing is narrowed. `name` is what the form proposes."""
    request = context["request"]
    kind = kinds.get(key)
    actor = getattr(request, "actor", None)
    query = kind.query(request.GET.items()) if kind else ""
    if kind is None or actor is None or actor.person_id is None or not query:
        return {"query": ""}
    return {
        "query": query,
        "kind": kind.key,
        "saved": queries.same(actor, kind, query),
        "name": name or request.GET.get("q", "")[:120],
        "next": f"{request.path}?{urlencode(list(request.GET.items()))}",
        "csrf_token": context.get("csrf_token"),
    }
