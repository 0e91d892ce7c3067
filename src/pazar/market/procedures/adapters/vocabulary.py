"""The words that procedures say, for putting mistyped ones right; kept by nobody.

What the database knows of the commonest terms of the list (its statistics, up to ten thousand) beside the words of the
categories: some hundreds of kilobytes, read again every hour.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from pazar.ground.codes import queries as codes

LIKE_ENOUGH: Final = 0.7
SHORTEST: Final = 4
HOUR: Final = 3600


def nearest(word: str) -> str:
    """The known word that `word` was most likely meant to be; empty if none is near, or it is known itself."""
    if len(word) < SHORTEST or not word.isalpha():
        return ""
    known = _words(int(time.monotonic() // HOUR))
    found = process.extractOne(word, known, scorer=OSA.normalized_similarity, score_cutoff=LIKE_ENOUGH)
    return found[0] if found and found[0] != word else ""


@lru_cache(maxsize=1)
def _words(_hour: int) -> Sequence[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(term, 2) FROM pg_stats, unnest(most_common_elems::text::text[]) AS term"
            " WHERE schemaname = current_schema() AND tablename = 'procedures_listed' AND attname = 'terms'"
            " AND term LIKE 'w%'"
        )
        said = [word for (word,) in cursor.fetchall() if word.isalpha() and len(word) >= SHORTEST]
    # Those that procedures say stand first: of two equally near the first is taken.
    return tuple(dict.fromkeys([*said, *sorted(codes.known_words())]))
