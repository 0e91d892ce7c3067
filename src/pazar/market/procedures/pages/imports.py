"""The operator's pages of imports: put files in, watch, read the report, undo (B12)."""

from asyncio import sleep
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django import forms
from django.conf import settings
from django.contrib import messages as flash
from django.db import close_old_connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.api import exports
from pazar.ground.api.exports import Column
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.pages.guards import staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.ui import formats
from pazar.market.procedures import import_queries as queries
from pazar.market.procedures.adapters.messages import sentence_of
from pazar.market.procedures.commands import folder, imports, undo
from pazar.market.procedures.commands.imports import Sent
from pazar.market.procedures.models import ImportRefusal, NoticeImport

State = NoticeImport.State
STATES: dict[str, tuple[str, Promise]] = {
    State.WAITING: ("draft", _("waits for the worker")),
    State.RUNNING: ("soon", _("is running")),
    State.ENDED: ("open", _("is over")),
    State.FAILED: ("bad", _("broke off")),
    State.UNDOING: ("soon", _("is being undone")),
    State.UNDONE: ("done", _("was undone")),
}
"""The kind and word of a state."""
WAYS: dict[str, Promise] = {
    NoticeImport.Way.COMMAND: _("Command line"),
    NoticeImport.Way.UPLOAD: _("Upload"),
    NoticeImport.Way.API: _("API"),
    NoticeImport.Way.FOLDER: _("Watched folder"),
    NoticeImport.Way.SOURCE: _("Scheduled pull"),
}
WHYS: dict[str, Promise] = {
    undo.LATER: _("A later import builds on it. Undo that one first."),
    undo.TOLD: _("A supplier was told of it, or set it aside with a reason."),
    undo.LEAD: _("A sales desk has taken it up as a lead."),
    undo.DEAL: _("It is a deal of somebody's sales desk."),
    undo.HELD: _("Something of the centre refers to it."),
}
FOLDER_FAULTS: dict[str, Promise] = {
    "missing": _("The folder doesn't exist. Make it, or correct PAZAR_IMPORT_FOLDER."),
    "closed": _("The centre may not read and write in the folder. Give it the right to."),
}
FAULTS: dict[str, Promise] = {
    "broke-off": _("The worker broke off by a fault of ours; it tries again."),
    "name_unknown": _("Its name is not known."),
    "address_refused": _("This is no address that can be asked."),
    "address_inside": _("It leads to a network that may not be called."),
    "no_connection": _("No connection came about."),
    "certificate": _("Its certificate isn't valid."),
    "too_slow": _("It answered too slowly."),
    "broken_off": _("Its answer broke off."),
    "too_large": _("A page of it is larger than 16 MB."),
    "too_many_redirects": _("It sends on from address to address."),
    "wrong_encoding": _("Its answer is packed in a way that isn't understood."),
    "html": _("It answered with a web page instead of data."),
    "not-json": _("Its answer is no JSON."),
    "cut-short": _("Its answer is JSON that breaks off or is broken."),
    "no-package": _("Its answer holds no releases and no records."),
    "too-deep": _("Its answer is nested deeper than any package is."),
    "elsewhere": _("Its next page is named on another server, which isn't asked."),
    "loop": _("Its next page is one that was read already: its links go in a circle."),
    "too-many-pages": _("It has more pages than one run reads."),
    "http-401": _("It wants a token, or another one."),
    "http-403": _("It doesn't let this token read."),
    "http-404": _("It knows nothing by this address."),
    "http-429": _("It is asked too often and wants to be left alone for a while."),
}


def fault_words(code: str) -> str:
    """Why a run broke off, in a sentence."""
    if code in FAULTS or not code:
        return str(FAULTS.get(code, ""))
    return said("It answered with an error (%(code)s).") % {"code": code.removeprefix("http-")}


