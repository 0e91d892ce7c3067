"""Lists as files: safe cells, exact figures, whole or not at all, in little memory."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from arro3.io import read_parquet
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pazar.ground.api import exports
from pazar.ground.errors import NotFound

ONE = [exports.Column[object](head="Cell", value=lambda row: row)]  # type: ignore[arg-type,return-value]


def as_csv(*values: object) -> list[str]:
    raw = exports.write(form="csv", columns=ONE, rows=values)
    raw.seek(0)
    rows = list(csv.reader(io.StringIO(raw.read().decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Cell"]
    # an empty cell alone in its line is a quoted nothing
    return [row[0] for row in rows[1:]]


def as_xlsx(*values: object) -> list[object]:
    raw = exports.write(form="xlsx", columns=ONE, rows=values)
    raw.seek(0)
    return [row[0] for row in load_workbook(raw).active.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", ["=1+1", "+359", "-1", "@sum", "\tx", "\rx", "  =1", "\n=1"])
def test_what_a_spreadsheet_would_compute_is_a_text(text):
    assert as_csv(text) == [f"'{text}"]
    (cell,) = as_xlsx(text)
    assert (cell.data_type, cell.value.replace("_x000D_", "\r")) == ("s", text)


@given(st.text(max_size=40))
def test_no_text_is_a_formula_and_every_plain_text_stays(text):
    (cell,) = as_csv(text)
    assert not cell.lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r"))
    plain = text.replace("\x00", "")
    assert cell.removeprefix("'") == plain.removeprefix("'")


def test_figures_stay_figures_and_are_exact():
    assert as_csv(Decimal("12345678901234567.8901"), Decimal("-5"), 7, None, True, Decimal("1E+3")) == [
        "12345678901234567.8901",
        "-5",
        "7",
        "",
        "true",
        "1000",
    ]
    cells = as_xlsx(Decimal("12345678901.57"), Decimal("12345678901234567.8901"), 7, None)
    assert [cell.value for cell in cells] == [12345678901.57, "12345678901234567.8901", 7, None][: len(cells)]


def test_times_bear_their_zone():
    assert as_csv(datetime(2026, 7, 1, 9, tzinfo=UTC), date(2026, 7, 1)) == ["2026-07-01T12:00:00+03:00", "2026-07-01"]


def test_what_xml_cannot_hold_is_left_out():
    assert [cell.value for cell in as_xlsx("a\x00b\x1f\ud800c")] == ["abc"]
    assert len(as_xlsx("x" * 40_000)[0].value) == 32_767


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_too_long_is_no_file(form):
    assert exports.write(form=form, columns=ONE, rows=range(3), most=3)
    with pytest.raises(exports.ExportTooLong):
        exports.write(form=form, columns=ONE, rows=range(4), most=3)


def test_forms_are_csv_xlsx_and_parquet():
    assert [exports.form_of(form) for form in ("csv", "xlsx", "parquet")] == list(exports.FORMS)
    with pytest.raises(NotFound):
        exports.form_of("pdf")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_fifty_thousand_lines_need_no_more_memory_than_five_thousand(form):
    columns = [
        exports.Column[int](head="Title", value=lambda row: f"Доставка на кабели, обособена позиция {row}"),
        exports.Column[int](head="Value", value=lambda row: Decimal(row) / 100),
    ]

    def peak(lines: int) -> int:
        tracemalloc.start()
        try:
            exports.write(form=form, columns=columns, rows=range(lines)).close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    few = peak(5_000)
    assert peak(50_000) < few + 4_000_000


def as_parquet(*rows: tuple[object, ...], kinds: tuple[str, ...]) -> list[dict[str, object]]:
    columns = [
        exports.Column[tuple[object, ...]](head=f"{kind} {n}", value=lambda row, n=n: row[n], kind=kind)  # type: ignore[arg-type,misc,return-value]
        for n, kind in enumerate(kinds)
    ]
    raw = exports.write(form="parquet", columns=columns, rows=rows)
    raw.seek(0)
    table = read_parquet(io.BytesIO(raw.read())).read_all()
    values = {name: [one.as_py() for one in table[name]] for name in table.column_names}
    return [dict(zip(values, line, strict=True)) for line in zip(*values.values(), strict=True)]


def test_parquet_keeps_types_and_every_digit():
    moment = datetime(2026, 11, 24, 0, 30, 15, 123456, tzinfo=UTC)
    (row,) = as_parquet(
        ("=1+1 Ъ", Decimal("12345678901234.5678"), 7, True, date(2026, 1, 2), moment),
        kinds=("text", "number", "count", "bool", "day", "moment"),
    )
    assert list(row.values()) == ["=1+1 Ъ", Decimal("12345678901234.567800"), 7, True, date(2026, 1, 2), moment]


def test_parquet_has_gaps_where_nothing_is_said():
    kinds = ("text", "number", "count", "bool", "day", "moment")
    rows = as_parquet((None,) * 6, ("",) + (None,) * 5, kinds=kinds)
    assert [list(row.values()) for row in rows] == [[None] * 6, [""] + [None] * 5]


def test_parquet_without_lines_has_its_columns():
    assert as_parquet(kinds=("text", "number")) == []


def test_parquet_tells_columns_of_one_name_apart():
    columns = [exports.Column[int](head="Lot", value=lambda row: row, kind="count")] * 2
    raw = exports.write(form="parquet", columns=columns, rows=[1])
    raw.seek(0)
    assert read_parquet(io.BytesIO(raw.read())).read_all().column_names == ["Lot", "Lot (2)"]


def test_parquet_that_would_be_too_long_is_refused_as_any_other():
    with pytest.raises(exports.ExportTooLong):
        exports.write(form="parquet", columns=ONE, rows=(str(n) for n in range(11)), most=10)


@given(st.lists(st.tuples(st.text(max_size=50), st.decimals(-(10**20), 10**20, places=6, allow_nan=False))))
def test_parquet_gives_back_what_was_put_in(rows):
    kept = as_parquet(*rows, kinds=("text", "number"))
    assert [(line["text 0"], line["number 1"]) for line in kept] == [
        (exports._CONTROL.sub("", text), number) for text, number in rows
    ]
