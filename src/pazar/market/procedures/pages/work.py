"""The buyer's work: a new draft, its page with autosave and live check, publication; a change likewise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pazar.ground.codes import queries as codes
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui import formats, now
from pazar.market.procedures import labels, policies, queries, refusals, showing
from pazar.market.procedures.commands import cancel, change, documents, drafts, publish
from pazar.market.procedures.models import Document, Procedure
from pazar.market.procedures.pages.forms import Fault, NewForm, Work, field_id, named
from pazar.market.procedures.refusals import RegimeBroken, SaidBreach
from pazar.market.procedures.rules import packs, regimes, versions
from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts
from pazar.market.procedures.rules.regimes import Breach
from pazar.market.procedures.rules.states import State


@member_required
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponseBase:
    """Kind and title first; the rest on the draft's own page."""
    if not policies.is_buyer(request.actor):
        raise NotFound
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = Facts(
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            language=labels.language(),
            lots=(LotFacts(items=(ItemFacts(),)),),
        )
        made = drafts.create_draft(actor=request.actor, facts=facts)
        return redirect("procedures:edit", made.pk)
    return render(request, "procedures/new.html", {"form": form}, status=422 if form.errors else 200)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What a buyer has before him: a draft, or a change of what is published."""

    procedure: Procedure
    facts: Facts
    published: Facts | None
    unread: Mapping[str, str]

    @property
    def is_change(self) -> bool:
        return self.published is not None

    def work(self, data: Any = None) -> Work:
        assert self.procedure.buyer_id is not None
        return Work(
            self.facts, buyer_id=self.procedure.buyer_id, published=self.published, unread=self.unread, data=data
        )

    def save(self, actor: Actor, facts: Facts, unread: Mapping[str, str]) -> None:
        if self.is_change:
            change.save_change(actor=actor, procedure_id=self.procedure.pk, facts=facts, unread=unread)
        else:
            drafts.save_draft(actor=actor, procedure_id=self.procedure.pk, facts=facts, unread=unread)


def _desk(actor: Actor, procedure_id: UUID) -> _Desk:
    procedure = queries.own_procedure(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    unread = queries.unread(procedure)
    if procedure.state == State.DRAFT:
        return _Desk(procedure=procedure, facts=queries.facts(procedure), published=None, unread=unread)
    published = queries.published_facts(procedure)
    pending = queries.pending_change(procedure)
    return _Desk(
        procedure=procedure,
        facts=versions.facts(pending.content) if pending else published,
        published=published,
        unread=unread,
    )


@member_required
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """One page in sections. Its buttons save and then add or take out a lot or an item, go on, or stay."""
    desk = _desk(request.actor, procedure_id)
    if request.method == "GET":
        return _show(request, desk, desk.work())
    work = desk.work(request.POST)
    act, _sign, place = request.POST.get("act", "save").partition(":")
    facts, unread, anchor = _after(work.facts(), work.unread, act, place)
    try:
        desk.save(request.actor, facts, unread)
    except Invalid as refusal:
        return _show(request, desk, work, refusal=refusal, status=422)
    if not anchor and not work.is_valid():
        return _show(request, desk, work, status=422)
    if act == "go":
        return redirect("procedures:change" if desk.is_change else "procedures:publish", procedure_id)
    return redirect(reverse("procedures:edit", args=[procedure_id]) + anchor)


@member_required
@require_POST
def save(request: ActorRequest, procedure_id: UUID) -> JsonResponse:
    """The form saves itself; an answer says when, and what of it can't be read yet, or why it isn't saved."""
    desk = _desk(request.actor, procedure_id)
    work = desk.work(request.POST)
    try:
        desk.save(request.actor, work.facts(), work.unread)
    except Refusal as refusal:
        told = [f"{named(field)}: {sentence}" for field, sentence in refusal.fields.items()]
        return JsonResponse({"reason": (told or [" ".join(refusal.sentences)])[0]}, status=refusal.status)
    answer = {"saved_at": formats.clock(now.now(), seconds=True)}
    if work.faults:
        first = work.faults[0]
        answer["note"] = f"{first.label}: {first.sentence}"
    return JsonResponse(answer)


@member_required
@require_GET
def check(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """The check of publication alone: the page fetches it after each save."""
    desk = _desk(request.actor, procedure_id)
    return render(request, "procedures/_check.html", _check(desk, now.now()))


def _after(facts: Facts, unread: Mapping[str, str], act: str, place: str) -> tuple[Facts, Mapping[str, str], str]:
    """What there is after a button that adds or takes out, and where on the page to go on."""
    lots = list(facts.lots)
    numbers = [int(part) for part in place.split(":") if part.isascii() and part.isdigit()]
    match act, numbers:
        case "add-lot", []:
            lots.append(LotFacts(items=(ItemFacts(),)))
            return replace(facts, lots=tuple(lots)), unread, f"#lot-{len(lots)}"
        case "remove-lot", [lot] if lot < len(lots):
            del lots[lot]
            return replace(facts, lots=tuple(lots)), _without(unread, 1, lot + 1, ("lots",)), "#lots"
        case "add-item", [lot] if lot < len(lots):
            lots[lot] = replace(lots[lot], items=(*lots[lot].items, ItemFacts()))
        case "remove-item", [lot, item] if lot < len(lots):
            kept = tuple(line for number, line in enumerate(lots[lot].items) if number != item)
            lots[lot] = replace(lots[lot], items=kept)
            unread = _without(unread, 3, item + 1, ("lots", str(lot + 1), "items"))
        case _:
            return facts, unread, ""
    return replace(facts, lots=tuple(lots)), unread, f"#lot-{numbers[0] + 1}"


def _without(unread: Mapping[str, str], depth: int, gone: int, under: tuple[str, ...]) -> dict[str, str]:
    """The same texts after number `gone` of those `under` a place was taken out: the later ones move up."""
    kept = {}
    for field, text in unread.items():
        path = field.split(".")
        if tuple(path[:depth]) == under and len(path) > depth + 1:
            number = int(path[depth])
            if number == gone:
                continue
            path[depth] = str(number - (number > gone))
        kept[".".join(path)] = text
    return kept


def _show(
    request: ActorRequest, desk: _Desk, work: Work, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    procedure = desk.procedure
    context = {
        "procedure": procedure,
        "is_change": desk.is_change,
        "work": work,
        "refusal": refusal,
        "faults": work.faults if refusal is None else _faults(refusal),
        "units": codes.units(labels.language()),
        "documents": _planned_documents(desk),
        "reference": procedure.reference,
        **_check(desk, now.now()),
    }
    return render(request, "procedures/edit.html", context, status=status)


def _faults(refusal: Refusal) -> list[Fault]:
    return [
        Fault(label=named(field), target=field_id(field), sentence=str(sentence))
        for field, sentence in refusal.fields.items()
    ]


def _planned_documents(desk: _Desk) -> list[Document]:
    found = queries.documents(desk.procedure, pending=True)
    pending = queries.pending_change(desk.procedure) if desk.is_change else None
    if pending is None:
        return [d for d in found if d.since_version <= desk.procedure.version]
    planned = {document["id"] for document in pending.content["documents"]}
    return [document for document in found if str(document.pk) in planned]


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """A breach with the place on the page where it is mended."""

    breach: SaidBreach
    target: str


def _check(desk: _Desk, moment: datetime) -> dict[str, Any]:
    """What keeps it from being public now; for a change also what would differ."""
    if desk.is_change:
        plan = change.plan_of(
            desk.procedure,
            desk.facts,
            pending=queries.pending_change(desk.procedure),
            moment=moment,
            unread=desk.unread,
        )
        broken, changed = plan.breaches, len(plan.changes)
    else:
        broken, changed = (
            queries.breaches(desk.facts, moment=moment, buyer_id=desk.procedure.buyer_id, unread=desk.unread),
            0,
        )
    return {
        "lines": _lines(broken),
        "changed": changed,
        "check_url": reverse("procedures:check", args=[desk.procedure.pk]),
        "is_change": desk.is_change,
        "check_title": _check_title(len(broken)),
    }


def _lines(broken: tuple[Breach, ...]) -> list[CheckLine]:
    return [CheckLine(breach=refusals.said(b), target=field_id(b.field)) for b in broken]


def _check_title(broken: int) -> str:
    if not broken:
        return _("Nothing keeps it from being published")
    return ngettext("%(n)d thing to mend before publication", "%(n)d things to mend before publication", broken) % {
        "n": broken
    }


@member_required
@require_http_methods(["GET", "POST"])
def publish_draft(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """The draft as everybody would see it, and the act that makes it public."""
    desk = _desk(request.actor, procedure_id)
    if desk.is_change:
        return redirect("roof:procedure", procedure_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            published = publish.publish_procedure(actor=request.actor, procedure_id=procedure_id)
        except RegimeBroken as broken:
            refusal = broken
        else:
            messages.success(
                request,
                _("%(reference)s is published. Suppliers it fits are being told.") % {"reference": published.reference},
            )
            return redirect("roof:procedure", procedure_id)
    moment = now.now()
    shown = showing.panels(actor=request.actor, procedure=desk.procedure, moment=moment)
    context = {
        "procedure": desk.procedure,
        "head": showing.head(actor=request.actor, procedure=desk.procedure, moment=moment),
        "panels": [panel for panel in shown if panel.slot == "tab"],
        "refusal": refusal,
        "enquiries_end": _enquiries_end(desk.facts),
        **_check(desk, moment),
    }
    return render(request, "procedures/publish.html", context, status=refusal.status if refusal else 200)


def _enquiries_end(facts: Facts) -> datetime | None:
    pack = packs.pack(facts.regime)
    return regimes.enquiries_end(facts, pack) if pack else None


@member_required
@require_http_methods(["GET", "POST"])
def publish_change(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """What a change would differ in and how it moves the end; with a reason it becomes the next version."""
    actor = request.actor
    desk = _desk(actor, procedure_id)
    if not desk.is_change:
        return redirect("procedures:edit", procedure_id)
    refusal: Refusal | None = None
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            changed = change.change_procedure(actor=actor, procedure_id=procedure_id, reason=reason)
        except Refusal as refused:
            if refused.status in (403, 404):
                raise
            refusal = refused
        else:
            messages.success(
                request,
                _("Version %(number)d is published. Everybody who drafts a bid is being told.")
                % {"number": changed.version},
            )
            return redirect(reverse("roof:procedure", args=[procedure_id]) + "?tab=versions")
    moment = now.now()
    pending = queries.pending_change(desk.procedure)
    plan = change.plan_of(desk.procedure, desk.facts, pending=pending, moment=moment, unread=desk.unread)
    context = {
        "procedure": desk.procedure,
        "changes": [labels.said(c, currency=desk.procedure.currency) for c in plan.changes],
        "moved": plan.moved,
        "rule": plan.moved.rule.clause.text(labels.language()) if plan.moved.rule else "",
        "lines": _lines(plan.breaches),
        "refusal": refusal,
        "reason": reason or (pending.reason if pending else ""),
    }
    return render(request, "procedures/change.html", context, status=refusal.status if refusal else 200)


@member_required
@require_POST
def drop_change(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """Leave the published version as it stands."""
    change.drop_change(actor=request.actor, procedure_id=procedure_id)
    messages.success(request, _("The change is gone; the published version stands as it was."))
    return redirect("roof:procedure", procedure_id)


@member_required
@require_http_methods(["GET", "POST"])
@dangerous
def give_up(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """End a published procedure, with the reason everybody reads."""
    procedure = queries.own_procedure(request.actor, procedure_id)
    policies.require_buyer(request.actor, procedure)
    refusal: Refusal | None = None
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            cancel.cancel_procedure(actor=request.actor, procedure_id=procedure_id, reason=reason)
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("The procedure is given up. Everybody who drafted a bid is being told."))
            return redirect("roof:procedure", procedure_id)
    context = {"procedure": procedure, "refusal": refusal, "reason": reason}
    return render(request, "procedures/cancel.html", context, status=refusal.status if refusal else 200)


@member_required
@require_POST
def copy(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """A new draft that says what this procedure says."""
    made = drafts.copy_draft(actor=request.actor, procedure_id=procedure_id)
    return redirect("procedures:edit", made.pk)


@member_required
@require_POST
@dangerous
def remove(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """Take a draft away."""
    drafts.remove_draft(actor=request.actor, procedure_id=procedure_id)
    messages.success(request, _("The draft is gone."))
    return redirect("procedures:mine")


@member_required
@require_POST
def attach(request: ActorRequest, procedure_id: UUID) -> HttpResponse:
    """Take a file in as a document of the draft or the change; back to the page, where it stands."""
    back = reverse("procedures:edit", args=[procedure_id]) + "#documents"
    sent = request.FILES.get("file")
    if sent is None or sent.name is None or sent.file is None:
        queries.own_procedure(request.actor, procedure_id)
        messages.error(request, _("Choose a file first."))
        return redirect(back)
    try:
        documents.attach(
            actor=request.actor,
            procedure_id=procedure_id,
            name=sent.name,
            stream=sent.file,
            title=request.POST.get("title", ""),
        )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, " ".join(part for part in refusal.sentences if part))
    return redirect(back)


@member_required
@require_POST
def take_out(request: ActorRequest, procedure_id: UUID, document_id: UUID) -> HttpResponse:
    """Take a document out of the draft or the change."""
    documents.take_out(actor=request.actor, procedure_id=procedure_id, document_id=document_id)
    return redirect(reverse("procedures:edit", args=[procedure_id]) + "#documents")
