"""The index means what the rule and the SQL mean: random interests, real notices, every predicate decisive often.

And it would be noticed if it didn't: each seeded bug below must break the equality.
"""

import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from pyroaring import BitMap

import pazar.roof.demo
from pazar.ground import words
from pazar.market.matching import index as index_module
from pazar.market.matching.index import Asked, Bounds, ByValue, Index
from pazar.market.matching.rules import meaning
from pazar.market.matching.rules.interests import InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests import factories as made

DECISIVE = 500
COMPANIES = [UUID(int=number) for number in range(1, 8)]
NOTICES = Path(pazar.roof.demo.__file__).parent / "data/notices.jsonl.gz"


def real_lots(chance: random.Random, count: int) -> list[LotFacts]:
    """Lots of real notices; what notices don't say (regime, buyers of this centre) is drawn."""
    with gzip.open(NOTICES, "rt", encoding="utf-8") as lines:
        notices = [json.loads(line) for line in lines]
    found = []
    for notice in chance.sample([n for n in notices if n.get("cpv")], count):
        buyer = chance.choice(COMPANIES)
        for part in (notice.get("lots") or [{}])[:2]:
            value = part.get("value") or notice.get("value_total") or {}
            text = [part.get("title"), part.get("description"), notice.get("title"), notice.get("description")]
            found.append(
                LotFacts(
                    buyer_id=buyer,
                    buyer=str(buyer),
                    cpv=tuple(part.get("cpv") or notice["cpv"]),
                    regions=tuple(part.get("nuts") or notice.get("nuts") or ()),
                    lemmas=frozenset(words.lemmas("\n".join(t for t in text if t))),
                    value_amount=Decimal(str(value["amount"])).quantize(Decimal("0.0001")) if value else None,
                    currency=chance.choice([value.get("currency", ""), "BGN", "EUR"]) if value else "",
                    kind=notice.get("procedure_code", ""),
                    regime=chance.choice(made.REGIMES),
                    is_outside=chance.random() < 0.5,
                )
            )
    return found


def interests_near(chance: random.Random, lots: list[LotFacts], count: int) -> list[InterestFacts]:
    """Interests about such lots: their codes at any depth, their words, bounds at and around their values."""
    kinds = sorted({lot.kind for lot in lots})
    found = []
    for _n in range(count):
        near, other = chance.choice(lots), chance.choice(lots)
        codes = [code[: chance.choice((2, 2, 3, 4))].ljust(8, "0") for code in (*near.cpv[:2], *other.cpv[:1])]
        regions = [code[: chance.choice((2, 3, 5))] for code in (*near.regions[:1], *other.regions[:1])]
        lemmas = [*sorted(near.lemmas)[:1], *chance.sample(sorted(near.lemmas), min(2, len(near.lemmas)))]
        bounds = sorted(
            (lot.value_amount or Decimal(1000)) + chance.choice((Decimal(-1), Decimal(0), Decimal("0.0001")))
            for lot in (near, other)
        )
        found.append(
            InterestFacts(
                company_id=chance.choice(COMPANIES),
                cpv=tuple(dict.fromkeys(codes)) if chance.random() < 0.6 else (),
                regions=tuple(dict.fromkeys(regions)) if chance.random() < 0.4 else (),
                words_any=_words(lemmas) if chance.random() < 0.4 else (),
                words_none=_words(chance.sample(sorted(other.lemmas), min(2, len(other.lemmas))))
                if chance.random() < 0.5
                else (),
                value_min=bounds[0] if chance.random() < 0.3 else None,
                value_max=bounds[1] if chance.random() < 0.3 else None,
                kinds=frozenset(chance.sample(kinds, 2)) if chance.random() < 0.2 else frozenset(),
                regimes=frozenset({chance.choice(made.REGIMES[:2])}) if chance.random() < 0.2 else frozenset(),
                buyers_none=tuple(str(c) for c in chance.sample(COMPANIES, 2)) if chance.random() < 0.4 else (),
                with_outside=chance.random() < 0.7,
                is_active=chance.random() < 0.8,
            )
        )
    return found


def _words(lemmas) -> tuple[Word, ...]:
    return tuple(Word(typed=lemma, lemma=lemma) for lemma in dict.fromkeys(lemmas))


