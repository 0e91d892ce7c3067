"""Contributions (D8): what must hold of any evidence."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.rulings.rules.contribution import WHOLE, Act, Breach, Part, Weights, contribution

WON = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANNA, BORIS, VERA = UUID(int=1), UUID(int=2), UUID(int=3)
PEOPLE = [ANNA, BORIS, VERA, UUID(int=4)]
WEIGHTS = Weights()


def act(manager, part, days=0, *, touch=0, helping=False):
    return Act(UUID(int=touch), manager, part, WON - timedelta(days=days), helping)


acts = st.lists(
    st.builds(
        act,
        st.sampled_from(PEOPLE),
        st.sampled_from(Part),
        st.integers(-20, 900),
        touch=st.integers(0, 10_000),
        helping=st.booleans(),
    ),
    max_size=40,
)
weights = st.builds(
    Weights,
    st.dictionaries(st.sampled_from(Part), st.integers(1, 100), min_size=1),
    st.dictionaries(st.sampled_from(Part), st.integers(1, 400)),
)


def counts(one, figures):
    return one.at <= WON and not one.helping and figures.weight.get(one.part, 0) > 0


@given(acts, weights)
def test_shares_sum_to_one_or_there_is_nothing_to_share(evidence, figures):
    shares = contribution(evidence, at=WON, weights=figures).shares
    assert sum(shares.values()) == (WHOLE if any(counts(one, figures) for one in evidence) else 0)
    assert all(share >= 0 for share in shares.values())


@given(acts, weights, st.randoms(use_true_random=False))
def test_the_same_evidence_in_any_order_gives_the_same(evidence, figures, random):
    other = list(evidence)
    random.shuffle(other)
    one, two = (contribution(given_acts, at=WON, weights=figures) for given_acts in (evidence, other))
    assert (one.shares, one.support, one.lines) == (two.shares, two.support, two.lines)


@given(acts, weights)
def test_nothing_done_gives_nothing(evidence, figures):
    found = contribution(evidence, at=WON, weights=figures)
    assert found.shares.keys() <= {one.manager for one in evidence if counts(one, figures)}
    assert found.support.keys() <= {one.manager for one in evidence if one.helping and one.at <= WON}


@given(acts, st.sampled_from([part for part in Part if part is not Part.FOUND]), st.integers(1, 5))
def test_one_more_act_never_takes_from_the_one_who_did_it(evidence, part, more):
    before = contribution(evidence, at=WON, weights=WEIGHTS).shares.get(ANNA, 0)
    did = any(one.manager == ANNA and one.part is part and counts(one, WEIGHTS) for one in evidence)
    after = contribution([*evidence, *[act(ANNA, part)] * more], at=WON, weights=WEIGHTS).shares[ANNA]
    assert after >= before - 1 or not did, "a part newly done may be the one the rest is best at"


@pytest.mark.parametrize("times", [10, 1_000, 100_000])
def test_more_of_the_same_does_not_multiply_without_bound(times):
    evidence = [act(ANNA, Part.ACCOMPANIED)] * times + [act(BORIS, Part.ACCOMPANIED)]
    shares = contribution(evidence, at=WON, weights=WEIGHTS).shares
    assert shares[BORIS] >= WHOLE * 2 // 5, "one call keeps two fifths, whatever the number of another's"


def test_an_act_counts_half_after_its_half_life():
    old, new = act(ANNA, Part.ACCOMPANIED, 90), act(BORIS, Part.ACCOMPANIED)
    lines = contribution([old, new], at=WON, weights=WEIGHTS).lines
    assert {line.manager: line.sum for line in lines} == {ANNA: 0.5, BORIS: 1.0}


def test_who_found_the_client_is_whoever_was_first():
    shares = contribution([act(BORIS, Part.FOUND, 10), act(ANNA, Part.FOUND, 400)], at=WON, weights=WEIGHTS).shares
    assert shares == {ANNA: WHOLE}


def test_what_came_after_the_sale_proves_nothing_about_it():
    assert contribution([act(ANNA, Part.SERVICED, -1)], at=WON, weights=WEIGHTS).shares == {}


def test_a_breach_voids_what_it_names_and_says_so():
    evidence = [act(ANNA, Part.CLOSED), act(BORIS, Part.FOUND, 30), act(BORIS, Part.PROPOSED, 5)]
    breach = Breach("§ 4: federal accounts", BORIS, frozenset({Part.PROPOSED}))
    found = contribution(evidence, at=WON, weights=WEIGHTS, breaches=[breach])
    assert [(one.act.part, one.clause) for one in found.voided] == [(Part.PROPOSED, "§ 4: federal accounts")]
    assert found.shares == {ANNA: 4444, BORIS: 5556}  # 20 to 25 of the 45 that are left


@given(acts, st.sampled_from(PEOPLE))
def test_who_broke_a_rule_altogether_gets_nothing_and_his_acts_change_nothing(evidence, manager):
    breached = contribution(evidence, at=WON, weights=WEIGHTS, breaches=[Breach("§ 1", manager)])
    without = contribution([one for one in evidence if one.manager != manager], at=WON, weights=WEIGHTS)
    assert (breached.shares, breached.support) == (without.shares, without.support)
    assert len(breached.voided) == sum(one.manager == manager for one in evidence)


def test_a_breach_holds_for_its_time_alone():
    evidence = [act(ANNA, Part.PROPOSED, 10), act(ANNA, Part.PROPOSED, 50)]
    breach = Breach("§ 2", ANNA, since=WON - timedelta(days=20), until=WON)
    assert len(contribution(evidence, at=WON, weights=WEIGHTS, breaches=[breach]).voided) == 1


@given(acts, weights)
def test_helpers_take_no_revenue(evidence, figures):
    own = [one for one in evidence if not one.helping]
    assert contribution(evidence, at=WON, weights=figures).shares == contribution(own, at=WON, weights=figures).shares


def test_a_helper_is_credited_beside_the_revenue():
    evidence = [act(ANNA, Part.CLOSED), act(VERA, Part.CLOSED, helping=True)]
    found = contribution(evidence, at=WON, weights=WEIGHTS)
    assert (found.shares, found.support) == ({ANNA: WHOLE}, {VERA: WHOLE // 2})


@given(acts, st.integers(2, 50))
def test_weights_count_by_their_proportion(evidence, factor):
    larger = Weights({part: weight * factor for part, weight in WEIGHTS.weight.items()})
    one, two = (contribution(evidence, at=WON, weights=figures).shares for figures in (WEIGHTS, larger))
    assert one.keys() == two.keys()
    assert all(abs(one[who] - two[who]) <= 1 for who in one)


@pytest.mark.parametrize("weight", [{}, {Part.FOUND: 0}, {Part.FOUND: -1, Part.CLOSED: 5}])
def test_weights_by_which_nothing_could_be_shared_are_refused(weight):
    with pytest.raises(ValueError, match="weights"):
        Weights(weight)
