"""The tree of the log against a naive reading of RFC 6962, for every size to 300."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.evidence.log.tree import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    stored_count,
    stored_hashes,
    stored_place,
    tree_hash,
)

ENTRIES = [f"entry {number}".encode() for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def naive_root(entries: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def naive_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, as it is written."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*naive_path(m, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive_root(entries[:k])]


def naive_proof(m: int, entries: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2, as it is written."""
    if m == len(entries):
        return [] if whole else [naive_root(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*naive_proof(m, entries[:k], whole), naive_root(entries[k:])]
    return [*naive_proof(m - k, entries[k:], False), naive_root(entries[:k])]


class Stored:
    """The stored hashes of a tree that grew leaf by leaf."""

    def __init__(self, leaves: Sequence[bytes] = LEAVES) -> None:
        self.hashes: list[bytes] = []
        self.reads = 0
        for number, leaf in enumerate(leaves):
            assert stored_count(number) == len(self.hashes)
            self.hashes += stored_hashes(number, leaf, self.read)

    def read(self, places: Sequence[int]) -> list[bytes]:
        self.reads += 1
        return [self.hashes[place] for place in places]


STORED = Stored()


@pytest.mark.parametrize("size", [*range(1, 40), *range(61, 69), 127, 128, 129, 200, 255, 256, 257, 299, 300])
def test_every_leaf_of_every_size_is_proven_as_the_standard_says(size: int) -> None:
    root = tree_hash(size, STORED.read)
    assert root == naive_root(ENTRIES[:size])
    for index in range(size):
        proof = inclusion(size, index, STORED.read)
        if index in (0, size // 2, size - 1):
            assert list(proof) == naive_path(index, ENTRIES[:size])
        assert check_inclusion(LEAVES[index], index, size, proof, root)


@pytest.mark.parametrize("size", [*range(1, 34), 64, 65, 100, 128, 299, 300])
def test_every_size_goes_on_from_every_smaller_one(size: int) -> None:
    root = tree_hash(size, STORED.read)
    for old in range(size + 1):
        proof = consistency(old, size, STORED.read)
        if old > 0 and old % 7 == size % 7:
            assert list(proof) == naive_proof(old, ENTRIES[:size])
        assert check_consistency(old, tree_hash(old, STORED.read), size, root, proof)


def test_all_sizes_to_300_have_the_root_of_the_standard() -> None:
    assert [tree_hash(size, STORED.read) for size in range(301)] == [naive_root(ENTRIES[:n]) for n in range(301)]


@given(size=st.integers(1, 300), data=st.data())
def test_a_proof_of_one_leaf_proves_no_other_place_and_no_other_leaf(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    root, proof = tree_hash(size, STORED.read), inclusion(size, index, STORED.read)
    assert check_inclusion(LEAVES[index], other, size, proof, root) == (index == other)
    assert check_inclusion(LEAVES[other], index, size, proof, root) == (index == other)
    assert not check_inclusion(LEAVES[index], index, size, (*proof, EMPTY_ROOT), root)
    if proof:
        assert not check_inclusion(LEAVES[index], index, size, proof[:-1], root)
        assert not check_inclusion(LEAVES[index], index, size, (bytes(32), *proof[1:]), root)


@given(old=st.integers(1, 299), size=st.integers(2, 300), changed=st.integers(0, 298))
def test_a_forked_log_goes_on_from_nothing_that_was_signed(old: int, size: int, changed: int) -> None:
    old, changed = min(old, size - 1), min(changed, old - 1)
    forked = Stored([*LEAVES[: changed % old], leaf_hash(b"forged"), *LEAVES[changed % old + 1 : size]])
    proof = consistency(old, size, forked.read)
    root = tree_hash(size, forked.read)
    assert not check_consistency(old, tree_hash(old, STORED.read), size, root, proof)
    assert not check_consistency(old, tree_hash(old, STORED.read), size, root, consistency(old, size, STORED.read))


def test_a_truncated_log_goes_on_from_nothing_that_was_signed() -> None:
    assert not check_consistency(200, tree_hash(200, STORED.read), 150, tree_hash(150, STORED.read), ())
    with pytest.raises(ValueError, match="cannot go on"):
        consistency(200, 150, STORED.read)


def test_a_leaf_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion(5, 5, STORED.read)
    assert not check_inclusion(LEAVES[0], 5, 5, (), LEAVES[0])


def test_a_proof_reads_the_store_once() -> None:
    STORED.reads = 0
    inclusion(300, 123, STORED.read)
    consistency(123, 300, STORED.read)
    tree_hash(300, STORED.read)
    assert STORED.reads == 3


def test_places_are_those_that_go_uses() -> None:
    def go_place(level: int, number: int) -> int:
        for _ in range(level):
            number = 2 * number + 1
        total = level
        while number > 0:
            total, number = total + number, number >> 1
        return total

    places = [(level, number) for level in range(8) for number in range(70)]
    assert [stored_place(*each) for each in places] == [go_place(*each) for each in places]
