"""`pazar desk class FILE`: what it prints, and what it says of bad input."""

import csv
import json

import pytest
from click.testing import CliRunner

from pazar.sales.customers.cli import desk

HEAD = "Фактура;Артикул;Наименование;Количество;Ед. цена;Клиент;Опаковка\n"
GOOD = "1;К1;Чаша;24;2,50;Медница ООД;12\n1;К1;Чаша;1;2,50;Медница ООД;12\n2;К1;Чаша;1;2,90;Петър Иванов;12\n"


def run(tmp_path, text, *arguments, encoding="utf-8", name="sales.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return CliRunner().invoke(desk, ["class", str(path), *arguments])


def report(result):
    return json.loads(result.stdout)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_counts_by_class_with_reasons(tmp_path, encoding):
    result = run(tmp_path, HEAD + GOOD, "--json", encoding=encoding)
    assert result.exit_code == 0, result.output
    found = report(result)
    assert (found["read"], found["classed"], found["refused"]) == (3, 3, [])
    formal, substantive = found["classes"]["formal"], found["classes"]["substantive"]
    assert formal["b2b"] == {"lines": 2, "value": "62.50", "reasons": {"buyer_has_legal_form": 2}}
    assert substantive["b2b"]["reasons"] == {"bought_by_the_pack": 1, "buyer_buys_by_the_pack": 1}
    assert substantive["b2c"]["lines"] == 1
    assert found["classes"]["form"]["small_wholesale"]["lines"] == 1
    assert found["target"]["share_of_lines"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_bad_row_is_named_and_the_others_are_classed(tmp_path):
    bad = "3;К1;Чаша;See ASN-93;2,50;Х;12\n4;;;1;1;Х;\n5;К1;Чаша;2;;Х;12\n6;К1\n"
    result = run(tmp_path, HEAD + GOOD + bad, "--json")
    assert result.exit_code == 1
    found = report(result)
    assert (found["read"], found["classed"], found["refused_count"]) == (7, 3, 4)
    assert [(one["where"], one["field"], one["code"]) for one in found["refused"]] == [
        ("row 8", "", "ragged_row"),
        ("row 5", "Количество", "not_a_number"),
        ("row 6", "Артикул", "cell_empty"),
        ("row 7", "Ед. цена", "cell_empty"),
    ]
    assert "See ASN-93" in found["refused"][1]["message"]


def test_a_number_with_two_meanings_is_asked_about_and_the_answer_taken(tmp_path):
    text = 'item,quantity,price\ncup,12,"1,234"\n'
    asked = run(tmp_path, text, "--json")
    assert (asked.exit_code, report(asked)["refused"][0]["code"]) == (2, "ambiguous_number")
    said = run(tmp_path, text, "--json", "--decimal", "comma")
    assert (said.exit_code, report(said)["together"][0]["value"]) == (0, "14.808")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), ("item,colour\ncup,red\n", "column_missing"), ("\x00\x01\x02", "not_a_table")],
)
def test_what_can_not_be_read_is_said_without_a_trace(tmp_path, text, code):
    result = run(tmp_path, text, "--json")
    assert result.exit_code == 2
    assert report(result)["refused"][0]["code"] == code
    assert "Traceback" not in result.output


def test_a_map_puts_the_columns_right(tmp_path):
    chosen = tmp_path / "map.json"
    chosen.write_text(json.dumps({"quantity": "n", "item": "what", "value": "worth"}))
    result = run(tmp_path, "what,n,worth\ncup,4,10\n", "--json", "--map", str(chosen))
    assert (result.exit_code, report(result)["together"][0]["value"]) == (0, "10")


@pytest.mark.parametrize("said", ["[1]", "{", '{"quantity": 3}', '{"quantity": "nowhere"}', '{"colour": "n"}'])
def test_a_map_that_makes_no_sense_is_refused(tmp_path, said):
    chosen = tmp_path / "map.json"
    chosen.write_text(said)
    result = run(tmp_path, "what,n,worth\ncup,4,10\n", "--map", str(chosen))
    assert result.exit_code == 2
    assert "map" in result.output


def test_every_line_with_its_classes_can_be_written_safely(tmp_path):
    out = tmp_path / "classed.csv"
    result = run(tmp_path, "item,quantity,price,customer\n=1+1,4,10,b\n", "--out", str(out))
    assert result.exit_code == 0, result.output
    (row,) = csv.DictReader(out.open(encoding="utf-8"))
    assert (row["item"], row["row"], row["formal"], row["form"]) == ("'=1+1", "2", "unknown", "unknown")
    assert row["form_reason"] == "pack_not_known"


def test_the_words_are_for_people(tmp_path):
    result = run(tmp_path, HEAD + GOOD)
    assert "A lot of a pack or more is bought for resale or use in an enterprise." in result.output
