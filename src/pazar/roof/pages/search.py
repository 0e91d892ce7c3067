"""One search over everything the person may see, acts included (J4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground.codes import countries
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import BUYING, SELLING
from pazar.ground.ui import formats, hall, now
from pazar.ground.ui.context import WINGS
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State
from pazar.roof import links
from pazar.sales.customers import queries as customers
from pazar.sales.pipeline import queries as deals

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

SHOWN = 20
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
    """GET /search/?q=: acts, procedures, companies, own deals and accounts, twenty of each."""
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    groups = [group for group in _groups(request, text) if group.hits] if len(text) >= SHORTEST else []
    context = {"q": text, "groups": groups, "count": sum(len(group.hits) for group in groups)}
    return render(request, "roof/search.html", context)


def _groups(request: ActorRequest, text: str) -> Iterator[Group]:
    found = list(procedures.search(request.actor, text, moment=now.now(), limit=SHOWN + 1))
    yield Group(key="acts", title=_("Go to, do"), hits=tuple(_acts(request, text, found)))
    list_url = links.to("procedures:list")
    more = f"{list_url}?{urlencode({'q': text, 'all': '1'})}" if list_url and len(found) > SHOWN else ""
    yield Group(
        key="procedures",
        title=_("Procedures"),
        hits=tuple(_procedure(row) for row in found[:SHOWN]),
        more_url=more,
    )
    yield from _desk(request, text)
    named = companies.named(text, limit=SHOWN)
    yield Group(key="companies", title=_("Companies"), hits=tuple(_company(row) for row in named))


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


def _desk(request: ActorRequest, text: str) -> Iterator[Group]:
    actor = request.actor
    if not actor.has(SELLING):
        return
    own_deals = deals.search(actor, text, limit=SHOWN)
    yield Group(
        key="deals",
        title=_("Deals"),
        hits=tuple(
            Hit(title=row.title, url=links.to("pipeline:deal", row.pk), about=row.account.name) for row in own_deals
        ),
    )
    accounts = customers.search(actor, text, limit=SHOWN)
    yield Group(
        key="accounts",
        title=_("Accounts"),
        hits=tuple(Hit(title=row.name, url=links.to("customers:account", row.pk)) for row in accounts),
    )


def _company(row: Company) -> Hit:
    known = (
        _("trades here") if row.standing == Company.Standing.MEMBER else _("known from notices"),
        row.number,
        countries.label(row.country, language=get_language() or "en") if row.country else "",
    )
    return Hit(title=row.name, about=" · ".join(part for part in known if part))
