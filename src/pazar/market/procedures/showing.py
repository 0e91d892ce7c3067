"""What procedures itself shows on a procedure's page: its head, its tabs, the seal, and the buyer's next act."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui import life
from pazar.ground.ui.panels import Panel
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.models import Enquiry, Procedure, Version
from pazar.market.procedures.rules import versions
from pazar.market.procedures.rules.states import State, Step, may


@dataclass(frozen=True, kw_only=True)
class LifeStep:
    """A step of the life line; `state` is past, now or next, `until` its end where that matters.

    `tenths` of the step we are in are over; None where nobody knows how long it takes.
    """

    state: str
    label: str
    at: datetime | None = None
    until: bool = False
    tenths: int | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands over the tabs: templates to include with `head` and `procedure`."""

    template: str
    sub_template: str
    reference: str
    kind: str
    regime: str
    status_kind: str
    status_word: str
    steps: tuple[LifeStep, ...]
    lots: int
    estimate: Decimal | None
    criterion: str
    seal: str
    is_moved: bool
    """An outside procedure whose end a demo has moved: both are shown."""


def head(*, actor: Actor, procedure: Procedure, moment: datetime) -> Head:
    """The head of a procedure's page."""
    status_kind, status_word = labels.STATUSES[procedure.state]
    is_over = procedure.state == State.PUBLISHED and procedure.closes_at is not None and procedure.closes_at <= moment
    if is_over:
        status_kind, status_word = labels.STATUSES[State.CLOSED] if procedure.is_own else ("done", _("Closed"))
    lots = queries.lots_shown(procedure)
    return Head(
        template="procedures/_head.html",
        sub_template="procedures/_sub.html",
        reference=procedure.reference,
        kind=labels.kind(procedure.kind),
        regime=labels.regime(procedure.regime),
        status_kind=status_kind,
        status_word=str(status_word),
        steps=_steps(procedure, moment) if procedure.is_own else _outside_steps(procedure, moment),
        lots=len(lots),
        estimate=queries.estimate(procedure, lots),
        criterion=str(labels.CRITERIA.get(procedure.award_criterion, procedure.award_criterion)),
        seal=str(labels.SEALS[procedure.seal]),
        is_moved=procedure.source_closes_at is not None and procedure.source_closes_at != procedure.closes_at,
    )


def _steps(procedure: Procedure, moment: datetime) -> tuple[LifeStep, ...]:
    state = State(procedure.state)
    asking = bool(procedure.enquiries_close_at and moment < procedure.enquiries_close_at)
    bidding = bool(procedure.closes_at and moment < procedure.closes_at)
    order = [State.DRAFT, State.PUBLISHED, State.CLOSED, State.OPENED, State.AWARDED]
    if state in (State.CANCELLED, State.FAILED):
        word = labels.STATUSES[state][1]
        begun = (LifeStep(state="past", label=_("Published"), at=procedure.published_at),)
        return (*begun, LifeStep(state="now", label=str(word), at=procedure.ended_at, tenths=10))
    reached = order.index(state)
    if state is State.PUBLISHED and not bidding:
        reached = order.index(State.CLOSED)

    def at(place: int) -> str:
        return "past" if reached > place else "now" if reached == place else "next"

    return (
        LifeStep(
            state="now" if reached == 0 else "past",
            label=_("Draft") if reached == 0 else _("Published"),
            at=procedure.published_at,
        ),
        LifeStep(
            state="next" if reached == 0 else "now" if reached == 1 and asking else "past",
            label=_("Questions"),
            at=procedure.enquiries_close_at,
            until=True,
            tenths=life.tenths(procedure.published_at, procedure.enquiries_close_at, moment),
        ),
        LifeStep(
            state="now" if reached == 1 and not asking else "past" if reached > 1 else "next",
            label=_("Bids"),
            at=procedure.closes_at,
            until=True,
            tenths=life.tenths(procedure.published_at, procedure.closes_at, moment),
        ),
        LifeStep(state=at(2), label=_("Opening"), at=procedure.opened_at),
        LifeStep(state=at(3), label=_("Evaluation")),
        LifeStep(
            state="now" if reached == 4 else "next",
            label=_("Award"),
            at=procedure.ended_at if reached == 4 else None,
            tenths=10,
        ),
    )


