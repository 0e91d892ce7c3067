"""CSV files of registers: GLEIF, Companies House, the Bulgarian lists, told by their header."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from pazar.market.companies.rules.numbers import Fault, read_number
from pazar.market.companies.rules.particulars import Particulars, Status

from .shape import Refused, Unreadable, number_of, text

Row = dict[str, str]
_COLUMNS: Final = 600
_FIELD: Final = 100_000


class Table:
    """A CSV form: which columns its header has, and how a row becomes an organisation."""

    def __init__(
        self, form: str, register: str, header: frozenset[str], row: Callable[[Row], Particulars | str]
    ) -> None:
        self.form, self.register, self._header, self._row = form, register, header, row

    def fits(self, head: bytes) -> bool:
        first = _decoded(head).splitlines()[:1]
        return bool(first) and self._header <= set(_columns(first[0]))

    def read(self, path: Path) -> Iterator[Particulars | Refused]:
        csv.field_size_limit(_FIELD)
        with path.open("rb") as raw:
            head = raw.read(4096)
            raw.seek(0)
            stream = io.TextIOWrapper(raw, encoding=_encoding(head), errors="strict", newline="")
            lines = csv.reader(stream, delimiter=_delimiter(_decoded(head).splitlines()[0]))
            try:
                columns = [_column(name) for name in next(lines)]
                if len(columns) > _COLUMNS:
                    raise Unreadable("too-many-columns", "line 1")
                yield from self._rows(lines, columns)
            except UnicodeDecodeError as error:
                raise Unreadable("wrong-encoding", f"line {lines.line_num + 1}") from error

    def _rows(self, lines: "csv._reader", columns: list[str]) -> Iterator[Particulars | Refused]:  # type: ignore[name-defined]
        while True:
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                code = "field-too-long" if "field larger" in str(error) else "broken-row"
                yield Refused(f"line {lines.line_num}", "", code)
                continue
            if not any(cells):
                continue
            where = f"line {lines.line_num}"
            if len(cells) != len(columns):
                yield Refused(where, "", "ragged-row", f"{len(cells)} of {len(columns)}")
                continue
            made = self._row(dict(zip(columns, cells, strict=True)))
            if isinstance(made, str):
                field, _colon, rest = made.partition(":")
                code, _colon, value = rest.partition(":")
                yield Refused(where, field, code, value[:100])
            else:
                yield made


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig"


def _decoded(head: bytes) -> str:
    return head.decode(_encoding(head), errors="replace").lstrip("\ufeff")


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _columns(line: str) -> list[str]:
    try:
        return [_column(name) for name in next(csv.reader([line], delimiter=_delimiter(line)))]
    except (csv.Error, StopIteration):
        return []


def _column(name: str) -> str:
    return name.strip().lower()


def _number(country: str, typed: str, column: str, scheme: str) -> tuple[str, str, str] | str:
    made = number_of(country.strip().upper(), typed, scheme)
    return f"{column}:{made}:{typed}" if isinstance(made, Fault) else made


def _bulgarian(row: Row) -> Particulars | str:
    number = _number("BG", row["eik"], "eik", "BG-EIK")
    if isinstance(number, str):
        return number
    if not text(row["name"]):
        return "name:empty:"
    return Particulars(
        country="BG",
        scheme=number[0],
        number=number[1],
        doubt=number[2],
        name=text(row["name"]),
        legal_form=text(row.get("legal_form", "")),
        town=text(row.get("town", "")),
        region=text(row.get("municipality", "")),
        address=text(row.get("address", "")),
    )


_LEI_STATUS: Final = {"ACTIVE": Status.ACTIVE, "INACTIVE": Status.DISSOLVED}


def _gleif_sample(row: Row) -> Particulars | str:
    number = _number(row["country"], row["lei"], "lei", "LEI")
    if isinstance(number, str):
        return number
    if not text(row["legal_name"]):
        return "legal_name:empty:"
    status = row.get("entity_status", "").strip().upper()
    return Particulars(
        country=row["country"].strip().upper(),
        scheme=number[0],
        number=number[1],
        doubt=number[2],
        name=text(row["legal_name"]),
        status=_LEI_STATUS.get(status, Status.UNKNOWN),
        status_words=text(status),
    )


def _gleif_golden(row: Row) -> Particulars | str:
    """Columns of GLEIF's golden copy in CSV: LEI-CDF 3.1 paths joined by dots."""
    country = row["entity.legaladdress.country"].strip().upper()
    number = _number(country, row["lei"], "LEI", "LEI")
    if isinstance(number, str):
        return number
    if not text(row["entity.legalname"]):
        return "Entity.LegalName:empty:"
    status = row.get("entity.entitystatus", "").strip().upper()
    own = read_number(country, row.get("entity.registrationauthority.registrationauthorityentityid", ""))
    return Particulars(
        country=country,
        scheme=number[0],
        number=number[1],
        doubt=number[2],
        name=text(row["entity.legalname"]),
        legal_form=text(row.get("entity.legalform.otherlegalform", "")),
        status=_LEI_STATUS.get(status, Status.UNKNOWN),
        status_words=text(status),
        address=text(row.get("entity.legaladdress.firstaddressline", "")),
        town=text(row.get("entity.legaladdress.city", "")),
        postal_code=text(row.get("entity.legaladdress.postalcode", "")),
        region=text(row.get("entity.legaladdress.region", "")),
        other_numbers=((own.scheme, own.canonical),) if own.valid else (),
    )


