"""The compiled fold, called through ctypes; without it the numpy lanes answer the same, some times slower."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.screen.match.tables import fold_tables
from tocsin.screen.match.vocabulary import Vocabulary

_VERSION = 1
SOURCE = Path(__file__).with_name("kernel.c")
LIBRARY = Path(__file__).with_name("_kernel.so")
_TEXT_END = b"\xff"  # stands in no UTF-8 text


class KernelFold(NamedTuple):
    """A batch folded by the kernel; see `Folded` in kernel.c. cut: empty when no tag is cut."""

    data: bytes
    starts: list[int]
    careful: list[int]
    cut: bytes
    piece_starts: list[int]
    origins: list[int]


class _Wanted(ctypes.Structure):
    _fields_ = (
        ("table", ctypes.c_void_p),
        ("classes", ctypes.c_void_p),
        ("long_words", ctypes.c_void_p),
        ("middle_words", ctypes.c_void_p),
        ("short_words", ctypes.c_void_p),
        ("any_word", ctypes.c_longlong),
    )


class _Folded(ctypes.Structure):
    _fields_ = (
        ("folded", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("careful", ctypes.c_void_p),
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
        self.starts, self.careful = np.empty(texts, np.int64), np.empty(texts, np.uint8)
        self.pieces = np.empty((3, size), np.int64)
        arrays = (self.folded, self.starts, self.careful, self.cut, *self.pieces)
        self.addresses = [array.ctypes.data for array in arrays]


class Kernel:
    """The compiled fold. May be used from several threads."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._fold = library.tocsin_fold
        self._fold.argtypes = (ctypes.c_char_p, ctypes.c_longlong, ctypes.c_void_p, ctypes.c_void_p)
        self._fold.restype = None
        self._local = threading.local()

    def fold(self, texts: Sequence[str], table: NDArray[np.uint8], vocabulary: Vocabulary | None) -> KernelFold:
        """Return the texts folded. vocabulary: None when a wanted word may begin with any letter."""
        joined = _TEXT_END.join([*_encoded(texts), b""])
        room = self._room(len(joined) + 3 * len(texts) + 16, len(texts))
        words = vocabulary or _no_words()
        wanted = _Wanted(
            table.ctypes.data, fold_tables().classes.ctypes.data, *words.addresses(), int(vocabulary is None)
        )
        out = _Folded(*room.addresses)
        self._fold(joined, len(texts), ctypes.byref(wanted), ctypes.byref(out))
        count = out.pieces
        return KernelFold(
            room.folded[: out.folded_size].tobytes(),
            room.starts[: len(texts)].tolist(),
            np.flatnonzero(room.careful[: len(texts)]).tolist(),
            room.cut[: out.cut_size].tobytes() if count else b"",
            room.pieces[0, :count].tolist(),
            room.pieces[1, :count].tolist(),
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
    except OSError:
        return None
    return Kernel(library) if library.tocsin_kernel_version() == _VERSION else None


def _encoded(texts: Sequence[str]) -> list[bytes]:
    try:
        return list(map(str.encode, texts))
    except UnicodeEncodeError:  # half a character somewhere: it folds like any separator
        return [text.encode("utf-8", "surrogatepass") for text in texts]


@cache
def _no_words() -> Vocabulary:
    return Vocabulary(())
