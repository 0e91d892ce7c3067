"""The companies the centre knows, with their public cards: a list to search, narrow and take along (J4, B12)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground.api import exports
from pazar.ground.api.paging import CursorBroken, keyset, next_address
from pazar.ground.codes import countries
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest

PAGE = 30
LONGEST = 200
ORDER = ["standing", "name", "id"]


@require_safe
@anybody
def listing(request: ActorRequest) -> HttpResponse:
    """GET /market/companies/?q=&country=&members=: members first, then those known from notices, by name."""
    found = _asked(request)
    try:
        page = keyset(found, ORDER, request.GET.get("cursor", ""), PAGE)
    except CursorBroken:
        page = keyset(found, ORDER, "", PAGE)
    members, text, country = request.GET.get("members", ""), _text(request), _country(request)
    kept = {"q": text, "country": country, "members": members}

    def url(**asked: str) -> str:
        return "?" + urlencode({name: value for name, value in {**kept, **asked}.items() if value})

    language = get_language() or "en"
    context = {
        "q": text,
        "country": country,
        "members": members,
        "rows": [
            {"company": row, "country": countries.label(row.country, language=language) if row.country else ""}
            for row in page.rows
        ],
        "chips": [
            {"label": _("All"), "url": url(members=""), "on": not members},
            {"label": _("Trade here"), "url": url(members="1"), "on": bool(members)},
        ],
        "country_label": countries.label(country, language=language) if country else "",
        "without_country": url(country=""),
        "files": [
            {"label": form.upper(), "url": f"{reverse('roof:companies_export', args=[form])}{url()}"}
            for form in (exports.FORMS if request.actor.company_id and page.rows else ())
        ],
        "next_url": next_address(request, page.cursor) or "",
        "first_url": url() if request.GET.get("cursor") else "",
    }
    return render(request, "roof/companies.html", context)


@require_safe
@member_required
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """The list as a file; for people of companies, since it is much work."""
    columns: list[exports.Column[Company]] = [
        exports.Column(head=_("Name"), value=lambda row: row.name),
        exports.Column(head=_("Company number"), value=lambda row: row.number),
        exports.Column(head=_("Country"), value=lambda row: row.country),
        exports.Column(head=_("Town"), value=lambda row: row.town),
        exports.Column(head=_("trades here"), value=lambda row: row.standing == Company.Standing.MEMBER, kind="bool"),
        exports.Column(
            head=_("Address of its card"),
            value=lambda row: request.build_absolute_uri(reverse("roof:company", args=[row.pk])),
        ),
    ]
    rows = _asked(request).order_by(*ORDER).iterator(chunk_size=1_000)
    return exports.answer(name=str(_("Companies")), form=exports.form_of(form), columns=columns, rows=rows)


def _asked(request: ActorRequest) -> QuerySet[Company]:
    return companies.listed(
        text=_text(request), country=_country(request), only_members=bool(request.GET.get("members"))
    )


def _text(request: ActorRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]


def _country(request: ActorRequest) -> str:
    code = request.GET.get("country", "").upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
