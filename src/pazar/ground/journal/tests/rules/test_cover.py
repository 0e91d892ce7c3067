import random
from collections import Counter
from statistics import fmean, pvariance

import pytest

from pazar.ground.journal.rules import cover


@pytest.mark.parametrize("per_hour", [1.0, 60.0, 7200.0])
def test_acts_come_as_often_as_asked_and_as_unevenly_as_chance(per_hour):
    chance = random.Random(11)
    gaps = [cover.gap(per_hour, chance) for _ in range(20_000)]
    mean = 3600 / per_hour
    assert fmean(gaps) == pytest.approx(mean, rel=0.05)
    assert pvariance(gaps) == pytest.approx(mean**2, rel=0.1)


def test_acts_come_alone_and_in_pairs_at_once_and_a_round_later():
    chance = random.Random(3)
    shapes = Counter(cover.shape(chance) for _ in range(10_000))
    for (now, then), often in cover.SHAPES:
        assert shapes[cover.Cover(now=now, next=then)] / 10_000 == pytest.approx(often, abs=0.02)
    assert sum(often for _shape, often in cover.SHAPES) == pytest.approx(1)
