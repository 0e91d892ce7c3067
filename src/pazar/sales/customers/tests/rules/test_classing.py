"""Classes of sales (D1): by form, by substance, by lot."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.customers.rules.classing import (
    Answers,
    ClassingRules,
    Form,
    Reason,
    SaleLine,
    Side,
    Tally,
    class_sales,
    estimate_pack,
    market_of,
    packs,
)

RULES = ClassingRules()


def sale(quantity=1, *, item="cup", price="2.50", buyer="b1", **other):
    return SaleLine(invoice="1", item=item, quantity=Decimal(quantity), price=Decimal(price), buyer=buyer, **other)


def classed(*lines, rules=RULES):
    return list(class_sales(lines, rules))


lines = st.lists(
    st.builds(
        sale,
        st.integers(-30, 300),
        item=st.sampled_from(["cup", "box", "chair"]),
        price=st.sampled_from(["0", "1.25", "-3", "40"]),
        buyer=st.sampled_from(["", "b1", "b2", "b3"]),
        description=st.sampled_from(["CUP", "Postage", "доставка", "Adjustment by hand"]),
        buyer_kind=st.sampled_from(["", "company", "person"]),
        buyer_number=st.sampled_from(["", "831902088"]),
        pack=st.sampled_from([None, Decimal(6), Decimal(12)]),
    ),
    max_size=60,
)


@given(lines)
def test_every_line_gets_its_three_classes_and_every_class_its_reason(given_lines):
    tally = Tally()
    for line, one in zip(given_lines, classed(*given_lines), strict=True):
        tally.add(line, one)
    for kind in ("formal", "substantive", "form"):
        assert sum(count for (of, _, _), count in tally.reasons.items() if of == kind) == len(given_lines)
    assert sum(tally.of_form(form).lines for form in Form) == tally.lines == len(given_lines)


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_class(given_lines, random):
    order = list(range(len(given_lines)))
    random.shuffle(order)
    before = classed(*given_lines)
    after = classed(*[given_lines[i] for i in order])
    assert [before[i] for i in order] == after


@given(lines)
def test_a_household_is_never_said_to_buy_wholesale(given_lines):
    for one in classed(*given_lines):
        if one.form in (Form.WHOLESALE, Form.SMALL_WHOLESALE):
            assert one.substantive is Side.B2B


@given(lines, st.integers(2, 9))
def test_counting_in_smaller_units_changes_no_class(given_lines, k):
    """Pieces or thousandths of a piece: a lot of a pack stays one where the pack is given."""
    some = [line for line in given_lines if line.pack is not None]
    finer = [
        SaleLine(
            **{name: getattr(line, name) for name in SaleLine.__slots__}
            | {"quantity": line.quantity * k, "pack": line.pack * k, "price": line.price / k}
        )
        for line in some
    ]
    assert [one.form for one in classed(*some)] == [one.form for one in classed(*finer)]


@pytest.mark.parametrize(
    ("quantity", "form"),
    [
        (1, Form.RETAIL),
        (11, Form.RETAIL),
        (12, Form.SMALL_WHOLESALE),
        (119, Form.SMALL_WHOLESALE),
        (120, Form.WHOLESALE),
        (0, Form.NONE),
        (-12, Form.NONE),
    ],
)
def test_the_lot_is_counted_in_packs(quantity, form):
    (one,) = classed(sale(quantity, pack=Decimal(12)))
    assert one.form is form


def test_who_buys_by_the_pack_buys_a_single_piece_for_business_too():
    by_pack, single = classed(sale(24, pack=Decimal(12)), sale(1, pack=Decimal(12)))
    assert (single.form, single.substantive) == (Form.RETAIL, Side.B2B)
    assert single.substantive_reason is Reason.BUYER_BUYS_BY_THE_PACK
    assert by_pack.substantive_reason is Reason.BOUGHT_BY_THE_PACK


def test_a_firm_that_buys_one_air_conditioner_in_a_shop_is_b2b_by_form_alone():
    (one,) = classed(sale(1, item="air conditioner", pack=Decimal(4), buyer_number="831902088"))
    assert (one.formal, one.substantive) == (Side.B2B, Side.B2C)


def test_what_is_taken_back_follows_its_buyer():
    _, back = classed(sale(24, pack=Decimal(12)), sale(-24, pack=Decimal(12)))
    assert (back.form, back.form_reason, back.substantive) == (Form.NONE, Reason.TAKEN_BACK, Side.B2B)


def test_a_buyer_of_whom_nothing_is_known_is_not_guessed():
    (one,) = classed(sale(3, buyer=""))
    assert (one.formal, one.substantive, one.form) == (Side.UNKNOWN, Side.UNKNOWN, Form.UNKNOWN)


@pytest.mark.parametrize("text", ["POSTAGE", " Postage ", "Adjustment by john on 26/01/2010", "доставка"])
def test_postage_and_bookkeeping_are_no_goods(text):
    (one,) = classed(sale(1, description=text, pack=Decimal(1)))
    assert (one.form, one.form_reason) == (Form.NONE, Reason.NOT_GOODS)


def test_a_postage_stamp_set_is_goods():
    (one,) = classed(sale(1, description="POSTAGE STAMP SET", pack=Decimal(2)))
    assert one.form is Form.RETAIL


def test_a_pack_is_estimated_from_enough_sales_in_its_multiples():
    often = Counter({Decimal(12): 5, Decimal(24): 2, Decimal(1): 4})
    assert estimate_pack(often, RULES).size == 12
    assert estimate_pack(Counter({Decimal(12): 5, Decimal(1): 4}), RULES) is None, "nine sales are too few"
    assert estimate_pack(Counter({Decimal(12): 3, Decimal(1): 9}), RULES) is None, "a quarter is too few"
    assert estimate_pack(Counter({Decimal("2.5"): 30}), RULES) is None, "a length of cloth has no pack"


def test_of_two_as_common_the_smaller_is_the_pack():
    assert estimate_pack(Counter({Decimal(6): 10, Decimal(12): 10}), RULES).size == 6


def test_a_given_pack_goes_before_an_estimate():
    found = packs([sale(6)] * 30 + [sale(6, pack=Decimal(24))], RULES)
    assert (found["cup"].size, found["cup"].estimated) == (Decimal(24), False)


def test_mixed_buyers_and_turnover_are_counted():
    tally, rows = Tally(), [
        *[sale(12, pack=Decimal(12))] * 5, *[sale(1, pack=Decimal(12))] * 5,
        *[sale(12, pack=Decimal(12), buyer="b2")] * 5, sale(-1, pack=Decimal(12), buyer="b2"),
    ]  # fmt: skip
    for line, one in zip(rows, classed(*rows), strict=True):
        tally.add(line, one)
    assert (tally.buyers, tally.mixed(RULES)) == (2, 1)
    assert tally.of_form(Form.RETAIL).value == Decimal("12.50")
    assert tally.returned == Decimal("2.50")


@pytest.mark.parametrize(
    ("answers", "market"),
    [
        (Answers(), Side.UNKNOWN),
        (Answers(as_raw_material=False, as_means_of_production=True), Side.B2B),
        (Answers(as_raw_material=False, as_means_of_production=False, in_providing_services=False), Side.UNKNOWN),
        (
            Answers(
                as_raw_material=False,
                as_means_of_production=False,
                in_providing_services=False,
                for_own_needs_of_an_enterprise=False,
            ),
            Side.B2C,
        ),
    ],
)
def test_one_yes_of_four_makes_a_company_b2b(answers, market):
    assert market_of(answers) is market


def test_rules_under_which_nothing_can_be_told_are_refused():
    with pytest.raises(ValueError, match="shares"):
        ClassingRules(pack_share=Fraction(0))