@pytest.fixture(scope="module")
def world() -> tuple[list[InterestFacts], list[LotFacts]]:
    chance = random.Random(20261123)
    lots = real_lots(chance, 220)
    lots += [
        made.random_lot(chance, chance.choice(COMPANIES), outside=False, kind="open", regime="commercial")
        for _n in range(60)
    ]
    interests = interests_near(chance, lots, 700)
    interests += [made.random_interest(chance, COMPANIES) for _n in range(300)]
    return interests, lots


@pytest.fixture(scope="module")
def expected(world) -> list[set[int]]:
    return fitting(*world)


def filled(interests, *, after=()) -> Index:
    """An index of these; those from `after` on are added once it was packed, as a change would be."""
    index = Index()
    for number, interest in enumerate(interests):
        index.add(number, interest)
    index.pack()
    for number, interest in enumerate(after, start=len(interests)):
        index.add(number, interest)
    return index


def own_numbers(interests) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for number, interest in enumerate(interests):
        found.setdefault(interest.company_id, []).append(number)
    return found


def fitting(interests, lots) -> list[set[int]]:
    return [{number for number, interest in enumerate(interests) if meaning.fits(interest, lot)} for lot in lots]


def differences(index: Index, interests, lots, expected=None) -> int:
    own = own_numbers(interests)
    found = [set(index.match(lot, own=own.get(lot.buyer_id, ()))) for lot in lots]
    return sum(one != other for one, other in zip(found, expected or fitting(interests, lots), strict=True))


def test_the_index_equals_the_rule_where_every_predicate_decides_often(world):
    interests, lots = world
    assert differences(filled(interests[:600], after=interests[600:]), interests, lots) == 0
    decided: Counter[str] = Counter()
    for interest in interests:
        loose = {predicate: made.without(interest, predicate) for predicate in made.PREDICATES}
        for lot in lots:
            if not meaning.fits(interest, lot):
                decided.update(predicate for predicate, other in loose.items() if meaning.fits(other, lot))
    print(f"{len(interests)} interests x {len(lots)} lots; decided alone: {dict(decided)}")
    assert {predicate: decided[predicate] for predicate in made.PREDICATES if decided[predicate] < DECISIVE} == {}


def test_a_removed_interest_is_matched_no_more_and_the_rest_still_is(world):
    interests, lots = world
    index = filled(interests)
    gone = set(range(0, len(interests), 3))
    for number in gone:
        index.remove(number)
    left = [replace(i, is_active=False) if number in gone else i for number, i in enumerate(interests)]
    assert differences(index, left, lots) == 0
    assert len(index) == sum(interest.is_active for interest in left)


@pytest.mark.parametrize("amount", ["0", "0.0001", "31.9999", "32", "33", "1048576", "123456789012345678.9999"])
@pytest.mark.parametrize("currency", ["EUR", "BGN", "RON", ""])
def test_bounds_decide_to_the_last_place(amount, currency):
    near = [max(Decimal(amount) + Decimal(step), Decimal(0)) for step in ("-1", "-0.0001", "0", "0.0001", "1")]
    near += [(value / Decimal("1.95583")).quantize(Decimal("0.0001")) for value in near]
    company = UUID(int=1)
    interests = [InterestFacts(company_id=company, value_min=bound) for bound in near]
    interests += [InterestFacts(company_id=company, value_max=bound) for bound in near]
    lot = LotFacts(value_amount=Decimal(amount), currency=currency)
    assert differences(filled(interests), interests, [lot]) == 0


# --- seeded bugs: every one must be caught by the equality above ------------------------------
def _no_ancestors(patch):
    patch.setattr(index_module, "_cpv_up", set)


def _one_level_up_only(patch):
    patch.setattr(index_module, "_cpv_up", lambda codes: {c for own in codes for c in (own, own[:3].ljust(8, "0"))})


def _no_region_ancestors(patch):
    patch.setattr(index_module, "_regions_up", set)


def _region_by_its_country(patch):
    patch.setattr(index_module, "_regions_up", lambda codes: {code[:2] for code in codes})


def _who_asks_nothing_is_forgotten(patch):
    patch.setattr(Asked, "passing", lambda self, values: BitMap.union(BitMap(), *self.naming(values)))


