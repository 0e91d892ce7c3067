"""The normalised record: how versions join and when two say the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.procedures.rules.notice import Amount, AwardRecord, LotRecord, Notice, digest, join

START = datetime(2024, 1, 1, tzinfo=UTC)


def notice(day: int = 0, **said: object) -> Notice:
    moment = START + timedelta(days=day)
    return Notice(
        source="ocds",
        source_id="o",
        release_id=str(day),
        published=moment.isoformat(),
        published_at=moment,
        **said,  # type: ignore[arg-type]
    )


versions = st.builds(
    notice,
    day=st.integers(0, 3),
    title=st.sampled_from(["", "a", "b"]),
    tags=st.sampled_from([(), ("tender",), ("award",), ("compiled",)]),
    value=st.sampled_from([None, Amount(Decimal(1), "EUR"), Amount(Decimal(2), "")]),
    lots=st.lists(
        st.builds(LotRecord, number=st.sampled_from(["", "1", "2"]), title=st.sampled_from(["", "x", "y"])),
        max_size=2,
    ).map(tuple),
    awards=st.lists(st.builds(AwardRecord, id=st.sampled_from(["1", "2"])), max_size=2).map(tuple),
)


@given(st.lists(versions, min_size=1, max_size=5), st.randoms())
def test_the_order_of_reading_never_matters(found: list[Notice], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert join(shuffled) == join(found)
    assert digest(join(shuffled)) == digest(join(found))


@given(st.lists(versions, min_size=1, max_size=5))
def test_the_same_again_changes_nothing_and_the_latest_wins(found: list[Notice]) -> None:
    state = join(found)
    assert join([*found, *found]).title == state.title
    latest = max(found, key=lambda version: version.published_at or START)
    assert state.published_at == latest.published_at
    titles = [v.title for v in sorted(found, key=lambda v: v.published_at or START) if v.title]
    assert (state.title in titles) if titles else state.title == ""


def test_an_award_notice_keeps_the_title_and_fills_the_lots() -> None:
    state = join(
        [
            notice(
                2,
                tags=("award",),
                awards=(AwardRecord(id="1", lot_numbers=("1",)),),
                lots=(LotRecord("1", status="complete"),),
            ),
            notice(1, tags=("tender",), title="Cables", lots=(LotRecord("1", title="Copper"), LotRecord("2"))),
        ]
    )
    assert (state.title, state.tags, state.release_id) == ("Cables", ("tender", "award"), "2")
    assert state.lots == (LotRecord("1", title="Copper", status="complete"), LotRecord("2"))
    assert len(state.awards) == 1


def test_a_later_deadline_takes_its_text_along() -> None:
    state = join(
        [
            notice(1, deadline=START, deadline_text="2024-01-01T00:00:00Z"),
            notice(2, deadline_text="next week"),
        ]
    )
    assert (state.deadline, state.deadline_text) == (None, "next week")


def test_the_earliest_publication_names_the_procedure() -> None:
    call = replace(notice(1, title="Cables"), source="ted", source_id="000001-2020")
    award = replace(notice(2), source="eforms", source_id="folder", joins=("ted:000001-2020", "ted:000009-2023"))
    state = join([award, call])
    assert state.keys == ("ted:000001-2020", "eforms:folder", "ted:000009-2023")
    assert state.title == "Cables"
    assert join([call, award]) == state
    with pytest.raises(ValueError, match="at least one"):
        join([])


def test_equal_sums_written_differently_are_told_apart() -> None:
    one, other = (notice(value=Amount(Decimal(text), "EUR")) for text in ("1.5", "1.50"))
    assert digest(one) != digest(other)  # as written
    assert digest(one) == digest(notice(value=Amount(Decimal("1.5"), "EUR")))
