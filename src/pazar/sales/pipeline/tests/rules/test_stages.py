from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.pipeline.rules.stages import (
    OPEN,
    Hindrance,
    Stage,
    Standing,
    after_withdrawal,
    hindrance,
    moves,
)

MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = MOMENT + timedelta(days=3)
standings = st.builds(
    Standing,
    stage=st.sampled_from(Stage),
    ours=st.booleans(),
    elsewhere=st.just(False),
    has_bid=st.booleans(),
    closes_at=st.none() | st.sampled_from([MOMENT - timedelta(1), MOMENT, LATER]),
    ended_by_market=st.booleans(),
) | st.builds(
    Standing,
    stage=st.sampled_from(Stage),
    elsewhere=st.just(True),
    closes_at=st.none() | st.sampled_from([MOMENT - timedelta(1), MOMENT, LATER]),
)


@given(standings)
def test_nobody_wins_a_deal_of_this_centre_by_hand(standing):
    if standing.ours and standing.stage != Stage.WON:
        assert hindrance(standing, Stage.WON, moment=MOMENT) is not None


@given(standings)
def test_nothing_is_won_by_hand_while_its_procedure_is_open(standing):
    market = standing.ours or standing.elsewhere
    if market and standing.closes_at == LATER and standing.stage != Stage.WON:
        assert Stage.WON not in moves(standing, moment=MOMENT)


@given(standings, st.sampled_from(Stage))
def test_a_bid_in_the_box_holds_its_deal_where_it_is(standing, to):
    if standing.ours and standing.has_bid:
        assert moves(standing, moment=MOMENT) == ()


@given(standings)
def test_what_the_market_ended_stays_ended(standing):
    if standing.ended_by_market:
        assert moves(standing, moment=MOMENT) == ()


@given(standings)
def test_no_deal_moves_to_where_it_stands(standing):
    assert standing.stage not in moves(standing, moment=MOMENT)


@given(st.sampled_from(OPEN), st.sampled_from(Stage))
def test_a_deal_of_no_procedure_goes_anywhere(stage, to):
    assert hindrance(Standing(stage=stage), to, moment=MOMENT) == (Hindrance.SAME if stage == to else None)


def test_the_reason_says_what_decides():
    before = Standing(stage=Stage.NEW, ours=True, closes_at=LATER)
    after = Standing(stage=Stage.NEW, ours=True, closes_at=MOMENT)
    outside = Standing(stage=Stage.NEGOTIATION, elsewhere=True, closes_at=LATER)
    assert hindrance(before, Stage.WON, moment=MOMENT) == Hindrance.STILL_OPEN
    assert hindrance(before, Stage.PROPOSAL, moment=MOMENT) == Hindrance.BID_FIRST
    assert hindrance(after, Stage.WON, moment=MOMENT) == Hindrance.AWARD_DECIDES
    assert hindrance(outside, Stage.WON, moment=MOMENT) == Hindrance.STILL_OPEN
    assert hindrance(outside, Stage.WON, moment=LATER) is None


@pytest.mark.parametrize("stage", Stage)
def test_a_withdrawn_bid_never_reopens_an_ended_deal(stage):
    assert after_withdrawal(stage) == (Stage.QUALIFIED if stage in OPEN else stage)
