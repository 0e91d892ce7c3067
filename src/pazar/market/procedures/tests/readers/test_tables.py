"""Tables: the formats read, and what the world makes of CSV."""

import codecs
import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pazar.market.procedures.adapters import messages
from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Amount, Notice

from .conftest import Read

HEADER = "name,organization,unique_id,award_method,deadline,publish_date,details_link"


def row(mark: str, name: str = "Доставка", **more: str) -> str:
    cells = {
        "name": name,
        "organization": "Община",
        "unique_id": mark,
        "award_method": "Открита процедура",
        "deadline": "2025-01-13",
        "publish_date": "2024-12-11",
        "details_link": "https://x.example/1",
    } | more
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells.values())
    return out.getvalue()[:-1]


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def only(path: Path, data: bytes) -> Notice:
    path.write_bytes(data)
    (taken,) = read_files([path])
    assert isinstance(taken.item, Notice), taken
    return taken.item


def test_the_bulgarian_open_list(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", table(row("00496-2024-0061", 'Училище "П. Р."')))
    assert (notice.keys, notice.title) == (("bg-cais:00496-2024-0061",), 'Училище "П. Р."')
    assert (notice.method, notice.method_details) == ("open", "Открита процедура")
    assert notice.published_on == date(2024, 12, 11)
    assert (notice.deadline, notice.deadline_text) == (None, "2025-01-13")  # a day isn't a moment
    assert [remark.code for remark in notice.remarks] == ["date-without-time"]
    assert notice.buyer
    assert (notice.buyer.name, notice.buyer.country) == ("Община", "BG")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_whatever_a_program_saves_it_as(tmp_path: Path, delimiter: str, encoding: str, ending: str) -> None:
    text = HEADER.replace(",", delimiter) + ending + row("1", "Доставка на ток за училище").replace(",", delimiter)
    notice = only(tmp_path / "a", (text + ending).encode(encoding))
    assert notice.title == "Доставка на ток за училище"


PURCHASE = """"ContractID";"Type";"Status";"Law";"StartPrice";"ContractHyperlink";"NameCustomer";"customerHyperlink";"PostedDate";"UpdatedDate";"PlatformName";"ObjectName";"region"
"'0124200000619003171'";"Электронный аукцион";"Завершена ";"44-ФЗ";3021953,42;"http://x.example/1";"АГЕНТСТВО";"";"17.06.2019";"05.08.2019";"АО «ЕЭТП»";"26.20.16.170-00000002: Мышь; 26.20.16.110: Клавиатура; 26.20.16.110: Клавиатура;    $";"Область"
"""  # noqa: E501


def test_russian_purchases(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", PURCHASE.encode())
    assert notice.keys == ("ru-eis:0124200000619003171",)
    assert notice.value == Amount(Decimal("3021953.42"), "")  # no currency is named
    assert notice.published_on == date(2019, 6, 17)
    assert notice.title == "Мышь; Клавиатура"
    assert [item.codes for item in notice.items] == [
        (("OKPD2", "26.20.16.170-00000002"),),
        (("OKPD2", "26.20.16.110"),),
    ]


CONTRACT = r""""Num";"Status";"FinalStoim";"ContractID";"ContractHyperlink";"NameCustomer";"PostedDate";"UpdatedDate";"PlatformName";"ObjectName";"ObjectCode";"ObjectUnits";"ObjectAmount";"ObjectUnitPrice";"ObjectNMZ";"IsRestrictions";"ParticipantPriceOffer";"ParticipantName";"ParticipantIsWinner"
1;"Исполнение завершено";"77 520,00";"№ 2110400490017000292";"/epz/contract";"БОЛЬНИЦА \"ГОРОДСКАЯ\"";"05.07.2017";"04.09.2017";"ЗАО";"каша молочная";"21.20.10.114";"упак";"80,00";"133,46";"92 956,80";TRUE;"77 520,00";"ООО \"Каша\"";TRUE
"""  # noqa: E501


def test_russian_contracts_in_windows_1251(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", CONTRACT.encode("cp1251"))
    assert notice.keys == ("ru-eis-contract:2110400490017000292",)
    assert notice.buyer
    assert notice.buyer.name == 'БОЛЬНИЦА "ГОРОДСКАЯ"'
    assert notice.value == Amount(Decimal("92956.80"), "")
    (award,) = notice.awards
    assert award.value == Amount(Decimal("77520.00"), "")
    assert [supplier.name for supplier in award.suppliers] == ['ООО "Каша"']
    (item,) = notice.items
    assert (item.quantity, item.unit) == (Decimal("80.00"), "упак")


ITEMS = """region,id,publishDate,notificationNumber,currentContractStage,customer.name,customer.inn,OKPD2.code,OKPD2.name,OKEI.code,OKEI.fullName,quantity,sumRUR,supplier.name,supplier.inn
R,38914189,2018-01-09T17:04:38.763+03:00,0376100007117000018,E,ИНСПЕКЦИЯ,0101002332,84.24.11.000,Услуги охраны,539,Час,344484.59,344484.59,ООО Юг,0105056025
R,39346087,2018-01-18T10:18:18.710+07:00,NA,E,АДМИНИСТРАЦИЯ,2290000973,NA,NA,796,,1.0,19989307.80,ООО Север,2263023114
"""  # noqa: E501


def test_russian_contract_items_join_the_purchase_they_name(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(ITEMS)
    named, alone = (taken.item for taken in read_files([path]) if isinstance(taken.item, Notice))
    assert (named.keys, alone.keys) == (("ru-eis:0376100007117000018",), ("ru-eis-contract:39346087",))
    assert named.awards[0].value == Amount(Decimal("344484.59"), "RUB")
    assert named.awards[0].suppliers[0].number == "0105056025"
    assert named.published_at == datetime(2018, 1, 9, 14, 4, 38, 763000, tzinfo=UTC)
    assert alone.title == ""


CARD = """{"id": "0846500000625000570", "competition": "Электронный аукцион", "stage": "Завершено",
"organization": "УПРАВЛЕНИЕ", "competition_start": "19.08.2025 23:20 (МСК+4)",
"competition_end": "27.08.2025 08:00 (МСК+4)", "result_date": "28.08.2025", "price": "470 920,31",
"currency": "РОССИЙСКИЙ РУБЛЬ", "products": [{"code": "26.20.11.110\\n26.20.11.110-00000165",
"name": "Ноутбук\\nВес 2", "units": "Штука", "count": "7,00"}],
"auction_info": {"success": true, "participants": [{"id": "184", "place": "1 - Победитель", "bid": "419 119,11"},
{"id": "171", "place": "2 номер", "bid": "421 473,71"}]}}"""


def test_a_russian_card(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", CARD.encode())
    assert notice.value == Amount(Decimal("470920.31"), "RUB")
    assert notice.deadline == datetime(2025, 8, 27, 1, 0, tzinfo=UTC)  # seven hours ahead of Greenwich
    assert notice.title == notice.items[0].description == "Ноутбук"
    assert notice.items[0].codes == (("OKPD2", "26.20.11.110"), ("KTRU", "26.20.11.110-00000165"))
    (award,) = notice.awards
    assert (award.value, award.bids_received) == (Amount(Decimal("419119.11"), "RUB"), 2)
    assert award.decided_on == date(2025, 8, 28)


LOT = """[{"notice_id": "2023104081", "lot_number": 25, "publication_date": "2023-02-13", "award_date": null,
"cpv_code": "77211100", "lot_value_eur": 1577466.41, "total_contract_value_eur": 1.9499999999999995,
"buyer_name": "REGIA: NaN, x", "buyer_country": "UK", "winner_name": NaN, "number_of_offers": 11}]"""


def test_award_lots(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", LOT.encode())
    assert notice.keys == ("ted:104081-2023",)
    assert notice.buyer
    assert (notice.buyer.name, notice.buyer.country) == ("REGIA: NaN, x", "GB")
    assert notice.lots[0].value == Amount(Decimal("1577466.41"), "EUR")
    assert notice.value == Amount(Decimal("1.95"), "EUR")
    assert (notice.awards[0].suppliers, notice.awards[0].bids_received) == ((), 11)


GOOD, OTHER = row("a"), row("c")
BAD: dict[str, tuple[bytes, str]] = {
    "too few cells": (b"x,y,z", "ragged-row"),
    "too many cells": ((row("b") + ",1,2").encode(), "ragged-row"),
    "20,000 columns": (b"," * 20_000, "ragged-row"),
    "an unclosed quote": (b'"x,O,b,m,2025-01-01,2025-01-01,u', "unclosed-quote"),
    "letters behind a quote": (b'"x"y,O,b,m,2025-01-01,2025-01-01,u', "broken-row"),
    "a NUL": (b"x\0,O,b,m,2025-01-01,2025-01-01,u", "bad-character"),
    "not UTF-8": (b"\xff\xfe,O,b,m,2025-01-01,2025-01-01,u", "not-utf8"),
    "cp1251 among UTF-8": ("ток,О,b,m,2025-01-01,2025-01-01,u".encode("cp1251"), "not-utf8"),
    "a 12 MB field": (b"x" * (12 << 20) + b",O,b,m,2025-01-01,2025-01-01,u", "too-large"),
    "a 20 MB field": (b"x" * (20 << 20) + b",O,b,m,2025-01-01,2025-01-01,u", "too-large"),
    "a 500 kB field": (b"x" * 500_000 + b",O,b,m,2025-01-01,2025-01-01,u", "text-too-long"),
    "a 100 kB title": (b"x" * 100_000 + b",O,b,m,2025-01-01,2025-01-01,u", "text-too-long"),
    "no number": (row("").encode(), "no-identity"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_costs_only_itself(read: Read, case: str) -> None:
    data, code = BAD[case]
    taken, refused = read(b"\n".join((HEADER.encode(), GOOD.encode(), data, OTHER.encode(), b"")))
    assert taken == ["a", "c"]
    assert [(item.code, item.place.where) for item in refused] == [(code, "line 3")]


def test_what_is_quoted_over_lines_is_one_row_and_places_stay_right(read: Read) -> None:
    taken, refused = read(table(row("a", "one\ntwo\nthree"), "short,row", row("c")))
    assert taken == ["a", "c"]
    assert [item.place.where for item in refused] == ["line 5"]


@pytest.mark.parametrize(
    ("header", "code"),
    [(HEADER + ",name", "double-column"), (HEADER + "," + ",".join(f"c{n}" for n in range(600)), "too-many-columns")],
    ids=["a column twice", "too many columns"],
)
def test_a_header_that_cant_be_used(read: Read, header: str, code: str) -> None:
    taken, refused = read(table(GOOD, header=header))
    assert not taken
    assert [(item.code, item.place.where) for item in refused] == [(code, "line 1")]


def test_other_alphabets_are_no_words_of_windows_1251(read: Read) -> None:
    text = table(row("1", "Поставка электрической энергии для нужд учреждения")).decode()
    taken, refused = read(text.encode("koi8-r", "replace"))
    assert not taken
    assert [item.code for item in refused] == ["not-utf8"]


def test_01_02_2024_is_never_guessed(tmp_path: Path) -> None:
    notice = only(tmp_path / "a", table(row("1", deadline="01/02/2024", publish_date="01/02/2024")))
    assert (notice.deadline, notice.published_on) == (None, None)
    assert {remark.code for remark in notice.remarks} == {"ambiguous-date"}
    assert notice.deadline_text == "01/02/2024"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12345678901234,57", "12345678901234.57"),
        ("12 345 678 901 234,57", "12345678901234.57"),
        ("2e+05", "200000"),
        ("1,234,567", None),
        ("1.234,57", None),
        ("NaN", None),
        ("1e400", None),
        ("NA", None),
    ],
)
def test_sums_with_a_comma(tmp_path: Path, written: str, value: str | None) -> None:
    notice = only(tmp_path / "a", PURCHASE.replace("3021953,42", written).encode())
    assert (format(notice.value.value, "f") if notice.value else None) == value
    assert bool(notice.remarks) == (value is None and written != "NA")


def test_the_mark_of_utf_16_alone_is_an_empty_file(read: Read) -> None:
    _, refused = read(codecs.BOM_UTF16_LE)
    assert [item.code for item in refused] == ["empty-file"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_spoilt_table_has_an_end(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(table(row("a"), row("b", 'x"y'), row("c", "one\ntwo"), row("d")))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(good) - 1))
        good[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from([b'"', b"\\", b",", b"\x00", b"\xff", b"\n", b"\r", b"", b'""', b";"])
        )
    path = tmp_path / "spoilt"
    path.write_bytes(good)
    for taken in read_files([path]):
        assert isinstance(taken.item, Notice) or taken.item.code in messages.SENTENCES


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20), max_size=5))
def test_cells_are_what_a_csv_library_wrote(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "a"
    path.write_bytes(table(*(row(str(place), name) for place, name in enumerate(names))) + b"\n")
    found = [taken.item for taken in read_files([path])]
    assert not [item for item in found if isinstance(item, Refused)]
    assert [item.title for item in found if isinstance(item, Notice)] == [name.strip() for name in names]
