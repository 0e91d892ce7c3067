"""eForms: examples of every kind of notice, and what is fixed by the standard rather than seen in them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Amount, Notice

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="module")
def taken() -> dict[str, Notice | Refused]:
    return {taken.place.member.split("/")[1][:-4]: taken.item for taken in read_files([SAMPLES / "eforms.zip"])}


@pytest.fixture(scope="module")
def notices(taken: dict[str, Notice | Refused]) -> dict[str, Notice]:
    return {name: item for name, item in taken.items() if isinstance(item, Notice)}


def test_the_invalid_ones_that_name_nothing_are_refused(taken: dict[str, Notice | Refused]) -> None:
    refused = {name: (item.code, item.field) for name, item in taken.items() if isinstance(item, Refused)}
    assert refused == {
        "INVALID_can_24_stage-1": ("no-identity", "BT-701"),
        "INVALID_cn_24_empty": ("no-identity", "BT-701"),
    }


@pytest.mark.parametrize(
    ("name", "tags", "lots", "awards"),
    [
        ("cn_24_open", ("tender",), 1, 0),
        ("cn_24_FRA_comments", ("tender",), 2, 0),
        ("change-cn_24_open_dates", ("tender", "tenderAmendment"), 1, 0),
        ("can_24_FRA_comments", ("award",), 2, 2),
        ("can-social_23", ("award",), 3, 3),
        ("can-modif_24_value", ("contractAmendment",), 1, 1),
        ("veat_24", ("award",), 1, 1),
        ("pin-only_24_lots", ("planning",), 10, 0),
        ("pin-buyer_24_published", ("planning",), 0, 0),
        ("E5_minimal", ("contractTermination",), 1, 1),
        ("2024-OJS065-00191534", ("award",), 5, 6),
    ],
)
def test_kinds_lots_and_awards(
    notices: dict[str, Notice], name: str, tags: tuple[str, ...], lots: int, awards: int
) -> None:
    notice = notices[name]
    assert (notice.tags, len(notice.lots), len(notice.awards)) == (tags, lots, awards)
    assert notice.title
    assert notice.buyer
    assert len(notice.buyer.country) == 2


def test_a_call(notices: dict[str, Notice]) -> None:
    notice = notices["2024-OJS017-00047522"]
    assert notice.keys[1:] == ("eforms-notice:" + notice.release_id[:-3], "ted:047522-2024")
    assert notice.source_url == "https://ted.europa.eu/en/notice/-/detail/47522-2024"
    assert (notice.language, notice.method, notice.category) == ("fr", "open", "services")
    assert notice.deadline == datetime(2024, 2, 28, 10, 0, tzinfo=UTC)  # 12:00:00+02:00
    assert notice.published_on == date(2024, 1, 24)
    assert notice.cpv == ("90511100", "90511400")
    assert notice.regions == ("FRJ12",)
    assert [lot.number for lot in notice.lots] == ["LOT-0001", "LOT-0002"]
    assert notice.lots[0].title == "Collecte et transport des colonnes à verre"
    assert notice.documents[0].url == "https://www.achatpublic.com"


def test_results(notices: dict[str, Notice]) -> None:
    notice = notices["can_24_FRA_comments"]
    assert notice.value == Amount(Decimal("390697.84"), "EUR")
    first, second = notice.awards
    assert (first.status, first.lot_numbers, first.bids_received) == ("active", ("LOT-0001",), 3)
    assert (first.value, first.decided_on) == (Amount(Decimal(95414), "EUR"), date(2019, 9, 2))
    assert len(first.suppliers) == len(second.suppliers) == 1
    statuses = [award.status for award in notices["can-social_23"].awards]
    assert statuses == ["unsuccessful", "active", "pending"]


def test_a_change_and_a_result_join_by_the_procedures_number(notices: dict[str, Notice]) -> None:
    assert notices["cn_24_open"].source_id == notices["change-cn_24_open_dates"].source_id
    assert notices["cn_24_FRA_comments"].source_id == notices["can_24_FRA_comments"].source_id
    changed = notices["change-cn_24_open_dates"]
    assert "eforms-notice:c4c415ee-ac08-4465-8fa6-57568cf69462" in changed.joins
    assert changed.deadline != notices["cn_24_open"].deadline


def test_what_a_modification_and_a_result_name_by_its_number_in_the_journal(notices: dict[str, Notice]) -> None:
    assert "ted:342558-2018" in notices["can-modif_24_value"].joins
    assert "ted:362098-2020" in notices["can_81_FRA"].joins


def test_texts_are_taken_in_the_notices_own_language(notices: dict[str, Notice]) -> None:
    notice = notices["cn_24_multilingual"]
    assert notice.language == "en"
    assert notice.title.startswith("Provision of IT Serv")


CALL = """<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:ID schemeName="notice-id">11111111-2222-3333-4444-555555555555</cbc:ID>
 <cbc:NoticeTypeCode listName="competition">cn-standard</cbc:NoticeTypeCode>{lots}</ContractNotice>"""
LOT = """<cac:ProcurementProjectLot><cbc:ID schemeName="{scheme}">{mark}</cbc:ID><cac:TenderingProcess>
 <cac:TenderSubmissionDeadlinePeriod><cbc:EndDate>{day}</cbc:EndDate>{time}</cac:TenderSubmissionDeadlinePeriod>
 </cac:TenderingProcess></cac:ProcurementProjectLot>"""


def lot(mark: str, day: str, time: str = "", scheme: str = "Lot") -> str:
    return LOT.format(mark=mark, day=day, time=time and f"<cbc:EndTime>{time}</cbc:EndTime>", scheme=scheme)


def call(path: Path, *lots: str) -> Notice:
    path.write_text(CALL.format(lots="".join(lots)))
    (taken,) = read_files([path])
    assert isinstance(taken.item, Notice), taken
    return taken.item


def test_of_several_deadlines_the_first_is_the_procedures(tmp_path: Path) -> None:
    notice = call(
        tmp_path / "a",
        lot("LOT-0001", "2024-05-02Z", "12:00:00Z"),
        lot("LOT-0002", "2024-05-01+02:00", "12:00:00+02:00"),
        lot("GLO-0001", "2024-04-01Z", "12:00:00Z", scheme="LotsGroup"),  # a group is no lot
    )
    assert notice.deadline == datetime(2024, 5, 1, 10, 0, tzinfo=UTC)
    assert len(notice.lots) == 2
    assert [remark.code for remark in notice.remarks] == ["several-deadlines"]


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("2024-05-02Z", "", "date-without-time"),
        ("2024-05-02", "12:00:00", "date-without-zone"),
        ("01/02/2024", "12:00:00Z", "date-without-time"),
        ("2024-13-02Z", "12:00:00Z", "ambiguous-date"),
    ],
)
def test_a_deadline_that_names_no_moment_stays_empty(tmp_path: Path, day: str, time: str, code: str) -> None:
    notice = call(tmp_path / "a", lot("LOT-0001", day, time))
    assert notice.deadline is None
    assert notice.deadline_text
    assert [remark.code for remark in notice.remarks] == [code]


def test_a_double_lot_is_told(tmp_path: Path) -> None:
    notice = call(tmp_path / "a", lot("LOT-0001", "2024-05-02Z"), lot("LOT-0001", "2024-05-02Z"))
    assert len(notice.lots) == 1
    assert "double-lot" in {remark.code for remark in notice.remarks}


def test_the_registration_of_a_business_is_no_procedure(tmp_path: Path) -> None:
    text = CALL.format(lots="").replace("ContractNotice", "BusinessRegistrationInformationNotice")
    (tmp_path / "a").write_text(text)
    (taken,) = read_files([tmp_path / "a"])
    assert isinstance(taken.item, Refused)
    assert taken.item.code == "not-a-procedure"
