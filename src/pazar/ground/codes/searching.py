"""Finding categories while somebody types (B1): the whole list in memory, some 30 MB, built from the table once a
process.

A word of the question finds words of labels in five ways, each worth less than the one before: the same lemma, a
beginning, a synonym, a relative ("компютри" and "компютърен" share their root), a typing mistake. A category counts
by how much of the question it answers, then by how little it says besides, then by how general it is.
"""

import csv
import gzip
import json
import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from pazar.ground import words
from pazar.ground.codes.rules import cpv
from pazar.ground.words import lemmatiser

DATA = Path(__file__).parent / "data"

_MOST_WORDS = 12
# A synonym goes before a label that has the word in another sense: "ток" is electricity, then a heel.
_SAME, _BEGUN, _SYNONYM, _ROOT = 1.0, 0.8, 1.1, 0.7
_NEXT_LIKELY = 0.08  # by which the second category of a synonym is less sure
_MISTYPED = 0.75
_LIKE_ENOUGH = 0.62  # of the letters: "кабъли" and "кабел" have two thirds
_LONGEST_RELATIVE = 4  # letters by which a word of the same root may be longer
_FEWEST_ROOT = 5
_LONG = 10  # letters of a word whose ending may take four: "строителство", "строителен"
_LONGEST_PHRASE = 3  # words that may be a synonym together: "IT поддръжка"
_IT = re.compile(r"\b(?:it|ит)\b", re.IGNORECASE)
_TECHNOLOGY = "informatics"  # a word of the categories' labels that stands for IT


@dataclass(frozen=True)
class Entry:
    """One category as the search knows it."""

    code: str
    shown: str
    prefix: str
    label_en: str
    label_bg: str
    within_en: str
    within_bg: str
    has_more: bool = False

    def label(self, language: str) -> str:
        return self.label_bg if language == "bg" else self.label_en

    def within(self, language: str) -> str:
        return self.within_bg if language == "bg" else self.within_en


@dataclass(frozen=True)
class Found:
    """A category with what it was found by, where its label doesn't show it."""

    entry: Entry
    synonym: str = ""  # the word typed that buyers use for it
    likeness: str = ""  # the word that was taken for what was typed


@dataclass(frozen=True)
class Synonym:
    """What people say for some categories that the categories' labels don't."""

    words: str
    prefixes: tuple[tuple[str, float], ...]  # what codes begin with, and how surely (0..1)
    said: str = ""  # as it is written


class _Hit(NamedTuple):
    worth: float
    word: str = ""
    by: str = ""  # "" | synonym | likeness


