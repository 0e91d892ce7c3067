"""The public journal: every act of the centre in its order, for anybody to check."""

import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pazar.ground.journal import export as exports
from pazar.ground.journal import queries


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """GET /journal/: the newest first; what isn't everybody's business by its leaf alone."""
    asked = request.GET.get("before", "")
    rows, following = queries.newest(
        before=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    )
    context = {"rows": rows, "last": queries.last_number(), "next": f"?before={following}" if following else ""}
    return render(request, "roof/journal.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """GET /journal/export.jsonl: the whole journal as `pazar journal verify` reads it."""
    out = io.StringIO()
    exports.write(out, public_only=True)
    response = HttpResponse(out.getvalue(), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pazar-journal.jsonl"'
    return response
