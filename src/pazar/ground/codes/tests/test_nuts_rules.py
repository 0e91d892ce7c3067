import pytest

from pazar.ground.codes.rules import nuts


def test_ancestors_are_named_nearest_first() -> None:
    assert nuts.ancestors("BG323") == ("BG32", "BG3", "BG")
    assert nuts.ancestors("BG") == ()


def test_a_region_covers_what_lies_in_it() -> None:
    assert nuts.covers("BG3", "BG323")
    assert nuts.covers("BG323", "BG323")
    assert not nuts.covers("BG323", "BG32")
    assert not nuts.covers("BG3", "BG41")


def test_levels_count_from_the_country() -> None:
    assert [nuts.level(code) for code in ("BG", "BG3", "BG32", "BG323")] == [0, 1, 2, 3]


def test_codes_are_read_as_typed() -> None:
    assert nuts.parse(" bg323 ") == "BG323"
    for text in ("", "B", "323", "BG3234", "БГ323", "BG-32"):
        with pytest.raises(nuts.NutsMalformed):
            nuts.parse(text)


def test_greece_and_the_united_kingdom_have_codes_of_their_own() -> None:
    assert nuts.country("EL30") == "GR"
    assert nuts.country("BG323") == "BG"
    assert nuts.of_country("GR") == "EL"
    assert nuts.of_country("GB") == "UK"
