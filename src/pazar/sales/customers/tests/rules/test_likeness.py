import uuid

from hypothesis import given
from hypothesis import strategies as st

from pazar.sales.customers.rules.likeness import Known, choose, key, tidy

names = st.sampled_from(["Община Речна", "ОБЩИНА  речна", " Алумет АД ", "алумет ад", "Батерия АД"])
countries = st.sampled_from(["", "BG", "RO"])
numbers = st.sampled_from(["", "111", "222"])
known = st.lists(st.builds(Known, id=st.uuids(), name=names, country=countries, number=numbers), max_size=6)


@given(known, names, countries, numbers)
def test_a_number_decides_before_any_name(rows, name, country, number):
    chosen = choose(rows, name=name, country=country, number=number)
    same = [row.id for row in rows if number and (row.country, row.number) == (country, number)]
    if same:
        assert chosen == same[0]


@given(known, names, countries, numbers)
def test_two_numbers_are_never_one_customer(rows, name, country, number):
    chosen = {row.id: row for row in rows}.get(choose(rows, name=name, country=country, number=number))
    if chosen is not None and number and chosen.number:
        assert (chosen.country, chosen.number) == (country, number)


@given(known, names, countries, numbers)
def test_who_was_noted_is_found_again(rows, name, country, number):
    if choose(rows, name=name, country=country, number=number) is None:
        new = Known(id=uuid.uuid4(), name=tidy(name), country=country, number=number)
        assert choose([*rows, new], name=name, country=country, number=number) == new.id


@given(st.text())
def test_tidying_twice_changes_nothing(name):
    assert tidy(tidy(name)) == tidy(name)
    assert key(tidy(name)) == key(name)
