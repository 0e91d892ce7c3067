"""Holdings: who is whose daughter (D4)."""

from collections.abc import Mapping


def loops(parents: Mapping[str, str]) -> list[str]:
    """Names that are their own ancestors in daughter → parent; in their order."""
    found = []
    for start in parents:
        seen, at = {start}, parents.get(start)
        while at is not None and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at == start:
            found.append(start)
    return found