_HOUSE_STATUS: Final = (
    ("active", Status.ACTIVE),
    ("liquidation", Status.LIQUIDATION),
    ("administration", Status.INSOLVENCY),
    ("receiver", Status.INSOLVENCY),
    ("voluntary arrangement", Status.INSOLVENCY),
    ("insolvency", Status.INSOLVENCY),
    ("dissolved", Status.DISSOLVED),
    ("removed", Status.DISSOLVED),
    ("converted/closed", Status.DISSOLVED),
)


def _companies_house(row: Row) -> Particulars | str:
    """Columns of Companies House' free company data product; its column names carry stray blanks."""
    number = _number("GB", row["companynumber"], "CompanyNumber", "GB-COH")
    if isinstance(number, str):
        return number
    if not text(row["companyname"]):
        return "CompanyName:empty:"
    words = text(row.get("companystatus", ""))
    founded = _british_day(row.get("incorporationdate", ""))
    return Particulars(
        country="GB",
        scheme=number[0],
        number=number[1],
        doubt=number[2],
        name=text(row["companyname"]),
        legal_form=text(row.get("companycategory", "")),
        status=next((status for word, status in _HOUSE_STATUS if word in words.lower()), Status.UNKNOWN),
        status_words=words,
        address=text(", ".join(filter(None, (row.get("regaddress.addressline1"), row.get("regaddress.addressline2"))))),
        town=text(row.get("regaddress.posttown", "")),
        postal_code=text(row.get("regaddress.postcode", "")),
        region=text(row.get("regaddress.county", "")),
        founded_on=founded,
    )


def _british_day(value: str) -> date | None:
    """The product's own form is DD/MM/YYYY (its documentation); anything else is left empty."""
    try:
        day, month, year = (int(part) for part in value.strip().split("/"))
        return date(year, month, day)
    except ValueError:
        return None


TABLES: Final = (
    Table(
        "gleif-golden-csv",
        "gleif",
        frozenset({"lei", "entity.legalname", "entity.legaladdress.country"}),
        _gleif_golden,
    ),
    Table("gleif-csv", "gleif", frozenset({"lei", "legal_name", "country"}), _gleif_sample),
    Table(
        "uk-companies-house-csv",
        "gb-companies-house",
        frozenset({"companyname", "companynumber", "companystatus"}),
        _companies_house,
    ),
    Table("bg-list-csv", "bg-trade-register", frozenset({"eik", "name"}), _bulgarian),
)
