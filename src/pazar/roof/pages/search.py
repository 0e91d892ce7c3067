"""One search over everything the person may see, acts included (J4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground.api.paging import keyset
from pazar.ground.codes import countries
from pazar.ground.codes import queries as codes
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import BUYING, SELLING
from pazar.ground.searches import queries as searches
from pazar.ground.ui import formats, hall, now
from pazar.ground.ui.context import WINGS
from pazar.market.awards.queries import lists as awards
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State
from pazar.roof import links
from pazar.sales.customers import queries as customers
from pazar.sales.pipeline import queries as deals

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

SHOWN = 20
FEW = 6
SHORTEST = 2
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found; without an address it is shown and leads nowhere."""

    title: str
    url: str = ""
    about: str = ""
    language: str = ""
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    key: str
    title: str
    hits: tuple[Hit, ...]
    more_url: str = ""


@require_safe
@anybody
def search(request: ActorRequest) -> HttpResponse:
    """GET /search/?q=: acts, saved searches, procedures, own deals and accounts, companies, twenty of each; and a few
    awards, products and categories.

    `in` names one group, which is then shown page by page. Procedures have a list of their own for that.
    """
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    only = request.GET.get("in", "")
    groups = [group for group in _groups(request, text, only) if group.hits] if len(text) >= SHORTEST else []
    context = {"q": text, "only": only, "groups": groups, "count": sum(len(group.hits) for group in groups)}
    return render(request, "roof/search.html", context)


def _groups(request: ActorRequest, text: str, only: str) -> Iterator[Group]:
    """Every group; or only the one that is asked for, from its cursor on."""
    paged: dict[str, Callable[[ActorRequest, str, str], Group]] = {
        "categories": _categories,
        "deals": _deals,
        "accounts": _accounts,
        "companies": _companies,
    }
    if not request.actor.has(SELLING):
        del paged["deals"], paged["accounts"]
    if only in paged:
        yield paged[only](request, text, request.GET.get("cursor", ""))
        return
    found = list(procedures.search(request.actor, text, moment=now.now(), limit=SHOWN + 1))
    yield Group(key="acts", title=_("Go to, do"), hits=tuple(_acts(request, text, found)))
    own = searches.named(request.actor, text, limit=FEW)
    hits = (Hit(title=one.name, url=links.to("searches:open", one.pk), icon="bookmark") for one in own)
    yield Group(key="searches", title=_("Saved searches"), hits=tuple(hits))
    is_code = text[0].isdigit()
    if is_code:
        yield _categories(request, text, "")
    list_url = links.to("procedures:list")
    more = f"{list_url}?{urlencode({'q': text, 'all': '1'})}" if list_url and len(found) > SHOWN else ""
    yield Group(
        key="procedures",
        title=_("Procedures"),
        hits=tuple(_procedure(row) for row in found[:SHOWN]),
        more_url=more,
    )
    for key in ("deals", "accounts", "companies"):
        if key in paged:
            yield paged[key](request, text, "")
    yield _awards(text)
    yield _items(text)
    if not is_code:
        yield _categories(request, text, "", shown=FEW)


def _more(key: str, text: str, cursor: str) -> str:
    return f"?{urlencode({'q': text, 'in': key, 'cursor': cursor})}" if cursor else ""


def _categories(request: ActorRequest, text: str, cursor: str, *, shown: int = SHOWN) -> Group:
    """Categories by code, with its check digit or without, or by words of either language; each leads to its list.

    A few stand below what was found by words: who types a word looks for procedures first.
    """
    start = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 6 else 0
    language = (get_language() or "en").split("-")[0]
    found = codes.search_cpv(text, language=language, limit=shown + 1, offset=start, nearest=False)
    list_url = links.to("procedures:list")
    return Group(
        key="categories",
        title=_("Procedures by category"),
        hits=tuple(
            Hit(
                title=f"{one.label} {one.shown}",
                url=f"{list_url}?{urlencode({'cpv': one.code})}" if list_url else "",
                about=one.within,
            )
            for one in found[:shown]
        ),
        more_url=_more("categories", text, str(start + shown)) if len(found) > shown else "",
    )


