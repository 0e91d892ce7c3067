"""Interests, and lots to compare them with, as the tests of several domains want them."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from pazar.ground import clock
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching.commands import interests
from pazar.market.matching.commands.interests import Wanted
from pazar.market.matching.models import Interest, InterestVersion
from pazar.market.matching.queries import stored
from pazar.market.matching.rules.interests import InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.models import Lot, Procedure, Version

_numbers = itertools.count(1)


def make_interest(actor: Actor, **said) -> Interest:
    """By its command; cables anywhere unless told."""
    return interests.save_interest(actor=actor, wanted=Wanted(**{"name": "Cables", "cpv": ["31300000"], **said}))


def store_interest(facts: InterestFacts) -> Interest:
    """An interest as the rules have it, written as it is."""
    made = Interest.objects.create(
        company_id=facts.company_id,
        name=f"Interest {next(_numbers)}",
        cpv=list(facts.cpv),
        regions=list(facts.regions),
        words_any=[word.typed for word in facts.words_any],
        words_none=[word.typed for word in facts.words_none],
        lemmas_any=[word.lemma for word in facts.words_any],
        lemmas_none=[word.lemma for word in facts.words_none],
        value_min=facts.value_min,
        value_max=facts.value_max,
        kinds=sorted(facts.kinds),
        regimes=sorted(facts.regimes),
        buyers_none=list(facts.buyers_none),
        with_outside=facts.with_outside,
        is_active=facts.is_active,
    )
    InterestVersion.objects.create(interest=made, number=1, content=stored.content(made), made_at=clock.db_now())
    return made


@transaction.atomic
def store_procedure(*lots: LotFacts, closes_in: timedelta | None = timedelta(days=10), **said) -> Procedure:
    """A published procedure with these lots, its own or an outside one, written as it is."""
    now = clock.db_now()
    number = next(_numbers)
    first = lots[0] if lots else LotFacts()
    outside = first.is_outside
    made = Procedure.objects.create(
        **{
            "reference": f"PZ-T-{number}",
            "origin": Procedure.Origin.OUTSIDE if outside else Procedure.Origin.OWN,
            "state": Procedure.State.PUBLISHED,
            "kind": first.kind,
            "regime": first.regime,
            "buyer_id": first.buyer_id,
            "buyer_name": "Buyer",
            "title": f"Procedure {number}",
            "published_at": now,
            "closes_at": None if closes_in is None else now + closes_in,
            "source": "test" if outside else "",
            "source_id": str(number) if outside else "",
            **said,
        }
    )
    for place, lot in enumerate(lots):
        Lot.objects.create(
            procedure=made,
            number=str(place + 1),
            position=place,
            title=f"Lot {place + 1}",
            cpv=list(lot.cpv),
            regions=list(lot.regions),
            lemmas=sorted(lot.lemmas),
            value_amount=lot.value_amount,
            currency=lot.currency,
        )
    if made.is_own and made.state == Procedure.State.PUBLISHED:
        # The database wants what is published to stand in a version.
        Version.objects.create(procedure=made, number=1, content=procedures.content(made), made_at=now)
    return made


CPV = ("31000000", "31300000", "31320000", "31321000", "31321100", "30000000", "30200000", "45315100", "45000000")
REGIONS = ("BG", "BG3", "BG32", "BG323", "BG4", "BG41", "BG411", "RO", "RO1", "DE212")
LEMMAS = ("кабел", "напрежение", "доставка", "cable", "осветление", "1.5")
REGIMES = ("commercial", "bg_public", "")
KINDS = ("open_tender", "request_for_prices", "open")
EDGES = (Decimal("10000"), Decimal("19558.3"), Decimal("19558.2999"), Decimal("25000.0001"), Decimal("48895.75"))


def some(chance: random.Random, values, *, empty: float, most: int = 3) -> tuple:
    """None of them with the chance `empty`, else a few."""
    return () if chance.random() < empty else tuple(chance.sample(values, chance.randint(1, most)))


def random_interest(chance: random.Random, company_ids: list[UUID]) -> InterestFacts:
    bounds = sorted(chance.sample([Decimal("5000"), Decimal("10000"), Decimal("25000"), Decimal("90000")], 2))
    return InterestFacts(
        company_id=chance.choice(company_ids),
        cpv=some(chance, CPV, empty=0.4, most=2),
        regions=some(chance, REGIONS, empty=0.5, most=2),
        words_any=tuple(Word(typed=w, lemma=w) for w in some(chance, LEMMAS, empty=0.5, most=2)),
        words_none=tuple(Word(typed=w, lemma=w) for w in some(chance, LEMMAS, empty=0.7, most=1)),
        value_min=bounds[0] if chance.random() < 0.4 else None,
        value_max=bounds[1] if chance.random() < 0.4 else None,
        kinds=frozenset(some(chance, KINDS, empty=0.6, most=2)),
        regimes=frozenset(some(chance, REGIMES[:2], empty=0.8, most=1)),
        buyers_none=tuple(str(buyer) for buyer in some(chance, company_ids, empty=0.8, most=2)),
        with_outside=chance.random() < 0.7,
        is_active=chance.random() < 0.9,
    )


def random_lot(chance: random.Random, buyer_id: UUID, *, outside: bool, kind: str, regime: str) -> LotFacts:
    return LotFacts(
        buyer_id=buyer_id,
        cpv=some(chance, CPV, empty=0.1),
        regions=some(chance, REGIONS, empty=0.2, most=2),
        lemmas=frozenset(some(chance, LEMMAS, empty=0.1)),
        value_amount=chance.choice([None, *EDGES, Decimal("5000"), Decimal("90000"), Decimal("90000.0001")]),
        currency=chance.choice(["EUR", "EUR", "BGN", "BGN", "RON", ""]),
        kind=kind,
        regime=regime,
        buyer=str(buyer_id),
        is_outside=outside,
    )


def without(facts: InterestFacts, predicate: str) -> InterestFacts:
    """The interest with one of its predicates asking nothing."""
    nothing = {
        "cpv": {"cpv": ()},
        "regions": {"regions": ()},
        "words_any": {"words_any": ()},
        "words_none": {"words_none": ()},
        "value": {"value_min": None, "value_max": None},
        "kinds": {"kinds": frozenset()},
        "regimes": {"regimes": frozenset()},
        "buyers_none": {"buyers_none": ()},
        "with_outside": {"with_outside": True},
        "is_active": {"is_active": True},
        "own": {"company_id": UUID(int=0)},
    }
    return replace(facts, **nothing[predicate])


PREDICATES = (
    "cpv",
    "regions",
    "words_any",
    "words_none",
    "value",
    "kinds",
    "regimes",
    "buyers_none",
    "with_outside",
    "is_active",
    "own",
)