def _all_words_wanted(patch):
    plain = Asked.passing

    def passing(self, values):
        if not isinstance(values, frozenset):
            return plain(self, values)
        hits = self.naming(values)
        return self.all | BitMap.intersection(*hits) if hits else plain(self, values)

    patch.setattr(Asked, "passing", passing)


def _unwanted_words_pass(patch):
    plain = ByValue.naming
    patch.setattr(
        ByValue,
        "naming",
        lambda self, values: [] if type(self) is ByValue and isinstance(values, frozenset) else plain(self, values),
    )


def _first_unwanted_only(patch):
    plain = ByValue.naming
    patch.setattr(
        ByValue,
        "naming",
        lambda self, values: (
            plain(self, values)[:1] if type(self) is ByValue and isinstance(values, frozenset) else plain(self, values)
        ),
    )


def _kinds_pass(patch):
    patch.setattr(ByValue, "failing", lambda self, values: BitMap())


def _unwanted_buyers_pass(patch):
    plain = ByValue.naming
    patch.setattr(
        ByValue,
        "naming",
        lambda self, values: [] if any(v in map(str, COMPANIES) for v in values) else plain(self, values),
    )


def _lowest_end_left_out(patch):
    plain = Bounds.above
    patch.setattr(Bounds, "above", lambda self, amount: plain(self, amount - 1))


def _highest_end_left_out(patch):
    plain = Bounds.below
    patch.setattr(Bounds, "below", lambda self, amount: plain(self, amount + 1))


def _own_bucket_forgotten(patch):
    patch.setattr(
        Bounds, "above", lambda self, amount: [n for b, n in self.whole.items() if b > index_module._bucket(amount)]
    )


def _lev_taken_for_euro(patch):
    patch.setattr(index_module, "_RATE_TOP", index_module._RATE_BOTTOM)


def _lev_rounded_the_wrong_way(patch):
    patch.setattr(index_module, "_RATE_TOP", -index_module._RATE_TOP)
    patch.setattr(index_module, "_RATE_BOTTOM", -index_module._RATE_BOTTOM - 1)


def _sleepers_wake(patch):
    plain = Index.add
    patch.setattr(Index, "add", lambda self, number, i: plain(self, number, replace(i, is_active=True)))


def _outside_always_wanted(patch):
    plain = Index.add
    patch.setattr(Index, "add", lambda self, number, i: plain(self, number, replace(i, with_outside=True)))


def _own_ones_stay(patch):
    plain = Index.match
    patch.setattr(Index, "match", lambda self, lot, own=(): plain(self, lot))


def _late_values_lost(patch):
    plain = ByValue._name

    def name(self, number, values):
        known = [value for value in values if value in self.by_value or not isinstance(self.all, BitMap)]
        plain(self, number, known)

    patch.setattr(ByValue, "_name", name)


BUGS = [
    _no_ancestors,
    _one_level_up_only,
    _no_region_ancestors,
    _region_by_its_country,
    _who_asks_nothing_is_forgotten,
    _all_words_wanted,
    _unwanted_words_pass,
    _first_unwanted_only,
    _kinds_pass,
    _unwanted_buyers_pass,
    _lowest_end_left_out,
    _highest_end_left_out,
    _own_bucket_forgotten,
    _lev_taken_for_euro,
    _lev_rounded_the_wrong_way,
    _sleepers_wake,
    _outside_always_wanted,
    _own_ones_stay,
    _late_values_lost,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__.strip("_"))
def test_a_seeded_bug_is_caught(world, expected, monkeypatch, bug):
    interests, lots = world
    assert differences(filled(interests[:600], after=interests[600:]), interests, lots, expected) == 0
    bug(monkeypatch)
    assert differences(filled(interests[:600], after=interests[600:]), interests, lots, expected) > 0


def test_a_lot_is_matched_as_a_whole():
    asked = InterestFacts(company_id=UUID(int=9), cpv=("31300000",), regions=("BG4",))
    index = filled([asked])
    first = LotFacts(cpv=("31321000",), regions=("BG323",))
    second = LotFacts(cpv=("45000000",), regions=("BG411",))
    assert not index.match(first)
    assert not index.match(second)
    assert list(index.match(replace(first, regions=second.regions))) == [0]
