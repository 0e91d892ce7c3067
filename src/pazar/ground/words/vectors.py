"""Lemmas in the notation PostgreSQL reads as `tsvector` and `tsquery`.

Cast them (`%s::tsvector`) instead of calling `to_tsvector`: the text is already lemmatised, no
configuration of the server takes part, and so both sides of a comparison are made by the same code.
"""

from collections.abc import Iterable

from pazar.ground.words import lemmatiser

# A vector holds places up to 16383; PostgreSQL clamps what is above, and keeps 256 places for one word.
_LAST_PLACE = 16_383
_MOST_PLACES = 255


def tsvector(text: str, languages: tuple[str, ...] = lemmatiser.LANGUAGES, *, weight: str = "") -> str:
    """`text` as the literal of a tsvector: `'доставка':1 'кабел':3`. `weight` is A, B, C, D or nothing."""
    places: dict[str, list[int]] = {}
    for place, lemma in lemmatiser.ordered_lemmas(text, languages):
        places.setdefault(lemma, []).append(min(place, _LAST_PLACE))
    return " ".join(
        f"{_quoted(lemma)}:" + ",".join(f"{place}{weight}" for place in where[:_MOST_PLACES])
        for lemma, where in places.items()
    )


def tsquery(text: str, languages: tuple[str, ...] = lemmatiser.LANGUAGES, *, unfinished: bool = False) -> str:
    """`text` as the literal of a tsquery that wants all its lemmas; empty when it has none.

    `unfinished` is for search while typing: the last word also finds every word that begins with it.
    """
    found = lemmatiser.lemmas(text, languages)
    parts = [_quoted(lemma) for lemma in found]
    if unfinished:
        typed = list(lemmatiser.tokens(text))
        if typed and not text[-1].isspace():
            begun = f"{_quoted(typed[-1])}:*"
            last = lemmatiser.lemmas(typed[-1], languages)
            if last:
                parts[found.index(last[0])] = f"({_quoted(last[0])} | {begun})"
            elif not parts:
                parts = [begun]
    return " & ".join(parts)


def any_of(lemmas: Iterable[str]) -> str:
    """The literal of a tsquery that wants one of `lemmas`."""
    return " | ".join(_quoted(lemma) for lemma in lemmas)


def _quoted(lemma: str) -> str:
    return "'" + lemma.replace("\\", "\\\\").replace("'", "''") + "'"
