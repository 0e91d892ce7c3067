import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.codes.rules import cpv

codes = st.from_regex(r"(0[39]|[1-9][0-9])[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "prefix", "level"),
    [
        ("30000000", "30", "division"),
        ("31300000", "313", "group"),
        ("31320000", "3132", "class"),
        ("31321000", "31321", "category"),
        ("31321200", "313212", "subcategory"),
        ("03111100", "031111", "subcategory"),
    ],
)
def test_a_code_begins_with_what_its_filling_zeros_leave(code: str, prefix: str, level: str) -> None:
    assert cpv.prefix(code) == prefix
    assert cpv.level(code) == level


def test_ancestors_are_named_nearest_first() -> None:
    assert cpv.ancestors("31321210") == ("31321200", "31321000", "31320000", "31300000", "31000000")
    assert cpv.ancestors("30100000") == ("30000000",)
    assert cpv.ancestors("30000000") == ()


def test_a_category_covers_its_subtree_and_nothing_beside_it() -> None:
    assert cpv.covers("31300000", "31321000")
    assert cpv.covers("31321000", "31321000")
    assert not cpv.covers("31321000", "31300000")
    assert not cpv.covers("31321000", "31330000")
    assert not cpv.covers("30000000", "31000000")


@given(codes, codes)
def test_what_covers_another_is_it_or_its_ancestor(one: str, other: str) -> None:
    assert cpv.covers(one, other) == (one == other or one in cpv.ancestors(other))


@pytest.mark.parametrize("text", ["31321000-2", " 31321000 - 2 ", "313210002", "31321000–2", "3132 1000-2"])
def test_a_code_is_read_with_its_check_digit(text: str) -> None:
    assert cpv.parse(text) == ("31321000", "2")


@pytest.mark.parametrize("text", ["", "3132100", "31321000-", "31321000-22", "кабел", "٣1321000"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(cpv.CpvMalformed):
        cpv.parse(text)


def test_a_begun_code_is_told_from_words() -> None:
    assert cpv.begun("313") == "313"
    assert cpv.begun("31321000-") == cpv.begun("31321000-2") == "31321000"
    assert cpv.begun("3") is None
    assert cpv.begun("3 фаза") is None


@given(codes, st.from_regex(r"[0-9]?", fullmatch=True))
def test_what_is_shown_can_be_read(code: str, digit: str) -> None:
    assert cpv.parse(cpv.shown(code, digit)) == (code, digit)
