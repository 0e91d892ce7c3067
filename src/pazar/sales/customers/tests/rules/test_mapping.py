"""Columns of strangers' tables are guessed, and put right by a person (D3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.customers.adapters.sale_lines import FIELDS
from pazar.sales.customers.rules.mapping import NoSuchColumn, folded, guess


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (
            ["invoice", "stock_code", "description", "quantity", "invoice_date", "price", "customer_id", "country"],
            {"invoice", "item", "description", "quantity", "price", "buyer"},
        ),
        (
            ["Фактура №", "Артикул", "Наименование", "Кол-во", "Ед. цена", "Клиент", "ЕИК"],
            {"item", "price", "buyer_number"},
        ),
        (
            ["InvoiceNo", "StockCode", "Quantity", "UnitPrice", "CustomerID"],
            {"invoice", "item", "quantity", "price", "buyer"},
        ),
        (["Quantitiy", "Descripton", "Prise"], {"quantity", "description"}),
    ],
)
def test_columns_are_known_by_their_names(columns, fields):
    assert fields <= guess(FIELDS, columns).columns.keys()


def test_what_nobody_asked_for_is_left():
    assert guess(FIELDS, ["item", "colour"]).left == ("colour",)


def test_what_a_person_said_goes_first_and_nothing_can_be_said_too():
    found = guess(FIELDS, ["item", "sku", "price"], {"item": "sku", "price": ""})
    assert dict(found.columns) == {"item": "sku"}


@pytest.mark.parametrize(("said", "what"), [({"itme": "sku"}, "field"), ({"item": "skew"}, "column")])
def test_a_map_of_names_that_are_not_there_is_refused(said, what):
    with pytest.raises(NoSuchColumn) as missing:
        guess(FIELDS, ["sku"], said)
    assert missing.value.what == what


@given(st.lists(st.text(max_size=20), unique=True, max_size=12))
def test_a_column_serves_one_field(columns):
    found = guess(FIELDS, columns)
    used = list(found.columns.values())
    assert len(used) == len(set(used))
    assert set(used) <= set(columns)


@given(st.text(max_size=30))
def test_folding_again_changes_nothing(name):
    assert folded(folded(name)) == folded(name)
