import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pazar.ground.codes import queries

pytestmark = pytest.mark.django_db


def first(text: str, language: str = "bg") -> str:
    found = queries.search_cpv(text, language=language)
    return found[0].code if found else ""


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("кабелите", "bg", "44321000"),
        ("горива", "bg", "09100000"),
        ("медицинските консумативи", "bg", "33140000"),
        ("printing paper", "en", "30197630"),
        ("КАБЕЛ ЗА НИСКО НАПРЕЖЕНИЕ", "bg", "31321210"),
    ],
)
def test_any_form_of_a_word_finds_the_category(text: str, language: str, code: str) -> None:
    assert first(text, language) == code


def test_a_bulgarian_word_finds_under_an_english_page() -> None:
    found = queries.search_cpv("горива", language="en")[0]
    assert (found.code, found.label) == ("09100000", "Fuels")


def test_a_word_still_being_typed_finds() -> None:
    assert "44321000" in [found.code for found in queries.search_cpv("каб", language="bg")]
    assert "33140000" in [found.code for found in queries.search_cpv("медицински консум", language="bg")]


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("кабъли", "bg", "44321000"),
        ("cabels", "en", "44321000"),
        ("school bulding", "en", "45214200"),
    ],
)
def test_a_typing_mistake_still_finds(text: str, language: str, code: str) -> None:
    assert code in [found.code for found in queries.search_cpv(text, language=language, limit=3)]


def test_a_pasted_title_finds_by_most_of_its_words() -> None:
    found = queries.search_cpv("Доставка на силови кабели за ниско напрежение СВТ 3х2,5", language="bg", limit=3)
    assert "31321210" in [choice.code for choice in found]


@pytest.mark.parametrize("text", ["31321000-2", "31321000", "31321000-9"])
def test_a_code_finds_itself_and_then_its_subtree(text: str) -> None:
    found = [choice.code for choice in queries.search_cpv(text, language="bg")]
    assert found[0] == "31321000"
    assert len(found) > 1
    assert all(code.startswith("31321") for code in found)


def test_a_begun_code_finds_what_begins_so() -> None:
    found = queries.search_cpv("313", language="en", limit=3)
    assert [choice.shown for choice in found] == ["31300000-9", "31310000-2", "31311000-9"]
    assert found[1].within == "Insulated wire and cable"


@pytest.mark.parametrize("text", ["", "   ", "xyzzyqq", "'", "\\", "%", ":*", "& | !", "'кабел", "a" * 5000])
def test_odd_texts_are_answered(text: str) -> None:
    queries.search_cpv(text, language="bg")
    queries.search_nuts(text, language="bg")


def test_limits_hold() -> None:
    assert len(queries.search_cpv("услуга", language="bg", limit=7)) == 7
    assert len(queries.search_cpv("услуга", language="bg", limit=10_000)) == 50


@pytest.mark.parametrize(
    ("text", "code"),
    [("русе", "BG323"), ("Ruse", "BG323"), ("bg32", "BG32"), ("Софя", "BG411"), ("Bayern", "DE2"), ("Greece", "EL")],
)
def test_a_region_is_found_by_name_in_either_script_and_by_code(text: str, code: str) -> None:
    assert queries.search_nuts(text, language="bg")[0].code == code


def test_signs_of_patterns_are_only_signs() -> None:
    assert queries.search_nuts("%", language="en") == []
    named = queries.search_nuts("_", language="en")
    assert named
    assert all("_" in choice.label for choice in named)


def test_labels_take_one_query_and_then_none() -> None:
    queries._known_labels.clear()
    wanted = ["31321000", "BG323", "09100000", "нищо"]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert queries.labels(wanted, language="bg")["BG323"] == "Русе"
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert queries.labels(wanted[:3], language="bg")["09100000"] == "Горива"
    assert len(asked) == 0
    assert queries.labels(wanted, language="en") == {
        "31321000": "Electricity power lines",
        "BG323": "Ruse",
        "09100000": "Fuels",
        "нищо": "нищо",
    }


