import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.procedures.rules import states
from pazar.market.procedures.rules.states import ENDED, State, Step


@given(st.sampled_from(State), st.lists(st.sampled_from(Step), max_size=8))
def test_what_has_ended_stays_ended_and_nothing_becomes_a_draft(state, steps):
    for step in steps:
        if not states.may(state, step):
            with pytest.raises(states.WrongStep):
                states.after(state, step)
            continue
        following = states.after(state, step)
        assert state not in ENDED
        assert following is not State.DRAFT
        state = following


def test_the_usual_way_through():
    state = State.DRAFT
    for step in (Step.PUBLISH, Step.CHANGE, Step.CLOSE, Step.OPEN, Step.AWARD):
        state = states.after(state, step)
    assert state is State.AWARDED


def test_bids_are_never_opened_before_the_box_is_shut():
    assert not states.may(State.PUBLISHED, Step.OPEN)
    assert not states.may(State.PUBLISHED, Step.AWARD)
