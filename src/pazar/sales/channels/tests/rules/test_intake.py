from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.money import BGN_PER_EUR
from pazar.sales.channels.rules.intake import Ground, Kind, Opportunity, Rule, Taken, Waits, decide

MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
codes = st.sampled_from(["31000000", "31300000", "31321000", "31321100", "45000000", "45231000"])
rules = st.builds(
    Rule,
    is_on=st.just(True),
    value_min=st.none() | amounts,
    cpv=st.lists(codes, max_size=3).map(tuple),
    buyer_words=st.lists(st.sampled_from(["община", "ВИК", "болница"]), max_size=2).map(tuple),
)
opportunities = st.builds(
    Opportunity,
    value_amount=st.none() | amounts,
    currency=st.sampled_from(["EUR", "BGN", "USD", ""]),
    cpv=st.lists(codes, max_size=3).map(tuple),
    buyer_name=st.sampled_from(["Община Речна", "МБАЛ Болница Изток", "ВиК Пловдив", ""]),
)


@given(rules, opportunities)
def test_a_rule_takes_exactly_what_meets_all_it_names(rule, opportunity):
    verdict = decide(rule, opportunity)
    named = [rule.value_min is not None, bool(rule.cpv), bool(rule.buyer_words)]
    if not any(named):
        assert verdict == Waits(why=(Ground(kind=Kind.OFF, holds=False),))
        return
    assert len(verdict.why) == sum(named)
    assert isinstance(verdict, Taken) == all(ground.holds for ground in verdict.why)


@given(rules, opportunities, amounts)
def test_asking_for_more_never_takes_more(rule, opportunity, extra):
    stricter = Rule(
        is_on=True, value_min=(rule.value_min or Decimal(0)) + extra, cpv=rule.cpv, buyer_words=rule.buyer_words
    )
    if isinstance(decide(stricter, opportunity), Taken) and not rule.takes_everything:
        assert isinstance(decide(rule, opportunity), Taken)


@given(rules, opportunities)
def test_a_rule_that_is_off_takes_nothing(rule, opportunity):
    off = Rule(is_on=False, value_min=rule.value_min, cpv=rule.cpv, buyer_words=rule.buyer_words)
    assert isinstance(decide(off, opportunity), Waits)


@given(rules, opportunities)
def test_a_first_bulk_import_floods_no_desk(rule, opportunity):
    quiet = Opportunity(**{**vars(opportunity), "is_quiet": True})
    assert isinstance(decide(rule, quiet), Waits)


def of(**facts):
    return Opportunity(**{"value_amount": None, "currency": "", "cpv": (), "buyer_name": "", **facts})


def test_a_value_in_lev_is_compared_by_the_fixed_rate():
    rule = Rule(is_on=True, value_min=Decimal(1000))
    enough = of(value_amount=1000 * BGN_PER_EUR, currency="BGN")
    short = of(value_amount=1000 * BGN_PER_EUR - Decimal("0.02"), currency="BGN")
    assert isinstance(decide(rule, enough), Taken)
    assert isinstance(decide(rule, short), Waits)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"value_amount": None}, Kind.VALUE_UNKNOWN),
        ({"value_amount": Decimal(10**9), "currency": "USD"}, Kind.VALUE_ELSEWHERE),
        ({"value_amount": Decimal(10**9), "currency": ""}, Kind.VALUE_ELSEWHERE),
    ],
)
def test_what_cant_be_compared_waits_for_a_person(facts, kind):
    verdict = decide(Rule(is_on=True, value_min=Decimal(1)), of(**facts))
    assert isinstance(verdict, Waits)
    assert [ground.kind for ground in verdict.why] == [kind]


def test_a_category_takes_all_under_it_and_nothing_beside():
    rule = Rule(is_on=True, cpv=("31300000",))
    assert isinstance(decide(rule, of(cpv=("31321000",))), Taken)
    assert isinstance(decide(rule, of(cpv=("31000000",))), Waits)
    assert isinstance(decide(rule, of(cpv=("45000000",))), Waits)


def test_what_is_over_is_left_alone():
    rule = Rule(is_on=True, cpv=("31300000",))
    over = of(cpv=("31321000",), closes_at=MOMENT)
    assert isinstance(decide(rule, over, moment=MOMENT), Waits)
    assert isinstance(decide(rule, over, moment=MOMENT - timedelta(seconds=1)), Taken)


def test_all_that_stands_against_it_is_named_at_once():
    rule = Rule(is_on=True, value_min=Decimal(10), cpv=("45000000",), buyer_words=("вик",))
    verdict = decide(rule, of(value_amount=Decimal(1), currency="EUR", cpv=("31000000",), buyer_name="Община"))
    assert [(ground.kind, ground.holds) for ground in verdict.why] == [
        (Kind.VALUE, False),
        (Kind.CATEGORY, False),
        (Kind.BUYER, False),
    ]
