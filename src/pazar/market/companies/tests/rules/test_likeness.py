"""Keys under which names that look alike are found."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pazar.ground.words import names
from pazar.market.companies.rules import likeness

WORD = st.text("abdefgiklmnoprstuz", min_size=4, max_size=12)
LETTER = st.sampled_from("abdefgiklmnoprstuz")


def finds(asked: str, known: str) -> bool:
    keys = set(likeness.keys(known))
    return any(all(keys & part for part in probe) for probe in likeness.probes(asked))


@given(WORD, st.integers(0, 11), LETTER, st.sampled_from(["put in", "left out", "changed", "swapped"]))
def test_a_word_with_one_letter_otherwise_is_found(word, place, letter, how):
    place %= len(word)
    assume(how != "left out" or len(word) > 4)
    other = {
        "put in": word[:place] + letter + word[place:],
        "left out": word[:place] + word[place + 1 :],
        "changed": word[:place] + letter + word[place + 1 :],
        "swapped": word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    }[how]
    assert finds(other, word) and finds(word, other)


@given(st.lists(WORD, min_size=1, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_order_and_blanks_hide_nothing(words, chance):
    shuffled = list(words)
    chance.shuffle(shuffled)
    assert finds(" ".join(shuffled), " ".join(words))
    assert finds("".join(words), " ".join(words))


@given(st.text(max_size=80))
def test_any_name_has_keys_that_the_database_holds(text):
    skeleton = names.skeleton(text)
    found = likeness.keys(skeleton)
    assert found == sorted(set(found))
    assert all(-(2**31) <= key < 2**31 for key in found)
    assert len(found) < 700
    assert not skeleton or finds(skeleton, skeleton)
    assert bool(likeness.probes(skeleton)) == bool(skeleton)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("Меднициа ЕООД", "„МЕДНИЦА” ООД"),
        ("Mednica Ltd", "Медница ООД"),
        ("Меднnца", "Медница"),
        ("Copperwire Group Ltd", "Copper Wire Group"),
        ("Полярный Экспорт", "Polarniy Eksport LLC"),
    ],
)
def test_what_people_try(asked, known):
    assert finds(names.skeleton(asked), names.skeleton(known))
