"""Names of organisations that a person would take for one another (A3).

A *skeleton* is what is left when script, look-alike letters, legal form, punctuation and order of doubled letters are
taken away: „МЕДНИЦА” ООД, "Mednica OOD" and "MEDNICA LTD" have one skeleton. Latin is the common script because
look-alikes go that way; Cyrillic follows the Bulgarian Transliteration Act (State Gazette 19/2009, art. 3) with the
Russian letters it lacks after GOST 7.79-2000 B.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CYRILLIC: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya",
        "ё": "e", "ы": "y", "э": "e", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj",
        "ђ": "dj", "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "z",
    }
)  # fmt: skip
_GREEK: Final = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k",
        "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
        "υ": "y", "φ": "f", "χ": "h", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip
# Letters of one script that pass for another's in a word that is otherwise Latin, or otherwise Cyrillic.
_AS_LATIN: Final = str.maketrans("авеіјкмнорсѕтухьԁԛԝαβεικνορτυχ", "abeijkmhopcstyxbdqwabeiknoptux")
_AS_CYRILLIC: Final = str.maketrans("abcehkmoptxyi", "авсенкмортхуі")
# Spellings of one sound that people use in Latin for Cyrillic words.
_SOUNDS: Final = (
    ("sch", "sh"), ("sht", "sh"), ("zh", "j"), ("ts", "c"), ("tz", "c"), ("kh", "h"), ("ph", "f"), ("ck", "k"),
    ("x", "ks"), ("q", "k"), ("w", "v"), ("yu", "u"), ("iu", "u"), ("ju", "u"), ("ya", "a"), ("ia", "a"), ("ja", "a"),
    ("y", "i"), ("j", "i"),
)  # fmt: skip
# fmt: off
_FORMS: Final = frozenset((
    "ад", "еад", "оод", "еоод", "ет", "кд", "кда", "сд", "дп", "адсиц", "дзд", "тпп", "кооп", "ао", "оао", "зао",
    "пао", "ооо", "ип", "нао", "муп", "гуп", "фгуп", "ad", "ead", "ood", "eood", "et", "kd", "kda", "sd", "dp",
    "adsits", "ao", "oao", "zao", "pao", "ooo", "ltd", "limited", "llc", "llp", "lp", "plc", "inc", "incorporated",
    "corp", "corporation", "co", "company", "gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "se", "sa", "sas", "sasu",
    "sarl", "eurl", "snc", "srl", "srls", "spa", "sl", "slu", "slp", "bv", "nv", "cv", "vof", "aps", "as", "asa",
    "ab", "oy", "oyj", "ou", "uab", "sia", "zrt", "kft", "bt", "nyrt", "doo", "dd", "zoo", "sp", "sro", "spol", "pte",
    "pty", "sagl", "sc", "scs", "sca", "soc", "cooperative",
))
# fmt: on
_PHRASES: Final = (
    "дружество с ограничена отговорност",
    "еднолично дружество с ограничена отговорност",
    "акционерно дружество",
    "еднолично акционерно дружество",
    "едноличен търговец",
    "общество с ограниченной ответственностью",
    "публичное акционерное общество",
    "закрытое акционерное общество",
    "открытое акционерное общество",
    "акционерное общество",
    "индивидуальный предприниматель",
    "private limited company",
    "public limited company",
    "limited liability company",
    "sociedad limitada",
    "sociedad anonima",
    "spolka z ograniczona odpowiedzialnoscia",
    "spolka akcyjna",
    "societe anonyme",
)  # fmt: skip


def without_form(name: str) -> str:
    """The name without its legal form at either end; as it was when nothing else would be left."""
    words = _words(name)
    text = " ".join(words)
    for phrase in sorted(_PHRASES, key=len, reverse=True):
        if text.startswith(phrase + " "):
            text = text[len(phrase) + 1 :]
        if text.endswith(" " + phrase):
            text = text[: -len(phrase) - 1]
    rest = text.split()
    while len(rest) > 1 and rest[-1] in _FORMS:
        rest.pop()
    while len(rest) > 1 and rest[0] in _FORMS:
        rest.pop(0)
    return " ".join(rest) if rest else " ".join(words)


@lru_cache(maxsize=65536)
def has_form(name: str) -> bool:
    """Whether a name says by its legal form that it is an organisation's: „Медница ООД“, "Mednica Ltd".

    Forms of two Latin letters are surnames too (Sa, Co): they count in capitals beside small letters, or with dots.
    """
    whole, bare = _words(name), without_form(name).split()
    dropped = whole[: len(whole) - len(bare)] if whole[-len(bare) :] == bare else whole[len(bare) :]
    shouted = name.upper() == name
    return any(
        len(word) > 2
        or not word.isascii()
        or bool(re.search(rf"\b{'[.] ?'.join(word)}[.]?(?!\w)", name, re.IGNORECASE))
        or (not shouted and re.search(rf"\b{word.upper()}\b", name) is not None)
        for word in dropped
    )


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """What names that look or sound alike have in common: Latin letters and digits, words parted by one blank."""
    words = [_latin(word) for word in without_form(name).split()]
    return " ".join(word for word in words if word)


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char) or char == "\u0306")
    text = unicodedata.normalize("NFC", text)
    # "О.О.Д." and "S.p.A." are one word, "Иванов & Син" two; a quotation mark parts nothing that a blank doesn't.
    text = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", text)
    return re.findall(r"[^\W_]+", text)


def _latin(word: str) -> str:
    latin = sum("a" <= char <= "z" for char in word)
    other = sum(char.isalpha() and not "a" <= char <= "z" for char in word)
    if latin and other:  # a mixed word is somebody's trick or slip: read it in the script most of it is in
        word = word.translate(_AS_LATIN) if latin >= other else word.translate(_AS_CYRILLIC)
    word = word.translate(_CYRILLIC).translate(_GREEK)
    word = "".join(char for char in unicodedata.normalize("NFKD", word) if char.isascii() and char.isalnum())
    for spelt, sound in _SOUNDS:
        word = word.replace(spelt, sound)
    return re.sub(r"([a-z])\1+", r"\1", word)
