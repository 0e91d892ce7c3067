"""The stored words of interests, made again after a change of the lemmatiser (B2)."""

from uuid import UUID

from django.db import transaction

from pazar.ground import words
from pazar.market.matching.models import Interest, InterestVersion

AT_ONCE = 1_000


def interests_again(*, after: UUID | None = None, limit: int = AT_ONCE) -> tuple[UUID | None, int]:
    """Look at the next `limit` interests by id, with all their versions: the last id, and how many changed.

    What somebody typed stays, and so does the number of the version: what it means hasn't changed. The matchers follow
    by the log of changes, as with any other.
    """
    with transaction.atomic():
        found = Interest.objects.select_for_update().order_by("id")
        if after is not None:
            found = found.filter(pk__gt=after)
        rows = list(found[:limit])
        changed = [row for row in rows if _again(row)]
        Interest.objects.bulk_update(changed, ["words_any", "words_none", "lemmas_any", "lemmas_none"])
        versions = list(InterestVersion.objects.filter(interest__in=changed))
        for version in versions:
            for kind in ("any", "none"):
                typed, lemmas = version.content[f"words_{kind}"], version.content[f"lemmas_{kind}"]
                version.content[f"words_{kind}"], version.content[f"lemmas_{kind}"] = _read(typed, lemmas)
        InterestVersion.objects.bulk_update(versions, ["content"])
        return (rows[-1].pk if rows else None), len(changed)


def _again(row: Interest) -> bool:
    before = (row.lemmas_any, row.lemmas_none)
    row.words_any, row.lemmas_any = _read(row.words_any, row.lemmas_any)
    row.words_none, row.lemmas_none = _read(row.words_none, row.lemmas_none)
    return before != (row.lemmas_any, row.lemmas_none)


def _read(typed: list[str], lemmas: list[str]) -> tuple[list[str], list[str]]:
    """Each word with its lemma of now; two that have become one stand once; what has no lemma any more keeps its."""
    found: dict[str, str] = {}
    for word, old in zip(typed, lemmas, strict=True):
        found.setdefault(next(iter(words.lemmas(word)), old), word)
    return list(found.values()), list(found)
