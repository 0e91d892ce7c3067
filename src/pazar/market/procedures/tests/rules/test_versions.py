import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pazar.market.procedures.rules import versions
from pazar.market.procedures.rules.facts import DocumentFacts, Facts, ItemFacts, LotFacts

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
amounts = st.none() | st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
items = st.builds(ItemFacts, id=st.uuids(), description=words, quantity=amounts, unit=words)
lots = st.builds(
    LotFacts,
    id=st.uuids(),
    title=words,
    cpv=st.lists(st.sampled_from(["31321000", "44000000"]), unique=True).map(tuple),
    value_amount=amounts,
    items=st.lists(items, max_size=3, unique_by=lambda item: item.id).map(tuple),
)
facts = st.builds(
    Facts,
    title=words,
    value_amount=amounts,
    closes_at=moments,
    vat_included=st.booleans(),
    seal_person_id=st.none() | st.uuids(),
    lots=st.lists(lots, max_size=3, unique_by=lambda lot: lot.id).map(tuple),
)
documents = st.lists(
    st.builds(DocumentFacts, id=st.uuids(), title=words, name=words, size=st.integers(0, 9), digest=words), max_size=2
)


@given(facts, documents)
def test_a_version_survives_its_writing_and_holds_plain_values(one, files):
    written = versions.content(one, files)
    assert json.loads(json.dumps(written)) == written
    assert versions.facts(written) == one


@given(facts)
def test_nothing_differs_from_itself(one):
    assert versions.diff(versions.content(one), versions.content(one)) == ()


@given(facts, facts)
def test_whatever_differs_is_named_and_the_other_way_round_it_is_turned(one, other):
    there = versions.diff(versions.content(one), versions.content(other))
    back = versions.diff(versions.content(other), versions.content(one))
    same = versions.content(one) == versions.content(other)
    assert bool(there) == (not same) or {lot.id for lot in one.lots} == {lot.id for lot in other.lots}
    assert {(c.path, repr(c.old), repr(c.new)) for c in there} == {(c.path, repr(c.new), repr(c.old)) for c in back}


@given(facts, words)
def test_one_change_is_found_where_it_was_made(one, title):
    if not one.lots:
        return
    from dataclasses import replace

    first, *rest = one.lots
    changed = replace(one, lots=(replace(first, title=title), *rest))
    found = versions.diff(versions.content(one), versions.content(changed))
    if title == first.title:
        assert found == ()
    else:
        (change,) = found
        assert (change.field, change.where, change.old, change.new) == ("lots.title", (1,), first.title, title)


def test_an_amount_is_the_same_however_it_is_written():
    one, other = Facts(value_amount=Decimal("40000.0000")), Facts(value_amount=Decimal("4E+4"))
    assert versions.diff(versions.content(one), versions.content(other)) == ()


def test_a_later_end_alone_is_nothing_to_think_about_anew():
    old = Facts(closes_at=datetime(2026, 11, 24, tzinfo=UTC))
    new = Facts(closes_at=datetime(2026, 11, 25, tzinfo=UTC))
    found = versions.diff(versions.content(old), versions.content(new))
    assert [change.field for change in found] == ["closes_at"]
    assert versions.material(found) == ()


def test_a_new_item_is_one_change_with_its_name():
    item = ItemFacts(description="Кабел")
    lot = LotFacts(title="A")
    old, new = Facts(lots=(lot,)), Facts(lots=(LotFacts(title="A", items=(item,)),))
    (change,) = versions.diff(versions.content(old), versions.content(new))
    assert (change.field, change.where, change.old, change.new) == ("lots.items", (1, 1), None, "Кабел")