class CpvIndex:
    """All categories by their words. Never changes once it is built."""

    def __init__(self, rows: list[tuple[str, str, str, str, str, list[str]]], synonyms: list[Synonym]) -> None:
        """`rows`: code, check digit, prefix, label in English, in Bulgarian, lemmas of both."""
        labels = {code: (english, bulgarian) for code, _digit, _prefix, english, bulgarian, _lemmas in rows}
        self.entries: list[Entry] = []
        above_some = {one for code in labels for one in cpv.ancestors(code) if one in labels}
        self._under: dict[str, list[int]] = defaultdict(list)
        self._lemmas: list[tuple[frozenset[str], frozenset[str]]] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, (code, digit, prefix, english, bulgarian, lemmas) in enumerate(sorted(rows)):
            parent = next((one for one in cpv.ancestors(code) if one in labels), "")
            self._under[parent].append(place)
            within = labels.get(parent, ("", ""))
            shown = cpv.shown(code, digit)
            self.entries.append(Entry(code, shown, prefix, english, bulgarian, *within, code in above_some))
            cyrillic = frozenset(lemma for lemma in lemmas if "\u0400" <= lemma[0] <= "\u04ff")
            self._lemmas.append((cyrillic, frozenset(lemmas) - cyrillic))
            for lemma in lemmas:
                self._places[lemma].append(place)
        self._codes = [entry.code for entry in self.entries]
        self._by_code = {entry.code: place for place, entry in enumerate(self.entries)}
        self._by_prefix = {entry.prefix: place for place, entry in enumerate(self.entries)}
        self._synonyms = {synonym.words: synonym for synonym in synonyms}
        self._vocabulary = sorted({*self._places, *(key for key in self._synonyms if " " not in key)})
        self._forms = _forms(label for pair in labels.values() for label in pair)
        self._forms.update(_forms(synonym.said for synonym in synonyms if " " not in synonym.said))
        # Mistakes are looked for among words of a similar length only: that is all that can be alike.
        self._alike: dict[tuple[bool, int], list[str]] = defaultdict(list)
        for word in sorted(self._forms):
            self._alike["\u0400" <= word[0] <= "\u04ff", len(word)].append(word)
        self._log = math.log(len(self.entries) + 1)

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def entry(self, code: str) -> Entry:
        return self.entries[self._by_code[code]]

    @property
    def forms(self) -> Collection[str]:
        """Every word of the labels as it is written."""
        return self._forms.keys()

    def under(self, code: str) -> list[Entry]:
        """The children of `code`, or the divisions if it is empty."""
        return [self.entries[place] for place in self._under.get(code, ())]

    def begun(self, digits: str) -> Iterator[Entry]:
        """Every category whose code begins with `digits`, in order."""
        place = bisect_left(self._codes, digits)
        while place < len(self._codes) and self._codes[place].startswith(digits):
            yield self.entries[place]
            place += 1

    def search(self, text: str, *, limit: int, nearest: bool = True) -> list[Found]:
        """The best `limit` of what answers the question; without `nearest`, all of it and as it was typed."""
        asked = _asked(text)
        if not asked:
            return self._begun_stop_word(text, limit)
        last = self._last_word(text)
        hits = [self._hits(lemma, last if lemma == asked[-1] else "") for lemma in asked]
        phrases = self._phrases(asked)
        if not any(hits) and not phrases:
            return []

        telling = [self._telling(lemma, found) for lemma, found in zip(asked, hits, strict=True)]
        whole = sum(telling)
        scores: dict[int, float] = defaultdict(float)
        said: dict[int, _Hit] = {}
        answered: dict[int, int] = defaultdict(int)
        for weight, found in zip(telling, hits, strict=True):
            for place, hit in found.items():
                scores[place] += weight * hit.worth / whole
                answered[place] += 1
                if hit.by and (place not in said or said[place].by == "likeness"):
                    said[place] = hit
        for key, (first, length) in phrases.items():
            share = sum(telling[first : first + length]) / whole
            for place, sure in self._of_synonym(self._synonyms[key]):
                worth = share * _SYNONYM * (0.75 + 0.25 * sure)
                if worth > scores[place]:
                    scores[place] = worth
                    answered[place] = length
                    said[place] = _Hit(worth, self._synonyms[key].said, "synonym")

        cyrillic = sum("\u0400" <= lemma[0] <= "\u04ff" for lemma in asked) * 2 >= len(asked)

        def rank(place: int) -> tuple[float, int, str]:
            entry = self.entries[place]
            own = len(self._lemmas[place][0 if cyrillic else 1]) or 1
            share = min(1.0, answered[place] / own)
            depth = len(entry.prefix) - 2
            # the answer first, then what is said besides, and the general before the special
            return (-(scores[place] + 0.14 * share - 0.012 * depth), len(entry.prefix), entry.code)

        whole_answers = (
            scores
            if nearest
            else [
                place
                for place in scores
                if answered[place] == len(asked) and (place not in said or said[place].by != "likeness")
            ]
        )
        best = nsmallest(limit, whole_answers, key=rank)
        return [self._found(place, said.get(place)) for place in best]

    def _found(self, place: int, hit: _Hit | None) -> Found:
        if hit is None:
            return Found(self.entries[place])
        if hit.by == "synonym":
            return Found(self.entries[place], synonym=hit.word)
        return Found(self.entries[place], likeness=hit.word)

    def _hits(self, lemma: str, typed: str) -> dict[int, _Hit]:
        found: dict[int, _Hit] = {}

        def note(place: int, hit: _Hit) -> None:
            if place not in found or hit.worth > found[place].worth:
                found[place] = hit

        for place in self._places.get(lemma, ()):
            note(place, _Hit(_SAME))
        self._note_synonym(lemma, _SYNONYM, note)
        if typed:
            for word in self._beginning(typed):
                if word != lemma:
                    for place in self._places.get(word, ()):
                        note(place, _Hit(_BEGUN if len(typed) > 2 else _BEGUN / 2))
                    self._note_synonym(word, _BEGUN, note)
        if not lemma[0].isdigit():
            for word in self._relatives(lemma):
                for place in self._places.get(word, ()):
                    note(place, _Hit(_ROOT))
                self._note_synonym(word, _ROOT, note)
            if not found:
                for form, worth in self._mistaken(lemma):
                    word = self._forms[form]
                    for place in self._places.get(word, ()):
                        note(place, _Hit(worth, form, "likeness"))
                    self._note_synonym(word, worth, note)
        return found

    def _note_synonym(self, word: str, worth: float, note: Callable[[int, _Hit], None]) -> None:
        if word in self._synonyms:
            for place, sure in self._of_synonym(self._synonyms[word]):
                note(place, _Hit(worth * (0.75 + 0.25 * sure), self._synonyms[word].said, "synonym"))

    def _phrases(self, asked: list[str]) -> dict[str, tuple[int, int]]:
        return {
            key: (first, length)
            for length in range(2, _LONGEST_PHRASE + 1)
            for first in range(len(asked) - length + 1)
            if (key := " ".join(asked[first : first + length])) in self._synonyms
        }

    def _of_synonym(self, synonym: Synonym) -> Iterator[tuple[int, float]]:
        for prefix, sure in synonym.prefixes:
            if prefix in self._by_prefix:
                yield self._by_prefix[prefix], sure

    def _telling(self, lemma: str, found: dict[int, _Hit]) -> float:
        """A word that stands in few categories tells more; one that stands in none tells a little."""
        if not found:
            return 0.35
        return 0.35 + max(0.0, self._log - math.log(len(found) + 1)) / self._log

    def _beginning(self, typed: str) -> list[str]:
        first = bisect_left(self._vocabulary, typed)
        last = bisect_left(self._vocabulary, typed + "\uffff")
        return self._vocabulary[first:last]

    def _relatives(self, lemma: str) -> list[str]:
        """Words of the same root: the shorter one's first letters, all but an ending."""
        root = lemma[: max(_FEWEST_ROOT, len(lemma) - (4 if len(lemma) >= _LONG else 3))]
        if len(root) < _FEWEST_ROOT:
            return []
        return [
            word for word in self._beginning(root) if word != lemma and abs(len(word) - len(lemma)) <= _LONGEST_RELATIVE
        ]

    def _mistaken(self, lemma: str) -> list[tuple[str, float]]:
        if len(lemma) < 3:
            return []
        cyrillic = "\u0400" <= lemma[0] <= "\u04ff"
        near = [word for n in range(len(lemma) - 2, len(lemma) + 3) for word in self._alike.get((cyrillic, n), ())]
        alike = process.extract(lemma, near, scorer=OSA.normalized_similarity, score_cutoff=_LIKE_ENOUGH, limit=8)
        # the first letter is seldom mistyped
        rated = sorted(
            ((word, likeness - (0.1 if word[0] != lemma[0] else 0.0)) for word, likeness, _place in alike),
            key=lambda pair: (-pair[1], pair[0]),
        )
        if not rated:
            return []
        best = rated[0][1]
        return [(word, _MISTYPED * likeness) for word, likeness in rated if likeness >= best - 0.1]

    def _last_word(self, text: str) -> str:
        if not text or text[-1].isspace():
            return ""
        typed = text.casefold().split()
        return typed[-1].strip("\"'„“”«».,;:()") if typed else ""

    def _begun_stop_word(self, text: str, limit: int) -> list[Found]:
        """ "за" is a stop word and the beginning of "заваряване"."""
        typed = self._last_word(text)
        if len(typed) < 2:
            return []
        places = {place for word in self._beginning(typed) for place in self._places.get(word, ())}
        ranked = sorted(places, key=lambda place: (len(self.entries[place].prefix), self._codes[place]))
        return [Found(self.entries[place]) for place in ranked[:limit]]


