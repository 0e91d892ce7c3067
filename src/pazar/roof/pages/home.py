"""Home: what the centre is and its live figures; for somebody logged in, what needs him today."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pazar.ground.identity import queries as people
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.journal import queries as journal
from pazar.ground.ui import now
from pazar.market.companies import queries as companies
from pazar.market.procedures import queries as procedures
from pazar.roof import links
from pazar.roof.demo import queries as demo
from pazar.roof.pages import today

NEWEST = 6


@dataclass(frozen=True, kw_only=True)
class Way:
    """How it works for one side, in four steps."""

    title: str | Promise
    icon: str
    steps: tuple[tuple[str | Promise, str | Promise], ...]


WAYS = (
    Way(
        title=_("You buy"),
        icon="clipboard-list",
        steps=(
            (
                _("Write what you need"),
                _("Lots, items, terms. The draft saves itself and checks the days of your rules."),
            ),
            (_("Publish"), _("Suppliers whose interests it fits are told at once, each with the reason.")),
            (_("Open after the deadline"), _("Until then no one reads a price: neither you, nor we.")),
            (
                _("Compare and award"),
                _("Lot by lot, by the rule you published; letters and the protocol write themselves."),
            ),
        ),
    ),
    Way(
        title=_("You sell"),
        icon="bell",
        steps=(
            (_("Say what interests you"), _("Categories, regions, words, values: procedures that fit come to you.")),
            (_("Prepare the bid"), _("A live checklist says what is still missing, from the first minute.")),
            (_("Seal it in your browser"), _("You get a receipt with the digest and the time of the centre's clock.")),
            (_("See how it ended"), _("Who won, at what price, and why; your sales desk keeps the deal.")),
        ),
    ),
)


@require_safe
@anybody
def home(request: ActorRequest) -> HttpResponse:
    """GET /: the public first page, or the Market's *Today*."""
    if request.actor.is_somebody:
        return today.today(request)
    moment = now.now()
    found = list(procedures.newest_open(moment, limit=NEWEST))
    context = {
        "open_count": procedures.open_count(moment),
        "member_count": people.member_count(),
        "companies_url": links.to("roof:companies"),
        "last_entry": journal.last_number(),
        "moderated": companies.share_in_time(moment).percent,
        "join_url": links.to("companies:join"),
        "newest": [(row, links.procedure(row.pk)) for row in found],
        "ways": WAYS,
        "list_url": links.to("procedures:list"),
        "journal_url": links.to("roof:journal"),
        "demo_url": links.to("demo:people") if demo.is_demo() else "",
    }
    return render(request, "roof/home.html", context)
