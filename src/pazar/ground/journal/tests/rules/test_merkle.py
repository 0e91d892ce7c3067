"""The tree against a second, recursive reading of RFC 9162, against published values, and against flipped bits."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pazar.ground.journal.rules import merkle

# The leaves and values that implementations of RFC 6962 are tested with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def root_by_definition(leaves: list[bytes]) -> bytes:
    """2.1.1 word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root_by_definition(leaves[:k]) + root_by_definition(leaves[k:])).digest()


class Tree:
    """A stored tree in memory, which counts what is read of it."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes = {(0, place): merkle.leaf_hash(leaf) for place, leaf in enumerate(leaves)}
        self.roots = [merkle.EMPTY]
        frontier = merkle.Frontier()
        for leaf in leaves:
            for node, hash_ in frontier.append(leaf):
                assert node not in self.nodes  # complete subtrees are made once
                self.nodes[node] = hash_
            self.roots.append(frontier.root())
        self.read_count = 0

    def read(self, nodes):
        self.read_count += len(nodes)
        return {node: self.nodes[node] for node in nodes}

    def inclusion(self, place: int, size: int) -> list[bytes]:
        return merkle.hashes(merkle.inclusion_spans(place, size), self.read)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.hashes(merkle.consistency_spans(old, new), self.read)


MOST = 300
ENTRIES = [hashlib.sha256(str(n).encode()).digest() for n in range(MOST)]
TREE = Tree(ENTRIES)


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert root_by_definition(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("place", "size"), sorted(INCLUSION))
def test_published_inclusion_proofs(place, size):
    assert [step.hex() for step in Tree(LEAVES).inclusion(place, size)] == INCLUSION[place, size]


@pytest.mark.parametrize(("old", "new"), sorted(CONSISTENCY))
def test_published_consistency_proofs(old, new):
    assert [step.hex() for step in Tree(LEAVES).consistency(old, new)] == CONSISTENCY[old, new]


def test_every_size_has_the_root_of_the_definition():
    for size in range(MOST + 1):
        assert TREE.roots[size] == root_by_definition(ENTRIES[:size]), size


def test_every_entry_of_every_size_is_proven_included():
    for size in range(1, MOST + 1):
        for place in range(0, size, 1 if size < 70 else 7):
            path = TREE.inclusion(place, size)
            assert merkle.is_included(leaf=ENTRIES[place], place=place, size=size, path=path, root=TREE.roots[size]), (
                place,
                size,
            )


def test_every_two_sizes_are_proven_consistent():
    for new in range(1, MOST + 1):
        for old in range(1, new + 1, 1 if new < 70 else 7):
            path = TREE.consistency(old, new)
            assert merkle.is_consistent(
                old=old, old_root=TREE.roots[old], new=new, new_root=TREE.roots[new], path=path
            ), (old, new)


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


sizes = st.integers(1, MOST)
bits = st.integers(0, 255)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_bit_breaks_an_inclusion(data):
    size = data.draw(sizes)
    place = data.draw(st.integers(0, size - 1))
    path = TREE.inclusion(place, size)
    right = {"leaf": ENTRIES[place], "place": place, "size": size, "path": path, "root": TREE.roots[size]}
    assert merkle.is_included(**right)
    at, bit = data.draw(st.integers(-2, len(path) - 1)), data.draw(bits)
    if at == -2:
        right["leaf"] = _flipped(ENTRIES[place], bit)
    elif at == -1:
        right["root"] = _flipped(TREE.roots[size], bit)
    else:
        right["path"] = [*path[:at], _flipped(path[at], bit), *path[at + 1 :]]
    assert not merkle.is_included(**right)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_bit_breaks_a_consistency(data):
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    path = TREE.consistency(old, new)
    right = {"old": old, "old_root": TREE.roots[old], "new": new, "new_root": TREE.roots[new], "path": path}
    assert merkle.is_consistent(**right)
    at, bit = data.draw(st.integers(-2, len(path) - 1)), data.draw(bits)
    if at == -2:
        right["old_root"] = _flipped(TREE.roots[old], bit)
    elif at == -1:
        right["new_root"] = _flipped(TREE.roots[new], bit)
    else:
        right["path"] = [*path[:at], _flipped(path[at], bit), *path[at + 1 :]]
    assert not merkle.is_consistent(**right)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_proof_fits_no_other_place_and_no_other_length(data):
    size = data.draw(st.integers(2, MOST))
    place = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size).filter(lambda n: n != place))
    path, root = TREE.inclusion(place, size), TREE.roots[size]
    assert not merkle.is_included(leaf=ENTRIES[place], place=other, size=size, path=path, root=root)
    assert not merkle.is_included(leaf=ENTRIES[place], place=place, size=size, path=path[:-1], root=root)
    assert not merkle.is_included(leaf=ENTRIES[place], place=place, size=size, path=[*path, ENTRIES[0]], root=root)
    assert not merkle.is_included(leaf=ENTRIES[place], place=place, size=size, path=[b"short"], root=root)


@given(st.data())
def test_nothing_proves_that_a_rewritten_tree_goes_on_from_the_old_one(data):
    new = data.draw(st.integers(2, 60))
    old = data.draw(st.integers(1, new - 1))
    altered = data.draw(st.integers(0, old - 1))
    rewritten = Tree([*ENTRIES[:altered], b"\x00" * 32, *ENTRIES[altered + 1 : new]])
    path = rewritten.consistency(old, new)
    assert not merkle.is_consistent(
        old=old, old_root=TREE.roots[old], new=new, new_root=rewritten.roots[new], path=path
    )


@pytest.mark.parametrize("size", [10**7, 10**7 - 1, 2**23 + 1, 2**24 - 1])
def test_a_proof_of_ten_million_entries_reads_few_nodes(size):
    for place in (0, 1, size // 3, size - 2, size - 1):
        assert sum(len(merkle.peaks(span)) for span in merkle.inclusion_spans(place, size)) <= 2 * 24
        assert sum(len(merkle.peaks(span)) for span in merkle.consistency_spans(place + 1, size)) <= 2 * 24


def test_what_cannot_be_proven_is_refused():
    for place, size in ((0, 0), (-1, 4), (4, 4)):
        with pytest.raises(ValueError, match="leaf"):
            merkle.inclusion_spans(place, size)
    for old, new in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="older"):
            merkle.consistency_spans(old, new)
    root = TREE.roots[4]
    assert not merkle.is_consistent(old=0, old_root=merkle.EMPTY, new=4, new_root=root, path=[])
    assert not merkle.is_consistent(old=5, old_root=root, new=4, new_root=root, path=[])