def _forms(texts: Iterable[str]) -> dict[str, str]:
    """Every word of `texts` as it is written, with its lemma; stop words have none."""
    found = {}
    for form in {token for text in texts for token in lemmatiser.tokens(text)}:
        lemma = words.lemmas(form)
        if lemma and not form[0].isdigit():
            found[form] = lemma[0]
    return found


def _asked(text: str) -> list[str]:
    """The lemmas of what was typed. "IT" is no pronoun where things to buy are named."""
    spelled = _IT.sub(f" {_TECHNOLOGY} ", text)
    return words.lemmas(spelled)[:_MOST_WORDS]


@lru_cache(maxsize=1)
def index() -> CpvIndex:
    """The index of this process; built in a quarter of a second when it is first asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, check_digit, prefix, label_en, label_bg, lemmas FROM codes_cpv")
        return CpvIndex(cursor.fetchall(), synonyms())


def synonyms() -> list[Synonym]:
    """Ours first, then those learnt from notices."""
    own = [
        (row["words"], [(code, 1.0 - _NEXT_LIKELY * place) for place, code in enumerate(row["codes"].split())])
        for row in _own_synonyms()
    ]
    learnt = json.loads(gzip.decompress((DATA / "synonyms_learnt.json.gz").read_bytes()))["synonyms"]
    merged: dict[str, dict[str, float]] = defaultdict(dict)
    spelled: dict[str, str] = {}
    for said, codes in [*own, *learnt.items()]:
        key = " ".join(_asked(said))
        spelled.setdefault(key, said)
        for code, sure in codes:
            merged[key].setdefault(cpv.prefix(code), sure)
    return [Synonym(key, tuple(sorted(found.items())), spelled[key]) for key, found in sorted(merged.items()) if key]


def _own_synonyms() -> list[dict[str, str]]:
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