STREAM_SECONDS = 600.0
EVERY_SECONDS = 0.5


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or many files; what they hold is looked at by the import, not here."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:  # a list, as the widget gives it
        given = data if isinstance(data, list | tuple) else [data]
        if not [one for one in given if one]:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(given)


class UploadForm(forms.Form):
    sent = FilesField(label=_("Files"), widget=Files(attrs={"multiple": True}))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
def listing(request: ActorRequest) -> HttpResponse:
    """GET and POST /market/imports/: what was imported, and more of it."""
    refusal: Refusal | None = None
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        try:
            run = imports.upload(
                actor=request.actor,
                files=[Sent(name=file.name or "", stream=file) for file in form.cleaned_data["sent"]],
            )
        except Refusal as error:
            refusal = error
        else:
            return redirect("procedures:import", run.pk)
    request.wing = "centre"  # type: ignore[attr-defined]
    keyed = queries.imports_page(request.actor, request.GET.get("cursor", ""))
    watched = folder.state()
    context = {
        "form": form,
        "refusal": refusal,
        "rows": shown_rows(keyed.rows),
        "next": keyed.cursor,
        "running": queries.running(request.actor),
        "sources": list(queries.sources(request.actor)),
        "most": settings.IMPORT_MOST_BYTES >> 20,
        "most_files": imports.MOST_FILES,
        "folder": watched,
        "folder_fault": FOLDER_FAULTS.get(watched.fault) if watched else None,
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "procedures/imports/list.html", context, status=status)


def shown_rows(runs: Sequence[NoticeImport]) -> list[dict[str, Any]]:
    """Lines of a list of imports."""
    return [_row(run) for run in runs]


def _row(run: NoticeImport) -> dict[str, Any]:
    kind, word = STATES[run.state]
    if run.state == State.RUNNING and undo.is_silent(run):
        kind, word = "bad", _("broke off")
    return {"run": run, "kind": kind, "word": word, "way": WAYS.get(run.way, run.way)}


