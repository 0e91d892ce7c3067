"""From a text to its lemmas."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import simplemma
from simplemma.strategies import DictionaryLookupStrategy

from pazar.ground.words import bulgarian
from pazar.ground.words.stopwords import STOP_WORDS

LANGUAGES = ("bg", "en")

_CYRILLIC_LANGUAGES = frozenset({"bg", "ru", "uk", "mk"})

# Stress marks (кно̀па) split a word for every tokeniser, and nobody searches with them.
_STRESS = dict.fromkeys((0x0300, 0x0301))

# A number with its decimals, then a word. "10kV" is a number and its unit, as "10 kV" is;
# "A4" and "NYM3" are names and stay whole.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_][^\W_]*")
_CYRILLIC = re.compile(r"[\u0400-\u04FF]")


def lemmas(text: str, languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    """The lemmas of `text` without stop words, each once, in the order of first appearance.

    Lower case; numbers are kept with a decimal point ("1,5" and "1.5" are one). A word in Cyrillic letters
    is looked up in those of `languages` that are written so, any other word in the rest; unknown words stay
    as they are.
    """
    # each word of the text once before anything is looked up: texts repeat themselves
    found = dict.fromkeys(map(_known(languages).__getitem__, dict.fromkeys(_TOKEN.findall(_plain(text)))))
    found.pop("", None)
    return list(found)


def ordered_lemmas(text: str, languages: tuple[str, ...] = LANGUAGES) -> list[tuple[int, str]]:
    """All lemmas of `text` with their places (from 1; stop words count but are left out), repeats too."""
    return [
        (place, _lemma(token, languages))
        for place, token in enumerate(tokens(text), start=1)
        if token not in STOP_WORDS
    ]


def tokens(text: str) -> Iterator[str]:
    """The words and numbers of `text` in lower case, stop words too."""
    for token in _TOKEN.findall(_plain(text)):
        yield token.replace(",", ".") if token[0].isdigit() else token


def _plain(text: str) -> str:
    """In lower case, compatibility forms resolved, without stress marks."""
    if text.isascii():
        return text.lower()
    return _unstressed(unicodedata.normalize("NFKC", _unstressed(text)).lower())


def _unstressed(text: str) -> str:
    # to look costs a tenth of translating, and few texts have any
    return text.translate(_STRESS) if "\u0300" in text or "\u0301" in text else text


class _Known(dict[str, str]):
    """The lemmas of words seen lately, "" for stop words: asked a thousand times for each new one, so asked in C."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    def __missing__(self, word: str) -> str:
        token = word.replace(",", ".") if word[0].isdigit() else word
        lemma = "" if token in STOP_WORDS else _lemma(token, self._languages)
        if len(self) >= _KEPT:
            self.clear()
        self[word] = lemma
        return lemma


_KEPT = 65_536
_known = lru_cache(maxsize=16)(_Known)


@lru_cache(maxsize=65_536)
def _lemma(token: str, languages: tuple[str, ...]) -> str:
    if token[0].isdigit():
        return token
    cyrillic = bool(_CYRILLIC.search(token))
    fitting = tuple(name for name in languages if (name in _CYRILLIC_LANGUAGES) == cyrillic)
    if not fitting:
        return token
    if fitting == ("bg",):
        return bulgarian.lemma(token, _listed_in_bulgarian)
    # Proper names come back capitalised ("Русе"): one case for all, or searches would miss them.
    return simplemma.lemmatize(token, lang=fitting).lower()


_DICTIONARY = DictionaryLookupStrategy()


def _listed_in_bulgarian(form: str) -> str | None:
    """The lemma of a form that the dictionary lists, of names too, which it writes with a capital."""
    found = _DICTIONARY.get_lemma(form, "bg") or _DICTIONARY.get_lemma(form.capitalize(), "bg")
    return found.lower() if found else None
