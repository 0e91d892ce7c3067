"""The deadlines of a company's own bids as a calendar, by a secret address."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity.scope import acting
from pazar.ground.messages import feeds
from pazar.market.bids import policies, queries
from pazar.market.procedures.rules.states import State

CALENDAR = "bids_deadlines"
MOST = 200


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """GET /market/feeds/<token>/bids.ics: what the company drafts or has put in; what was given up is marked so."""
    actor, person = feeds.reader(token, CALENDAR)
    if not policies.is_bidder(actor):
        raise NotFound
    with acting(actor), translation.override(person.language):
        entries = []
        for bid in queries.my_bids(actor, limit=MOST):
            procedure = bid.procedure
            if procedure.closes_at is None or bid.is_withdrawn:
                continue
            words = _("Sealed: %(reference)s closes") if bid.is_sealed else _("Not sealed yet: %(reference)s closes")
            entries.append(
                feeds.Entry(
                    id=bid.pk,
                    title=words % {"reference": procedure.reference},
                    at=procedure.closes_at,
                    path=reverse("bids:bid", args=[bid.pk]),
                    text=procedure.title,
                    is_off=procedure.state == State.CANCELLED,
                )
            )
        content = feeds.calendar(str(_("Deadlines of our bids")), entries, moment=clock.db_now())
        return feeds.answer(content, "text/calendar; charset=utf-8")
