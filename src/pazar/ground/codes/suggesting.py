"""Categories for a text, by the model learnt from real notices (`rules.suggestion`); once in memory, some 25 MB."""

import gzip
from functools import lru_cache

from pazar.ground.codes import searching
from pazar.ground.codes.rules.suggestion import Model, by_prefix

_NARROW = 3  # of the suggestions; the rest are wider, since the group is right far oftener than the code
_LEAST = 0.02  # of the evidence: less is chance


@lru_cache(maxsize=1)
def model() -> Model:
    return Model.unpacked(gzip.decompress((searching.DATA / "suggestions.bin.gz").read_bytes()))


@lru_cache(maxsize=1_000)
def suggest(text: str, limit: int) -> tuple[tuple[str, float], ...]:
    """Codes with their share of the evidence: the likeliest, then the groups that most of it speaks for."""
    index = searching.index()
    votes = [one for one in model().suggest(text) if one.code in index and one.share >= _LEAST]
    narrow = [(one.code, one.share) for one in votes]
    known = {code for code, _share in narrow[:_NARROW]}
    groups = ((one.code.ljust(8, "0"), one.share) for one in by_prefix(votes, 3))
    wide = [(code, share) for code, share in groups if code in index and code not in known]
    first = narrow[:_NARROW] + wide[: max(0, limit - _NARROW)]
    taken = {code for code, _share in first}
    more = [(code, share) for code, share in narrow[_NARROW:] if code not in taken]
    return tuple((first + more)[:limit])
