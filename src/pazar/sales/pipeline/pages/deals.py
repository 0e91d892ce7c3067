"""Deals as a board or a list, one deal, and what a person does with it."""

from dataclasses import dataclass
from datetime import datetime
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
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.ui import formats, life, now
from pazar.sales.channels import sentences as leads
from pazar.sales.customers import queries as customers
from pazar.sales.pipeline import commands, policies, queries, sentences
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.pages.forms import AmountForm, LostForm, StepForm
from pazar.sales.pipeline.queries import Sums
from pazar.sales.pipeline.refusals import MoveRefused
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import LostReason, Stage


@dataclass(frozen=True, kw_only=True)
class Chip:
    label: str
    url: str
    on: bool


@dataclass(frozen=True, kw_only=True)
class Move:
    """A stage that this person may move a deal to."""

    value: str
    label: str


@require_GET
@member_required
def deals(request: ActorRequest) -> HttpResponse:
    """The board; `?view=list` the list. `mine=1` narrows both to the actor's own."""
    policies.require_desk(request.actor)
    mine = request.GET.get("mine") == "1"
    own = request.actor.person_id if mine else None
    if request.GET.get("view") == "list":
        return _list(request, own)
    moment = now.now()
    board = queries.board(request.actor, moment=moment, manager_id=own)
    columns = [
        {
            "stage": column.stage,
            "label": _("Won in 30 days") if column.stage == Stage.WON else sentences.stage(column.stage),
            "sum": _sum(column.sums),
            "cards": [_card(request.actor, row, moment) for row in column.deals],
            "more": column.more,
        }
        for column in board
    ]
    running = [column.sums for column in board if column.stage in stages.OPEN]
    context: dict[str, Any] = {
        "title": _open_title(sum(sums.count for sums in running), mine),
        "below": _below(running),
        "columns": columns,
        "empty": not any(column.sums.count for column in board),
        "mine": mine,
        "all": not mine,
        "query": "mine=1" if mine else "",
    }
    return render(request, "pipeline/board.html", context)


def _open_title(count: int, mine: bool) -> str:
    if mine:
        return ngettext("You have %(n)s open deal", "You have %(n)s open deals", count) % {"n": formats.number(count)}
    return ngettext("%(n)s open deal", "%(n)s open deals", count) % {"n": formats.number(count)}


def _sum(sums: Sums) -> str:
    said = ngettext("%(n)s deal", "%(n)s deals", sums.count) % {"n": formats.number(sums.count)}
    return ", ".join([said, *(formats.money(amount, currency, cents=False) for amount, currency in sums.amounts)])


def _below(running: list[Sums]) -> str:
    money = _money_of(running)
    return _("Our figures come to %(money)s.") % {"money": money} if money else ""


def _money_of(found: list[Sums]) -> str:
    """The open deals' own figures, by currency."""
    by_currency: dict[str, Any] = {}
    for sums in found:
        for amount, currency in sums.amounts:
            by_currency[currency] = by_currency.get(currency, 0) + amount
    return ", ".join(formats.money(by_currency[c], c, cents=False) for c in sorted(by_currency))


def _card(actor: Actor, row: Deal, moment: datetime) -> dict[str, Any]:
    stalled = row.stage in stages.OPEN and not row.next_step and row.bid_id is None
    return {
        "row": row,
        "kind": "stall" if stalled else "market" if row.procedure_id else "",
        "next": _next(row, moment),
        "figure": formats.money(row.amount, row.currency, cents=False) if row.amount is not None else "",
        "moves": _moves(actor, row, moment, lost=False),
    }


def _next(row: Deal, moment: datetime) -> str:
    if row.stage == Stage.WON:
        return sentences.won_on(row)
    if row.next_step:
        return f"{row.next_step}, {formats.day(row.next_step_on)}" if row.next_step_on else row.next_step
    if row.bid_id is not None:
        if row.closes_at is not None and row.closes_at > moment:
            return _("Bid sent, sealed until %(until)s") % {"until": formats.day(row.closes_at)}
        return _("Bid sent, award awaited")
    return _("No next step")


def _moves(actor: Actor, row: Deal, moment: datetime, *, lost: bool = True) -> list[Move]:
    if not policies.may_work(actor, row.manager_id):
        return []
    found = stages.moves(queries.standing(row), moment=moment)
    return [Move(value=str(s), label=sentences.stage(s)) for s in found if lost or s != Stage.LOST]


