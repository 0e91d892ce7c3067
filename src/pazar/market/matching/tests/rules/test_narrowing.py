"""What is proposed never fits the lot that was refused, and never fits what the interest didn't fit before."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from pazar.ground.codes.rules import cpv
from pazar.market.matching.rules import meaning, narrowing
from pazar.market.matching.rules.interests import InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.rules.narrowing import Because
from pazar.market.matching.tests import factories as made

COMPANIES = [UUID(int=number) for number in range(1, 5)]


def cpv_children(code: str) -> list[str]:
    return [other for other in made.CPV if cpv.ancestors(other)[:1] == (code,)]


def nuts_children(code: str) -> list[str]:
    return [other for other in made.REGIONS if other[:-1] == code]


def propose(interest: InterestFacts, lot: LotFacts, because: Because, **said):
    return narrowing.propose(
        interest, lot, because, cpv_children=cpv_children, nuts_children=nuts_children, home="BG", **said
    )


def test_a_proposal_only_narrows_and_keeps_the_lot_out():
    chance = random.Random(5)
    lots = [
        made.random_lot(chance, chance.choice(COMPANIES), outside=False, kind="open", regime="commercial")
        for _n in range(150)
    ]
    proposed: Counter[Because] = Counter()
    for _n in range(400):
        interest = made.random_interest(chance, COMPANIES)
        for lot in chance.sample(lots, 20):
            if not meaning.fits(interest, lot):
                continue
            for because in Because:
                words = [Word(typed=lemma, lemma=lemma) for lemma in sorted(lot.lemmas)[:1]]
                proposal = propose(interest, lot, because, words=words)
                if proposal is None:
                    continue
                proposed[because] += 1
                assert not meaning.fits(proposal.facts, lot)
                for other in lots:
                    if meaning.fits(proposal.facts, other):
                        assert meaning.fits(interest, other)
    print(dict(proposed))
    assert all(proposed[because] >= 10 for because in Because if because != Because.OTHER)
    assert proposed[Because.OTHER] == 0


def test_a_wide_code_gives_way_to_those_beside_the_branch():
    interest = InterestFacts(company_id=COMPANIES[0], cpv=("31000000", "45000000"))
    lot = LotFacts(cpv=("31321000",))
    children = {"31000000": ("31300000", "31500000", "31600000")}
    proposal = narrowing.propose(
        interest, lot, Because.CATEGORY, cpv_children=lambda code: children.get(code, ()), nuts_children=nuts_children
    )
    assert proposal.facts.cpv == ("31500000", "31600000", "45000000")
    assert (proposal.gone, proposal.added) == (("31000000",), ("31500000", "31600000"))


def test_nothing_is_proposed_that_would_ask_nothing_or_bring_more():
    only = InterestFacts(company_id=COMPANIES[0], cpv=("31321100",), words_any=(Word(typed="кабели", lemma="кабел"),))
    lot = LotFacts(cpv=("31321100",), lemmas=frozenset({"кабел"}))
    assert propose(only, lot, Because.CATEGORY) is None
    assert propose(only, lot, Because.WORD, words=only.words_any) is None
    assert propose(only, lot, Because.BUYER) is None
    assert propose(only, lot, Because.TOO_SMALL) is None
    assert propose(only, replace(lot, regions=("BG323",)), Because.REGION) is None


def test_bounds_are_round_and_leave_the_value_out():
    interest = InterestFacts(company_id=COMPANIES[0], cpv=("31300000",))
    lot = LotFacts(cpv=("31321000",), value_amount=Decimal("12345.67"), currency="EUR")
    assert propose(interest, lot, Because.TOO_SMALL).facts.value_min == Decimal(13000)
    assert propose(interest, lot, Because.TOO_LARGE).facts.value_max == Decimal(12000)
    even = replace(lot, value_amount=Decimal(10000))
    assert propose(interest, even, Because.TOO_SMALL).facts.value_min == Decimal(11000)
    assert propose(interest, even, Because.TOO_LARGE).facts.value_max == Decimal(9000)
