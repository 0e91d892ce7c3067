"""TED's XML: every form, compared with what others made of the same notices."""

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.adapters.ted import canonical
from pazar.market.procedures.rules.notice import Notice

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="module")
def notices() -> dict[str, Notice]:
    found = {}
    for taken in read_files([SAMPLES / "ted_forms.zip"]):
        assert isinstance(taken.item, Notice), taken
        assert taken.format == "ted"
        found[taken.item.source_id] = taken.item
    return found


@pytest.fixture(scope="module")
def lines() -> dict[str, Notice]:
    taken = [taken.item for taken in read_files([SAMPLES / "ted_forms.jsonl.gz"])]
    return {item.source_id: item for item in taken if isinstance(item, Notice)}


def form(number: str) -> str:
    with zipfile.ZipFile(SAMPLES / "ted_forms.zip") as file:
        name = next(name for name in file.namelist() if number.split("-")[0] in name)
        found = re.search(rb'<\w+[^>]*\sFORM="(\w+)"', file.read(name))
    assert found
    return found[1].decode()


def test_they_say_what_the_normalised_lines_say(notices: dict[str, Notice], lines: dict[str, Notice]) -> None:
    assert notices.keys() == lines.keys()
    assert len(notices) == 48
    defence, contests = 0, 0
    for number, notice in notices.items():
        line = lines[number]
        assert set(notice.cpv) == set(line.cpv), number
        assert notice.deadline == line.deadline, number
        assert (notice.tags, notice.language, notice.category) == (line.tags, line.language, line.category)
        assert (notice.published_on, set(notice.regions)) == (line.published_on, set(line.regions))
        if form(number) in ("16", "17", "18"):  # the lines leave the older layout empty
            assert (line.title, line.buyer, line.lots, line.awards) == ("", None, (), ())
            assert notice.title
            assert notice.buyer
            defence += 1
            continue
        assert notice.title == line.title
        assert notice.value == line.value
        assert [lot.number for lot in notice.lots] == [lot.number for lot in line.lots]
        assert notice.buyer
        assert line.buyer
        assert (notice.buyer.name, notice.buyer.number) == (line.buyer.name, line.buyer.number)
        if form(number) == "F13":  # and don't know what became of design contests
            contests += 1
            continue
        assert [(a.lot_numbers, a.value, a.decided_on, a.bids_received) for a in notice.awards] == [
            (a.lot_numbers, a.value, a.decided_on, a.bids_received) for a in line.awards
        ] or form(number) == "F20"
        assert [[s.name for s in award.suppliers] for award in notice.awards] == [
            [s.name for s in award.suppliers] for award in line.awards
        ]
    assert (defence, contests) == (6, 2)


