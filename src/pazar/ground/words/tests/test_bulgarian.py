import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground import words
from pazar.ground.words import bulgarian

LISTED = {"тонер": "тонер", "линейка": "линейка", "правен": "правен", "филтър": "филтър", "случай": "случай"}
LETTERS = "абвгдежзийклмнопрстуфхцчшщъьюя"


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("тонерите", "тонер"),
        ("тонера", "тонер"),
        ("тонерът", "тонер"),
        ("линейките", "линейка"),
        ("правната", "правен"),
        ("правните", "правен"),
        ("правният", "правен"),
        ("филтрите", "филтър"),
        ("случаите", "случай"),
        ("случая", "случай"),
    ],
)
def test_a_form_is_led_to_the_listed_word(form, lemma):
    assert bulgarian.lemma(form, LISTED.get) == lemma


@pytest.mark.parametrize(
    "forms",
    [
        ("дограма", "дограмата", "дограми", "дограмите"),
        ("сървър", "сървъра", "сървърът", "сървъри", "сървърите"),
        ("кошче", "кошчето", "кошчета", "кошчетата"),
        ("оферта", "офертата", "оферти", "офертите"),
        ("палто", "палтото", "палта", "палтата"),
        ("собственост", "собствеността"),
        ("измерване", "измерването", "измервания", "измерванията"),
        ("лаборатория", "лабораторията", "лаборатории", "лабораториите"),
    ],
)
def test_forms_of_an_unlisted_word_meet(forms):
    assert len({bulgarian.lemma(form, {}.get) for form in forms}) == 1


@given(st.text(LETTERS, min_size=1, max_size=20))
def test_a_lemma_is_never_empty_and_never_longer_than_a_base_could_be(word):
    found = bulgarian.lemma(word, {}.get)
    assert found
    assert word.startswith(found[:3])
    assert len(found) <= len(word)


@given(st.text(LETTERS, min_size=1, max_size=20))
def test_a_stem_of_a_short_word_is_the_word(word):
    assert len(bulgarian.stem(word)) >= min(len(word), bulgarian.SHORTEST) - 1


def test_latin_words_and_numbers_pass_by():
    assert words.lemmas("NYM A4 cables") == ["nym", "a4", "cable"]
