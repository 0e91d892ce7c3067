"""Forms of Bulgarian words that the dictionary doesn't list: articles and regular plurals.

The dictionary of simplemma knows 226,000 forms. Of a word that isn't among them it is first asked which listed word
it could be a form of; where there is none, article and ending are cut off, so that all forms of the unknown word meet
in one stem. Both are applied to what is stored and to what is asked alike.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

SHORTEST: Final = 4  # letters of a base or a stem: what is shorter says too little to be taken for a word

# After what an article stands; elsewhere the same letters belong to the word (“оферта”, “палто”).
_ARTICLE: Final = re.compile(
    r"(?:ият|ът|ят|(?<=[ая])та|(?<=[сщ]т)та|(?<=щ)та|(?<=че)(?:та)?та|(?<=[ое])то|(?<=[иея])те)$"
)
_FLEETING: Final = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])(?:ъ(?=[рлк]$)|е(?=[нц]$))")
_ENDS: Final = "аеийоуюя"

# Where the dictionary lists a word of trade under another word, or a plural as a word of its own.
_MENDED: Final = {"мебели": "мебел", "мебелите": "мебел", "одити": "одит", "одитите": "одит"}
# “обучението”, “обучения” are listed as forms of the verb, “обучение” as a noun.
_VERBAL_NOUN: Final = (("нието", "ние"), ("нето", "не"), ("нията", "ние"), ("ния", "ние"))


def lemma(word: str, known: Callable[[str], str | None]) -> str:
    """The lemma of `word`, in lower case; `known` gives that of a listed form, None for another.

    Never empty; a word that is no form of anything and has no ending stays as it is.
    """
    if word in _MENDED:
        return _MENDED[word]
    for form, noun in _VERBAL_NOUN:
        if word.endswith(form) and (found := known(word.removesuffix(form) + noun)) is not None:
            return found
    found = known(word)
    if found is not None:
        return found
    if len(word) <= SHORTEST:
        return word
    for base in dict.fromkeys(_listed_forms(word)):
        if len(base) >= SHORTEST and (found := known(base)) is not None:
            return found
    return stem(word)


def stem(word: str) -> str:
    """What all forms of an unlisted word have in common: without article, plural's ending, last vowels."""
    cut = _cut(_ARTICLE.sub("", word), word)
    if cut.endswith(("ове", "еве")):
        cut = _cut(cut[:-3], cut)
    if cut[-1] in _ENDS:
        cut = _cut(cut[:-1], cut)
        if cut[-1] == "и":
            cut = _cut(cut[:-1], cut)
    return _FLEETING.sub("", cut)


def _cut(shorter: str, longer: str) -> str:
    return shorter if len(shorter) >= SHORTEST else longer


def _listed_forms(word: str) -> Iterator[str]:
    """What it could be a form of, the likeliest first."""
    for base in _without_article(word):
        yield base
        yield from _singulars(base)


def _without_article(word: str) -> Iterator[str]:
    for article in ("та", "то", "те", "ът"):
        if word.endswith(article):
            yield word[:-2]
    if word.endswith(("ият", "ия")):
        base = word.removesuffix("т")[:-2]
        yield base + "и"
        yield base
        if base.endswith("н"):
            yield base[:-1] + "ен"
    if word.endswith("ят"):
        yield word[:-2] + "й"
        yield word[:-2]
    yield word
    if word.endswith("я"):
        yield word[:-1] + "й"
    if word.endswith(("а", "я")):
        yield word[:-1]


def _singulars(base: str) -> Iterator[str]:
    if base.endswith(("ове", "еве")):
        yield base[:-3]
        yield base[:-3] + "й"
    if base.endswith("и"):
        for plural, singular in (("ци", "к"), ("ци", "ец"), ("зи", "г"), ("си", "х")):
            if base.endswith(plural):
                yield base[:-2] + singular
        yield from (base[:-1] + ending for ending in ("", "а", "я", "й", "о", "е"))
        for plural, singular in (("ни", "ен"), ("ри", "ър"), ("ли", "ъл"), ("ки", "ък")):
            if base.endswith(plural):
                yield base[:-2] + singular
    elif base.endswith("а"):
        yield base[:-1] + "о"
        yield base[:-1] + "е"
    elif base.endswith("я"):
        yield base[:-1] + "е"
    if base.endswith(("на", "но")):
        yield base[:-2] + "ен"
    if base.endswith(("а", "о")):
        yield base[:-1]
