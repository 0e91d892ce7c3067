"""The list of a person's saved searches; saving, naming, opening and taking away."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.searches import commands, kinds, queries
from pazar.ground.ui.pages import back


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def listing(request: ActorRequest) -> HttpResponseBase:
    """GET /searches/: his own by name, each with what is new. POST saves what a list was narrowed to."""
    if request.method == "POST":
        return _save(request)
    rows = [queries.shown(search) for search in queries.own(request.actor).order_by("name", "id")]
    return render(request, "searches/list.html", {"rows": rows, "title": _title(rows)})


def _save(request: ActorRequest) -> HttpResponse:
    kind, query = request.POST.get("kind", ""), request.POST.get("query", "")
    try:
        saved = commands.save_search(actor=request.actor, kind=kind, query=query, name=request.POST.get("name", ""))
    except (Invalid, commands.NothingToSave, commands.TooManySearches) as refusal:
        _tell(request, refusal)
        return redirect(back(request))
    flash.success(request, _("“%(name)s” stands in your saved searches.") % {"name": saved.name})
    known = kinds.get(saved.kind)
    return redirect(known.address(saved.query) if known else "searches:list")


@require_safe
@person_required
def open_search(request: ActorRequest, search_id: UUID) -> HttpResponse:
    """GET /searches/<id>/: to the list; from now on counts what comes later."""
    found = queries.own_search(request.actor, search_id)
    kind = kinds.get(found.kind)
    if request.method == "GET":
        commands.look(actor=request.actor, search_id=search_id)
    return redirect(kind.address(found.query) if kind else "searches:list")


@require_POST
@person_required
def rename(request: ActorRequest, search_id: UUID) -> HttpResponse:
    try:
        commands.rename_search(actor=request.actor, search_id=search_id, name=request.POST.get("name", ""))
    except Invalid as refusal:
        _tell(request, refusal)
    return redirect("searches:list")


@require_POST
@person_required
def remove(request: ActorRequest, search_id: UUID) -> HttpResponse:
    commands.remove_search(actor=request.actor, search_id=search_id)
    flash.success(request, _("The search is taken away."))
    return redirect("searches:list")


def _tell(request: ActorRequest, refusal: Refusal) -> None:
    flash.error(request, " ".join(str(said) for said in refusal.fields.values() or refusal.sentences if said))


def _title(rows: list[queries.Shown]) -> str:
    with_new = sum(bool(row.new) for row in rows)
    if with_new:
        return ngettext("%(n)d saved search has something new", "%(n)d saved searches have something new", with_new) % {
            "n": with_new
        }
    if rows:
        return _("Nothing new in your saved searches")
    return _("You haven't saved a search yet")
