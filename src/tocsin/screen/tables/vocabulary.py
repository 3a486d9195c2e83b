"""One look-up per word of a batch for all readers: what the tables, the language guess and the copy keys ask of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from itertools import chain

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from tocsin.screen import tables
from tocsin.screen.features import MARKS, Features
from tocsin.screen.tables.pattern import Entry, Hit

FUNCTION_LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "nl")
FUNCTION_BITS = 10  # of each language's count in `packed_function`
AFTER_DIGITS = ":"  # sorts after every ASCII digit and before every letter

# What may be so of a word, one bit each. The bits of a text say what is so of any of its words.
QUESTION, EXCLAMATION, NUMBER, FOREIGN, RARE = 1, 2, 4, 8, 16
CLOSING, ORDER, WAY, SHARE, SPOKEN, SIGN = 32, 64, 128, 256, 512, 1024
_LISTS = {CLOSING: "closing", ORDER: "order", WAY: "way", SHARE: "shares", SPOKEN: "personal"}
_MARKS = {"?": QUESTION, "!": EXCLAMATION}
_KNOWN = 1 << 16  # shifted by the number of a lexicon: it has an entry for the word

_READ_WITH = (*tables.LANGUAGES, "und", "")  # the lexicons; the last is for languages without tables
_UND = len(tables.LANGUAGES)
_NUMBERS = {language: number for number, language in enumerate(_READ_WITH)}
_LOW = 4  # languages counted in the lower of two integers: numpy's are too short for all
_LOW_MASK = (1 << _LOW * FUNCTION_BITS) - 1
_SEED = 0x70C51  # of the hash of a word; another one changes every copy key
_REMEMBERED = 100_000  # words, some 30 MB; when there are more, all are met anew

_RECORD = np.dtype(
    [("hash", "u4"), ("bits", "u4"), ("low", "i8"), ("high", "i8"), ("letters", "i4"), ("digits", "i4")]
)  # side by side, so that one word costs the processor one line of its cache


class Columns(msgspec.Struct, frozen=True):
    """What a batch says, in columns: n texts whose words follow one another, m in all.

    function: `packed_function` of each text, shape (n,). letters: how many stand in words that are no number, (n,).
    digits: how many characters have the words that begin with a digit, (n,). bits: of the words of each text, (n,).
    marks: QUESTION and EXCLAMATION where these marks stand in a text, (n,). lengths: words of each text, (n,).
    hashes, word_bits: of each word, (m,). rows, token_lengths: what `hits` works on.
    """

    function: list[int]
    letters: list[int]
    digits: list[int]
    bits: list[int]
    marks: list[int]
    lengths: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    word_bits: NDArray[np.uint32]
    token_bits: NDArray[np.uint32]
    token_rows: NDArray[np.int32]
    token_lengths: NDArray[np.int64]
    entries: dict[int, tuple[Entry | None, ...]]

    def hits(self, languages: Sequence[str]) -> list[list[Hit]]:
        """Return `Lexicon.hits` of each text, with `tables.lexicon` of the language given for it."""
        which = np.array([_NUMBERS.get(language, len(_READ_WITH) - 1) for language in languages], dtype=np.uint32)
        each = np.repeat(which, self.token_lengths)
        at = np.flatnonzero(self.token_bits & (np.uint32(_KNOWN) << each))
        ends = np.cumsum(self.token_lengths)
        texts = np.searchsorted(ends, at, side="right")
        places = (at - (ends - self.token_lengths)[texts]).tolist()
        found: list[Hit] = [
            (place, self.entries[row][lexicon])
            for place, row, lexicon in zip(places, self.token_rows[at].tolist(), each[at].tolist(), strict=True)
        ]
        stops = np.cumsum(np.bincount(texts, minlength=len(languages))).tolist()
        return [found[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]


class Vocabulary(dict[str, int]):
    """Word → its row in a table of what is known of it, made when the word is first met."""

    def __init__(self) -> None:
        super().__init__()
        self._table = np.zeros(4096, dtype=_RECORD)
        self._new: list[str] = []  # words that have a row whose columns are still empty
        self._entries: dict[int, tuple[Entry | None, ...]] = {}
        self._lock = threading.Lock()

    def __missing__(self, word: str) -> int:
        row = self[word] = len(self)
        self._new.append(word)
        return row

    def columns(self, features: Sequence[Features]) -> Columns:
        """Return the columns of a batch."""
        with self._lock:
            token_lengths = _lengths([f.tokens for f in features])
            every = map(self.__getitem__, chain.from_iterable([f.tokens for f in features]))
            token_rows = np.fromiter(every, dtype=np.int32, count=int(token_lengths.sum()))
            if self._new:
                self._learn({token for f in features if f.elongated for token in f.tokens})
            token_bits = self._table["bits"][token_rows]
            lengths = _lengths([f.words for f in features])
            of_words = self._table[token_rows[_first_words(token_bits, token_lengths, lengths)]]
        low = _over(np.add, of_words["low"], lengths).tolist()
        high = _over(np.add, of_words["high"], lengths).tolist()
        return Columns(
            function=[a + (b << _LOW * FUNCTION_BITS) for a, b in zip(low, high, strict=True)],
            letters=_over(np.add, of_words["letters"], lengths).tolist(),
            digits=_over(np.add, of_words["digits"], lengths).tolist(),
            bits=_over(np.bitwise_or, of_words["bits"], lengths).tolist(),
            marks=(_over(np.bitwise_or, token_bits, token_lengths) & (QUESTION | EXCLAMATION)).tolist(),
            lengths=lengths,
            hashes=of_words["hash"],
            word_bits=of_words["bits"],
            token_bits=token_bits,
            token_rows=token_rows,
            token_lengths=token_lengths,
            entries=self._entries,
        )

    def _learn(self, elongated: set[str]) -> None:
        """Fill the rows of the new words, column by column. elongated: the words among which such may be."""
        words, self._new = self._new, []
        first, end = len(self) - len(words), len(self)
        while len(self._table) < end:
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        number = np.array([word < AFTER_DIGITS for word in words])
        ascii_alone = np.fromiter(map(str.isascii, words), dtype=bool, count=len(words))
        columns = self._table[first:end]
        columns["hash"] = [xxhash.xxh32_intdigest(word.encode(), _SEED) for word in words]
        columns["bits"] = np.where(sizes > 2, RARE, 0) | np.where(number, NUMBER, 0) | np.where(ascii_alone, 0, FOREIGN)
        columns["letters"] = np.where(np.fromiter(map(str.isdigit, words), dtype=bool, count=len(words)), 0, sizes)
        columns["digits"] = np.where(number, sizes, 0)
        listed = _listed()
        for row, word in enumerate(words, first):
            if word in listed:
                bits, function = listed[word]
                self._table["bits"][row] = bits | (self._table["bits"][row] & ~np.uint32(RARE))
                self._table["low"][row] = function & _LOW_MASK
                self._table["high"][row] = function >> _LOW * FUNCTION_BITS
        lexicons = [tables.lexicon(language) for language in _READ_WITH]
        for row, word in enumerate(words, first):
            if word in lexicons[_UND] or word in elongated:  # it has the words of all others
                self._add_entries(row, tuple([lexicon.find(word) for lexicon in lexicons]))

    def _add_entries(self, row: int, entries: tuple[Entry | None, ...]) -> None:
        self._entries[row] = entries
        self._table["bits"][row] |= sum([_KNOWN << number for number, entry in enumerate(entries) if entry])


_newest = [Vocabulary()]


def look_up(features: Sequence[Features]) -> Columns:
    """Return the columns of a batch."""
    if len(_newest[0]) > _REMEMBERED:
        _newest[0] = Vocabulary()  # another thread may go on reading in the old one
    return _newest[0].columns(features)


def packed_function(words: Sequence[str]) -> int:
    """Return how many function words of each of `FUNCTION_LANGUAGES` there are, side by side in one integer."""
    get = _function_words().get
    return sum([get(word, 0) for word in words])


@cache
def _function_words() -> dict[str, int]:
    packed: dict[str, int] = {}
    for number, language in enumerate(FUNCTION_LANGUAGES):
        for word in tables.word_list(f"function_{language}"):
            packed[word] = packed.get(word, 0) + (1 << (FUNCTION_BITS * number))
    return packed


@cache
def _listed() -> dict[str, tuple[int, int]]:
    """The bits of the words and marks of the lists, RARE among them, and what `packed_function` counts for them."""
    function = _function_words()
    common = tables.word_list("stop_fr") | tables.word_list("stop_en")
    lists = [(bit, tables.word_list(name)) for bit, name in _LISTS.items()]
    listed = {**dict.fromkeys(common, 0), **dict.fromkeys(function, 0)}
    listed |= {word: 0 for _, words in lists for word in words}
    listed |= dict.fromkeys(MARKS | tables.emoji(), 0)
    for word in listed:
        bits = RARE if len(word) > 2 and word not in common else 0
        if word in MARKS or word in tables.emoji():
            bits = SIGN | _MARKS.get(word, 0)
        listed[word] = bits | sum([bit for bit, words in lists if word in words])
    return {word: (bits, function.get(word, 0)) for word, bits in listed.items()}


def _lengths(lists: Sequence[list[str]]) -> NDArray[np.int64]:
    return np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))


def _first_words(
    bits: NDArray[np.uint32], token_lengths: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Where the words stand among the tokens: those that are no signs, but for what was cut out of hashtags behind."""
    rank = np.cumsum((bits & SIGN) == 0)
    ends = np.cumsum(token_lengths)
    before = np.concatenate([[0], rank])[ends - token_lengths]
    return np.flatnonzero(((bits & SIGN) == 0) & (rank <= np.repeat(before + lengths, token_lengths)))


def _over(ufunc: np.ufunc, values: NDArray[np.generic], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Reduce consecutive stretches of `values`; 0 for an empty one."""
    result = np.zeros(len(lengths), dtype=np.int64)
    if len(values):
        filled = lengths > 0
        result[filled] = ufunc.reduceat(values, (np.cumsum(lengths) - lengths)[filled])
    return result
