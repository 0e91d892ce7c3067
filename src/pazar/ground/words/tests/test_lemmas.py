import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground import words
from pazar.ground.words import lemmatiser

CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъьюя"


@pytest.mark.parametrize(
    ("form", "other"),
    [
        ("кабелите", "кабел"),
        ("доставките", "доставка"),
        ("горива", "гориво"),
        ("училищата", "училище"),
        ("машината", "машини"),
        ("болниците", "болница"),
        ("лекарствата", "лекарство"),
        ("услугите", "услуга"),
        ("Cables", "cable"),
        ("supplies", "SUPPLY"),
        ("buildings", "building"),
    ],
)
def test_two_forms_of_a_word_have_one_lemma(form: str, other: str) -> None:
    assert words.lemmas(form) == words.lemmas(other)


def test_stop_words_go_and_words_of_trade_stay() -> None:
    assert words.lemmas("Доставка на кабели за нуждите на общината") == [
        "доставка",
        "кабел",
        "нужда",
        "община",
    ]
    assert words.lemmas("Supply of the cables") == ["supply", "cable"]


def test_each_lemma_stands_once_in_the_order_of_the_text() -> None:
    assert words.lemmas("кабели, кабела и кабел; доставка, кабелите") == ["кабел", "доставка"]


def test_numbers_stay_with_a_point() -> None:
    assert words.lemmas("3 x 1,5 mm") == words.lemmas("3 x 1.5 mm") == ["3", "x", "1.5", "mm"]


def test_a_number_and_its_unit_part_and_a_name_stays_whole() -> None:
    assert words.lemmas("10kV") == words.lemmas("10 kV") == ["10", "kv"]
    assert words.lemmas("хартия A4") == ["хартия", "a4"]


def test_scripts_choose_the_language() -> None:
    assert words.lemmas("cables кабели", ("bg",)) == ["cables", "кабел"]
    assert words.lemmas("cables кабели", ("en",)) == ["cable", "кабели"]


def test_stress_marks_and_decomposed_letters_change_nothing() -> None:
    assert words.lemmas("ка\u0300бел") == ["кабел"]
    assert words.lemmas("трои\u0306ка") == words.lemmas("тройка")


@given(st.lists(st.text(CYRILLIC, min_size=1, max_size=12), max_size=8))
def test_case_and_punctuation_change_nothing(parts: list[str]) -> None:
    assert words.lemmas("; ".join(parts).upper()) == words.lemmas(" ".join(parts))


@given(st.text(max_size=80))
def test_lemmas_are_lower_case_unique_and_repeatable(text: str) -> None:
    found = words.lemmas(text)
    assert found == words.lemmas(text)
    assert len(set(found)) == len(found)
    assert all(lemma and lemma == lemma.lower() for lemma in found)


def test_words_remembered_and_forgotten_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Доставка на кабели и проводници, 1,5 mm² и 1.5 mm², за the cables на общината 1,5"
    fresh = lemmatiser._Known(lemmatiser.LANGUAGES)
    monkeypatch.setattr(lemmatiser, "_known", lambda languages: fresh)
    monkeypatch.setattr(lemmatiser, "_KEPT", 3)  # forgotten in the middle of a text
    found = words.lemmas(text)
    assert found == words.lemmas(text)
    assert found == list(dict.fromkeys(lemma for _, lemma in words.ordered_lemmas(text)))
    assert len(fresh) <= 3
