"""Fold a batch of texts into few long buffers that an engine scans, and find the way back from them to the texts.

Three lanes: ASCII texts, texts whose characters fold to one byte each, and the rest, folded one by one. Each lane has
a buffer of its texts as they stand and, if one holds a tag that can be cut, one of those texts with their tags cut.
Words stand between spaces in all of them, texts between borders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, compress
from operator import not_
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.base.text import FOLD_TABLE
from tocsin.screen.match.compiled import Kernel, KernelFold
from tocsin.screen.match.tables import (
    ACCENT,
    ASCII_BORDER,
    BORDER,
    CARE,
    SIGN,
    SPACE,
    SPECIAL,
    UNSPACED,
    WIDE_BORDER,
    ascii_classes,
    ascii_table,
    fold_tables,
)
from tocsin.screen.match.tags import PADDING, Tags, cut_many, cut_positions
from tocsin.screen.match.vocabulary import AnyWord, Vocabulary
from tocsin.screen.match.words import before_cuts, insert_cuts


class Stretch(tuple[int, int, int]):
    """(number of the text, start, end) in code points of that text."""

    __slots__ = ()


class Buffer(Protocol):
    """Folded texts in one piece."""

    data: bytes

    def locate(self, start: int, end: int) -> Stretch | None:
        """Return where bytes [start, end) of `data` come from, or None if another lane answers for that text."""


class Wanted(NamedTuple):
    """What the queries look for. table: from `table_for`. vocabulary: the beginnings of all their words."""

    table: NDArray[np.uint8]
    vocabulary: Vocabulary | AnyWord


def fold_lanes(texts: Sequence[str], wanted: Wanted, compiled: Kernel | None = None) -> list[Buffer]:
    """Return the buffers of a batch, fit for these queries. compiled: folds the first two lanes at once."""
    if compiled is not None:
        return _compiled_buffers(texts, wanted, compiled)
    is_ascii = list(map(str.isascii, texts))
    numbers = range(len(texts))
    buffers: list[Buffer] = []
    careful: list[int] = []
    for lane, chosen in ((_AsciiLane, is_ascii), (_WideLane, list(map(not_, is_ascii)))):
        own = list(compress(numbers, chosen))
        if own:
            folded = lane(list(compress(texts, chosen)), own, wanted.table)
            buffers.extend(folded.buffers(wanted.vocabulary))
            careful.extend(folded.careful_numbers())
    if careful:
        buffers.extend(_careful_buffers(texts, careful))
    return buffers


class _DirectLane:
    """Texts folded at once, one byte a character, joined by borders."""

    codes: NDArray[Any]
    folded: NDArray[np.uint8]

    def __init__(self, texts: list[str], numbers: list[int], table: NDArray[np.uint8]) -> None:
        self.numbers = numbers
        self._fold(texts, table)
        places = np.flatnonzero(self.folded >= SPECIAL)
        kinds = self.folded[places]
        borders = places[kinds == BORDER]
        if len(borders) != len(texts) + 1:  # a text holds the border itself, which is no character
            self._fold([text.replace(WIDE_BORDER, "\0") for text in texts], table)
            places = np.flatnonzero(self.folded >= SPECIAL)
            kinds = self.folded[places]
            borders = places[kinds == BORDER]
        self.starts = borders[:-1] + 2  # of each text; a border stands between two spaces
        self.ends = borders[1:] + 1  # its border included
        self._signs = places[kinds == SIGN]
        self.folded[self._signs] = SPACE
        self.careful = self._find_careful(places, kinds)

    def _fold(self, texts: list[str], table: NDArray[np.uint8]) -> None:
        raise NotImplementedError

    def _classes(self, codes: NDArray[Any]) -> NDArray[np.uint8]:
        raise NotImplementedError

    def buffers(self, vocabulary: Vocabulary | AnyWord) -> list[Buffer]:
        """The buffer of the texts as they stand, then that of those with a tag that can be cut."""
        plain = _PlainBuffer(self.folded.tobytes(), self.starts, self.numbers, self.careful)
        cuts = self._cuts(vocabulary)
        return [plain, _cut_buffer(plain, self, cuts)] if len(cuts) else [plain]

    def careful_numbers(self) -> list[int]:
        """The numbers of the texts that one byte a character cannot fold."""
        return [self.numbers[index] for index in sorted(self.careful)]

    def _find_careful(self, places: NDArray[np.intp], kinds: NDArray[np.uint8]) -> set[int]:
        """Return the texts to fold one by one, as indexes in the lane; settle the accents that are separators."""
        folded = self.folded
        careful = [places[kinds == CARE]]
        accents = places[kinds == ACCENT]
        if len(accents):
            at_start = folded[accents - 1] == SPACE  # after an emoji: no word has begun
            folded[accents[at_start]] = SPACE
            careful.append(accents[~at_start])
        unspaced = places[kinds == UNSPACED]
        if len(unspaced):
            careful.append(unspaced[_is_spelled(folded[unspaced - 1]) | _is_spelled(folded[unspaced + 1])])
        found = np.concatenate(careful)
        return set((np.searchsorted(self.starts, found, "right") - 1).tolist())

    def _cuts(self, vocabulary: Vocabulary | AnyWord) -> NDArray[np.intp]:
        first: NDArray[np.intp] = self._signs[self.folded[self._signs - 1] == SPACE] + 1
        return cut_many(Tags(self.codes, self.folded, first, self._classes), vocabulary.may_begin)


def _is_spelled(bytes_: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte is a folded letter or digit of a spaced script."""
    spelled: NDArray[np.bool_] = (bytes_ != SPACE) & (bytes_ < SPECIAL)
    return spelled


