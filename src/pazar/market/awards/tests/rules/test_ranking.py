import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from pazar.market.awards.rules.ranking import LotBid, OutReason, TieRule, rank

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


@st.composite
def lot_bids(draw: st.DrawFn) -> LotBid:
    return LotBid(
        bid_id=uuid4(),
        company_id=uuid4(),
        company_name="x",
        total=draw(st.none() | st.decimals(min_value=0, max_value=30, places=0)),
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "BGN"])),
        received_at=START + timedelta(microseconds=draw(st.integers(0, 2))),
        digest=draw(st.binary(min_size=32, max_size=32)).hex(),
        fault=draw(st.sampled_from(["", "", "", "commitment"])),
        set_aside=draw(st.sampled_from(["", "", "", "No guarantee."])),
    )


many = st.lists(lot_bids(), max_size=8)


@given(many, st.randoms())
def test_the_ranking_does_not_depend_on_the_order_of_bids(bids, random):
    shuffled = list(bids)
    random.shuffle(shuffled)
    assert rank(bids, currency="EUR") == rank(shuffled, currency="EUR")


@given(many)
def test_every_bid_stands_in_the_ranking_or_outside_with_a_reason(bids):
    ranking = rank(bids, currency="EUR")
    inside = [r.bid.bid_id for r in ranking.ranked]
    outside = [o.bid.bid_id for o in ranking.out]
    assert sorted(inside + outside) == sorted(b.bid_id for b in bids)
    assert [r.rank for r in ranking.ranked] == list(range(1, len(inside) + 1))
    assert all(b.total is not None and b.currency == "EUR" for b in (r.bid for r in ranking.ranked))


@given(many)
def test_nobody_cheaper_stands_behind(bids):
    ranked = rank(bids, currency="EUR").ranked
    for first, second in itertools.pairwise(ranked):
        assert first.total <= second.total
        if first.total == second.total:
            assert (first.bid.received_at, first.bid.digest) <= (second.bid.received_at, second.bid.digest)
            assert first.tie in {TieRule.EARLIER, TieRule.DIGEST}
        else:
            assert first.tie is TieRule.NONE


@given(many)
def test_a_bid_set_aside_never_wins(bids):
    winner = rank(bids, currency="EUR").winner
    assert winner is None or not winner.bid.set_aside


def make(total: str | None, **facts: object) -> LotBid:
    return LotBid(
        **{
            "bid_id": uuid4(),
            "company_id": uuid4(),
            "company_name": "x",
            "total": None if total is None else Decimal(total),
            "currency": "EUR",
            "received_at": START,
            "digest": "01" * 32,
            **facts,
        }
    )


def test_the_earlier_of_two_equal_bids_stands_first_and_the_rule_is_named():
    late = make("100", received_at=START + timedelta(microseconds=1), digest="00" * 32)
    early = make("100")
    ranking = rank([late, early], currency="EUR")
    assert [r.bid for r in ranking.ranked] == [early, late]
    assert ranking.ranked[0].tie is TieRule.EARLIER


def test_reasons_outside_are_named():
    ranking = rank([make(None), make("1", currency="BGN"), make("1", fault="share")], currency="EUR")
    assert {o.reason for o in ranking.out} == {OutReason.NO_PRICE, OutReason.OTHER_CURRENCY, OutReason.NOT_OPENED}
    assert ranking.winner is None


def test_the_distance_from_the_best_is_a_share():
    ranking = rank([make("100"), make("105")], currency="EUR")
    assert ranking.ranked[1].over_best_share == Decimal("0.05")
