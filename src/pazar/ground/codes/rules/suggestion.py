"""Which categories a text is about, learnt from texts whose categories are known (B1).

A text is a bag of words and of four-letter pieces of words, so that forms of a word, compounds and cousins in other
languages ("mantenimiento", "manutenzione") meet. What stands in many texts of one language says little, in whatever
share of all texts it stands: a Spanish notice must not resemble another because both are Spanish. The categories of
the known texts most like a new one (cosine of the weighted bags) are its suggestions.
"""

import json
import math
import re
import struct
import sys
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

PIECE = 4
_MOST_WORDS = 120
_FADE = 10  # words: what is bought is said first, where and for whom comes after
_WHOLE_WORD = 2.0  # against one piece of it
_REPEATED = 0.7  # the power that damps what is said again and again
_FEWEST_TEXTS = 2  # with a piece, for it to count
_LEAST_TELLING = 0.3
_KNOWN_LANGUAGE = 30  # texts of a language, to tell what is common in it
_UNSEEN = 100  # texts of a small language are thought to be so many more
_LABEL_WORTH = 0.8  # a label is right about its category but isn't how buyers write
_NEIGHBOURS = 40
_SHARPNESS = 2.5
_STEPS = 255  # weights are kept in one byte

_WORD = re.compile(r"[^\W\d_]{2,}")


class Sample(NamedTuple):
    """A text whose categories are known, the main one first. `language` groups texts that share common words."""

    text: str
    codes: tuple[str, ...]
    language: str


class Suggested(NamedTuple):
    code: str
    share: float
    """How much of the evidence speaks for it (0..1); not a probability."""


