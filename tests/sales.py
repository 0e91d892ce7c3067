"""Events of the market as a desk gets them, for the tests of the sales wing."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pazar import events
from pazar.ground import clock, outbox
from pazar.ground.codes.rules.reason import Reason, Under


def matched(*companies: Any, procedure_id: uuid.UUID | None = None, **facts: Any) -> events.SuppliersMatched:
    """A procedure that fits these companies: closes in ten days, 120,000 EUR of cables, of Речна municipality."""
    given = {
        "procedure_id": procedure_id or uuid.uuid4(),
        "reference": "PZ-2026-000017",
        "title": "Доставка на кабели НН",
        "buyer_name": "Община Речна",
        "buyer_country": "BG",
        "buyer_number": "000123456",
        "closes_at": clock.db_now() + timedelta(days=10),
        "value_amount": Decimal("120000"),
        "currency": "EUR",
        "cpv": ("31321000",),
        "is_outside": False,
        "quiet": False,
        **facts,
    }
    found = tuple(
        events.MatchFound(
            company_id=company.pk,
            match_id=uuid.uuid4(),
            reason=Reason(categories=(Under(code="31321000", asked="31300000"),), words=("кабели",), more_lots=1),
            interest_id=uuid.uuid4(),
            interest_name="Кабели, изток",
            interest_version=2,
        )
        for company in companies
    )
    return events.SuppliersMatched(**given, matches=found)


def bid_of(
    company: Any, person: Any, event: events.SuppliersMatched, *, bid_id: uuid.UUID | None = None
) -> events.BidSubmitted:
    """A bid that `person` sent for `company` in the procedure of `event`."""
    return events.BidSubmitted(
        bid_id=bid_id or uuid.uuid4(),
        company_id=company.pk,
        procedure_id=event.procedure_id,
        reference=event.reference,
        title=event.title,
        buyer_name=event.buyer_name,
        buyer_country=event.buyer_country,
        buyer_number=event.buyer_number,
        person_id=person.pk,
        submitted_at=clock.db_now(),
        closes_at=event.closes_at,
    )


def awarded(
    bid: events.BidSubmitted,
    *,
    won: bool,
    amount: str = "98000.00",
    currency: str = "EUR",
    lots: Sequence[tuple[str, str, bool, str | None]] = (),
    vat_included: bool | None = None,
) -> events.ProcedureAwarded:
    """`lots` as (number, title, won, amount)."""
    outcome = events.BidOutcome(
        bid_id=bid.bid_id,
        company_id=bid.company_id,
        won=won,
        amount=Decimal(amount),
        currency=currency,
        lots=tuple(
            events.LotOutcome(number=number, title=title, won=own, amount=None if asked is None else Decimal(asked))
            for number, title, own, asked in lots
        ),
    )
    return events.ProcedureAwarded(
        procedure_id=bid.procedure_id,
        reference=bid.reference,
        title=bid.title,
        awarded_at=clock.db_now(),
        outcomes=(outcome,),
        vat_included=vat_included,
    )


def happen(*happened: Any) -> None:
    """Publish events as the market does, and let their jobs run."""
    from django.db import transaction

    from pazar.ground.jobs.drain import drain

    with transaction.atomic():
        for event in happened:
            outbox.publish(event)
    drain()
