"""The second reader: normalised lines of TED and OCDS."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Amount, Notice

SAMPLES = Path(__file__).parent / "samples"


def line(**more: Any) -> str:
    return json.dumps({"id": "1", "doc_ojs": "2020/S 001-000050", "country": "BG", **more})


def read(path: Path, *lines: str) -> list[Notice | Refused]:
    path.write_text("\n".join(lines))
    return [taken.item for taken in read_files([path])]


def test_the_samples() -> None:
    found = list(read_files([SAMPLES / "extract.jsonl"]))
    assert {taken.format for taken in found} == {"normalised"}
    notices = [taken.item for taken in found if isinstance(taken.item, Notice)]
    assert [notice.source_id for notice in notices] == [
        "015184-2017",
        "051043-2021",
        "096565-2022",
        "122292-2018",
        "ocds-k50g02-60393",
        "ocds-k50g02-60396",
    ]
    first = notices[0]
    assert first.source_url == "https://ted.europa.eu/en/notice/-/detail/15184-2017"
    assert first.buyer is not None and first.buyer.country == "BG"
    assert first.deadline is not None and first.deadline.tzinfo is UTC
    assert all(lot.cpv or first.cpv for lot in first.lots)
    assert notices[3].awards[0].suppliers


@pytest.mark.parametrize(
    ("country", "nuts", "published", "moment"),
    [
        ("BG", ["BG411"], "2020-07-01T16:30", datetime(2020, 7, 1, 13, 30, tzinfo=UTC)),
        ("BG", [], "2020-12-01T16:30", datetime(2020, 12, 1, 14, 30, tzinfo=UTC)),
        ("UK", [], "2020-07-01T12:00", datetime(2020, 7, 1, 11, tzinfo=UTC)),
        ("ES", ["ES300"], "2020-07-01T12:00", datetime(2020, 7, 1, 10, tzinfo=UTC)),
        ("ES", ["ES705"], "2020-07-01T12:00", datetime(2020, 7, 1, 11, tzinfo=UTC)),
        ("ES", [], "2020-07-01T12:00", None),  # the peninsula or the Canaries?
        ("BG", [], "2020-07-01", None),  # no time of day
        ("BG", [], "2020-10-25T03:30", None),  # this hour came twice
        ("BG", [], "2020-03-29T03:30", None),  # and this one not at all
        ("XX", [], "2020-07-01T12:00", None),
        ("US", [], "2020-07-01T12:00", None),
        ("BG", [], "01/02/2020 12:00", None),
        ("XX", [], "2020-07-01T12:00+02:00", datetime(2020, 7, 1, 10, tzinfo=UTC)),
    ],
)
def test_local_times_become_moments_where_they_are_certain(
    tmp_path: Path, country: str, nuts: list[str], published: str, moment: datetime | None
) -> None:
    (notice,) = read(tmp_path / "x", line(country=country, nuts=nuts, deadline=published))
    assert isinstance(notice, Notice)
    assert notice.deadline == moment
    assert notice.deadline_text == published
    assert bool(notice.remarks) == (moment is None)


def test_amounts_and_lots(tmp_path: Path) -> None:
    text = line(lots=[{"lot_no": "7", "cpv": ["45210000"], "nuts": ["BG411", "Sofia city"]}], value_total="@").replace(
        '"@"', '{"amount": 12345678901234.57, "currency": "BGN"}'
    )
    (notice,) = read(tmp_path / "x", text)
    assert isinstance(notice, Notice)
    assert notice.value == Amount(Decimal("12345678901234.57"), "BGN")
    assert (notice.lots[0].number, notice.lots[0].cpv, notice.lots[0].regions) == (
        "7",
        ("45210000",),
        ("BG411",),
    )
    assert [remark.code for remark in notice.remarks] == ["unknown-code"]


def test_bad_lines_leave_the_good_ones(tmp_path: Path) -> None:
    found = read(
        tmp_path / "x",
        line(),
        '{"doc_ojs": NaN}',
        "",
        '{"doc_ojs": "2020/S 001-000051", "title": "a", "title": "b"}',
        line(doc_ojs="something"),
        "[1]",
        '{"a":' * 100_000,
        '{"doc_ojs": "2020/S 001-000052", "title": "\\ud800"}',
        line(doc_ojs="2020/S 001-000053"),
        line()[:-5],
    )
    assert [item.code if isinstance(item, Refused) else item.source_id for item in found] == [
        "000050-2020",
        "not-a-number",
        "double-key",
        "no-identity",
        "not-an-object",
        "too-deep",
        "bad-character",
        "000053-2020",
        "cut-short",
    ]
    assert [item.place.where for item in found if isinstance(item, Refused)][:3] == [
        "line 2",
        "line 4",
        "line 5",
    ]
