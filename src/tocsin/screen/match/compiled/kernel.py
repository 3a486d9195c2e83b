"""The compiled fold, called through ctypes; without it the numpy lanes answer the same, some times slower."""

from __future__ import annotations

import ctypes
import threading
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.screen.match.compiled.lines import FoundTexts, LineFinder
from tocsin.screen.match.compiled.texts import PADDING, JsonTexts, TextPath
from tocsin.screen.match.tables import fold_tables
from tocsin.screen.match.vocabulary import Vocabulary

SOURCES = sorted(Path(__file__).parent.glob("*.[ch]"))
LIBRARY = Path(__file__).with_name("_kernel.so")
_TEXT_END = b"\xff"  # stands in no UTF-8 text


class KernelFold(NamedTuple):
    """A batch folded by the kernel; see `Folded` in kernel.c. cut: empty when no tag is cut.

    careful: the numbers of the texts that this fold cannot do. uneven: those in which accents have no byte, pairs two.
    """

    data: bytes
    starts: NDArray[np.int64]
    careful: list[int]
    uneven: list[int]
    cut: bytes
    piece_starts: NDArray[np.int64]
    origins: NDArray[np.int64]


class _Wanted(ctypes.Structure):
    _fields_ = (
        ("table", ctypes.c_void_p),
        ("classes", ctypes.c_void_p),
        ("pairs", ctypes.c_void_p),
        ("long_words", ctypes.c_void_p),
        ("middle_words", ctypes.c_void_p),
        ("short_words", ctypes.c_void_p),
        ("any_word", ctypes.c_longlong),
    )


class _Folded(ctypes.Structure):
    _fields_ = (
        ("folded", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("care", ctypes.c_void_p),
        ("cut", ctypes.c_void_p),
        ("piece_starts", ctypes.c_void_p),
        ("origins", ctypes.c_void_p),
        ("cuts", ctypes.c_void_p),
        ("folded_size", ctypes.c_longlong),
        ("cut_size", ctypes.c_longlong),
        ("pieces", ctypes.c_longlong),
    )


class _Room:
    """Where the kernel writes: enough for texts of `size` bytes together with their borders."""

    def __init__(self, size: int, texts: int) -> None:
        self.size, self.texts = size, texts
        self.folded, self.cut = np.empty(size, np.uint8), np.empty(2 * size, np.uint8)
        self.starts, self.care = np.empty(texts, np.int64), np.empty(texts, np.uint8)
        self.pieces = np.empty((3, size), np.int64)
        arrays = (self.folded, self.starts, self.care, self.cut, *self.pieces)
        self.addresses = [array.ctypes.data for array in arrays]


class Kernel:
    """The compiled fold. May be used from several threads."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._fold = library.tocsin_fold
        self._fold.argtypes = (ctypes.c_char_p, *[ctypes.c_longlong] * 2, ctypes.c_int, *[ctypes.c_void_p] * 2)
        self._fold.restype = None
        self._finder = LineFinder(library)
        self._local = threading.local()

    def find(self, lines: Sequence[bytes], path: TextPath) -> FoundTexts:
        """Return the texts of these lines of JSON. Raises TypeError if one is not bytes."""
        return self._finder.find(lines, path)

    def fold(self, texts: Sequence[str], table: NDArray[np.uint8], vocabulary: Vocabulary | None) -> KernelFold:
        """Return the texts folded. vocabulary: None when a wanted word may begin with any letter."""
        is_json = isinstance(texts, JsonTexts)
        joined, first = (texts.joined, int(texts.starts[0])) if isinstance(texts, JsonTexts) else (_joined(texts), 0)
        size = int(texts.starts[-1]) - first if isinstance(texts, JsonTexts) else len(joined)
        room = self._room(size + 3 * len(texts) + _SPARE, len(texts))
        words = vocabulary or _no_words()
        tables = (table, fold_tables().classes, fold_tables().pairs)
        addresses = (array.ctypes.data for array in tables)
        wanted = _Wanted(*addresses, *words.addresses(), int(vocabulary is None))
        out = _Folded(*room.addresses)
        self._fold(joined, first, len(texts), is_json, ctypes.byref(wanted), ctypes.byref(out))
        count, care = out.pieces, room.care[: len(texts)]
        return KernelFold(
            room.folded[: out.folded_size].tobytes(),
            room.starts[: len(texts)].copy(),
            np.flatnonzero(care == _CAREFUL).tolist(),
            np.flatnonzero(care == _UNEVEN).tolist(),
            room.cut[: out.cut_size].tobytes() if count else b"",
            room.pieces[0, :count].copy(),
            room.pieces[1, :count].copy(),
        )

    def _room(self, size: int, texts: int) -> _Room:
        """Return this thread's room, grown if need be: memory that is in the cache already is half the speed."""
        room: _Room | None = getattr(self._local, "room", None)
        if room is None or room.size < size or room.texts < texts:
            room = self._local.room = _Room(2 * size, 2 * texts)
        return room


@cache
def kernel() -> Kernel | None:
    """Return the kernel if it was built on this machine from this source, else None."""
    try:
        library = ctypes.CDLL(str(LIBRARY))
        built_from = library.tocsin_kernel_source
    except (OSError, AttributeError):  # none is built, or one of long ago
        return None
    built_from.restype = ctypes.c_longlong
    return Kernel(library) if built_from() == source_number() else None


def source_number() -> int:
    """Return the number that names the source as it is now, in 0..2³²; a library keeps that of its own."""
    return zlib.crc32(b"".join(source.read_bytes() for source in SOURCES))


_UNEVEN, _CAREFUL = 1, 2  # as in kernel.c
_SPARE = 64  # bytes behind what is written: borders, and the block that the fold writes ahead


def _joined(texts: Sequence[str]) -> bytes:
    try:
        encoded = list(map(str.encode, texts))
    except UnicodeEncodeError:  # half a character somewhere: it folds like any separator
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    return _TEXT_END.join([*encoded, PADDING])


@cache
def _no_words() -> Vocabulary:
    return Vocabulary(())