@never_cache
@require_safe
@staff_required(StaffRole.OPERATOR)
def one(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """GET /market/imports/<id>/: how far it is; its report by file and place."""
    request.wing = "centre"  # type: ignore[attr-defined]
    run = queries.one(request.actor, import_id)
    files = queries.files(run)
    chosen = next((file for file in files if str(file.pk) == request.GET.get("file", "")), None)
    keyed = queries.refusals_page(run, request.GET.get("cursor", ""), file_id=chosen.pk if chosen else None)
    kept = queries.kept_page(run, request.GET.get("kept", ""))
    context = {
        **_row(run),
        "files": files,
        "chosen": chosen,
        "lines": [_line(line) for line in keyed.rows],
        "next": keyed.cursor,
        "codes": [(sentence_of(code, _blank), count) for code, count in queries.codes(run)[:10]],
        "kept": [(row, WHYS.get(row.why, row.why)) for row in kept.rows],
        "kept_next": kept.cursor,
        "progress": queries.progress(run.pk),
        "may_be_undone": undo.may_be_undone(run) and queries.brought(run).exists(),
        "title": _title(run),
        "fault_words": fault_words(run.fault),
    }
    return render(request, "procedures/imports/one.html", context)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


_blank = _Blank()


def _line(line: ImportRefusal) -> dict[str, Any]:
    return {"line": line, "sentence": sentence_of(line.code, line.params)}


def _title(run: Any) -> str:  # with its sums
    if run.state == State.WAITING:
        return said("The import waits for the worker")
    if run.state == State.UNDOING:
        return said("The import is being undone")
    if run.state == State.UNDONE:
        return said("The import was undone")
    brought = run.sum_new + run.sum_changed
    if run.state == State.RUNNING:
        return said("The import is running")
    if run.state == State.FAILED:
        return said("The import broke off; what came before stays")
    if not run.sum_read:
        return said("The import found nothing")
    if not brought:
        return said("The import brought nothing new")
    return ngettext(
        "The import brought %(n)s notice that is new or changed",
        "The import brought %(n)s notices that are new or changed",
        brought,
    ) % {"n": formats.number(brought)}


@never_cache
@require_safe
@staff_required(StaffRole.OPERATOR)
def stream(request: ActorRequest, import_id: UUID) -> HttpResponseBase:
    """GET /market/imports/<id>/stream: the progress as it changes, as server-sent events."""
    if queries.progress(import_id) is None:
        raise NotFound
    response = StreamingHttpResponse(
        _events(import_id, translation.get_language() or "en"), content_type="text/event-stream; charset=utf-8"
    )
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(import_id: UUID, language: str) -> AsyncIterator[bytes]:
    """`progress` with the part of the page that shows it; `over` when the page should come again."""
    look = sync_to_async(_shown, thread_sensitive=False)
    until, last = monotonic() + STREAM_SECONDS, ""
    yield b"retry: 3000\n\n"
    while monotonic() < until:
        shown, is_over = await look(import_id, language)
        if shown != last:
            last = shown
            yield _event("progress", shown)
        if is_over:
            yield _event("over", "")
            return
        await sleep(EVERY_SECONDS)


def _event(name: str, text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.splitlines()) or "data:\n"
    return f"event: {name}\n{lines}\n".encode()


def _shown(import_id: UUID, language: str) -> tuple[str, bool]:
    try:
        progress = queries.progress(import_id)
        if progress is None:
            return "", True
        with translation.override(language):
            return render_to_string("procedures/imports/_progress.html", {"progress": progress}), progress.is_over
    finally:
        close_old_connections()


COLUMNS: list[Column[ImportRefusal]] = [
    Column(head=_("File"), value=lambda line: line.file.name),
    Column(head=_("Place"), value=lambda line: line.place),
    Column(head=_("Field"), value=lambda line: line.field),
    Column(head=_("Code"), value=lambda line: line.code),
    Column(head=_("What is the matter"), value=lambda line: sentence_of(line.code, line.params)),
]


@require_safe
@staff_required(StaffRole.OPERATOR)
def report(request: ActorRequest, import_id: UUID, form: str) -> HttpResponseBase:
    """GET /market/imports/<id>/report.csv or .xlsx: every refusal with its place."""
    run = queries.one(request.actor, import_id)
    rows = queries.refusals(run).order_by("file__position", "number").iterator()
    return exports.answer(name=f"import-{run.pk}", form=exports.form_of(form), columns=COLUMNS, rows=rows)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
def take_back(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """GET /market/imports/<id>/undo/: what an undo would do; POST: do it."""
    request.wing = "centre"  # type: ignore[attr-defined]
    run = queries.one(request.actor, import_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            if request.POST.get("sure") != "yes":
                raise NotSure
            undo.ask(actor=request.actor, import_id=import_id)
        except Refusal as error:
            refusal = error
        else:
            flash.success(request, said("The import is being undone. You can leave this page."))
            return redirect("procedures:import", run.pk)
    plan = undo.plan(actor=request.actor, import_id=import_id)
    context = {
        **_row(run),
        "refusal": refusal,
        "plan": plan,
        "whys": [(WHYS.get(why, why), count) for why, count in plan.kept.items()],
        "may_be_undone": undo.may_be_undone(run) and plan.removed + plan.set_back > 0,
    }
    return render(request, "procedures/imports/undo.html", context, status=refusal.status if refusal else 200)


class NotSure(Refusal):
    code = "not_sure"
    status = 422
    what = _("Nothing was undone.")
    why = _("Undoing an import wants to be said twice.")
    remedy = _("Tick that you have read what will happen, then undo it.")


@require_POST
@staff_required(StaffRole.OPERATOR)
def again(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """POST /market/imports/<id>/again/: have the worker go on with one that broke off."""
    imports.go_on(actor=request.actor, import_id=import_id)
    flash.success(request, said("The worker goes on with the import."))
    return redirect("procedures:import", import_id)