def _list(request: ActorRequest, own: UUID | None) -> HttpResponse:
    asked = request.GET.get("stage", "")
    stage = Stage(asked) if asked in list(Stage) else None
    everything = asked == "all"
    found = queries.listed(request.actor, stage=stage, ended=everything, manager_id=own)
    page = queries.deals_page(found, request.GET.get("cursor", ""))
    whose = "&mine=1" if own else ""
    chips = [
        Chip(label=pgettext("deals", "Open"), url=f"?view=list{whose}", on=not asked),
        *(Chip(label=sentences.stage(one), url=f"?view=list&stage={one}{whose}", on=stage == one) for one in Stage),
        Chip(label=pgettext("deals", "All"), url=f"?view=list&stage=all{whose}", on=everything),
    ]
    moment = now.now()
    rows = [
        {
            "row": row,
            "stage": sentences.stage(row.stage),
            "kind": _status(row.stage),
            "next": sentences.lost(row) if row.stage == Stage.LOST else _next(row, moment),
        }
        for row in page.rows
    ]
    suffix = f"&stage={asked}" if asked else ""
    context: dict[str, Any] = {
        "rows": rows,
        "next_label": _how(stage, everything),
        "files": [
            Chip(label=form.upper(), url=f"{reverse('pipeline:export', args=[form])}?stage={asked}{whose}", on=False)
            for form in (exports.FORMS if rows else ())
        ],
        "chips": chips,
        "mine": own is not None,
        "all": own is None,
        "mine_url": f"?view=list{suffix}&mine=1",
        "all_url": f"?view=list{suffix}",
        "next_url": next_address(request, page.cursor),
    }
    return render(request, "pipeline/list.html", context)


@require_GET
@member_required
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """The list as a file; the journal notes it."""
    policies.require_desk(request.actor)
    kind = exports.form_of(form)
    asked = request.GET.get("stage", "")
    found = queries.listed(
        request.actor,
        stage=Stage(asked) if asked in list(Stage) else None,
        ended=asked == "all",
        manager_id=request.actor.person_id if request.GET.get("mine") == "1" else None,
    )
    columns: list[exports.Column[Deal]] = [
        exports.Column(head=_("Deal"), value=lambda row: row.title),
        exports.Column(head=_("Account"), value=lambda row: row.account.name),
        exports.Column(head=_("Reference"), value=lambda row: row.reference),
        exports.Column(head=_("Stage"), value=lambda row: str(sentences.stage(row.stage))),
        exports.Column(head=_("Our figure"), value=lambda row: row.amount, kind="number"),
        exports.Column(head=_("Currency"), value=lambda row: row.currency),
        exports.Column(head=_("Manager"), value=lambda row: row.manager.name if row.manager else ""),
        exports.Column(head=_("Next step"), value=lambda row: row.next_step),
        exports.Column(head=_("Next step on"), value=lambda row: row.next_step_on, kind="day"),
        exports.Column(head=_("Deadline"), value=lambda row: row.closes_at, kind="moment"),
        exports.Column(head=_("Made on"), value=lambda row: row.made_at, kind="moment"),
        exports.Column(head=_("Ended"), value=lambda row: row.ended_at, kind="moment"),
        exports.Column(
            head=_("How it ended"), value=lambda row: str(sentences.lost(row)) if row.stage == Stage.LOST else ""
        ),
    ]
    rows = found.order_by("-made_at", "-id").iterator(chunk_size=500)
    return exports.answer_own(
        actor=request.actor, what="deals", name=str(_("Deals")), form=kind, columns=columns, rows=rows
    )


def _how(stage: Stage | None, everything: bool) -> str:
    """What the column says: a deal that ended has no next step."""
    if everything:
        return _("Next step, or how it ended")
    return _("How it ended") if stage in stages.ENDED else _("Next step")


def _status(stage: str) -> str:
    return {Stage.WON: "done", Stage.LOST: "bad"}.get(Stage(stage), "open")


@require_GET
@member_required
def deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    policies.require_desk(request.actor)
    return _show(request, deal_id)


