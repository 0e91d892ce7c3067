from pazar.ground import words


def test_a_vector_names_the_places_of_its_lemmas() -> None:
    assert words.tsvector("Доставка на кабели и кабел") == "'доставка':1 'кабел':3,5"


def test_a_vector_carries_its_weight() -> None:
    assert words.tsvector("Кабели", weight="A") == "'кабел':1A"


def test_a_query_wants_every_lemma() -> None:
    assert words.tsquery("доставки на кабелите") == "'доставка' & 'кабел'"
    assert words.tsquery("на и от") == ""


def test_an_unfinished_query_takes_its_last_word_as_a_beginning_too() -> None:
    assert words.tsquery("доставка кабели", unfinished=True) == "'доставка' & ('кабел' | 'кабели':*)"
    assert words.tsquery("доставка ", unfinished=True) == "'доставка'"
    assert words.tsquery("по", unfinished=True) == "'по':*"


def test_places_beyond_what_a_vector_holds_are_clamped() -> None:
    text = "кабел " * 20_000
    vector = words.tsvector(text)
    assert vector.count(",") == 254
    assert words.tsvector("и " * 20_000 + "кабел") == "'кабел':16383"


def test_quotes_are_escaped() -> None:
    assert words.tsvector("o'neil") == "'o':1 'neil':2"


def test_any_of_several_lemmas_is_wanted() -> None:
    assert words.any_of(["кабел", "o'neil"]) == "'кабел' | 'o''neil'"