def test_typed_codes_are_read_once_each_in_their_order() -> None:
    assert queries.read_codes("cpv", "31321000-2, 09100000;31321000\n03000000-1") == [
        "31321000",
        "09100000",
        "03000000",
    ]
    assert queries.read_codes("nuts", "bg323, BG") == ["BG323", "BG"]
    assert queries.read_codes("cpv", " , ") == []


def test_all_wrong_codes_are_named_at_once() -> None:
    with pytest.raises(queries.UnknownCodes) as refusal:
        queries.read_codes("cpv", "31321000-3, 09100000, кабел, 99999999")
    assert refusal.value.params["codes"] == "31321000-3, кабел, 99999999"


def test_choices_keep_the_order_and_what_is_unknown() -> None:
    shown = [choice.shown for choice in queries.choices("cpv", ["31321000", "99999999", "09100000"], language="bg")]
    assert shown == ["31321000-2", "99999999", "09100000-0"]


def test_units_have_symbols_in_the_language() -> None:
    assert queries.unit_symbol("H87", language="bg") == "бр."
    assert queries.unit_symbol("H87", language="en") == "pcs"
    assert queries.unit_symbol("E48", language="bg") == "услуги"
    assert queries.unit_symbol("???", language="bg") == "???"
    assert [unit.code for unit in queries.units("bg")[:3]] == ["H87", "C62", "SET"]
    assert queries.unit_symbol("C62", language="bg") == "броя"
    assert queries.unit_symbol("C62", language="en") == "pieces"


@pytest.mark.parametrize("language", ["en", "bg"])
def test_a_unit_as_it_is_shown_is_read_back_as_itself(language: str) -> None:
    """Saving a page again must not make another unit of it: `H` is a henry, `h` an hour."""
    for unit in queries.units(language):
        assert queries.read_unit(unit.symbol, language=language) == unit.code
        assert queries.read_unit(unit.code, language=language) == unit.code or unit.code in _ALSO_SIGNS
        for other in ("en", "bg"):
            assert queries.read_unit(unit.label, language=other)


# Codes that are another unit's sign letter by letter: who writes it means the sign.
_ALSO_SIGNS = {"MIN"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("  бр. ", "H87"), ("БР.", "H87"), ("piece", "H87"), ("броя", "C62"), ("h87", "H87"), ("KG", "KGM"), ("h", "HUR"),
     ("H", "81"), ("хил.  броя", "T3"), ("бройкии", None), ("", None)],
)  # fmt: skip
def test_a_unit_is_read_by_its_sign_its_name_or_its_code(text: str, code: str | None) -> None:
    assert queries.read_unit(text, language="bg") == code
    assert queries.read_unit(text, language="en") == code


def test_what_was_found_says_why_where_it_isnt_plain() -> None:
    def why(text: str) -> str:
        return queries.search_cpv(text, language="en")[0].because

    assert why("ток") == "Found by “ток”, as buyers call it."
    assert why("laptops") == "Found by “laptop”, as buyers call it."
    assert why("cleening") == "Found by “cleaning”, which is close to what you typed."
    assert why("31321000-9") == "The check digit is 2, not 9: is this the code you mean?"
    assert why("furniture") == why("31321000-2") == why("servers") == ""


def test_a_pasted_line_with_its_label_is_its_code() -> None:
    found = queries.search_cpv("31321000-2 Electricity power lines", language="en")
    assert [choice.code for choice in found][:2] == ["31321000", "31321100"]
    assert found[0].because == ""


def test_pages_of_found_codes_follow_one_another() -> None:
    whole = [choice.code for choice in queries.search_cpv("услуги", language="bg", limit=40, nearest=False)]
    pages = [
        choice.code
        for offset in (0, 15, 30)
        for choice in queries.search_cpv("услуги", language="bg", limit=15, offset=offset, nearest=False)
    ]
    assert pages[:40] == whole
    assert queries.search_cpv("xyzzyqq cable", language="en", nearest=False) == []