def _show(request: ActorRequest, deal_id: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The deal's page; `forms` are those that were sent and not taken. Inside `acting`."""
    row = queries.deal(request.actor, deal_id)
    moment = now.now()
    found = row.lead.opportunity if row.lead else None
    line = customers.time_line(row.account, limit=12)
    standing = queries.standing(row)
    moves = _moves(request.actor, row, moment)
    hindered = stages.hindrance(standing, Stage.WON, moment=moment)
    context: dict[str, Any] = {
        "deal": row,
        "stage": sentences.stage(row.stage),
        "stage_kind": _status(row.stage),
        "is_open": row.stage in stages.OPEN,
        "mine": policies.may_work(request.actor, row.manager_id),
        "moves": [move for move in moves if move.value != Stage.LOST],
        "may_lose": any(move.value == Stage.LOST for move in moves),
        "hindrance": MoveRefused(hindered).sentences[1] if hindered and row.stage in stages.OPEN else "",
        "lost": sentences.lost(row) if row.stage == Stage.LOST else "",
        "vat": sentences.vat(row),
        "lots": queries.lots_of(row),
        "given": leads.given(row.lead) if row.lead else "",
        "fits": leads.fits([found])[found.pk] if found is not None else None,
        "life": _life(row, moment),
        "line": line.rows,
        "step_form": StepForm(initial={"step": row.next_step, "on": row.next_step_on}),
        "amount_form": AmountForm(initial={"amount": row.amount, "currency": row.currency}),
        "lost_form": LostForm(),
    }
    return render(request, "pipeline/deal.html", context | forms, status=status)


@dataclass(frozen=True, kw_only=True)
class LifeStep:
    label: str
    state: str
    at: datetime | None = None
    tenths: int | None = None


def _life(row: Deal, moment: datetime) -> list[LifeStep]:
    """Where the deal stands on its way from the market to its end."""
    lead = row.lead
    found = lead.opportunity if lead else None
    ended = row.stage in stages.ENDED
    steps: list[LifeStep] = []
    if found is not None:
        steps.append(LifeStep(label=_("Found on the market"), state="past", at=found.came_at))
    if lead is not None:
        steps.append(LifeStep(label=_("Taken up"), state="past", at=lead.taken_at))
    steps.append(LifeStep(label=_("Deal made"), state="past", at=row.made_at))
    if row.procedure_id is not None and not row.is_outside:
        state = "past" if row.bid_id else "next" if ended else "now"
        over = life.tenths(row.made_at, row.closes_at, moment)
        steps.append(LifeStep(label=_("Bid sent"), state=state, at=row.bid_sent_at, tenths=over))
    if row.closes_at is not None:
        is_past = row.closes_at <= moment
        waiting = not is_past and (row.bid_id is not None or row.is_outside)
        steps.append(
            LifeStep(
                label=_("Deadline"),
                state="past" if is_past else "now" if waiting else "next",
                at=row.closes_at,
                tenths=life.tenths(row.bid_sent_at or row.made_at, row.closes_at, moment),
            )
        )
    label = sentences.stage(row.stage) if ended else _("Won or lost")
    steps.append(LifeStep(label=label, state="now" if ended else "next", at=row.ended_at, tenths=10))
    return steps


@require_POST
@member_required
def make(request: ActorRequest, lead_id: UUID) -> HttpResponseBase:
    row = commands.make_deal(actor=request.actor, lead_id=lead_id, customer=request.POST.get("customer", "")[:300])
    return redirect("pipeline:deal", row.pk)


@require_POST
@member_required
def move(request: ActorRequest, deal_id: UUID) -> HttpResponseBase:
    """From the board (`back=board`) one comes back to it."""
    asked = request.POST.get("stage", "")
    if asked not in list(Stage):
        raise NotFound
    seen = request.POST.get("seen", "")
    row = commands.move_deal(
        actor=request.actor,
        deal_id=deal_id,
        stage=Stage(asked),
        seen=Stage(seen) if seen in list(Stage) else None,
    )
    said = _("“%(title)s” is now in %(stage)s.") % {"title": row.title, "stage": sentences.stage(row.stage)}
    messages.success(request, said)
    return redirect("pipeline:deals") if request.POST.get("back") == "board" else redirect("pipeline:deal", row.pk)


@require_POST
@member_required
def lose(request: ActorRequest, deal_id: UUID) -> HttpResponseBase:
    form = LostForm(request.POST)
    if form.is_valid():
        try:
            commands.close_lost(
                actor=request.actor,
                deal_id=deal_id,
                reason=LostReason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
            )
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            return redirect("pipeline:deal", deal_id)
    return _again(request, deal_id, lost_form=form)


@require_POST
@member_required
def step(request: ActorRequest, deal_id: UUID) -> HttpResponseBase:
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            commands.set_next_step(
                actor=request.actor, deal_id=deal_id, step=form.cleaned_data["step"], on=form.cleaned_data["on"]
            )
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            return redirect("pipeline:deal", deal_id)
    return _again(request, deal_id, step_form=form)


@require_POST
@member_required
def amount(request: ActorRequest, deal_id: UUID) -> HttpResponseBase:
    form = AmountForm(request.POST)
    if form.is_valid():
        try:
            commands.set_amount(
                actor=request.actor,
                deal_id=deal_id,
                amount=form.cleaned_data["amount"],
                currency=form.cleaned_data["currency"],
            )
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            return redirect("pipeline:deal", deal_id)
    return _again(request, deal_id, amount_form=form)


def _blame(form: Any, refusal: Invalid) -> None:
    for field, fault in refusal.fields.items():
        form.add_error(field, str(fault))


def _again(request: ActorRequest, deal_id: UUID, **forms: Any) -> HttpResponse:
    policies.require_desk(request.actor)
    with acting(request.actor):
        return _show(request, deal_id, status=422, **forms)
