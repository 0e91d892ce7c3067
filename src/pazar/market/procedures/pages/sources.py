"""The operator's pages of scheduled pulls: which OCDS APIs are asked, how, and how it went (B12)."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.errors import Refusal
from pazar.ground.identity.pages.guards import staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.market.procedures import import_queries as queries
from pazar.market.procedures.commands import sources
from pazar.market.procedures.commands.sources import Said
from pazar.market.procedures.models import NoticeSource
from pazar.market.procedures.pages.imports import fault_words, shown_rows

PAGINGS = [
    ("link", _("Each page names the next one's address")),
    ("number", _("Pages are numbered")),
    ("cursor", _("Each page names a cursor for the next one")),
    ("since", _("By date alone: what is newer than the newest")),
]
EVERY = [
    (15, _("every quarter of an hour")),
    (60, _("every hour")),
    (360, _("every six hours")),
    (1440, _("every day")),
    (10080, _("every week")),
]


class SourceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("With {since}, {until}, {page} or {cursor} where the API wants them."),
    )
    paging = forms.ChoiceField(label=_("How its pages follow one another"), choices=PAGINGS)
    cursor_path = forms.CharField(
        label=_("Where a page names the next one"),
        max_length=200,
        required=False,
        help_text=_("Names with points between them, such as links.next (used if nothing is said) or meta.cursor."),
    )
    first_page = forms.IntegerField(label=_("Number of the first page"), min_value=0, max_value=1_000_000, initial=1)
    token = forms.CharField(
        label=_("Token"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Sent as “Authorization: Bearer”. Kept sealed and never shown; leave it empty to keep it."),
    )
    every_minutes = forms.TypedChoiceField(label=_("Asked"), choices=EVERY, coerce=int, initial=60)
    overlap_hours = forms.IntegerField(
        label=_("Overlap in hours"),
        min_value=0,
        max_value=744,
        initial=24,
        help_text=_("So far before the newest publication it is read again, since pages change while they are read."),
    )
    since = forms.DateField(
        label=_("Read from this day on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("If nothing is said, from thirty days ago at first, then from where it was read to."),
    )
    is_active = forms.BooleanField(label=_("Ask it by the clock"), required=False, initial=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
def listing(request: ActorRequest) -> HttpResponse:
    """GET and POST /market/imports/sources/: all of them, and a new one."""
    form = SourceForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            made = sources.make_source(actor=request.actor, said=_said(form.cleaned_data))
        except Refusal as error:
            refusal = _at_its_field(form, error)
        else:
            flash.success(request, said("The source is asked within a minute."))
            return redirect("procedures:import_source", made.pk)
    request.wing = "centre"  # type: ignore[attr-defined]
    rows = [(source, fault_words(source.fault)) for source in queries.sources(request.actor)]
    status = refusal.status if refusal else 422 if form.errors else 200
    page = {"form": form, "refusal": refusal, "rows": rows}
    return render(request, "procedures/imports/sources.html", page, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
def one(request: ActorRequest, source_id: UUID) -> HttpResponse:
    """GET and POST /market/imports/sources/<id>/: how its runs went; change it."""
    request.wing = "centre"  # type: ignore[attr-defined]
    source = queries.source(request.actor, source_id)
    form = SourceForm(request.POST if request.method == "POST" else None, initial=_initial(source))
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            sources.change_source(actor=request.actor, source_id=source_id, said=_said(form.cleaned_data))
        except Refusal as error:
            refusal = _at_its_field(form, error)
        else:
            flash.success(request, said("The source is changed."))
            return redirect("procedures:import_source", source_id)
    keyed = queries.imports_page(request.actor, request.GET.get("cursor", ""), source_id=source_id)
    page = {
        "source": source,
        "form": form,
        "refusal": refusal,
        "fault": fault_words(source.fault),
        "rows": shown_rows(keyed.rows),
        "next": keyed.cursor,
    }
    return render(
        request,
        "procedures/imports/source.html",
        page,
        status=refusal.status if refusal else 422 if form.errors else 200,
    )


@require_POST
@staff_required(StaffRole.OPERATOR)
def run(request: ActorRequest, source_id: UUID) -> HttpResponse:
    """POST /market/imports/sources/<id>/run/."""
    sources.ask_now(actor=request.actor, source_id=source_id)
    flash.success(request, said("The source is being asked."))
    return redirect("procedures:import_source", source_id)


@require_POST
@staff_required(StaffRole.OPERATOR)
def remove(request: ActorRequest, source_id: UUID) -> HttpResponse:
    """POST /market/imports/sources/<id>/remove/."""
    sources.remove_source(actor=request.actor, source_id=source_id)
    flash.success(request, said("The source is removed; what it brought stays."))
    return redirect("procedures:import_sources")


def _said(typed: dict[str, Any]) -> Said:
    since = typed.pop("since")
    return Said(**typed, since=datetime.combine(since, time(), tzinfo=UTC) if since else None)


def _initial(source: NoticeSource) -> dict[str, Any]:
    kept = ("name", "url", "paging", "cursor_path", "first_page", "every_minutes", "overlap_hours", "is_active")
    return {name: getattr(source, name) for name in kept}


def _at_its_field(form: SourceForm, error: Refusal) -> Refusal | None:
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
    return None if error.fields else error
