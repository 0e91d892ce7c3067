"""The Merkle tree over the journal's leaves, after RFC 9162, section 2.1 (J1).

Places count from 0, as in the RFC; the journal's entry numbers count from 1. A *node* (level, place) is the root of
the complete subtree over leaves [place · 2^level, (place + 1) · 2^level). Complete subtrees never change again, so
they are stored once; what stands at the right edge of a tree of any size is put together from them.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

HASH_BYTES = 32
EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Node: TypeAlias = tuple[int, int]
"""Level and place of a complete subtree."""
Span: TypeAlias = tuple[int, int]
"""Leaves from the first on, up to but without the second."""


def leaf_hash(leaf: bytes) -> bytes:
    """What stands at level 0 for an entry's leaf; the zero byte keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(kw_only=True)
class Frontier:
    """The right edge of a growing tree: the complete subtrees that make up its leaves, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add an entry's leaf; the nodes above level 0 that are complete from now on."""
        made: list[tuple[Node, bytes]] = []
        found, level, place = leaf_hash(leaf), 0, self.size
        while place & 1:
            found, level, place = node_hash(self.peaks.pop(), found), level + 1, place >> 1
            made.append(((level, place), found))
        self.peaks.append(found)
        self.size += 1
        return made

    def root(self) -> bytes:
        return _fold(self.peaks) if self.peaks else EMPTY


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree's root over the entries' leaves in their order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


# --- which subtrees a proof is made of ------------------------------------------------------
def peaks(span: Span) -> list[Node]:
    """The complete subtrees that make up `span`, from left to right. A span of a tree begins at a multiple of its
    own size rounded up to a power of two, so the largest come first."""
    first, end = span
    found: list[Node] = []
    while first < end:
        level = (end - first).bit_length() - 1
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        found.append((level, first >> level))
        first += 1 << level
    return found


def inclusion_spans(place: int, size: int) -> list[Span]:
    """Whose roots prove that the leaf at `place` stands in the tree of `size` leaves, from the leaf up."""
    if not 0 <= place < size:
        raise ValueError("no such leaf in a tree of this size")
    spans: list[Span] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if place < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Whose roots prove that the tree of `old` leaves is the beginning of that of `new`; none for equal ones."""
    if not 0 < old <= new:
        raise ValueError("the older tree has at least one leaf and no more than the newer")
    spans: list[Span] = []
    first, end, whole = 0, new, True
    while old < end:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first, whole = middle, False
    if not whole:
        spans.append((first, end))
    return spans[::-1]


def hashes(spans: Sequence[Span], read: Callable[[Sequence[Node]], Mapping[Node, bytes]]) -> list[bytes]:
    """The roots of `spans`; `read` is called once with all nodes wanted, O(log n) of them."""
    wanted = [peaks(span) for span in spans]
    found = read([node for nodes in wanted for node in nodes])
    return [_fold([found[node] for node in nodes]) for nodes in wanted]


# --- verification, by the RFC's own steps ---------------------------------------------------
def is_included(*, leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from the entry's leaf at `place` to `root` (2.1.3.2)."""
    if not 0 <= place < size or not _whole(path):
        return False
    here, last, found = place, size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and hmac.compare_digest(found, root)


def is_consistent(*, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the old tree is the beginning of the new one (2.1.4.2)."""
    if not 0 < old <= new or not _whole(path):
        return False
    if old == new:
        return not path and hmac.compare_digest(old_root, new_root)
    if not path:
        return False
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    found_old = found_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and hmac.compare_digest(found_old, old_root) and hmac.compare_digest(found_new, new_root)


def _whole(path: Sequence[bytes]) -> bool:
    return all(len(step) == HASH_BYTES for step in path)


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _fold(parts: Sequence[bytes]) -> bytes:
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found
