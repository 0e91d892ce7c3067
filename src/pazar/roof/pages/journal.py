"""The public journal: every act of the centre in its order, for anybody to check."""

import itertools
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pazar.ground.journal import export as exports
from pazar.ground.journal import queries

LINES_AT_ONCE = 500

KINDS: dict[str, str | Promise] = {
    "procedure.published": _("Procedure published"),
    "procedure.changed": _("Procedure changed"),
    "procedure.closed": _("Tender period over"),
    "procedure.opened": _("Bids were opened"),
    "procedure.awarded": _("Procedure awarded"),
    "procedure.cancelled": _("Procedure cancelled"),
    "procedure.failed": _("Procedure ended without an award"),
    "enquiry.answered": _("Question answered"),
    "box.made": _("Box made, its holders signed"),
    "box.closed": _("Box shut"),
    "box.shares-released": _("Key holder gave his share"),
    "box.opened": _("Box opened"),
    "bid.submitted": _("Bid put into the box"),
    "bid.withdrawn": _("Bid withdrawn"),
    "bid.set_aside": _("Bid set aside"),
    "bid.taken_back": _("Bid taken back into the comparison"),
    "lots.awarded": _("Lots awarded"),
    "company.admitted": _("Company admitted"),
    "notices.imported": _("Notices imported"),
    "register.loaded": _("Register loaded"),
    "journal.payload_erased": _("What an entry said was erased"),
    "clock.moved": _("Clock of the demo moved"),
    "demo.became": _("Somebody took a part in the demo"),
    "demo.story_told": _("Story of the demo told"),
}
"""What the public kinds of entries are called."""


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """GET /journal/: the newest first; what isn't everybody's business by its leaf alone."""
    asked = request.GET.get("before", "")
    rows, following = queries.newest(
        before=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    )
    context = {
        "rows": [(row, KINDS.get(row.kind, "")) for row in rows],
        "last": queries.last_number(),
        "next": f"?before={following}" if following else "",
    }
    return render(request, "roof/journal.html", context)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """GET /journal/export.jsonl: the whole journal as `pazar journal verify` reads it, while it is read."""
    response = StreamingHttpResponse(
        _in_turns(exports.lines(public_only=True)), content_type="application/jsonl; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="pazar-journal.jsonl"'
    return response


async def _in_turns(lines: Iterator[str]) -> AsyncIterator[str]:
    """`lines` some at a time: an ASGI server would read a plain iterator to its end before it sends anything."""
    take = sync_to_async(lambda: "".join(itertools.islice(lines, LINES_AT_ONCE)))
    while text := await take():
        yield text
