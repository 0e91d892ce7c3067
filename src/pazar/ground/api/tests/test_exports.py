"""Lists as files: safe cells, exact figures, whole or not at all, in little memory."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
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


def test_forms_are_csv_and_xlsx():
    assert [exports.form_of("csv"), exports.form_of("xlsx")] == ["csv", "xlsx"]
    with pytest.raises(NotFound):
        exports.form_of("parquet")


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
