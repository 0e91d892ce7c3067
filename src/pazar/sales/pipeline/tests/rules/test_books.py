"""What strangers' books mean here (D3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.customers.rules.holdings import loops
from pazar.sales.pipeline.rules.books import Kind, Products, kind_of, stage_of, stages_said
from pazar.sales.pipeline.rules.stages import Stage


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("opportunity_id sales_agent product account deal_stage engage_date close_date close_value", Kind.DEALS),
        ("account sector year_established revenue employees office_location subsidiary_of", Kind.ACCOUNTS),
        ("product series sales_price", Kind.PRODUCTS),
        ("mql_id first_contact_date landing_page_id origin", Kind.LEADS),
        ("mql_id seller_id sdr_id sr_id won_date business_segment lead_type", Kind.DEALS),
        ("Клиент Етап Сума", Kind.DEALS),
        ("Фирма ЕИК Град", Kind.ACCOUNTS),
        ("sales_agent manager_of_sales regional_office", None),
        ("Table Field Description", None),
        ("colour taste", None),
    ],
)
def test_a_table_is_known_by_its_columns(columns, kind):
    assert kind_of(columns.split()) is kind


@pytest.mark.parametrize(
    ("word", "stage"),
    [("Won", Stage.WON), ("closed-won", Stage.WON), ("Engaging", Stage.QUALIFIED), (" Преговори ", Stage.NEGOTIATION)],
)
def test_stages_are_known_by_their_words(word, stage):
    assert stage_of(word, {}) is stage


def test_a_word_that_somebody_explained_goes_first():
    said = stages_said({"Won": "negotiation", "Kick-off": "new"})
    assert (stage_of("WON", said), stage_of("kick off", said), stage_of("gone", said)) == (
        Stage.NEGOTIATION,
        Stage.NEW,
        None,
    )


def test_two_spellings_of_a_product_are_one():
    products = Products(["GTX Pro", "GTX Plus Pro"])
    assert [products.read(name) for name in ("GTXPro", "GTX Pro", "gtx-pro", "GTX Plus Pro", "")] == [
        "GTX Pro", "GTX Pro", "GTX Pro", "GTX Plus Pro", "",
    ]  # fmt: skip
    assert dict(products.reconciled) == {("GTXPro", "GTX Pro"): 1, ("gtx-pro", "GTX Pro"): 1}


names = st.sampled_from("abcdef")


@given(st.dictionaries(names, names))
def test_without_its_loops_every_line_of_parents_ends(parents):
    looped = set(loops(parents))
    for start in parents:
        at, steps = start, 0
        while at in parents and at not in looped:
            at, steps = parents[at], steps + 1
            assert steps <= len(parents)


@given(st.dictionaries(names, names))
def test_a_loop_is_named_by_each_of_its_names(parents):
    for name in loops(parents):
        at = parents[name]
        while at != name:
            assert at in loops(parents)
            at = parents[at]
