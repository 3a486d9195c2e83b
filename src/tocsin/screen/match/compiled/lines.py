"""The texts of lines of JSON, found by the kernel where the lines lie."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tocsin.screen.match.compiled.texts import MARGIN, PADDING, JsonTexts, TextPath


class FoundTexts(NamedTuple):
    """What the kernel found in lines.

    titles: None where none is wanted or none is there. odd: the numbers of the lines that are not plainly right, whose
    text and title are empty here: only msgspec says what is wrong with them, or that nothing is.
    """

    texts: JsonTexts
    titles: JsonTexts | None
    odd: list[int]


class _Python(ctypes.Structure):
    _fields_ = (("item", ctypes.c_void_p), ("bytes", ctypes.c_void_p))


class _Strings(ctypes.Structure):
    _fields_ = (("at", ctypes.c_void_p), ("starts", ctypes.c_void_p), ("first", ctypes.c_void_p))


class LineFinder:
    """Finds texts in lines. May be used from several threads, one after the other: the interpreter stays locked."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._find = ctypes.PyDLL(library._name).tocsin_find
        self._find.argtypes = (
            ctypes.c_void_p,
            ctypes.py_object,
            ctypes.c_longlong,
            *[ctypes.c_char_p] * 2,
            ctypes.c_int,
            *[ctypes.c_void_p] * 3,
        )
        self._find.restype = ctypes.c_longlong
        api = ctypes.pythonapi
        self._python = _Python(_address(api.PyList_GetItem), _address(api.PyBytes_AsStringAndSize))

    def find(self, lines: Sequence[bytes], path: TextPath) -> FoundTexts:
        """Return the texts of these lines of JSON. Raises TypeError if one is not bytes."""
        listed = lines if isinstance(lines, list) else list(lines)
        size = sum(map(len, listed)) + _SPARE * len(listed)
        texts, titles = _Room(size, len(listed)), _Room(size, len(listed)) if path.title else None
        odd = np.empty(len(listed), np.uint8)
        to = [_Strings() if room is None else room.strings() for room in (texts, titles)]
        keys, title = (_ended(keys) for keys in (path.keys, (path.title,)))
        odd_ones = self._find(
            ctypes.byref(self._python),
            listed,
            len(listed),
            keys,
            title,
            path.is_optional,
            *map(ctypes.byref, to),
            odd.ctypes.data,
        )
        return FoundTexts(
            texts.texts(),
            titles.texts() if titles and titles.is_told() else None,
            np.flatnonzero(odd).tolist() if odd_ones else [],
        )


class _Room:
    """Where the kernel writes strings: memory that nothing is written to costs nothing, so that all may be reserved."""

    def __init__(self, size: int, count: int) -> None:
        self._bytes = np.empty(len(_BEFORE) + size + len(PADDING), np.uint8)
        self._starts = np.empty(count + 1, np.int64)

    def strings(self) -> _Strings:
        first: int = self._bytes.ctypes.data
        return _Strings(first + len(_BEFORE), self._starts.ctypes.data, first)

    def is_told(self) -> bool:
        """Whether a string is longer than its two quotes."""
        return int(self._starts[-1] - self._starts[0]) > _SPARE * (len(self._starts) - 1)

    def texts(self) -> JsonTexts:
        end = int(self._starts[-1])
        self._bytes[: len(_BEFORE)] = self._bytes[end : end + len(PADDING)] = _SPACE
        return JsonTexts(self._bytes[: end + len(PADDING)].tobytes(), self._starts)


_BEFORE = MARGIN + b" "  # a piece of texts in brackets stays within
_SPACE = 0x20
_SPARE = len(b'"",')  # what an empty line is at most


def _ended(keys: tuple[str, ...]) -> bytes:
    """The names as the kernel wants them."""
    return b"".join(key.encode() + b"\0" for key in keys) + bytes(len(PADDING))


def _address(function: object) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address
    return address
