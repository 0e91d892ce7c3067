"""The OCDS reader on real samples of several publishers."""

import gzip
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Amount, Notice

SAMPLES = Path(__file__).parent / "samples"


def notices(*paths: Path) -> list[Notice]:
    found = [taken.item for taken in read_files(paths)]
    assert not [item for item in found if isinstance(item, Refused)]
    return [item for item in found if isinstance(item, Notice)]


def one(name: str) -> Notice:
    (notice,) = notices(SAMPLES / name)
    return notice


def test_a_ukrainian_release_of_1_0() -> None:
    notice = one("ukraine_release.json")
    assert notice.source_id.startswith("ocds-be6bcu-UA-2017-01-31")
    assert notice.cpv == ()  # stands with the item, not with the notice
    assert notice.all_cpv == ("15811000",)
    assert notice.value == Amount(Decimal("10000.0"), "UAH")
    assert notice.items[0].quantity == 2100
    assert notice.items[0].unit == "piece"
    assert notice.buyer is not None
    assert (notice.buyer.country, notice.buyer.number_scheme) == ("UA", "UA-EDR")
    assert notice.deadline is None
    assert notice.deadline_text == ""


def test_a_release_with_a_tag_that_is_no_list() -> None:
    notice = one("montreal_release.json")
    assert notice.tags == ("award",)
    assert notice.title == ""  # the source gives none, so there is none
    assert notice.published_on == date(2017, 5, 27)
    assert notice.published_at == datetime(2017, 5, 27, 4, tzinfo=UTC)
    assert len(notice.awards) == 1
    assert notice.awards[0].suppliers[0].name.startswith("CENTRE DE TECHNOLOGIE")
    assert notice.buyer is not None and notice.buyer.town == "Montréal"


def test_a_record_gives_its_compiled_release_only() -> None:
    assert one("moldova_record.json").tags == ("compiled",)
    notice = one("paraguay_record_package_1_1.json")
    assert notice.title == "Adquisición de Scanner"
    assert notice.value is None  # amount null
    assert notice.awards[0].value == Amount(Decimal(135630400), "PYG")
    assert notice.awards[0].suppliers[0].number == "80007525-0"  # from the list of parties
    assert notice.source_url == "https://www.contrataciones.gov.py/datos/record-package/193399.json"


def test_1_0_and_1_1_say_the_same_of_one_procedure() -> None:
    older, newer = one("paraguay_release_package_1_0.json"), one("paraguay_record_package_1_1.json")
    assert older.awards == newer.awards
    assert older.title == newer.title
    assert older.source_id == newer.source_id


def test_a_package_names_its_publisher() -> None:
    notice = one("colombia_package_1_1.json")
    assert notice.publisher == "Colombia Compra Eficiente"
    assert notice.items or notice.awards


