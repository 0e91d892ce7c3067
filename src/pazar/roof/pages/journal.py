"""The public journal: every act of the centre in its order, for anybody to check."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pazar.ground import keys
from pazar.ground.api.paging import keyset
from pazar.ground.errors import NotFound
from pazar.ground.journal import export as exports
from pazar.ground.journal import queries, tree
from pazar.ground.journal.rules import head as signed
from pazar.roof.pages import facts

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


@dataclass(frozen=True, kw_only=True)
class Line:
    """An entry with its kind in words, or a run of entries (`count`) that are shown by their leaf alone."""

    entry: queries.Shown | None = None
    words: str | Promise = ""
    first: int = 0
    last: int = 0

    @property
    def facts(self) -> list[facts.Fact]:
        return facts.of(self.entry.facts) if self.entry else []

    @property
    def subject(self) -> str:
        """The id of what it is about; the centre itself has none."""
        return self.entry.subject if self.entry and "-" in self.entry.subject else ""

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def before(self) -> int:
        return self.last + 1


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """GET /journal/: the head on top, then the newest first; what isn't everybody's business by its leaf alone.

    `?leaves=all` lists every leaf; else runs of them are one line.
    """
    asked = request.GET.get("before", "")
    before, with_leaves = _number(asked) if asked else None, request.GET.get("leaves") == "all"
    last = queries.last_number()
    rows, following = queries.newest(before=before, with_leaves=with_leaves)
    top = last if before is None else min(last, before - 1)
    more = "leaves=all&" if with_leaves else ""
    context = {
        "lines": _lines(rows, top=top, bottom=following or 1),
        "with_leaves": with_leaves,
        "last": last,
        "head": queries.heads().order_by("-size").first(),
        "key": keys.centre_public().hex(),
        "next": f"?{more}before={following}" if following else "",
    }
    return render(request, "roof/journal.html", context)


def _lines(rows: Sequence[queries.Shown], *, top: int, bottom: int) -> list[Line]:
    lines: list[Line] = []
    above = top + 1
    for row in rows:
        if row.number < above - 1:
            lines.append(Line(first=row.number + 1, last=above - 1))
        lines.append(Line(entry=row, words=KINDS.get(row.kind, "")))
        above = row.number
    if bottom < above:
        lines.append(Line(first=bottom, last=above - 1))
    return lines


@require_safe
def heads(request: HttpRequest) -> HttpResponse:
    """GET /journal/heads/: all heads, the newest first."""
    found = keyset(queries.heads(), ["-size"], request.GET.get("after", ""))
    page = {"heads": found.rows, "next": f"?after={found.cursor}" if found.cursor else ""}
    return render(request, "roof/heads.html", page)


@require_safe
def head(request: HttpRequest, size: int) -> HttpResponse:
    """GET /journal/heads/1024/: one head, its text, its stamps, and whether it goes on from an older one."""
    found = tree.head(size)
    read = signed.read(found.note)
    page = {
        "head": found,
        "root": bytes(found.root).hex(),
        "verifier": signed.verifier_key(read.origin, keys.centre_public()),
        "stamps": found.stamps.order_by("stamped_at"),
        "older": queries.heads().filter(size__lt=size).order_by("-size").first(),
    }
    return render(request, "roof/head.html", page)


@require_safe
def head_text(request: HttpRequest, size: int) -> HttpResponse:
    """GET /journal/heads/1024.txt: the head as it was signed; a checkpoint for tools that know them."""
    return _note(tree.head(size).note, f"pazar-head-{size}.txt")


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """GET /journal/checkpoint: the newest head, for those who watch."""
    latest = tree.latest()
    if latest is None:
        raise NotFound
    response = _note(latest.note, "")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """GET /journal/consistency.json?old=512&new=1024: the proof that the newer goes on from the older."""
    old, new = _number(request.GET.get("old", "")), _number(request.GET.get("new", ""))
    path = tree.consistency(old, new)
    answer = JsonResponse({"old": old, "new": new, "path": [step.hex() for step in path]})
    answer["Content-Disposition"] = f'attachment; filename="pazar-consistency-{old}-{new}.json"'
    return answer


@require_safe
def stamp(request: HttpRequest, stamp_id: UUID) -> HttpResponse:
    """GET /journal/stamps/….tsr: an authority's answer, as it came."""
    found = queries.stamp(stamp_id)
    response = HttpResponse(bytes(found.answer), content_type="application/timestamp-reply")
    response["Content-Disposition"] = f'attachment; filename="pazar-head-{found.head_id}.tsr"'
    return response


def _note(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(text: str) -> int:
    """An entry's number or a tree's size. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound
    return int(text)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """GET /journal/export.jsonl: the whole journal as `pazar journal verify` reads it, while it is read."""
    lines = exports.lines(public_only=True)
    # A WSGI server (and a test's client) reads a plain iterator as it sends.
    content = _in_turns(lines) if isinstance(request, ASGIRequest) else lines
    response = StreamingHttpResponse(content, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pazar-journal.jsonl"'
    return response


async def _in_turns(lines: Iterator[str]) -> AsyncIterator[str]:
    """`lines` some at a time: an ASGI server would read a plain iterator to its end before it sends anything."""
    take = sync_to_async(lambda: "".join(itertools.islice(lines, LINES_AT_ONCE)))
    while text := await take():
        yield text
