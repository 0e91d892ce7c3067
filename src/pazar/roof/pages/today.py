"""Today of the Market: what needs this person, by time, gathered from the domains' own queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING, SELLING, StaffRole
from pazar.ground.jobs import queries as jobs
from pazar.ground.messages import queries as messages
from pazar.ground.ui import now
from pazar.market.bids import queries as bids
from pazar.market.matching.queries import matches
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State
from pazar.roof import links
from pazar.sales.channels import queries as channels
from pazar.sales.pipeline import queries as deals

if TYPE_CHECKING:
    from pazar.market.bids.models import Bid

NEAR = timedelta(days=7)
MOST_DRAFTS = 50


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that needs somebody: `what` is the sentence, `title` whose language is `language` what it is about."""

    what: str
    title: str
    url: str
    at: datetime | None = None
    language: str = ""
    about: str = ""
    is_due: bool = False
    """Nothing is waited for any more: it can be done now."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The needs of one stretch of time."""

    key: Literal["now", "today", "week", "later", "whenever"]
    title: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many of one kind wait, and the page with these very rows."""

    label: str
    value: int
    url: str


def today(request: ActorRequest) -> HttpResponse:
    """Every open thing of the person, the nearest first."""
    actor, moment = request.actor, now.now()
    rows = procedures.mine(actor, limit=100)[0] if actor.has(BUYING) else []
    due = _steps_due(actor, moment)
    needs = [
        *_buying(rows, moment),
        *_bidding(actor, moment),
        *_selling(actor, moment, due),
        *_own(actor),
        *_staff(actor),
    ]
    stretches = _by_time(needs, moment)
    pressing = sum(len(stretch.needs) for stretch in stretches if stretch.key in ("now", "today"))
    context = {
        "figures": [*_supplying(request, moment), *_own_procedures(rows), *_desk(due)],
        "stretches": stretches,
        "pressing": pressing,
        "total": len(needs),
        "list_url": links.to("procedures:list"),
        "new_url": links.to("procedures:new") if actor.has(BUYING) else "",
        "interests_url": links.to("matching:interests") if actor.has(BIDDING) else "",
    }
    return render(request, "roof/today.html", context)


def _by_time(needs: list[Need], moment: datetime) -> list[Stretch]:
    # A bid that closes at half past midnight presses this evening: the day ends 24 hours from now.
    tomorrow = moment + timedelta(hours=24)
    found: dict[str, list[Need]] = {"now": [], "today": [], "week": [], "later": [], "whenever": []}
    for need in needs:
        if need.is_due:
            found["now"].append(need)
        elif need.at is None:
            found["whenever"].append(need)
        elif need.at < tomorrow:
            found["today"].append(need)
        else:
            found["week" if need.at < moment + NEAR else "later"].append(need)
    titles = {
        "now": _("Now"),
        "today": _("In the next 24 hours"),
        "week": _("In the next seven days"),
        "later": _("Later"),
        "whenever": _("When you have time"),
    }
    return [
        Stretch(
            key=key,  # type: ignore[arg-type]  # the keys of `found` are the literals
            title=titles[key],
            needs=tuple(sorted(rows, key=lambda need: need.at or moment)),
        )
        for key, rows in found.items()
        if rows
    ]


def _supplying(request: ActorRequest, moment: datetime) -> Iterator[Figure]:
    actor = request.actor
    if actor.company_id is None or not actor.has(BIDDING | SELLING):
        return
    url = links.to("matching:matches")
    # The hall counts the open ones: both stand here, so that a new 0 beside its 50 reads as what it is.
    open_now, new = matches.open_and_new(actor, moment=moment)
    # The hall needn't count them again.
    request.matching_open_count = open_now  # type: ignore[attr-defined]
    yield Figure(label=_("Open matches"), value=open_now, url=url)
    yield Figure(label=_("New matches since you last looked"), value=new, url=f"{url}?show=new")


def _own_procedures(rows: Sequence[procedures.MineRow]) -> Iterator[Figure]:
    if not rows:
        return
    mine = links.to("procedures:mine")
    asked = [row for row in rows if row.unanswered]
    one = f"{links.procedure(asked[0].procedure.pk)}?tab=questions" if len(asked) == 1 else f"{mine}?waiting=1"
    yield Figure(label=_("Questions to answer"), value=sum(row.unanswered for row in asked), url=one)
    closed = sum(row.procedure.state == State.CLOSED for row in rows)
    yield Figure(label=_("Openings due"), value=closed, url=f"{mine}?state={State.CLOSED}")
    opened = sum(row.procedure.state == State.OPENED for row in rows)
    yield Figure(label=_("Awards to decide"), value=opened, url=f"{mine}?state={State.OPENED}")


def _steps_due(actor: Actor, moment: datetime) -> int | None:
    """How many next steps of deals are due; None for who has no desk."""
    if actor.has(SELLING) and actor.company_id is not None:
        return deals.overdue_count(actor, moment=moment)
    return None


def _desk(due: int | None) -> Iterator[Figure]:
    if due is not None:
        url = links.to("pipeline:today")
        yield Figure(label=_("Next steps of deals that are due"), value=due, url=f"{url}?show=due")


def _buying(rows: Sequence[procedures.MineRow], moment: datetime) -> Iterator[Need]:
    for row in rows:
        procedure = row.procedure
        for what, at, is_due in _of_buyer(row, moment):
            yield Need(
                what=what,
                at=at,
                is_due=is_due,
                title=procedure.title or _("Without a title yet"),
                language=procedure.language,
                about=procedure.reference,
                url=links.procedure(procedure.pk),
            )


def _of_buyer(row: procedures.MineRow, moment: datetime) -> Iterator[tuple[str, datetime | None, bool]]:
    procedure = row.procedure
    if procedure.state == State.DRAFT:
        yield _("This draft isn't published yet."), None, False
    elif procedure.state == State.PUBLISHED and procedure.closes_at is not None:
        if row.unanswered:
            said = ngettext(
                "%(n)s question waits for your answer.", "%(n)s questions wait for your answer.", row.unanswered
            )
            yield said % {"n": row.unanswered}, None, True
        if row.has_pending_change:
            yield _("A change is written and not published yet."), procedure.closes_at, False
        yield _("Bids close; then you open them."), procedure.closes_at, procedure.closes_at <= moment
    elif procedure.state == State.CLOSED:
        yield _("Bids are closed and wait to be opened."), procedure.closes_at, True
    elif procedure.state == State.OPENED:
        yield _("Bids are opened and wait for your decision."), procedure.opened_at, True


def _bidding(actor: Actor, moment: datetime) -> Iterator[Need]:
    if not actor.has(BIDDING):
        return
    for bid in bids.my_bids(actor, limit=MOST_DRAFTS):
        procedure = bid.procedure
        if procedure.state != State.PUBLISHED or procedure.closes_at is None or procedure.closes_at <= moment:
            continue
        if bid.is_sealed and _is_of_now(bid):
            what = _("Your bid is in the box. Until then you may replace or withdraw it.")
        elif bid.is_sealed:
            what = _("The procedure was changed after you sealed your bid. Look whether it still holds.")
        elif bid.is_withdrawn:
            continue
        else:
            what = _("Your bid is a draft: it isn't in the box yet.")
        yield Need(
            what=what,
            at=procedure.closes_at,
            title=procedure.title,
            language=procedure.language,
            about=" · ".join(part for part in (procedure.reference, procedure.buyer_name) if part),
            url=links.to("bids:bid", bid.pk) or links.procedure(procedure.pk),
        )


def _is_of_now(bid: Bid) -> bool:
    return bid.current is not None and bid.current.procedure_version == bid.procedure.version


def _selling(actor: Actor, moment: datetime, due: int | None) -> Iterator[Need]:
    if due:
        said = ngettext("%(n)s next step of a deal is due.", "%(n)s next steps of deals are due.", due)
        url = f"{links.to('pipeline:today')}?show=due"
        yield Need(what=said % {"n": due}, title=_("Deals"), url=url, is_due=True)
    url = links.to("channels:inbox")
    if not url or not actor.has(SELLING) or actor.company_id is None:
        return
    if count := channels.waiting(actor, moment=moment).count():
        said = ngettext("%(n)s opportunity waits in your inbox.", "%(n)s opportunities wait in your inbox.", count)
        yield Need(what=said % {"n": count}, title=_("Sales desk"), url=url, is_due=True)


def _own(actor: Actor) -> Iterator[Need]:
    if actor.person_id is not None and (count := messages.unread_count(actor.person_id)):
        said = ngettext("%(n)s message is unread.", "%(n)s messages are unread.", count)
        yield Need(what=said % {"n": count}, title=_("Messages"), url=links.to("messages:inbox"))


def _staff(actor: Actor) -> Iterator[Need]:
    if actor.is_staff(StaffRole.OPERATOR) and (count := jobs.failing_count()):
        said = ngettext("%(n)s job keeps failing.", "%(n)s jobs keep failing.", count)
        yield Need(what=said % {"n": count}, title=_("Failing jobs"), url=links.to("roof:jobs"), is_due=True)