class _AsciiLane(_DirectLane):
    def _fold(self, texts: list[str], table: NDArray[np.uint8]) -> None:
        joined = f" {ASCII_BORDER} ".join(["", *texts, "\0" * PADDING]).encode("latin-1")
        self.codes = np.frombuffer(joined, np.uint8)
        self.folded = np.frombuffer(bytearray(joined.translate(ascii_table())), np.uint8)

    def _classes(self, codes: NDArray[Any]) -> NDArray[np.uint8]:
        return np.frombuffer(codes.tobytes().translate(ascii_classes()), np.uint8).reshape(codes.shape)


class _WideLane(_DirectLane):
    def _fold(self, texts: list[str], table: NDArray[np.uint8]) -> None:
        joined = f" {WIDE_BORDER} ".join(["", *texts, "\0" * PADDING])
        self.codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
        self.folded = np.take(table, self.codes, mode="clip")

    def _classes(self, codes: NDArray[Any]) -> NDArray[np.uint8]:
        return np.take(fold_tables().classes, codes, mode="clip")


class _PlainBuffer:
    """The texts of a lane as they stand."""

    def __init__(self, data: bytes, starts: NDArray[np.int64], numbers: Sequence[int], careful: set[int]) -> None:
        """careful: the texts, as indexes of `numbers`, for which another lane answers."""
        self.data = data
        self._starts = starts
        self._numbers = numbers
        self._careful = careful

    def locate(self, start: int, end: int) -> Stretch | None:
        index = int(self._starts.searchsorted(start, "right")) - 1
        if index in self._careful:
            return None
        offset = int(self._starts[index])
        return Stretch((self._numbers[index], start - offset, end - offset))


class _CutBuffer:
    """The texts of a lane that have cuts, with a space at each."""

    def __init__(
        self, data: bytes, piece_starts: NDArray[np.int64], origins: NDArray[np.int64], plain: _PlainBuffer
    ) -> None:
        self.data = data
        self._piece_starts = piece_starts
        self._origins = origins
        self._plain = plain

    def locate(self, start: int, end: int) -> Stretch | None:
        return self._plain.locate(self._origin(start), self._origin(end - 1) + 1)

    def _origin(self, position: int) -> int:
        index = int(self._piece_starts.searchsorted(position, "right")) - 1
        return int(self._origins[index] - self._piece_starts[index]) + position