def test_every_form_is_among_them(notices: dict[str, Notice]) -> None:
    forms = {form(number) for number in notices}
    standard = {f"F{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25)}
    assert forms == standard | {"T01", "T02", "16", "17", "18"}


def test_a_correction_names_its_notice_and_the_new_deadline(notices: dict[str, Notice]) -> None:
    correction = notices["218017-2021"]
    assert correction.tags == ("tenderAmendment",)
    assert correction.joins == ("ted:189849-2021",)
    assert correction.deadline == datetime(2021, 5, 21, 20, 59, tzinfo=UTC)


def test_a_call_is_not_joined_to_its_announcement(notices: dict[str, Notice]) -> None:
    calls = [notice for notice in notices.values() if notice.tags == ("tender",)]
    assert calls
    assert not any(call.joins for call in calls)


DEFENCE = """<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.8/publication" DOC_ID="7-2021">
<CODED_DATA_SECTION><REF_OJS><DATE_PUB>20210102</DATE_PUB></REF_OJS><NOTICE_DATA>
<NO_DOC_OJS>2021/S 001-000007</NO_DOC_OJS><ISO_COUNTRY VALUE="BG"/></NOTICE_DATA><CODIF_DATA>
<TD_DOCUMENT_TYPE CODE="{code}">{kind}</TD_DOCUMENT_TYPE></CODIF_DATA></CODED_DATA_SECTION>
<FORM_SECTION><SOME_FORM_DEFENCE CATEGORY="ORIGINAL" LG="BG" FORM="18"><FD_SOME_FORM>{body}</FD_SOME_FORM>
</SOME_FORM_DEFENCE></FORM_SECTION></TED_EXPORT>"""


def read(text: str, path: Path) -> Notice | Refused:
    path.write_text(text)
    (taken,) = read_files([path])
    return taken.item


def test_the_older_layout_gives_dates_money_and_lots_their_meaning(tmp_path: Path) -> None:
    body = """<TITLE_CONTRACT><P>Резервни части</P></TITLE_CONTRACT>
    <RECEIPT_LIMIT_DATE><DAY>1</DAY><MONTH>2</MONTH><YEAR>2024</YEAR><TIME>9:30</TIME></RECEIPT_LIMIT_DATE>
    <COSTS_RANGE_AND_CURRENCY CURRENCY="BGN"><VALUE_COST>5 187 816,63</VALUE_COST></COSTS_RANGE_AND_CURRENCY>
    <F17_ANNEX_B><LOT_NUMBER>1</LOT_NUMBER><LOT_TITLE>А</LOT_TITLE><NATURE_QUANTITY_SCOPE>
    <COSTS_RANGE_AND_CURRENCY CURRENCY="BGN"><RANGE_VALUE_COST><LOW_VALUE>1</LOW_VALUE><HIGH_VALUE>2</HIGH_VALUE>
    </RANGE_VALUE_COST></COSTS_RANGE_AND_CURRENCY></NATURE_QUANTITY_SCOPE></F17_ANNEX_B>"""
    notice = read(DEFENCE.format(code="3", kind="Contract notice", body=body), tmp_path / "a")
    assert isinstance(notice, Notice)
    assert notice.deadline == datetime(2024, 2, 1, 7, 30, tzinfo=UTC)  # of Sofia; the order of the parts is named
    assert notice.value
    assert (notice.value.value, notice.value.currency) == (Decimal("5187816.63"), "BGN")
    (lot,) = notice.lots
    assert (lot.number, lot.title, lot.value) == ("1", "А", None)
    assert [remark.code for remark in notice.remarks] == ["range-no-value"]


def test_an_award_joins_the_call_and_not_the_announcement(tmp_path: Path) -> None:
    body = """<PREVIOUS_PUBLICATION_NOTICE_F18><NOTICE_NUMBER_OJ>2019/S 001-000001</NOTICE_NUMBER_OJ>
    </PREVIOUS_PUBLICATION_NOTICE_F18><CNT_NOTICE_INFORMATION_F18>
    <NOTICE_NUMBER_OJ>2020/S 2-22</NOTICE_NUMBER_OJ></CNT_NOTICE_INFORMATION_F18>"""
    notice = read(DEFENCE.format(code="7", kind="Contract award notice", body=body), tmp_path / "a")
    assert isinstance(notice, Notice)
    assert notice.joins == ("ted:000022-2020",)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2020/S 001-000050", "000050-2020"),
        ("00524889-2023", "524889-2023"),
        ("50-2020", "000050-2020"),
        ("2020/S 1 - 50", "000050-2020"),
        ("Q/E2DP/MA401", ""),
        ("", ""),
    ],
)
def test_numbers_of_publications_have_one_form(written: str, number: str) -> None:
    assert canonical(written) == number


def test_without_a_number_it_is_refused(tmp_path: Path) -> None:
    text = DEFENCE.format(code="3", kind="Contract notice", body="").replace("2021/S 001-000007", "?")
    refused = read(text.replace("7-2021", ""), tmp_path / "a")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.field) == ("no-identity", "NO_DOC_OJS")


def test_two_readings_of_a_notice_are_two_versions_of_one_procedure(
    notices: dict[str, Notice], lines: dict[str, Notice]
) -> None:
    assert all(notices[number].keys[0] == lines[number].keys[0] for number in notices)
    assert replace(notices["218017-2021"], joins=()).keys == ("ted:218017-2021",)