def _outside_steps(procedure: Procedure, moment: datetime) -> tuple[LifeStep, ...]:
    state = State(procedure.state)
    bidding = state is State.PUBLISHED and (procedure.closes_at is None or moment < procedure.closes_at)
    steps = [
        LifeStep(state="past", label=_("Published"), at=procedure.published_at),
        LifeStep(
            state="now" if bidding else "past",
            label=_("Bids"),
            at=procedure.closes_at,
            until=True,
            tenths=life.tenths(procedure.published_at, procedure.closes_at, moment),
        ),
    ]
    if state is State.AWARDED:
        steps.append(LifeStep(state="now", label=_("Award"), at=procedure.ended_at, tenths=10))
    elif state in (State.CANCELLED, State.FAILED):
        word = str(labels.STATUSES[state][1])
        steps.append(LifeStep(state="now", label=word, at=procedure.ended_at, tenths=10))
    elif not bidding:
        steps.append(LifeStep(state="now", label=_("Closed"), tenths=10))
    return tuple(steps)


def panels(*, actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    """Tabs for everybody, the seal or the source beside them, and the buyer's next act.

    What only one tab shows is read when its template asks for it.
    """
    counted = _counts(actor, procedure)
    is_buyer = policies.is_buyer_of(actor, procedure)
    found = [
        Panel(
            slot="tab",
            key="lots",
            order=10,
            title=_("Lots and items"),
            template="procedures/_lots.html",
            context={"lots": lambda: queries.lots_shown(procedure)},
        ),
        Panel(
            slot="tab",
            key="terms",
            order=20,
            title=_("Terms"),
            template="procedures/_terms.html",
            context={
                "kind": labels.kind(procedure.kind),
                "regime": labels.regime(procedure.regime),
                "criterion": str(labels.CRITERIA.get(procedure.award_criterion, procedure.award_criterion)),
            },
        ),
    ]
    if procedure.is_own or counted["documents"]:
        found.append(
            Panel(
                slot="tab",
                key="documents",
                order=30,
                title=_("Documents"),
                count=counted["documents"],
                template="procedures/_documents.html",
                context={"documents": lambda: queries.documents(procedure)},
            )
        )
    if procedure.is_own and procedure.state != State.DRAFT:
        found += [
            Panel(
                slot="tab",
                key="questions",
                order=40,
                title=_("Questions"),
                count=counted["questions"],
                template="procedures/_questions.html",
                context=questions_context(actor, procedure, moment),
            ),
            Panel(
                slot="tab",
                key="versions",
                order=50,
                title=_("Versions"),
                count=procedure.version,
                template="procedures/_versions.html",
                context={"versions": lambda: version_story(procedure)},
            ),
        ]
    if not procedure.is_own and counted["awards"]:
        found.append(
            Panel(
                slot="tab",
                key="published-awards",
                order=60,
                title=_("Awards as published"),
                count=counted["awards"],
                template="procedures/_published_awards.html",
                context={"awards": lambda: queries.published_awards(procedure.pk)},
            )
        )
    if procedure.is_own:
        found.append(
            Panel(
                slot="rail",
                key="seal",
                order=80,
                title=_("The seal"),
                template="procedures/_seal.html",
                context={"with_person": procedure.seal == Procedure.Seal.SERVER_AND_PERSON},
            )
        )
    elif procedure.web_address:
        found.append(
            Panel(slot="rail", key="source", order=20, title=_("Where to bid"), template="procedures/_source.html")
        )
    if not procedure.is_own and (left_open := queries.left_open(procedure.pk)):
        found.append(
            Panel(
                slot="rail",
                key="left-open",
                order=70,
                title=_("What the source leaves open"),
                template="procedures/_left_open.html",
                context={"left_open": left_open},
            )
        )
    if is_buyer:
        found += _buyers_acts(procedure, counted["waiting"], moment)
    return found


def _buyers_acts(procedure: Procedure, waiting: int, moment: datetime) -> list[Panel]:
    state = State(procedure.state)
    is_running = bool(state is State.PUBLISHED and procedure.closes_at and moment < procedure.closes_at)
    context: dict[str, Any] = {
        "go": state is State.DRAFT,
        "waiting": "",
        "may_change": is_running,
        "may_cancel": may(state, Step.CANCEL),
        "pending": lambda: queries.pending_change(procedure),
    }
    if is_running and waiting:
        context["waiting"] = ngettext("Answer %(n)d question", "Answer %(n)d questions", waiting) % {"n": waiting}
    return [Panel(slot="act", key="buyer", order=90, template="procedures/_act.html", context=context)]


def _counts(actor: Actor, procedure: Procedure) -> dict[str, int]:
    version = procedure.version
    shown = Q(documents__since_version__lte=version) & (
        Q(documents__until_version=None) | Q(documents__until_version__gte=version)
    )
    answered = Q(enquiries__answered_at__isnull=False)
    # One's own question stands in the tab before it is answered, so it is counted too.
    seen = answered | Q(enquiries__asker_id=actor.company_id) if actor.company_id is not None else answered
    row = (
        Procedure.objects.filter(pk=procedure.pk)
        .values("pk")
        .annotate(
            document_count=Count("documents", filter=shown, distinct=True),
            award_count=Count("published_awards", distinct=True),
            asked_count=Count("enquiries", distinct=True),
            answered_count=Count("enquiries", filter=answered, distinct=True),
            seen_count=Count("enquiries", filter=seen, distinct=True),
        )
        .get()
    )
    is_buyers = actor.company_id is not None and procedure.buyer_id == actor.company_id
    return {
        "documents": row["document_count"],
        "awards": row["award_count"],
        # How many wait for an answer is the buyer's business alone.
        "questions": row["asked_count"] if is_buyers else row["seen_count"],
        "waiting": row["asked_count"] - row["answered_count"],
    }


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question as this actor sees it: never with its asker."""

    enquiry: Enquiry
    is_mine: bool


def questions_context(actor: Actor, procedure: Procedure, moment: datetime) -> dict[str, Any]:
    """What the tab of questions shows; also for the page that comes back from a refused question."""
    is_running = procedure.state == State.PUBLISHED
    is_open = is_running and (procedure.enquiries_close_at is None or moment < procedure.enquiries_close_at)
    return {
        "questions": lambda: [
            AskedQuestion(enquiry=enquiry, is_mine=queries.is_mine(enquiry, actor))
            for enquiry in queries.enquiries(procedure, actor)
        ],
        "may_ask": is_open and policies.may_ask(actor, procedure),
        "may_answer": is_running and policies.is_buyer_of(actor, procedure),
        "is_open": is_open,
    }


@dataclass(frozen=True, kw_only=True)
class ToldVersion:
    """A version with what changed in it; nothing for the first."""

    version: Version
    changes: tuple[labels.SaidChange, ...]


def version_story(procedure: Procedure) -> list[ToldVersion]:
    """Versions, the newest first, each with its differences from the one before."""
    found = queries.version_list(procedure.pk)
    told = []
    for place, version in enumerate(found):
        before = found[place + 1].content if place + 1 < len(found) else None
        changes = versions.diff(before, version.content) if before is not None else ()
        shown = tuple(labels.said(change, currency=procedure.currency) for change in changes)
        told.append(ToldVersion(version=version, changes=shown))
    return told
