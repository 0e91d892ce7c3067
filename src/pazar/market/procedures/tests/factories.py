"""Procedures as the tests of several domains want them."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures.commands import drafts, publish
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts

CABLE = ItemFacts(description="Кабел NYM-J 3x2,5", cpv="31321000", quantity=Decimal(500), unit="MTR", place="София")
LOT = LotFacts(title="Кабели", cpv=("31321000",), regions=("BG411",), value_amount=Decimal("40000"), items=(CABLE,))
FACTS = Facts(
    kind="open_tender",
    regime="commercial",
    title="Доставка на кабели",
    description="За ремонт на цех 2.",
    language="bg",
    currency="EUR",
    payment_terms="30 дни след доставка",
    lots=(LOT,),
)


def make_facts(*, closes_at: datetime | None = None, **said: Any) -> Facts:
    """What a complete procedure says, ending in ten days unless told."""
    return replace(FACTS, **{"closes_at": closes_at or clock.db_now() + timedelta(days=10), **said})


def pass_time(time: timedelta) -> None:
    """Move the centre's clock on; nothing due has run yet. What is published can't be dated back."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [time])


def make_buyer(**facts: Any) -> Actor:
    return make_actor(Role.BUYER, **facts)


def make_draft(buyer: Actor | None = None, **said: Any) -> Procedure:
    return drafts.create_draft(actor=buyer or make_buyer(), facts=make_facts(**said))


def make_procedure(buyer: Actor | None = None, **said: Any) -> Procedure:
    """A published one."""
    buyer = buyer or make_buyer()
    draft = make_draft(buyer, **said)
    return publish.publish_procedure(actor=buyer, procedure_id=draft.pk)
