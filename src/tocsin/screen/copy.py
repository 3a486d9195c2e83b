"""Give each text the keys by which copies, near-copies and stories find one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

import numpy as np
import xxhash

from tocsin.base.mention import CopyKeys
from tocsin.base.text import fold_words
from tocsin.screen import tables
from tocsin.screen.features import Features

BANDS = 32
ROWS = 2
LEAST_WORDS = 4
TERMS = 24
_SEED = 0x70C51
_WORDS_REMEMBERED = 200_000


def copy_keys(features: Sequence[Features], brand_words: Sequence[frozenset[str]]) -> list[CopyKeys]:
    """Return the keys of each text, shape (n,).

    brand_words: the folded words of the watched brand's own names, left out of the terms.
    Method: exact key by xxh3 of the words; MinHash of word pairs under 64 multiply-and-xor permutations with a fixed
    seed, two a band (Broder 1997; banding after Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3).
    """
    bare = [bare_words(f.words) for f in features]
    bands = _bands(bare)
    return [
        CopyKeys(exact=_exact(words), bands=bands[i], terms=_terms(f, words, brand_words[i]))
        for i, (f, words) in enumerate(zip(features, bare, strict=True))
    ]


def bare_words(words: list[str]) -> list[str]:
    """Return the words without a leading RT and without numbers of shares (`12 likes`)."""
    if words and words[0] == "rt":
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


def jaccard(a_words: Iterable[str], b_words: Iterable[str]) -> float:
    """Return how many word pairs two texts share, 0..1: pairs in both over pairs in either; words alone for one word.

    >>> jaccard("le pain est bon".split(), "le pain est sec".split())
    0.5
    """
    a, b = _pairs(list(a_words)), _pairs(list(b_words))
    return len(a & b) / len(a | b) if a and b else 0.0


def near_copy(text_a: str, text_b: str) -> float:
    """Return `jaccard` of two raw texts, 0..1, links, handles and numbers of shares left out."""
    return jaccard(_words_of(text_a), _words_of(text_b))


def _words_of(text: str) -> list[str]:
    kept = " ".join(part for part in text.split() if "://" not in part and not part.startswith(("@", "www.")))
    return bare_words(fold_words(kept))


def _pairs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 2]) for i in range(len(words) - 1)} or {(word,) for word in words}


def _exact(words: list[str]) -> int:
    return int(xxhash.xxh3_64_intdigest(" ".join(words).encode())) >> 1


def _terms(features: Features, words: list[str], brand_words: frozenset[str]) -> tuple[str, ...]:
    stop = _stop_words()
    kept = features.tags
    if kept:
        rare = list(dict.fromkeys([w for w in words if (len(w) > 2 and w not in stop) or w in kept]))
    else:
        rare = list(dict.fromkeys([w for w in words if len(w) > 2 and w not in stop]))
    if not brand_words.isdisjoint(rare):
        rare = [w for w in rare if w not in brand_words]
    return tuple(rare[:TERMS])


@cache
def _stop_words() -> frozenset[str]:
    return tables.word_list("stop_fr") | tables.word_list("stop_en")


class _WordHashes(dict[str, int]):
    """Word → 32-bit hash, worked out once per word; forgotten all at once when too many."""

    def __missing__(self, word: str) -> int:
        value = int(xxhash.xxh32_intdigest(word.encode(), _SEED))
        if len(self) >= _WORDS_REMEMBERED:
            self.clear()
        self[word] = value
        return value


_HASHES = _WordHashes()


def _constants(letter: str) -> list[np.uint32]:
    """64 numbers from the hash of their rank: the same everywhere."""
    return [np.uint32(xxhash.xxh32_intdigest(f"{letter}{i}".encode(), _SEED) | 1) for i in range(BANDS * ROWS)]


_MULTIPLIERS, _MASKS = _constants("multiplier"), _constants("mask")


def _bands(texts: Sequence[list[str]]) -> list[tuple[int, ...]]:
    """The bands of each text, () for those of fewer than four words; all texts at once."""
    long = [i for i, words in enumerate(texts) if len(words) >= LEAST_WORDS]
    bands: list[tuple[int, ...]] = [()] * len(texts)
    if not long:
        return bands
    look = _HASHES.__getitem__
    lengths = np.array([len(texts[i]) for i in long])
    ends = np.cumsum(lengths)
    every = chain.from_iterable([texts[i] for i in long])
    words = np.fromiter(map(look, every), dtype=np.uint32, count=int(ends[-1]))
    inside = np.ones(len(words), dtype=bool)
    inside[ends - 1] = False  # no pair across two texts
    following = np.roll(words, -1)
    pairs = (words * np.uint32(0x9E3779B1) ^ (following >> np.uint32(15)) ^ (following * np.uint32(0x85EBCA77)))[inside]
    starts = np.concatenate(([0], np.cumsum(lengths - 1)[:-1]))
    rows = np.empty((BANDS * ROWS, len(long)), dtype=np.uint32)
    for number in range(BANDS * ROWS):
        rows[number] = np.minimum.reduceat((pairs ^ _MASKS[number]) * _MULTIPLIERS[number], starts)
    joined = rows[0::2] * np.uint32(0xC2B2AE3D) ^ ((rows[1::2] << np.uint32(13)) | (rows[1::2] >> np.uint32(19)))
    for i, values in zip(long, zip(*joined.tolist(), strict=True), strict=True):
        bands[i] = values
    return bands
