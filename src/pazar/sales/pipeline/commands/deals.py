"""What a person does with a deal (D5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground import clock
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands as channels
from pazar.sales.channels import queries as leads
from pazar.sales.channels.refusals import LeadEnded
from pazar.sales.customers import commands as customers
from pazar.sales.pipeline import policies, queries
from pazar.sales.pipeline.commands.shared import record, require_may_work
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.refusals import DealEnded, MovedMeanwhile, MoveRefused
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import BY_HAND, LostReason, Stage

if TYPE_CHECKING:
    pass

LONGEST_STEP = 300


def make_deal(*, actor: Actor, lead_id: UUID, customer: str = "") -> Deal:
    """Make a deal of a lead; `customer` names the account where the notice named no buyer.

    Repeating answers with the same deal. Raises NotFound, NotAllowed, AnothersWork, LeadEnded, Invalid.
    """
    with acting(actor):
        policies.require_desk(actor)
        lead = leads.lock_lead(actor, lead_id)
        made = Deal.objects.filter(lead=lead).first()
        if made is not None:
            return made
        require_may_work(actor, lead.manager_id)
        if not lead.is_open:
            raise LeadEnded
        moment = clock.db_now()
        account = lead.account
        if account is None:
            if not customer.strip():
                raise Invalid(fields={"customer": _("Write who the customer is: the notice names no buyer.")})
            account = customers.note_account(
                actor=actor, company_id=lead.company_id, name=customer, title=lead.title, moment=moment
            )

        found = lead.opportunity
        manager_id = lead.manager_id or actor.person_id
        deal = Deal.objects.create(
            company_id=lead.company_id,
            account=account,
            lead=lead,
            title=lead.title,
            stage=Stage.NEW,
            manager_id=manager_id,
            procedure_id=lead.procedure_id,
            reference=found.reference if found else "",
            is_outside=found.is_outside if found else False,
            closes_at=found.closes_at if found else None,
            made_at=moment,
            moved_at=moment,
        )
        channels.mark_became_deal(lead, account=account, moment=moment)
        record(actor, deal, "deal_made", moment=moment)
        return deal


def move_deal(*, actor: Actor, deal_id: UUID, stage: Stage, seen: Stage | None = None) -> Deal:
    """Move a deal to another stage; to *lost* goes `close_lost`, which asks why.

    `seen` is the stage in which he saw it: of two who move it at once, the second is told.
    Raises NotFound, NotAllowed, AnothersWork, MovedMeanwhile, MoveRefused, Invalid.
    """
    with acting(actor):
        deal = _own_deal(actor, deal_id)
        moment = clock.db_now()
        if seen is not None and seen != deal.stage:
            raise MovedMeanwhile
        _require_move(deal, stage, moment)
        if stage == Stage.LOST:
            raise Invalid(fields={"reason": _("Say why the deal was lost.")})

        before = deal.stage
        deal.stage = stage
        deal.moved_at = moment
        deal.ended_at = moment if stage in stages.ENDED else None
        deal.lost_reason = deal.lost_note = ""
        deal.save(update_fields=["stage", "moved_at", "ended_at", "lost_reason", "lost_note"])
        if stage == Stage.WON:
            record(actor, deal, "deal_won", moment=moment, amount=_said(deal), currency=deal.currency)
        else:
            record(actor, deal, "deal_moved", moment=moment, before=str(before), after=str(stage))
        return deal


def close_lost(*, actor: Actor, deal_id: UUID, reason: LostReason, note: str = "") -> Deal:
    """Close a deal as lost, with the reason. Raises NotFound, NotAllowed, AnothersWork, MoveRefused, Invalid."""
    with acting(actor):
        deal = _own_deal(actor, deal_id)
        moment = clock.db_now()
        _require_move(deal, Stage.LOST, moment)
        if reason not in BY_HAND:
            raise Invalid(fields={"reason": _("Choose one of the reasons.")})
        if reason == LostReason.OTHER and not note.strip():
            raise Invalid(fields={"note": _("Write what the reason was.")})

        deal.stage = Stage.LOST
        deal.moved_at = deal.ended_at = moment
        deal.lost_reason = reason
        deal.lost_note = note.strip()
        deal.save(update_fields=["stage", "moved_at", "ended_at", "lost_reason", "lost_note"])
        record(actor, deal, "deal_lost", moment=moment, reason=str(reason), note=deal.lost_note)
        return deal


def set_next_step(*, actor: Actor, deal_id: UUID, step: str, on: date | None = None) -> Deal:
    """Say what comes next, and on which day. Empty takes it away.

    Raises NotFound, NotAllowed, AnothersWork, DealEnded, Invalid.
    """
    with acting(actor):
        deal = _own_deal(actor, deal_id)
        if deal.stage in stages.ENDED:
            raise DealEnded
        step = " ".join(step.split())
        if len(step) > LONGEST_STEP:
            raise Invalid(fields={"step": _("Keep it under %(most)s characters.") % {"most": LONGEST_STEP}})
        if on is not None and not step:
            raise Invalid(fields={"step": _("Write what is to be done on that day.")})

        if (deal.next_step, deal.next_step_on) == (step, on):
            return deal
        deal.next_step = step
        deal.next_step_on = on
        deal.save(update_fields=["next_step", "next_step_on"])
        record(actor, deal, "deal_next", moment=clock.db_now(), step=step, on=on.isoformat() if on else "")
        return deal


def set_amount(*, actor: Actor, deal_id: UUID, amount: Decimal | None, currency: str = "EUR") -> Deal:
    """Enter the company's own figure for a deal; the award's price takes its place in the end.

    Raises NotFound, NotAllowed, AnothersWork, DealEnded, Invalid.
    """
    with acting(actor):
        deal = _own_deal(actor, deal_id)
        if deal.stage in stages.ENDED:
            raise DealEnded
        if amount is not None and amount < 0:
            raise Invalid(fields={"amount": _("An amount can't be below nought.")})

        if (deal.amount, deal.currency) == (amount, currency):
            return deal
        deal.amount = amount
        deal.currency = currency
        deal.save(update_fields=["amount", "currency"])
        record(actor, deal, "deal_amount", moment=clock.db_now(), amount=_said(deal), currency=currency)
        return deal


def _own_deal(actor: Actor, deal_id: UUID) -> Deal:
    policies.require_desk(actor)
    deal = queries.lock_deal(actor, deal_id)
    require_may_work(actor, deal.manager_id)
    return deal


def _require_move(deal: Deal, stage: Stage, moment: datetime) -> None:
    hindrance = stages.hindrance(queries.standing(deal), stage, moment=moment)
    if hindrance is not None:
        raise MoveRefused(hindrance)


def _said(deal: Deal) -> str:
    return "" if deal.amount is None else format(deal.amount, "f")
