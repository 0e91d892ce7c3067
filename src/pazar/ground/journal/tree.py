"""The stored tree: its nodes, its heads, and proofs from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from pazar.ground.errors import NotFound
from pazar.ground.journal.models import Head, Position
from pazar.ground.journal.rules import merkle
from pazar.ground.journal.rules.merkle import Frontier, Node


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """That entry `number` stands in the tree of `size` entries."""

    number: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]


def inclusion(number: int, size: int) -> Inclusion:
    """The proof for one entry. Raises NotFound for no such entry, or no such head."""
    if not 0 < number <= size:
        raise NotFound
    head(size)
    position = Position.objects.select_related("entry").get(pk=number)
    path = merkle.hashes(merkle.inclusion_spans(number - 1, size), read)
    return Inclusion(number=number, size=size, leaf=bytes(position.entry.leaf), path=tuple(path))


def consistency(old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the head of `old` entries is the beginning of that of `new`. Raises NotFound for no such head."""
    if not 0 < old <= new:
        raise NotFound
    head(old)
    head(new)
    return tuple(merkle.hashes(merkle.consistency_spans(old, new), read))


def latest() -> Head | None:
    return Head.objects.order_by("-size").first()


def head(size: int) -> Head:
    """Raises NotFound."""
    found = Head.objects.filter(pk=size).first()
    if found is None:
        raise NotFound
    return found


def frontier(size: int) -> Frontier:
    """The right edge of the tree at `size`, to grow it further."""
    nodes = merkle.peaks((0, size))
    found = read(nodes)
    return Frontier(size=size, peaks=[found[node] for node in nodes])


def read(nodes: Sequence[Node]) -> Mapping[Node, bytes]:
    """The hashes of complete subtrees: two statements by primary keys, whatever the tree's size."""
    found: dict[Node, bytes] = {}
    leaves = [place + 1 for level, place in nodes if level == 0]
    above = [node for node in nodes if node[0]]
    if leaves:
        rows = Position.objects.filter(seq__in=leaves).values_list("seq", "entry__leaf")
        found |= {(0, seq - 1): merkle.leaf_hash(bytes(leaf)) for seq, leaf in rows}
    if above:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n.level, n.place, n.hash FROM unnest(%s::smallint[], %s::bigint[]) AS w (level, place)"
                " JOIN journal_node n ON n.level = w.level AND n.place = w.place",
                [[level for level, _place in above], [place for _level, place in above]],
            )
            found |= {(level, place): bytes(hash_) for level, place, hash_ in cursor.fetchall()}
    return found


def write(nodes: Sequence[tuple[Node, bytes]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_node (level, place, hash)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [
                [level for (level, _place), _hash in nodes],
                [place for (_level, place), _hash in nodes],
                [hash_ for _node, hash_ in nodes],
            ],
        )