def _acts(request: ActorRequest, text: str, found: list[Procedure]) -> Iterator[Hit]:
    """Pages of the hall by their names, and what may be done with a procedure that was named."""
    wanted = text.casefold()
    for wing in (*(key for key, _label in WINGS), "person"):
        for entry in hall.entries(request, wing=wing):
            if wanted in str(entry.label).casefold():
                yield Hit(title=str(entry.label), url=entry.url, icon=entry.icon)
    actor = request.actor
    if actor.has(BUYING) and (url := links.to("procedures:new")) and wanted in _("New procedure").casefold():
        yield Hit(title=_("New procedure"), url=url, icon="plus")
    if not actor.has(BUYING):
        return
    for row in found[:SHOWN]:
        if row.buyer_id != actor.company_id:
            continue
        if row.state == State.DRAFT:
            yield Hit(
                title=_("Publish “%(title)s”") % {"title": row.title},
                url=links.to("procedures:edit", row.pk),
                icon="send",
            )
        elif row.state == State.CLOSED:
            yield Hit(
                title=_("Open %(reference)s") % {"reference": row.reference},
                url=links.procedure(row.pk),
                icon="mail-opened",
            )
        elif row.state == State.OPENED:
            yield Hit(
                title=_("Award %(reference)s") % {"reference": row.reference}, url=links.procedure(row.pk), icon="award"
            )


def _procedure(row: Procedure) -> Hit:
    parts = [
        row.reference,
        row.buyer_name,
        formats.left(row.closes_at) if row.state == State.PUBLISHED and row.closes_at else "",
    ]
    return Hit(
        title=row.title or _("Without a title yet"),
        url=links.procedure(row.pk),
        about=" · ".join(part for part in parts if part),
        language=row.language,
    )


def _deals(request: ActorRequest, text: str, cursor: str) -> Group:
    page = keyset(deals.search(request.actor, text), ["-made_at", "-id"], cursor, SHOWN)
    hits = (Hit(title=row.title, url=links.to("pipeline:deal", row.pk), about=row.account.name) for row in page.rows)
    return Group(key="deals", title=_("Deals"), hits=tuple(hits), more_url=_more("deals", text, page.cursor))


def _accounts(request: ActorRequest, text: str, cursor: str) -> Group:
    page = keyset(customers.search(request.actor, text), ["name", "id"], cursor, SHOWN)
    hits = (Hit(title=row.name, url=links.to("pipeline:account", row.pk)) for row in page.rows)
    return Group(key="accounts", title=_("Accounts"), hits=tuple(hits), more_url=_more("accounts", text, page.cursor))


def _companies(request: ActorRequest, text: str, cursor: str) -> Group:
    page = keyset(companies.named(text), ["standing", "name", "id"], cursor, SHOWN)
    return Group(
        key="companies",
        title=_("Companies"),
        hits=tuple(_company(row) for row in page.rows),
        more_url=_more("companies", text, page.cursor),
    )


def _company(row: Company) -> Hit:
    known = (
        _("trades here") if row.standing == Company.Standing.MEMBER else _("known from notices"),
        row.number,
        countries.label(row.country, language=get_language() or "en") if row.country else "",
    )
    about = " · ".join(part for part in known if part)
    return Hit(title=row.name, url=links.to("roof:company", row.pk), about=about)


def _awards(text: str) -> Group:
    wanted = awards.Wanted(text=text)
    page = awards.list_page(awards.awards(wanted), wanted, limit=FEW)
    hits = (
        Hit(
            title=row.procedure.title,
            url=links.procedure(row.procedure_id),
            about=" · ".join(part for part in (", ".join(getattr(row, "winner_names", ())), row.title) if part),
            language=row.procedure.language,
        )
        for row in page.rows
    )
    more = f"{links.to('awards:awards')}?{urlencode({'q': text})}" if page.next else ""
    return Group(key="awards", title=_("Awards"), hits=tuple(hits), more_url=more)


def _items(text: str) -> Group:
    wanted = awards.Wanted(text=text)
    page = awards.list_page(awards.items(wanted, moment=now.now()), wanted, limit=FEW)
    hits = (
        Hit(
            title=row.title or row.procedure.title,
            url=links.procedure(row.procedure_id),
            about=row.procedure.title,
            language=row.procedure.language,
        )
        for row in page.rows
    )
    more = f"{links.to('awards:items')}?{urlencode({'q': text})}" if page.next else ""
    return Group(key="items", title=_("Products"), hits=tuple(hits), more_url=more)
