import random
from collections import Counter
from statistics import fmean, pvariance

import pytest

from pazar.ground.journal.rules import cover


@pytest.mark.parametrize("mean", [0.02, 1.0, 30.0])
def test_acts_fall_as_often_as_asked_and_as_unevenly_as_chance(mean):
    chance = random.Random(11)
    drawn = [cover.poisson(mean, chance) for _ in range(20_000)]
    assert fmean(drawn) == pytest.approx(mean, rel=0.1)
    assert pvariance(drawn) == pytest.approx(mean, rel=0.1)


def test_none_is_drawn_where_none_is_wanted():
    assert cover.draw(0.0, random.Random(1)) == cover.Cover(now=0, next=0)


def test_acts_come_alone_and_in_pairs_at_once_and_a_round_later():
    chance = random.Random(3)
    shapes = Counter((one.now, one.next) for one in (cover.draw(0.001, chance) for _ in range(200_000)) if one.now)
    assert {(1, 0), (1, 1), (2, 0), (2, 1)} <= set(shapes)
    assert sum(often for _shape, often in cover.SHAPES) == pytest.approx(1)
