"""What came in: opportunities that wait, leads that are open; taken up, given, set aside in one act."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.api import exports
from pazar.ground.api.paging import next_address
from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui import now
from pazar.sales.channels import commands, policies, queries, sentences
from pazar.sales.channels.models import Opportunity
from pazar.sales.channels.refusals import OpportunityClosed, OpportunitySettled
from pazar.sales.customers.queries import managers

MOST = 100
"""How many one bulk act takes."""
KINDS = ("waiting", "leads", "missed", "settled")


@dataclass(frozen=True, kw_only=True)
class Chip:
    label: str
    url: str
    on: bool
    count: int | None = None


@require_GET
@member_required
def inbox(request: ActorRequest) -> HttpResponse:
    policies.require_desk(request.actor)
    assert request.actor.company_id is not None
    moment = now.now()
    asked = request.GET.get("show", "")
    kind = asked if asked in KINDS else "waiting"
    counted = queries.counts(request.actor.company_id, moment=moment)
    context: dict[str, Any] = {
        "title": _title(counted.waiting),
        "kind": kind,
        "chips": [
            Chip(label=pgettext("opportunities", "Waiting"), url="?", on=kind == "waiting", count=counted.waiting),
            Chip(label=_("Leads"), url="?show=leads", on=kind == "leads", count=counted.leads),
            Chip(label=pgettext("opportunities", "Missed"), url="?show=missed", on=kind == "missed"),
            Chip(label=_("Dealt with"), url="?show=settled", on=kind == "settled"),
        ],
        "leads_count": counted.leads,
        "may_lead": policies.leads_desk(request.actor),
    }
    return render(request, "channels/inbox.html", context | _rows(request, kind))


def _title(waiting: int) -> str:
    if not waiting:
        return _("No opportunity waits for you")
    return ngettext("%(n)s opportunity waits to be taken up", "%(n)s opportunities wait to be taken up", waiting) % {
        "n": waiting
    }


def _rows(request: ActorRequest, kind: str) -> dict[str, Any]:
    actor, cursor = request.actor, request.GET.get("cursor", "")
    if kind == "leads":
        leads = queries.leads_page(queries.open_leads(actor), cursor)
        lines = [
            {"row": row, "why": sentences.given(row), "mine": policies.may_work(actor, row.manager_id)}
            for row in leads.rows
        ]
        return {"leads": lines, "next_url": next_address(request, leads.cursor)}
    moment = now.now()
    found = {
        "waiting": lambda: queries.waiting(actor, moment=moment),
        "missed": lambda: queries.missed(actor, moment=moment),
        "settled": lambda: queries.settled(actor),
    }[kind]()
    page = queries.opportunities_page(found, cursor)
    fits = sentences.fits(page.rows)
    rows = [
        {
            "row": row,
            "fits": fits[row.pk],
            "against": sentences.grounds(row.grounds, only_against=kind == "waiting"),
        }
        for row in page.rows
    ]
    said: dict[str, Any] = {"rows": rows, "next_url": next_address(request, page.cursor)}
    said["files"] = [
        Chip(label=form.upper(), url=f"{reverse('channels:export', args=[form])}?show={kind}", on=False)
        for form in (exports.FORMS if rows else ())
    ]
    if kind == "waiting":
        said["people"] = _people(actor)
    return said


@require_GET
@member_required
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """The opportunities of one kind as a file; the journal notes it."""
    policies.require_desk(request.actor)
    kind = exports.form_of(form)
    actor, moment, asked = request.actor, now.now(), request.GET.get("show", "")
    if asked == "missed":
        found = queries.missed(actor, moment=moment)
    else:
        found = queries.settled(actor) if asked == "settled" else queries.waiting(actor, moment=moment)
    columns: list[exports.Column[Opportunity]] = [
        exports.Column(head=_("Procedure"), value=lambda row: row.title),
        exports.Column(head=_("Reference"), value=lambda row: row.reference),
        exports.Column(head=_("Buyer"), value=lambda row: row.buyer_name),
        exports.Column(head=_("Came in"), value=lambda row: row.came_at, kind="moment"),
        exports.Column(head=_("Deadline"), value=lambda row: row.closes_at, kind="moment"),
        exports.Column(head=_("Estimated value"), value=lambda row: row.value_amount, kind="number"),
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("From elsewhere"), value=lambda row: row.is_outside, kind="bool"),
        exports.Column(head=_("Why it fits"), value=lambda row: sentences.fits([row])[row.pk].text),
        exports.Column(head=_("Dealt with"), value=lambda row: row.settled_at, kind="moment"),
        exports.Column(head=_("By whom"), value=lambda row: row.settled_by.name if row.settled_by else ""),
        exports.Column(head=_("What was written"), value=lambda row: row.settled_why),
    ]
    rows = found.select_related("settled_by").order_by("-came_at", "-id").iterator(chunk_size=500)
    return exports.answer_own(
        actor=actor, what="opportunities", name=str(_("Opportunities")), form=kind, columns=columns, rows=rows
    )


def _people(actor: Actor) -> list[tuple[str, str]]:
    """Whom what is taken up may be given to: by the rule, oneself, and for who leads the desk anybody of it."""
    rule = queries.rule_row(actor)
    by_rule = rule.manager if rule is not None else None
    first = _("as the rule says: %(name)s") % {"name": by_rule.name} if by_rule is not None else _("me")
    found = [("", first)]
    if by_rule is not None:
        found.append((str(actor.person_id), _("me")))
    if policies.leads_desk(actor):
        found += [(str(person.pk), person.name) for person in managers(actor) if person.pk != actor.person_id]
    return found


@require_POST
@member_required
def act(request: ActorRequest) -> HttpResponseBase:
    """One row's button (`take=<id>`, `dismiss=<id>`) or an act on all that are ticked (`do=take`, `do=dismiss`)."""
    policies.require_desk(request.actor)
    single = next((name for name in ("take", "dismiss") if request.POST.get(name)), "")
    doing = single or request.POST.get("do", "")
    ids = [_uuid(request.POST[single])] if single else [_uuid(one) for one in request.POST.getlist("id")[:MOST]]
    if doing not in ("take", "dismiss"):
        raise NotFound
    manager = request.POST.get("manager", "")
    manager_id = _uuid(manager) if manager else None
    done = late = 0
    for opportunity_id in ids:
        try:
            if doing == "take":
                commands.take_up(actor=request.actor, opportunity_id=opportunity_id, manager_id=manager_id)
            else:
                reason = request.POST.get("reason", "")[:500]
                commands.dismiss(actor=request.actor, opportunity_id=opportunity_id, reason=reason)
        except (OpportunitySettled, OpportunityClosed):
            # In a bulk act the rest goes on; one alone is told why.
            if len(ids) == 1:
                raise
            late += 1
        else:
            done += 1
    _tell(request, doing, done, late)
    return redirect(f"{reverse('channels:inbox')}?show=leads" if doing == "take" and single else "channels:inbox")


def _tell(request: ActorRequest, doing: str, done: int, late: int) -> None:
    if not done and not late:
        messages.info(request, _("Nothing was chosen: tick the opportunities first."))
        return
    if doing == "take":
        said = ngettext("%(n)s opportunity is a lead now.", "%(n)s opportunities are leads now.", done)
    else:
        said = ngettext("%(n)s opportunity was set aside.", "%(n)s opportunities were set aside.", done)
    messages.success(request, said % {"n": done})
    if late:
        said = ngettext(
            "%(n)s was dealt with before, or its deadline has passed.",
            "%(n)s were dealt with before, or their deadline has passed.",
            late,
        )
        messages.info(request, said % {"n": late})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
