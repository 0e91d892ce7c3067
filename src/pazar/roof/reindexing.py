"""Everything that is found by words, made again by the lemmatiser of now."""

from collections.abc import Iterator
from uuid import UUID

from pazar.market.awards.commands import listing
from pazar.market.matching.commands import words_again as interests
from pazar.market.procedures.commands import words_again as procedures


def everything() -> Iterator[str]:
    """Works batch by batch, each a transaction of its own, and tells how far it is.

    Interests come first: while lots are still as before, an interest finds more of what is listed anew, not less.
    """
    yield f"Interests: {_interests()} changed."
    looked, changed, last = 0, 0, None
    while True:
        ids, some = procedures.words_again(after=last)
        if not ids:
            break
        listing.list_again(ids)
        looked, changed, last = looked + len(ids), changed + some, ids[-1]
        if looked % 10_000 < len(ids):
            yield f"Procedures: {looked} looked at, {changed} rows changed …"
    yield f"Procedures: {looked} looked at, {changed} rows changed."


def _interests() -> int:
    total = 0
    last: UUID | None = None
    while True:
        last, some = interests.interests_again(after=last)
        if last is None:
            return total
        total += some