class Model:
    """Trained once, then only asked. Holds a list of texts' numbers for each piece."""

    def __init__(
        self,
        pieces: dict[str, int],
        telling: Sequence[float],
        starts: Sequence[int],
        texts: Sequence[int],
        weights: bytes,
        codes: list[tuple[str, ...]],
        labels_from: int,
    ) -> None:
        self._pieces = pieces
        self._telling = telling
        self._starts = starts
        self._texts = texts
        self._weights = weights
        self._codes = codes
        self._labels_from = labels_from  # texts from this number on are labels

    @classmethod
    def trained(cls, samples: Sequence[Sample]) -> "Model":
        """Deterministic: the same samples in the same order give the same model."""
        samples = sorted(samples, key=lambda sample: sample.language.startswith("label"))
        labels_from = sum(not sample.language.startswith("label") for sample in samples)
        bags = [bag(sample.text) for sample in samples]
        telling = _telling(bags, [sample.language for sample in samples])
        places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, own in enumerate(bags):
            weights = {piece: weight * telling[piece] for piece, weight in own.items() if piece in telling}
            norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for piece, weight in weights.items():
                places[piece].append((number, max(1, round(weight / norm * _STEPS))))
        names = sorted(places)
        starts, texts, kept = [0], array("I"), bytearray()
        for name in names:
            for number, weight in places[name]:
                texts.append(number)
                kept.append(weight)
            starts.append(len(texts))
        return cls(
            {name: place for place, name in enumerate(names)},
            [round(telling[name], 3) for name in names],
            starts,
            texts,
            bytes(kept),
            [sample.codes for sample in samples],
            labels_from,
        )

    def suggest(self, text: str) -> list[Suggested]:
        """The categories `text` is about, most likely first; empty if no word of it is known."""
        near = self._nearest(text)
        votes: dict[str, float] = defaultdict(float)
        for likeness, number in near:
            for place, code in enumerate(self._codes[number]):
                votes[code] += likeness**_SHARPNESS / (1 + place / 2)
        whole = sum(votes.values())
        ranked = sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Suggested(code, vote / whole) for code, vote in ranked]

    def _nearest(self, text: str) -> list[tuple[float, int]]:
        asked = [
            (place, weight * self._telling[place])
            for piece, weight in bag(text).items()
            if (place := self._pieces.get(piece)) is not None
        ]
        norm = math.sqrt(sum(weight * weight for _place, weight in asked)) * _STEPS
        likeness: dict[int, float] = defaultdict(float)
        for place, weight in asked:
            start, end, share = self._starts[place], self._starts[place + 1], weight / norm
            for number, kept in zip(self._texts[start:end], self._weights[start:end], strict=True):
                likeness[number] += share * kept
        labels_from = self._labels_from
        rated = (
            (value * _LABEL_WORTH if number >= labels_from else value, number) for number, value in likeness.items()
        )
        return sorted(rated, key=lambda pair: (-pair[0], pair[1]))[:_NEIGHBOURS]

    def packed(self) -> bytes:
        """The model as bytes: a header in JSON, then numbers as differences, which pack well."""
        names = list(self._pieces)
        lengths = array("I", (b - a for a, b in zip(self._starts, self._starts[1:], strict=False)))
        steps = array("I")
        for place in range(len(names)):
            before = 0
            for number in self._texts[self._starts[place] : self._starts[place + 1]]:
                steps.append(number - before)
                before = number
        header = json.dumps(
            {
                "pieces": names,
                "telling": self._telling,
                "codes": [" ".join(codes) for codes in self._codes],
                "labels_from": self._labels_from,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        head = struct.pack("<III", len(header), len(names), len(steps))
        return b"".join([head, header, _little(lengths), *_planes(steps), self._weights])

    @classmethod
    def unpacked(cls, raw: bytes) -> "Model":
        size, names, count = struct.unpack_from("<III", raw)
        place = struct.calcsize("<III")
        header = json.loads(raw[place : place + size])
        place += size
        lengths = array("I", raw[place : place + 4 * names])
        if sys.byteorder == "big":
            lengths.byteswap()
        place += 4 * names
        low, high = raw[place : place + count], raw[place + count : place + 2 * count]
        weights = raw[place + 2 * count : place + 3 * count]
        starts = array("I", [0, *accumulate(lengths)])
        texts = array("I")
        for start, end in pairwise(starts):
            texts.extend(accumulate(a | b << 8 for a, b in zip(low[start:end], high[start:end], strict=True)))
        return cls(
            {name: number for number, name in enumerate(header["pieces"])},
            header["telling"],
            starts,
            texts,
            weights,
            [tuple(codes.split()) for codes in header["codes"]],
            header["labels_from"],
        )


def bag(text: str) -> dict[str, float]:
    """The words of a text ("=" before them) and their pieces ("<" and ">" are a word's ends), without accents, each
    with its weight: what stands first weighs most."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter)
    )
    found: dict[str, float] = defaultdict(float)
    for place, word in enumerate(_WORD.findall(plain)[:_MOST_WORDS]):
        share = 1 / (1 + place / _FADE)
        found[f"={word}"] += share
        if len(word) > 2:
            whole = f"<{word}>"
            for start in range(len(whole) - PIECE + 1):
                found[whole[start : start + PIECE]] += share
    return {piece: weight**_REPEATED * (_WHOLE_WORD if piece[0] == "=" else 1.0) for piece, weight in found.items()}


def _telling(bags: Sequence[dict[str, float]], languages: Sequence[str]) -> dict[str, float]:
    """How much a piece says: the less, the more texts have it, in all or in any one language."""
    everywhere: Counter[str] = Counter()
    within: dict[str, Counter[str]] = defaultdict(Counter)
    sizes = Counter(languages)
    for own, language in zip(bags, languages, strict=True):
        everywhere.update(own.keys())
        within[language].update(own.keys())
    found = {piece: math.log(len(bags) / count) for piece, count in everywhere.items() if count >= _FEWEST_TEXTS}
    for language, counts in within.items():
        if sizes[language] < _KNOWN_LANGUAGE:
            continue
        for piece, count in counts.items():
            if piece in found and count > _FEWEST_TEXTS:
                found[piece] = min(found[piece], math.log((sizes[language] + _UNSEEN) / count))
    return {piece: value for piece, value in found.items() if value > _LEAST_TELLING}


def by_prefix(suggested: Iterable[Suggested], length: int) -> list[Suggested]:
    """Suggestions gathered by the first `length` digits: what speaks for a division speaks from all its codes."""
    votes: dict[str, float] = defaultdict(float)
    for one in suggested:
        votes[one.code[:length]] += one.share
    return [Suggested(*pair) for pair in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))]


def _little(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers = array("I", numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _planes(numbers: "array[int]") -> tuple[bytes, bytes]:
    """Low bytes, then high bytes; there are fewer than 65,536 texts."""
    return bytes(n & 255 for n in numbers), bytes(n >> 8 for n in numbers)
