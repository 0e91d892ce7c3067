"""By what an award or an item is found: the terms of its listing (J4)."""

from collections.abc import Iterable
from uuid import UUID

MOST_WORDS = 400


def terms(
    *,
    words: Iterable[str] = (),
    cpv: Iterable[str] = (),
    regions: Iterable[str] = (),
    origin: str = "",
    buyer_id: UUID | None = None,
    winner_ids: Iterable[UUID] = (),
    references: Iterable[str] = (),
    is_awarded: bool = False,
) -> list[str]:
    """Each once, sorted; of words at most four hundred, the first ones."""
    found = {f"w{word}" for word in list(dict.fromkeys(words))[:MOST_WORDS]}
    for code in cpv:
        found |= {f"c{code[:length]}" for length in range(2, max(2, len(code.rstrip("0"))) + 1)}
    for region in regions:
        found |= {f"r{region[:length]}" for length in range(2, len(region) + 1)}
    found |= {f"s{winner}" for winner in winner_ids}
    found |= {f"n{' '.join(reference.split()).lower()}" for reference in references if reference}
    if origin:
        found.add(f"o{origin}")
    if buyer_id is not None:
        found.add(f"b{buyer_id}")
    if is_awarded:
        found.add("a1")
    return sorted(found)


def covered(lot_number: str, numbers: Iterable[str]) -> list[str]:
    """The lots that a published award is for, as its source names them ("1, 3"): all, where it names none we know."""
    known = list(numbers)
    named = {part.strip() for part in lot_number.split(",")}
    return [number for number in known if number in named] or known
