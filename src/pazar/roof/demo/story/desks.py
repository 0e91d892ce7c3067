"""The sales desks: opportunities taken up and set aside, leads given, deals with their next steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground import clock
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.roof.demo.story.people import Actors
from pazar.sales.channels import queries as channels
from pazar.sales.channels.commands import rule, settle
from pazar.sales.channels.rules.intake import Rule
from pazar.sales.pipeline import queries as pipeline
from pazar.sales.pipeline.commands import deals
from pazar.sales.pipeline.rules.stages import LostReason, Stage

if TYPE_CHECKING:
    from pazar.sales.channels.models import Opportunity

Step = tuple[float, Callable[[], object]]


def steps(who: Actors, ids: dict[str, UUID], today: datetime) -> Iterator[Step]:
    """What the desks do, by days before `today`."""
    head, seller, other = who["kaloyan"], who["bilyana"], who["viktor"]
    yield (
        -44,
        lambda: rule.save_rule(
            actor=head,
            rule=Rule(is_on=True, cpv=("31320000",), buyer_words=("електромрежа",)),
            manager_id=seller.person_id,
        ),
    )
    yield -0.05, lambda: _work_outside(head, seller, other, today)
    yield -0.04, lambda: _steps_of_deals(head, today)


def _waiting(actor: Actor) -> list[Opportunity]:
    """Outside opportunities that may still be bid for, the largest first."""
    with acting(actor):
        found = channels.waiting(actor, moment=clock.db_now()).filter(is_outside=True)
        return list(found.order_by("-value_amount", "id")[:12])


def _work_outside(head: Actor, seller: Actor, other: Actor, today: datetime) -> None:
    found = _waiting(head)
    for place, one in enumerate(found[:6]):
        manager = (seller, other)[place % 2]
        lead = settle.take_up(actor=head, opportunity_id=one.pk, manager_id=manager.person_id)
        if place < 4:
            deal = deals.make_deal(actor=manager, lead_id=lead.pk, customer="" if lead.account_id else one.title[:60])
            for stage in (Stage.QUALIFIED,)[: place % 2]:
                deals.move_deal(actor=manager, deal_id=deal.pk, stage=stage)
            if place == 3:
                deals.close_lost(actor=manager, deal_id=deal.pk, reason=LostReason.NO_NEED)
    for one in found[6:8]:
        settle.dismiss(actor=head, opportunity_id=one.pk, reason="Далеч е, а количеството е малко.")


def _steps_of_deals(head: Actor, today: datetime) -> None:
    with acting(head):
        found = list(pipeline.listed(head).order_by("made_at", "id")[:3])
    for place, deal in enumerate(found):
        deals.set_next_step(
            actor=head,
            deal_id=deal.pk,
            step=("Обади се за мостри", "Уточни транспорта", "Изпрати каталога")[place],
            on=(today + timedelta(days=place - 1)).date(),
        )
        deals.set_amount(actor=head, deal_id=deal.pk, amount=Decimal((31_200, 18_400, 124_000)[place]))
