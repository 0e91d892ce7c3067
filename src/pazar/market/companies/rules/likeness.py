"""Finding, among a million names, those that a person could take for this one, by keys that an index can hold (A3).

A name's keys are its words, each word without any one of its letters, the whole name written as one word treated the
same way, and how it begins and ends. Two words that differ by one letter (changed, left out, put in, or two swapped)
share a key (Garbe's symmetric delete). All of it over *skeletons* (`pazar.ground.words.names`), which see through
scripts, look-alike letters and legal forms already.

Trigrams of the database (pg_trgm) were tried first: among a million names a search took about a second on a busy
machine, since names of firms are made of the same few hundred words.
"""

import zlib
from collections.abc import Iterator
from itertools import combinations
from typing import Final

_SHORTEST: Final = 4  # of a shorter word another letter makes another word
_EDGE: Final = 5
_LONG: Final = 11
_MOST_WORDS: Final = 8
_MOST_LETTERS: Final = 60

Probe = tuple[frozenset[int], ...]
"""What a name must have to be a candidate: a key of each set."""


def keys(skeleton: str) -> list[int]:
    """The keys a name is kept under: 32-bit numbers, sorted, each once."""
    found: set[int] = set()
    for part in _parts(skeleton):
        found |= part
    return sorted(found)


def probes(skeleton: str) -> list[Probe]:
    """What to look for, the narrowest last: a word alike; two words alike; the same beginning and end."""
    parts = list(_parts(skeleton))
    words = _words(skeleton)
    singles = parts[: len(words) + 1]
    asked: list[Probe] = [(part,) for part in singles if part]
    by_length = sorted(range(len(words)), key=lambda place: -len(words[place]))[:4]
    asked += [(parts[a], parts[b]) for a, b in combinations(sorted(by_length), 2)]
    if len(parts) > len(words) + 1:
        asked.append((parts[-2], parts[-1]))
    return asked


def _parts(skeleton: str) -> Iterator[frozenset[int]]:
    """Of each word, then of the name as one word, then its beginning and its end, if it is long."""
    words = _words(skeleton)
    for word in words:
        yield frozenset(map(_key, _near(word)))
    joined = "".join(words)[:_MOST_LETTERS]
    yield frozenset(_key(f"={text}") for text in _near(joined)) if joined else frozenset()
    if len(joined) >= _LONG:
        yield frozenset({_key(f"^{joined[:_EDGE]}")})
        yield frozenset({_key(f"{joined[-_EDGE:]}$")})


def _words(skeleton: str) -> list[str]:
    return [word[:_MOST_LETTERS] for word in dict.fromkeys(skeleton.split())][:_MOST_WORDS]


def _near(word: str) -> Iterator[str]:
    yield word
    if len(word) >= _SHORTEST:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


def _key(text: str) -> int:
    number = zlib.crc32(text.encode())
    return number - (1 << 32) if number >= 1 << 31 else number