def test_every_wrapping_gives_the_same(tmp_path: Path) -> None:
    plain = SAMPLES / "colombia_package_1_1.json"
    raw = plain.read_bytes()
    package = json.loads(raw)
    release = json.dumps(package["releases"][0]).encode()
    header = {key: part for key, part in package.items() if key != "releases"}
    wrapped = {
        "gz.bin": gzip.compress(raw),
        "bom.json": b"\xef\xbb\xbf" + raw,
        "utf16.json": raw.decode().encode("utf-16"),
        "utf16be.txt": raw.decode().encode("utf-16-be"),
        "package_first.json": json.dumps({**header, "releases": package["releases"]}).encode(),
        "list.json": b"[" + raw + b"]",
    }
    with zipfile.ZipFile(tmp_path / "all.dat", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in wrapped.items():
            (tmp_path / name).write_bytes(data)
        archive.writestr("inside.json", raw)
    expected = notices(plain)
    for name in (*wrapped, "all.dat"):
        assert notices(tmp_path / name) == expected, name
    for name, data in {"list": b"[" + release + b"]", "alone": release, "twice": release + release}.items():
        (tmp_path / name).write_bytes(data)
        found = notices(tmp_path / name)
        assert {n.source_id for n in found} == {expected[0].source_id}
        assert len(found) == (2 if name == "twice" else 1)


def release(**more: Any) -> dict[str, Any]:
    return {"ocid": "ocds-x-1", "id": "1", "date": "2024-01-02T03:04:05Z", "tag": ["tender"], **more}


def read(tmp_path: Path, value: Any) -> list[Notice | Refused]:
    (tmp_path / "given.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return [taken.item for taken in read_files([tmp_path / "given.json"])]


def test_amounts_stay_exact(tmp_path: Path) -> None:
    text = '{"ocid":"o","tender":{"value":{"amount":12345678901234.57,"currency":"eur"}}}'
    (notice,) = read(tmp_path, text)
    assert isinstance(notice, Notice)
    assert notice.value == Amount(Decimal("12345678901234.57"), "EUR")


@pytest.mark.parametrize(
    ("published", "moment", "code"),
    [
        ("2024-05-06T10:00:00+03:00", datetime(2024, 5, 6, 7, tzinfo=UTC), None),
        ("2024-05-06T10:00:00.123456789Z", datetime(2024, 5, 6, 10, 0, 0, 123456, tzinfo=UTC), None),
        ("2024-05-06T10:00:00", None, "date-without-zone"),
        ("2024-05-06", None, "date-without-zone"),
        ("01/02/2024", None, "ambiguous-date"),
        ("0001-01-01T00:00:00+14:00", None, "ambiguous-date"),
        ("soon", None, "ambiguous-date"),
        (20240506, None, None),
    ],
)
def test_a_deadline_is_never_guessed(
    tmp_path: Path, published: object, moment: datetime | None, code: str | None
) -> None:
    (notice,) = read(tmp_path, release(tender={"tenderPeriod": {"endDate": published}}))
    assert isinstance(notice, Notice)
    assert notice.deadline == moment
    assert notice.deadline_text == str(published)
    if code:
        assert [remark.code for remark in notice.remarks] == [code]


@pytest.mark.parametrize(
    ("amount", "value", "code"),
    [
        ("1200", Decimal(1200), None),
        ({"$numberLong": "24978479879"}, Decimal(24978479879), None),
        ("1,200", None, "unclear-number"),
        ("1.200,50", None, "unclear-number"),
        (-5, None, "negative-amount"),
        (True, None, None),
        ([1], None, "not-a-number"),
        ("", None, None),
    ],
)
def test_an_unclear_amount_stays_empty(tmp_path: Path, amount: object, value: Decimal | None, code: str | None) -> None:
    (notice,) = read(tmp_path, release(tender={"value": {"amount": amount, "currency": "EUR"}}))
    assert isinstance(notice, Notice)
    assert (notice.value.value if notice.value else None) == value
    assert [remark.code for remark in notice.remarks] == ([code] if code else [])


def test_lots_hold_their_items(tmp_path: Path) -> None:
    (notice,) = read(
        tmp_path,
        release(
            tender={
                "lots": [{"id": "L1", "title": "Cables"}, {"id": "L1", "title": "again"}, {"id": 2}],
                "items": [
                    {"relatedLot": "L1", "classification": {"scheme": "CPV", "id": "31300000-9"}},
                    {"relatedLot": "L9", "classification": {"scheme": "cpv", "id": "3130"}},
                    {"classification": {"scheme": "UNSPSC", "id": 26121600}},
                ],
            }
        ),
    )
    assert isinstance(notice, Notice)
    assert [(lot.number, lot.title, lot.cpv) for lot in notice.lots] == [
        ("L1", "Cables", ("31300000",)),
        ("2", "", ()),
        ("L9", "", ()),
    ]
    assert notice.items[0].codes == (("UNSPSC", "26121600"),)
    assert {remark.code for remark in notice.remarks} == {"double-lot", "lot-not-described", "unknown-code"}


def test_links_are_said_to_be_links(tmp_path: Path) -> None:
    (refused,) = read(
        tmp_path, {"records": [{"ocid": "o", "releases": [{"url": "https://x.example/1", "date": "2024"}]}]}
    )
    assert isinstance(refused, Refused)
    assert (refused.code, refused.place.where) == ("only-links", "record 1")


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[]], [None], {"a": None}])
def test_odd_shapes_never_raise(tmp_path: Path, value: object) -> None:
    for key in ("tender", "awards", "parties", "buyer", "tag", "date", "id", "language", "publisher"):
        (item,) = read(tmp_path, release(**{key: value}))
        assert isinstance(item, Notice)
    for key in (
        "items",
        "lots",
        "tenderPeriod",
        "value",
        "documents",
        "classification",
        "title",
        "numberOfTenderers",
    ):
        (item,) = read(tmp_path, release(tender={key: value}))
        assert isinstance(item, Notice)
    for key in ("suppliers", "relatedLots", "value", "date", "items"):
        (item,) = read(tmp_path, release(awards=[{key: value}]))
        assert isinstance(item, Notice)
