"""A Merkle tree of hashes (RFC 6962) kept as a growing list of complete subtrees, and the proofs read from it.

A tree of n leaves is stored as the hashes of its complete subtrees, each written as soon as its last leaf is there:
leaf 0; leaf 1, subtree 0-1; leaf 2; leaf 3, subtree 2-3, subtree 0-3; … Nothing that was written ever changes, a leaf
adds one hash and one for each subtree it completes, and a proof reads a few dozen whatever the size. The places are
those of Go's `golang.org/x/mod/sumdb/tlog`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

ReadHashes = Callable[[Sequence[int]], list[bytes]]
"""Returns the stored hashes at these places, in the order asked; 32 bytes each."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32
_Range = tuple[int, int]  # leaves from the first to before the second


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what stands above two hashes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def stored_place(level: int, number: int) -> int:
    """Return where the hash of the complete subtree of 2**level leaves, the `number`th of that level, is stored.

    >>> [stored_place(0, 0), stored_place(0, 1), stored_place(1, 0), stored_place(0, 2)]
    [0, 1, 2, 3]
    """
    last = ((number + 1) << level) - 1  # the leaf that completes it
    # Before the hashes of leaf n stand 2n - (ones in the binary form of n) others.
    return 2 * last - last.bit_count() + level


def stored_count(size: int) -> int:
    """Return how many hashes a tree of `size` leaves stores.

    >>> [stored_count(size) for size in range(5)]
    [0, 1, 3, 4, 7]
    """
    return 2 * size - size.bit_count()


def stored_hashes(number: int, leaf: bytes, read: ReadHashes) -> list[bytes]:
    """Return the hashes to write when leaf `number` (from 0) comes, in the order of their places.

    leaf: its hash. The first goes to `stored_count(number)`, the others after it.
    """
    levels = range(((number + 1) & -(number + 1)).bit_length() - 1)
    lefts = read([stored_place(level, (number >> level) - 1) for level in levels]) if levels else []
    hashes = [leaf]
    for left in lefts:
        hashes.append(node_hash(left, hashes[-1]))
    return hashes


def tree_hash(size: int, read: ReadHashes) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return _hashes_of([(0, size)], read)[0] if size else EMPTY_ROOT


def inclusion(size: int, index: int, read: ReadHashes) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree of the first `size` leaves, from the leaf up (RFC 6962, 2.1.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return tuple(_hashes_of(list(_beside(index, size))[::-1], read))


def consistency(old: int, size: int, read: ReadHashes) -> tuple[bytes, ...]:
    """Return the proof that the tree of `size` leaves goes on from the tree of `old` (RFC 6962, 2.1.2).

    Empty where `old` is 0 or `size`. Raises ValueError unless 0 <= old <= size.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves cannot go on from one of {old}")
    return tuple(_hashes_of(list(_apart(old, size))[::-1], read)) if old else ()


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof leads from the leaf hash at `index` to the root of `size` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the tree of `size` goes on from that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size or old == 0 or old == size:
        same = old_root == root if old == size else old_root == EMPTY_ROOT
        return 0 <= old <= size and same and not proof
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = found = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, found = node_hash(beside, was), node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old_root and found == root


def _beside(index: int, size: int) -> Iterator[_Range]:
    """Yield the leaves under each hash of an inclusion proof, from the root down."""
    first, end = 0, size
    while end - first > 1:
        middle = first + _half(end - first)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield first, middle
            first = middle


def _apart(old: int, size: int) -> Iterator[_Range]:
    """Yield the leaves under each hash of a consistency proof, from the root down."""
    first, end = 0, size
    while end != old:
        middle = first + _half(end - first)
        if old <= middle:
            yield middle, end
            end = middle
        else:
            yield first, middle
            first = middle
    if first:
        yield first, end


def _hashes_of(ranges: Sequence[_Range], read: ReadHashes) -> list[bytes]:
    """Return the subtree hash of each range, read in one go."""
    places = [list(_complete(*each)) for each in ranges]
    stored = iter(read([place for each in places for place in each]) if places else [])
    found = []
    for each in places:
        parts = [next(stored) for _ in each]
        above = parts.pop()
        while parts:
            above = node_hash(parts.pop(), above)
        found.append(above)
    return found


def _complete(first: int, end: int) -> Iterator[int]:
    """Yield the places of the complete subtrees that the leaves of a range are made of, from the left."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield stored_place(level, first >> level)
        first += 1 << level


def _half(leaves: int) -> int:
    """Return the largest power of two below `leaves`, which is at least 2."""
    return 1 << ((leaves - 1).bit_length() - 1)
