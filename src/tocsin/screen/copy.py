"""Give each text the keys by which copies, near-copies and stories find one another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from tocsin.base.mention import CopyKeys
from tocsin.screen import tables
from tocsin.screen.features import Features
from tocsin.screen.tables.vocabulary import RARE, SHARE, Columns, look_up

BANDS = 32
ROWS = 2
LEAST_WORDS = 4
TERMS = 24
_SEED = 0x70C51
_SHARED = ["rt"]  # what a share begins with


def copy_keys(
    features: Sequence[Features], brand_words: Sequence[frozenset[str]], columns: Columns | None = None
) -> list[CopyKeys]:
    """Return the keys of each text, shape (n,).

    brand_words: the folded words of the watched brand's own names, left out of the terms. columns: of the same texts,
    when the caller has them.
    Method: exact key by xxh3 of the words; MinHash of word pairs under 64 multiply-and-xor permutations with a fixed
    seed, two a band (Broder 1997; banding after Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3).
    """
    columns = columns or look_up(features)
    bare = [
        bare_words(f.words) if bits & SHARE or f.words[:1] == _SHARED else f.words
        for f, bits in zip(features, columns.bits, strict=True)
    ]
    rare = _rare_words(features, columns)
    return [
        CopyKeys(exact=exact, bands=bands, terms=terms)
        for exact, bands, terms in zip(
            map(_exact, bare),
            _bands(*_places(features, bare, columns)),
            map(_terms, features, bare, rare, brand_words),
            strict=True,
        )
    ]


def bare_words(words: list[str]) -> list[str]:
    """Return the words without a leading RT and without numbers of shares (`12 likes`)."""
    if words[:1] == _SHARED:
        words = words[1:]
    shares = tables.word_list("shares")
    if shares.isdisjoint(words):
        return words
    return [
        word
        for i, word in enumerate(words)
        if not (word in shares and i and words[i - 1][0].isdigit())
        and not (word[0].isdigit() and i + 1 < len(words) and words[i + 1] in shares)
    ]


def _exact(words: list[str]) -> int:
    return int(xxhash.xxh3_64_intdigest(" ".join(words).encode())) >> 1


def _rare_words(features: Sequence[Features], columns: Columns) -> list[list[str]]:
    """The words of each text that are neither short nor common."""
    at = np.flatnonzero(columns.word_bits & RARE)
    every = list(chain.from_iterable([f.words for f in features]))
    rare = [every[i] for i in at.tolist()]
    stops = np.searchsorted(at, np.cumsum(columns.lengths)).tolist()
    return [rare[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]


def _terms(features: Features, bare: list[str], rare: list[str], brand_words: frozenset[str]) -> tuple[str, ...]:
    """rare: the rare words of the text, numbers of shares included."""
    kept = features.tags
    numbers_left_out = len(bare) < len(features.words) - (features.words[:1] == _SHARED)
    if numbers_left_out or (kept and not all(map(_is_rare, kept))):
        stop = _stop_words()
        rare = [w for w in bare if (len(w) > 2 and w not in stop) or w in kept]
    return tuple([word for word in dict.fromkeys(rare) if word not in brand_words][:TERMS])


@lru_cache(maxsize=16384)
def _is_rare(tag: str) -> bool:
    """Whether a hashtag would be among the rare words as a plain word, too."""
    return len(tag) > 2 and tag not in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    return tables.word_list("stop_fr") | tables.word_list("stop_en")


def _places(
    features: Sequence[Features], bare: Sequence[list[str]], columns: Columns
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """The hashes of words, and for each text where those of its bare words start and how many they are."""
    hashes, starts, lengths = columns.hashes, np.cumsum(columns.lengths) - columns.lengths, columns.lengths.copy()
    cut = []
    for i, (f, words) in enumerate(zip(features, bare, strict=True)):
        if words is not f.words:
            missing = len(f.words) - len(words)
            lengths[i] -= missing
            if missing == 1 and f.words[:1] == _SHARED:
                starts[i] += 1
            else:
                cut.append(i)
    if cut:  # numbers of shares left out from the middle: the rest follows once more, at the end
        others = look_up([msgspec.structs.replace(features[i], words=bare[i], tokens=bare[i]) for i in cut])
        starts[cut] = len(hashes) + np.cumsum(others.lengths) - others.lengths
        hashes = np.concatenate([hashes, others.hashes])
    return hashes, starts, lengths


def _constants(letter: str) -> NDArray[np.uint32]:
    """64 numbers from the hash of their rank: the same everywhere. Shape (64, 1)."""
    ranks = range(BANDS * ROWS)
    return np.array([xxhash.xxh32_intdigest(f"{letter}{i}".encode(), _SEED) | 1 for i in ranks], np.uint32)[:, None]


_MULTIPLIERS, _MASKS = _constants("multiplier"), _constants("mask")
_BLOCK = 512  # texts whose rows and pairs stay in the processor's cache


def _bands(hashes: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """The bands of each text, () for those of fewer than four words."""
    bands: list[tuple[int, ...]] = [()] * len(lengths)
    if len(hashes) < LEAST_WORDS:
        return bands
    following = np.append(hashes[1:], np.uint32(0))
    pairs = hashes * np.uint32(0x9E3779B1) ^ (following >> np.uint32(15)) ^ (following * np.uint32(0x85EBCA77))
    # Texts of like length go together: they step from pair to pair, the longest first, the ended ones fall off the end.
    order = np.argsort(-lengths, kind="stable")
    order = order[: np.count_nonzero(lengths >= LEAST_WORDS)]
    for first in range(0, len(order), _BLOCK):
        block = order[first : first + _BLOCK]
        rows = _least(pairs, starts[block], lengths[block] - 1)
        joined = rows[0::2] * np.uint32(0xC2B2AE3D) ^ ((rows[1::2] << np.uint32(13)) | (rows[1::2] >> np.uint32(19)))
        for i, values in zip(block.tolist(), joined.T.tolist(), strict=True):
            bands[i] = tuple(values)
    return bands


def _least(pairs: NDArray[np.uint32], starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The least value of each permutation over the pairs of each text, shape (64, n). counts: descending."""
    rows = np.full((BANDS * ROWS, len(starts)), 0xFFFFFFFF, dtype=np.uint32)
    room = np.empty_like(rows)
    alive = np.searchsorted(-counts, -np.arange(1, int(counts[0]) + 1), side="right").tolist()
    for step, n in enumerate(alive):
        values = np.bitwise_xor(pairs[starts[:n] + step], _MASKS, out=room[:, :n])
        np.multiply(values, _MULTIPLIERS, out=values)
        np.minimum(rows[:, :n], values, out=rows[:, :n])
    return rows
