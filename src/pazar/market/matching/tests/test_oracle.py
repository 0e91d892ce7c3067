"""The SQL states the same meaning as the rule, on random interests and lots where every predicate decides often."""

import random
from collections import Counter

import pytest
from tests.factories import make_company

from pazar.market.matching.queries import oracle
from pazar.market.matching.rules import meaning
from pazar.market.matching.tests import factories as made

DECISIVE = 50


@pytest.mark.parametrize("seed", [1, 20261123])
def test_sql_equals_the_rule(db, seed):
    chance = random.Random(seed)
    companies = [make_company().pk for _n in range(6)]
    interests = {
        row.pk: facts
        for facts in (made.random_interest(chance, companies) for _n in range(300))
        for row in [made.store_interest(facts)]
    }
    for _n in range(70):
        outside, kind, buyer = chance.random() < 0.5, chance.choice(made.KINDS), chance.choice(companies)
        said = {"outside": outside, "kind": kind, "regime": chance.choice(made.REGIMES)}
        lots = [made.random_lot(chance, buyer, **said) for _l in range(chance.randint(1, 3))]
        made.store_procedure(*lots, value_amount=chance.choice(made.EDGES), currency=chance.choice(["EUR", "BGN", ""]))
    from pazar.market.procedures.models import Lot

    lots = oracle.lot_facts(list(Lot.objects.values_list("pk", flat=True)))

    expected = {
        (interest_id, lot_id)
        for interest_id, interest in interests.items()
        for lot_id, lot in lots.items()
        if meaning.fits(interest, lot)
    }
    found = [(fit.interest_id, fit.lot_id) for fit in oracle.fits_of_lots(lots)]
    assert len(found) == len(set(found))
    assert set(found) == expected

    backwards = {
        (interest_id, lot_id)
        for interest_id, interest in interests.items()
        for lot_id, _procedure in oracle.lots_of_interest(interest, lot_ids=lots)
    }
    assert backwards == expected

    decided = Counter(
        predicate
        for interest in interests.values()
        for lot in lots.values()
        if not meaning.fits(interest, lot)
        for predicate in made.PREDICATES
        if meaning.fits(made.without(interest, predicate), lot)
    )
    print(f"{len(interests)} interests x {len(lots)} lots, {len(expected)} fits; decided alone: {dict(decided)}")
    assert min(decided[predicate] for predicate in made.PREDICATES) >= DECISIVE