def _cut_buffer(plain: _PlainBuffer, lane: _DirectLane, cuts: NDArray[np.intp]) -> _CutBuffer:
    holds = np.zeros(len(lane.starts), bool)
    holds[np.searchsorted(lane.starts, cuts, "right") - 1] = True
    starts = np.sort(np.concatenate([lane.starts[holds], cuts]), kind="stable")
    ends = np.sort(np.concatenate([cuts, lane.ends[holds]]), kind="stable")
    pieces = [plain.data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    lengths = ends - starts + 1
    piece_starts = np.cumsum(lengths) - lengths + 1
    return _CutBuffer(b" " + b" ".join(pieces) + b" ", piece_starts, starts, plain)


class _CompiledBuffer(_PlainBuffer):
    """The texts as the kernel folds them: an accent may have no byte in them, a letter such as œ two."""

    def __init__(self, folded: KernelFold, texts: Sequence[str]) -> None:
        super().__init__(folded.data, folded.starts, range(len(texts)), set(folded.careful))
        self._texts = texts
        self._uneven = set(folded.uneven)

    def locate(self, start: int, end: int) -> Stretch | None:
        place = super().locate(start, end)
        if place is None or place[0] not in self._uneven:
            return place
        number, first, last = place
        text = self._texts[number]
        before = bytes_before(text)
        last = bisect_right(before, last - 1)
        while last < len(text) and not FOLD_TABLE[ord(text[last])]:
            last += 1
        return Stretch((number, bisect_right(before, first) - 1, last))


def bytes_before(text: str) -> list[int]:
    """Return how many bytes the kernel's fold of an uneven text has before each of its characters.

    >>> bytes_before("cœur"), bytes_before("e\u0301te\u0301!")
    ([0, 1, 3, 4], [0, 1, 1, 2, 3, 3])
    """
    counts: list[int] = []
    at, is_open = 0, False
    for piece in map(FOLD_TABLE.__getitem__, map(ord, text)):
        counts.append(at)
        if not piece:
            at += 0 if is_open else 1  # before a word, an accent is a separator
        else:
            is_open = piece[0] != " "
            at += 2 if len(piece) == _PAIR and is_open and piece.isascii() else 1
    return counts


_PAIR = 2


def _compiled_buffers(texts: Sequence[str], wanted: Wanted, compiled: Kernel) -> list[Buffer]:
    vocabulary = wanted.vocabulary if isinstance(wanted.vocabulary, Vocabulary) else None
    folded = compiled.fold(texts, wanted.table, vocabulary)
    plain = _CompiledBuffer(folded, texts)
    buffers: list[Buffer] = [plain]
    if folded.cut:
        buffers.append(_CutBuffer(folded.cut, folded.piece_starts, folded.origins, plain))
    if folded.careful:
        buffers.extend(_careful_buffers(texts, folded.careful))
    return buffers


_BORDER_BYTES = b" %c " % BORDER


class _CarefulBuffer:
    """Texts folded one by one into UTF-8, with a space at their cuts."""

    def __init__(self, texts: list[str], numbers: list[int], cuts: list[list[int]]) -> None:
        self._numbers = numbers
        self._cuts = cuts
        self._texts = [insert_cuts(text, own) if own else text for text, own in zip(texts, cuts, strict=True)]
        folded = [text.translate(FOLD_TABLE).encode() for text in self._texts]
        self.data = _BORDER_BYTES.join([b"", *folded, b""])
        self._starts = list(accumulate((len(text) + 3 for text in folded), initial=3))
        self._bytes_before: dict[int, list[int]] = {}

    def locate(self, start: int, end: int) -> Stretch | None:
        index = bisect_right(self._starts, start) - 1
        offset, before = self._starts[index], self._counted(index)
        first = bisect_right(before, start - offset) - 1
        last = bisect_right(before, end - 1 - offset)
        text = self._texts[index]
        while last < len(text) and not FOLD_TABLE[ord(text[last])]:
            last += 1
        shifted = [cut + number for number, cut in enumerate(self._cuts[index])]
        return Stretch((self._numbers[index], before_cuts(first, shifted), before_cuts(last, shifted)))

    def _counted(self, index: int) -> list[int]:
        """Return how many bytes the folded text has before each character."""
        if index not in self._bytes_before:
            lengths = (len(FOLD_TABLE[code].encode()) for code in map(ord, self._texts[index]))
            self._bytes_before[index] = list(accumulate(lengths, initial=0))[:-1]
        return self._bytes_before[index]


def _careful_buffers(texts: Sequence[str], numbers: list[int]) -> list[Buffer]:
    own = [texts[number] for number in numbers]
    cuts = [cut_positions(text) for text in own]
    buffers: list[Buffer] = [_CarefulBuffer(own, numbers, [[]] * len(own))]
    if any(cuts):
        chosen = [bool(found) for found in cuts]
        kept = (list(compress(values, chosen)) for values in (own, numbers, cuts))
        buffers.append(_CarefulBuffer(*kept))  # type: ignore[arg-type]
    return buffers
