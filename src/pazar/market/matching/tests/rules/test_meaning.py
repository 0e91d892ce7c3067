from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from pazar.market.matching.rules import interests, meaning, reasons
from pazar.market.matching.rules.interests import Breadth, Fault, InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts, Value

COMPANY, BUYER = UUID(int=1), UUID(int=2)
CABLE = Word(typed="кабели", lemma="кабел")
INTEREST = InterestFacts(company_id=COMPANY)
LOT = LotFacts(
    buyer_id=BUYER,
    cpv=("31321000",),
    regions=("BG323",),
    lemmas=frozenset({"кабел", "доставка"}),
    value_amount=Decimal(20000),
    currency="EUR",
    kind="open_tender",
)


def fits(interest: dict, **lot) -> bool:
    return meaning.fits(replace(INTEREST, **interest), replace(LOT, **lot))


def test_an_interest_that_asks_nothing_is_fitted_by_anything():
    assert fits({})
    assert fits({}, cpv=(), regions=(), lemmas=frozenset(), value_amount=None)


@pytest.mark.parametrize("code", ["31321000", "31320000", "31300000", "31000000"])
def test_a_code_covers_its_subtree(code):
    assert fits({"cpv": (code,)})


@pytest.mark.parametrize("code", ["31321100", "31330000", "45000000"])
def test_neither_a_narrower_nor_another_code_fits(code):
    assert not fits({"cpv": (code,)})


def test_a_division_that_ends_in_a_nought_covers_its_own_only():
    assert fits({"cpv": ("30000000",)}, cpv=("30200000",))
    assert not fits({"cpv": ("30000000",)}, cpv=("31000000",))


def test_a_region_covers_what_lies_in_it():
    assert fits({"regions": ("BG32",)})
    assert not fits({"regions": ("BG4",)})
    assert not fits({"regions": ("BG32",)}, regions=("BG",))


def test_a_lot_without_a_region_does_not_fit_an_interest_with_regions():
    assert not fits({"regions": ("BG",)}, regions=())


def test_one_wanted_word_is_enough_and_one_unwanted_is_too_much():
    other = Word(typed="асфалт", lemma="асфалт")
    assert fits({"words_any": (other, CABLE)})
    assert not fits({"words_any": (other,)})
    assert not fits({"words_none": (CABLE,)})
    assert fits({"words_none": (other,)})


def test_never_one_lots_category_with_anothers_region():
    asked = {"cpv": ("31300000",), "regions": ("BG4",)}
    first = {"cpv": ("31321000",), "regions": ("BG323",)}
    second = {"cpv": ("45000000",), "regions": ("BG411",)}
    assert not fits(asked, **first)
    assert not fits(asked, **second)
    assert fits(asked, cpv=first["cpv"], regions=second["regions"])


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("10000", "EUR", Value.INSIDE),
        ("9999.9999", "EUR", Value.OUTSIDE),
        ("20000", "EUR", Value.INSIDE),
        ("20000.0001", "EUR", Value.OUTSIDE),
        ("19558.3", "BGN", Value.INSIDE),
        ("19558.2999", "BGN", Value.OUTSIDE),
        ("39116.6", "BGN", Value.INSIDE),
        ("39116.6001", "BGN", Value.OUTSIDE),
        ("1", "RON", Value.NOT_COMPARABLE),
        ("1", "", Value.NOT_STATED),
        (None, "EUR", Value.NOT_STATED),
    ],
)
def test_values_compare_in_euro_by_the_fixed_rate(amount, currency, expected):
    asked = replace(INTEREST, value_min=Decimal(10000), value_max=Decimal(20000))
    lot = replace(LOT, value_amount=None if amount is None else Decimal(amount), currency=currency)
    assert meaning.value(asked, lot) == expected
    assert meaning.fits(asked, lot) == (expected != Value.OUTSIDE)


def test_outside_procedures_own_ones_and_sleeping_interests():
    assert not fits({"with_outside": False}, is_outside=True)
    assert fits({"with_outside": True}, is_outside=True)
    assert not fits({}, buyer_id=COMPANY)
    assert not fits({"is_active": False})
    assert not fits({"kinds": frozenset({"request_for_prices"})})


def test_the_reason_names_the_nearest_code_asked_for():
    asked = replace(
        INTEREST, cpv=("31000000", "31300000"), regions=("BG",), words_any=(CABLE,), value_min=Decimal(10000)
    )
    why = reasons.reason(asked, replace(LOT, number="2"))
    assert why.lot_number == "2"
    assert [(under.code, under.asked) for under in why.categories] == [("31321000", "31300000")]
    assert [(under.code, under.asked) for under in why.regions] == [("BG323", "BG")]
    assert why.words == ("кабели",)
    assert why.value == Value.INSIDE


def test_everything_wrong_with_an_interest_is_said_at_once():
    wrong = InterestFacts(
        company_id=COMPANY, words_none=(CABLE,), value_min=Decimal(-1), value_max=Decimal(-2), kinds=frozenset({"open"})
    )
    assert interests.faults(wrong, name=" ") == {
        "name": Fault.NO_NAME,
        "cpv": Fault.ASKS_NOTHING,
        "value_min": Fault.NEGATIVE_VALUE,
        "value_max": Fault.NEGATIVE_VALUE,
    }
    both = InterestFacts(company_id=COMPANY, words_any=(CABLE,), words_none=(CABLE,))
    assert interests.faults(both, name="x") == {"words_none": Fault.WORD_WANTED_AND_NOT}
    turned = InterestFacts(company_id=COMPANY, cpv=("31300000",), value_min=Decimal(2), value_max=Decimal(1))
    assert interests.faults(turned, name="x") == {"value_max": Fault.VALUE_RANGE_TURNED}


def test_too_broad_and_nothing_are_said():
    assert interests.breadth(a_week=Decimal(0)) == Breadth.NOTHING
    assert interests.breadth(a_week=Decimal("0.19")) == Breadth.NARROW
    assert interests.breadth(a_week=Decimal("0.2")) == Breadth.FITTING
    assert interests.breadth(a_week=Decimal(60)) == Breadth.FITTING
    assert interests.breadth(a_week=Decimal("60.1")) == Breadth.TOO_BROAD
