"""My matches: what fits the company's interests and may still be bid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from pazar.ground.api import exports
from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.ground.ui.chips import Chip as Link
from pazar.market.matching import policies
from pazar.market.matching.commands import look, match
from pazar.market.matching.queries import interests as interest_queries
from pazar.market.matching.queries import matches
from pazar.market.matching.queries.matches import Chip, Counts, Row

if TYPE_CHECKING:
    from pazar.market.matching.models import Interest

NOTED_FOR = timedelta(minutes=5)

# What people usually mean; the words stay with the match, so that an interest can be put right by them.
WHYS = (
    gettext_lazy("We don't sell this"),
    gettext_lazy("Too small"),
    gettext_lazy("Too large"),
    gettext_lazy("Too far away"),
    gettext_lazy("No time for it"),
)


@dataclass(frozen=True, kw_only=True)
class _Chip:
    key: str
    label: str
    count: int
    current: bool


def _chips(counts: Counts, current: Chip) -> list[_Chip]:
    """A chip per way to narrow the list; those that would always be empty are left out."""
    found: list[tuple[Chip, str, int | None]] = [
        (Chip.ALL, _("All"), counts.all),
        (Chip.NEW, _("New to you"), counts.new or None),
        (Chip.CLOSING, _("Closing this week"), counts.closing),
        (Chip.STARTED, _("Bid started"), counts.started),
        (Chip.OUTSIDE, _("Published elsewhere"), counts.outside),
        (Chip.DISMISSED, _("Not for us"), counts.dismissed or None),
    ]
    return [
        _Chip(key=chip.value, label=label, count=count or 0, current=chip == current)
        for chip, label, count in found
        if count is not None or chip == current
    ]


def _since(request: ActorRequest, moment: datetime) -> datetime | None:
    """The end of the person's visit before this one; noted anew every few minutes, not on each page."""
    whose = str(request.actor.company_id)
    kept = request.session.get("matching_look") or {}
    if kept.get("whose") == whose:
        noted = datetime.fromisoformat(kept["noted"])
        if timedelta(0) <= moment - noted < NOTED_FOR:
            return datetime.fromisoformat(kept["since"]) if kept["since"] else None
    since = look.note_look(actor=request.actor)
    request.session["matching_look"] = {
        "whose": whose,
        "noted": moment.isoformat(),
        "since": since.isoformat() if since else "",
    }
    return since


def _interest(request: ActorRequest) -> Interest | None:
    """The one interest whose matches are asked for. Raises NotFound."""
    asked = request.GET.get("interest", "")
    if not asked:
        return None
    try:
        return interest_queries.own_interest(request.actor, UUID(asked))
    except ValueError:
        raise NotFound from None


@require_safe
@member_required
def my_matches(request: ActorRequest) -> HttpResponseBase:
    moment = now.now()
    asked = request.GET.get("show", "")
    chip = Chip(asked) if asked in set(Chip) else Chip.ALL
    by = _interest(request)
    begun = matches.started(request.actor)
    since = _since(request, moment) if request.method == "GET" else None
    counts = matches.counts(request.actor, moment=moment, begun=begun, since=since, interest_id=by.pk if by else None)
    if by is None:
        # The hall shows the same figure; it needn't be counted twice.
        request.matching_open_count = counts.all  # type: ignore[attr-defined]
    rows, more = matches.matched(
        request.actor,
        moment=moment,
        chip=chip,
        begun=begun,
        after=matches.place(request.GET.get("after", "")),
        since=since,
        interest_id=by.pk if by else None,
    )
    narrowed = f"&interest={by.pk}" if by else ""
    page = {
        "by": by,
        "narrowed": narrowed,
        "files": [
            Link(label=form.upper(), url=f"{reverse('matching:export', args=[form])}?show={chip.value}{narrowed}")
            for form in (exports.FORMS if rows else ())
        ],
        "counts": counts,
        "is_first_look": since is None,
        "chips": _chips(counts, chip),
        "chip": chip.value,
        "rows": rows,
        "next": f"?show={chip.value}{narrowed}&after={more.text()}".replace("+", "%2B") if more else "",
        "has_interests": bool(rows) or counts.dismissed > 0 or bool(interest_queries.own_interests(request.actor)),
        "may_change": policies.may_change(request.actor),
        # The same for every row: rendered once.
        "why_buttons": render_to_string("matching/_whys.html", {"whys": WHYS}),
    }
    return render(request, "matching/matches.html", page)


@require_GET
@member_required
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """What the list holds, as a file; the journal notes it."""
    kind = exports.form_of(form)
    asked = request.GET.get("show", "")
    by = _interest(request)
    columns: list[exports.Column[Row]] = [
        exports.Column(head=_("Procedure"), value=lambda row: row.title),
        exports.Column(head=_("Buyer"), value=lambda row: row.buyer_name),
        exports.Column(head=_("Town"), value=lambda row: row.town),
        exports.Column(head=_("Deadline"), value=lambda row: row.closes_at, kind="moment"),
        exports.Column(head=_("Estimated value"), value=lambda row: row.value_amount, kind="number"),
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("From elsewhere"), value=lambda row: row.is_outside, kind="bool"),
        exports.Column(head=_("Bid started"), value=lambda row: row.is_started, kind="bool"),
        exports.Column(head=_("Why it fits"), value=lambda row: "".join(piece.text for piece in row.why)),
        exports.Column(
            head=_("Address"),
            value=lambda row: request.build_absolute_uri(reverse("roof:procedure", args=[row.procedure_id])),
        ),
    ]
    rows = matches.all_matched(
        request.actor,
        moment=now.now(),
        chip=Chip(asked) if asked in set(Chip) else Chip.ALL,
        begun=matches.started(request.actor),
        since=_noted(request),
        interest_id=by.pk if by else None,
    )
    return exports.answer_own(
        actor=request.actor, what="matches", name=str(_("My matches")), form=kind, columns=columns, rows=rows
    )


def _noted(request: ActorRequest) -> datetime | None:
    """From when on the list calls something new, without noting another look."""
    kept = request.session.get("matching_look") or {}
    if kept.get("whose") != str(request.actor.company_id) or not kept.get("since"):
        return None
    return datetime.fromisoformat(kept["since"])


@require_POST
@member_required
def dismiss(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    match.dismiss_match(actor=request.actor, procedure_id=procedure_id, why=request.POST.get("why", ""))
    return redirect("matching:matches")


@require_POST
@member_required
def restore(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    match.restore_match(actor=request.actor, procedure_id=procedure_id)
    return redirect("matching:matches")
