"""Tables as people send them (J4: bad input row by row, nothing good lost)."""

import gzip
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pazar.ground.tables import Fault, Row, Unreadable, opened
from pazar.ground.tables.reading import COLUMNS

TEXT = "клиент;продукт;стойност\nМедница ООД;Ръкавици;12,50\nСтроймат АД;Цимент;1 240,00\n"


def brought(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def read(path, **options):
    with opened(path, **options) as table:
        return table, list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_cyrillic_is_read_in_whatever_encoding_it_comes(tmp_path, encoding):
    table, rows = read(brought(tmp_path, TEXT.encode(encoding)))
    assert table.columns == ["клиент", "продукт", "стойност"]
    assert rows[0] == Row(2, ["Медница ООД", "Ръкавици", "12,50"])


def test_western_letters_are_read_too(tmp_path):
    _, rows = read(brought(tmp_path, "customer,amount\nCafé du Nord,12.5\nMüller,13\n".encode("cp1252")))
    assert [row.cells[0] for row in rows] == ["Café du Nord", "Müller"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_of_all_kinds(tmp_path, delimiter, ending):
    lines = ending.join(
        delimiter.join(cells) for cells in (["a", "b", "c"], ["1", '"two\nlines"', "3"], ["4", "5", "6"])
    )
    _, rows = read(brought(tmp_path, lines.encode()))
    assert [row.cells for row in rows] == [["1", "two\nlines", "3"], ["4", "5", "6"]]


def test_under_gzip(tmp_path):
    assert len(read(brought(tmp_path, gzip.compress(TEXT.encode()), "table.csv.gz"))[1]) == 2


def test_a_bad_row_is_named_and_its_neighbours_are_kept(tmp_path):
    content = b'a,b\n1,2\n3\n4,5,6\n7,8,\n"open,9\n10,11\n12,a\0b\n14,15\n'
    _, rows = read(brought(tmp_path, content))
    assert [(row.line, row.cells) for row in rows if isinstance(row, Row)] == [
        (2, ["1", "2"]),
        (5, ["7", "8"]),
        (7, ["10", "11"]),
        (9, ["14", "15"]),
    ]
    assert [(row.line, row.code) for row in rows if isinstance(row, Fault)] == [
        (3, "ragged_row"),
        (4, "ragged_row"),
        (6, "unclosed_quote"),
        (8, "bad_character"),
    ]


def test_a_slip_in_one_line_of_a_file_in_utf8(tmp_path):
    lines = ["име,число", *(f"Иван {i},{i}" for i in range(30))]
    content = "\n".join(lines).encode().replace("Иван 7".encode(), b"\xc8\xe2\xe0\xed 7")
    _, rows = read(brought(tmp_path, content))
    assert [row for row in rows if isinstance(row, Fault)] == [Fault(9, "wrong_encoding")]
    assert sum(isinstance(row, Row) for row in rows) == 29


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not_a_table"),
        (b"MZ\x90\0\x03\0\0\0", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_locked_spreadsheet"),
        (b"PK\x03\x04 and nothing more", "broken_archive"),
        (b"\x1f\x8b\x08 and nothing more", "broken_archive"),
        (gzip.compress(TEXT.encode() * 999)[:200], "broken_archive"),
        (b"name,Name\n1,2\n", "same_column_twice"),
        (",".join(f"c{i}" for i in range(COLUMNS + 1)).encode(), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_whole(tmp_path, content, code):
    with pytest.raises(Unreadable) as refused:
        read(brought(tmp_path, content))
    assert refused.value.code == code


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "nowhere.csv")
    assert refused.value.code == "no_such_file"


def test_a_cell_of_twelve_megabytes_spoils_its_own_row_alone(tmp_path):
    _, rows = read(brought(tmp_path, b"a,b\n1," + b"x" * (12 << 20) + b"\n3,4\n"))
    assert [getattr(row, "code", "") for row in rows] == ["line_too_long", ""]


def workbook(tmp_path, rows, name="book.xlsx"):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Втори").append(["x"])
    path = tmp_path / name
    book.save(path)
    return path


def test_a_spreadsheet_is_read_as_it_was_typed(tmp_path):
    at = datetime(2024, 2, 1, 9, 30)  # noqa: DTZ001 (cells know no zones)
    rows = [
        ["code", "day", "at", "amount", "whole"],
        ["00123", date(2024, 2, 1), at, 12.5, 45_000_000.0],
        [None, None, None, None, None],
        ["x", "01/02/2024", True, 1e-7, -3],
    ]
    table, found = read(workbook(tmp_path, rows))
    assert (table.form, table.sheet) == ("xlsx", "Sheet")
    assert [row.cells for row in found] == [
        ["00123", "2024-02-01", "2024-02-01 09:30:00", "12.5", "45000000"],
        ["x", "01/02/2024", "true", "0.0000001", "-3"],
    ]


def test_a_number_kept_under_a_format_of_noughts_is_a_code(tmp_path):
    path = workbook(tmp_path, [["code"], [123]])
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.active["A2"].number_format = "00000"
    book.save(path)
    assert read(path)[1][0].cells == ["00123"]


def test_a_formula_spoils_its_row_and_is_named_by_its_cell(tmp_path):
    _, rows = read(workbook(tmp_path, [["a", "b"], [1, 2], [3, "=A2*2"], [5, 6]]))
    assert rows[1] == Fault(3, "formula", {"cell": "B3"})
    assert [row.cells for row in rows if isinstance(row, Row)] == [["1", "2"], ["5", "6"]]


def test_a_sheet_by_its_name(tmp_path):
    path = workbook(tmp_path, [["a"], [1]])
    assert read(path, sheet="Втори")[0].columns == ["x"]
    with pytest.raises(Unreadable) as refused:
        read(path, sheet="Трети")
    assert refused.value.params["sheets"] == "Sheet, Втори"


def test_a_spreadsheet_that_swells_is_not_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 << 20))
    with pytest.raises(Unreadable) as refused:
        read(brought(tmp_path, packed.getvalue(), "bomb.xlsx"))
    assert refused.value.code == "too_large"


def test_a_spreadsheet_whose_parts_are_broken(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook><<<")
    with pytest.raises(Unreadable) as refused:
        read(brought(tmp_path, packed.getvalue(), "broken.xlsx"))
    assert refused.value.code == "broken_spreadsheet"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(b"a,b\n" + content)
    try:
        _, rows = read(path)
    except Unreadable:
        return
    assert all(isinstance(row, (Row, Fault)) for row in rows)
