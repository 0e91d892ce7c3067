"""Matches as an Atom feed and as a calendar of deadlines, by a secret address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground import clock
from pazar.ground.codes import wording
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.messages import feeds
from pazar.market.matching.models import Match
from pazar.market.matching.queries import matches, reasons

ATOM, CALENDAR = "matches", "matches_deadlines"
MOST = 100


@require_safe
def atom(request: HttpRequest, token: str) -> HttpResponse:
    """GET /market/feeds/<token>/matches.atom: what fits and is open, newest first, each with its reason."""
    actor, person = feeds.reader(token, ATOM)
    with acting(actor), translation.override(person.language):
        rows = _rows(actor)
        why = reasons.of_matches(rows)
        feed = Atom1Feed(
            title=_("%(centre)s: what fits %(company)s")
            % {"centre": settings.CENTRE_NAME, "company": actor.company_name},
            link=settings.BASE_URL + reverse("matching:matches"),
            description="",
            language=person.language,
            feed_url=settings.BASE_URL + request.path,
            feed_guid=f"urn:uuid:{actor.company_id}",
        )
        for row in rows:
            feed.add_item(
                title=row.procedure.title,
                link=settings.BASE_URL + reverse("roof:procedure", args=[row.procedure_id]),
                description=wording.sentence(why[row.pk], person.language) if row.pk in why else "",
                unique_id=f"urn:uuid:{row.procedure_id}",
                pubdate=row.found_at,
                updateddate=row.found_at,
                author_name=row.procedure.buyer.name if row.procedure.buyer else settings.CENTRE_NAME,
                categories=[row.interest.name],
            )
        return feeds.answer(feed.writeString("utf-8").encode(), "application/atom+xml; charset=utf-8")


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """GET /market/feeds/<token>/matches.ics: the deadlines of what fits."""
    actor, person = feeds.reader(token, CALENDAR)
    with acting(actor), translation.override(person.language):
        entries = [
            feeds.Entry(
                id=row.procedure_id,
                title=_("Deadline: %(title)s") % {"title": row.procedure.title},
                at=row.procedure.closes_at,
                path=reverse("roof:procedure", args=[row.procedure_id]),
                text=row.procedure.buyer.name if row.procedure.buyer else "",
            )
            for row in _rows(actor)
            if row.procedure.closes_at is not None
        ]
        content = feeds.calendar(str(_("Deadlines of what fits")), entries, moment=clock.db_now())
        return feeds.answer(content, "text/calendar; charset=utf-8")


def _rows(actor: Actor) -> list[Match]:
    """One match a procedure: the first that was found, of those not put away."""
    found = matches.open_matches(actor, moment=clock.db_now()).filter(dismissed_at=None)
    rows: dict[object, Match] = {}
    for row in found.select_related("procedure__buyer", "interest").order_by("-found_at", "-id")[: MOST * 5]:
        rows[row.procedure_id] = row
    return sorted(rows.values(), key=lambda row: (row.found_at, row.pk), reverse=True)[:MOST]
