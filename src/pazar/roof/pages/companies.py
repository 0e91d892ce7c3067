"""The companies the centre knows, with their public cards: a list to search, narrow and take along (J4, B12)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground.api import exports
from pazar.ground.api.paging import CursorBroken, keyset
from pazar.ground.codes import countries
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.pages.guards import anybody, member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.searches.kinds import MOST_COUNTED, Seen
from pazar.ground.ui import formats
from pazar.ground.ui.chips import Chip, address

PAGE = 30
LONGEST = 200
BY_NAME = ["standing", "name", "id"]
NEWEST = ["-id"]  # ids are in the order of their making
SAVED = ("q", "country", "members", "order")
"""What of an address is a search."""
_KEPT = (*SAVED, "narrow")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the list is narrowed to; what isn't ours is left out."""

    text: str
    country: str
    only_members: bool
    order: list[str]

    @classmethod
    def of(cls, query: QueryDict) -> _Asked:
        code = query.get("country", "").upper()
        return cls(
            text=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST],
            country=code if len(code) == 2 and code.isascii() and code.isalpha() else "",
            only_members=bool(query.get("members")),
            order=NEWEST if query.get("order") == "newest" else BY_NAME,
        )

    def found(self) -> QuerySet[Company]:
        return companies.listed(text=self.text, country=self.country, only_members=self.only_members)


def new_since(query: QueryDict, seen: Seen) -> int:
    """How many of a saved search the centre has come to know since somebody looked."""
    return _Asked.of(query).found().filter(id__gt=seen.id).order_by()[:MOST_COUNTED].count()


@require_safe
@anybody
def listing(request: ActorRequest) -> HttpResponse:
    """GET /market/companies/?q=&country=&members=&order=: members first, then those known from notices, by name."""
    asked = _Asked.of(request.GET)
    found = asked.found()
    try:
        page = keyset(found, asked.order, request.GET.get("cursor", ""), PAGE)
    except CursorBroken:
        page = keyset(found, asked.order, "", PAGE)
    narrowing = bool(request.GET.get("narrow"))
    language = get_language() or "en"

    def url(**wanted: str) -> str:
        return address(request, _KEPT, **wanted)

    def country(code: str) -> str:
        return countries.label(code, language=language) if code else ""

    facets = companies.company_facets(found) if narrowing else None
    more = "+" if facets and facets.capped else ""
    context = {
        "q": asked.text,
        "kept": [(name, request.GET[name]) for name in _KEPT if name != "q" and request.GET.get(name)],
        "rows": [{"company": row, "country": country(row.country)} for row in page.rows],
        "chips": [
            Chip(label=_("All"), url=url(members=""), on=not asked.only_members),
            Chip(
                label=_("Trade here"),
                url=url(members="1"),
                on=asked.only_members,
                count=f"{formats.number(facets.members)}{more}" if facets else None,
            ),
        ],
        "orders": [
            Chip(label=_("By name, members first"), url=url(order=""), on=asked.order is BY_NAME),
            Chip(label=_("Newest here"), url=url(order="newest"), on=asked.order is NEWEST),
        ],
        "narrow_url": url(narrow="" if narrowing else "1"),
        "narrowing": narrowing,
        "by_country": [
            Chip(label=country(code), url=url(country=code), count=f"{formats.number(number)}{more}")
            for code, number in (facets.by_country if facets else ())
        ],
        "country": asked.country,
        "country_label": country(asked.country),
        "without_country": url(country=""),
        "files": [
            Chip(label=form.upper(), url=f"{reverse('roof:companies_export', args=[form])}{url(narrow='')}")
            for form in (exports.FORMS if request.actor.company_id and page.rows else ())
        ],
        "next_url": url(cursor=page.cursor) if page.cursor else "",
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
    asked = _Asked.of(request.GET)
    rows = asked.found().order_by(*asked.order).iterator(chunk_size=1_000)
    return exports.answer(name=str(_("Companies")), form=exports.form_of(form), columns=columns, rows=rows)
