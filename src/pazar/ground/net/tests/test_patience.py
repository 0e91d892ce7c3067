"""Trying again, and leaving alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.net import patience
from pazar.ground.net.fetching import Fetched, NotFetched
from pazar.ground.net.rules import breaker
from pazar.ground.net.rules.breaker import Breaker


@pytest.fixture(autouse=True)
def _nothing_known():
    patience.forget()
    yield
    patience.forget()


def answer(status):
    return Fetched(status=status, url="", kind="", headers={}, body=b"")


class Script:
    def __init__(self, *says):
        self.says, self.count = list(says), 0

    def __call__(self, _seconds):
        self.count += 1
        said = self.says.pop(0)
        if isinstance(said, str):
            raise NotFetched(said)
        return answer(said)


def ask(script, **more):
    return patience.ask("a", script, **({"seconds": 60, "sleep": lambda _s: None} | more))


def test_what_passes_is_tried_again():
    script = Script("no_connection", 503, 200)
    assert ask(script).status == 200
    assert script.count == 3


@pytest.mark.parametrize("fault", ["too_large", "address_inside", "certificate", "wrong_encoding"])
def test_what_stays_is_not(fault):
    script = Script(fault, 200)
    with pytest.raises(NotFetched) as caught:
        ask(script)
    assert (caught.value.fault, script.count) == (fault, 1)


def test_the_last_answer_counts_whatever_it_is():
    assert ask(Script(500, 502, 503)).status == 503
    patience.forget()
    with pytest.raises(NotFetched):
        ask(Script("too_slow", "too_slow", "too_slow"))


def test_a_refusal_is_an_answer():
    script = Script(404)
    assert ask(script).status == 404
    assert script.count == 1


def test_no_time_is_left_to_wait():
    script = Script(500, 200)
    assert ask(script, seconds=0.0).status == 500
    assert script.count == 1


def test_a_server_that_is_down_is_left_alone():
    for _n in range(breaker.FAILURES):
        ask(Script(500), tries=1)
    script = Script(200)
    with pytest.raises(NotFetched) as caught:
        ask(script)
    assert (caught.value.fault, script.count) == ("resting", 0)


def test_one_answer_forgives():
    for _n in range(breaker.FAILURES - 1):
        ask(Script(500), tries=1)
    ask(Script(200))
    for _n in range(breaker.FAILURES - 1):
        ask(Script(500), tries=1)
    assert ask(Script(200)).status == 200


def test_after_a_rest_one_question_goes_out_and_the_others_wait():
    down = Breaker()
    for _n in range(breaker.FAILURES):
        down = breaker.after_failure(down, moment=100.0)
    assert not breaker.may_ask(down, moment=100.0 + breaker.REST - 1)
    later = 100.0 + breaker.REST
    assert breaker.may_ask(down, moment=later)
    probed = breaker.probe(down, moment=later)
    assert not breaker.may_ask(probed, moment=later + 1)
    again = breaker.after_failure(probed, moment=later + 1)
    assert again.shut_until - (later + 1) == 2 * breaker.REST


@given(st.lists(st.booleans(), max_size=60))
def test_a_rest_is_never_longer_than_ten_minutes_and_an_answer_always_forgives(fails):
    known, moment = Breaker(), 0.0
    for failed in fails:
        moment = max(moment, known.shut_until)
        known = breaker.after_failure(known, moment=moment) if failed else breaker.after_answer(known)
        assert known.shut_until - moment <= breaker.LONGEST_REST
    assert breaker.after_answer(known) == Breaker()


@given(st.integers(0, 40), st.floats(0, 1, exclude_max=True))
def test_pauses_stay_within_their_bounds(attempt, chance):
    assert 0 <= breaker.pause(attempt, chance=chance) <= 10
