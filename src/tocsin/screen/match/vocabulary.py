"""Tell at a glance where a wanted word cannot begin, from the first letters of all wanted words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_LETTERS = 4  # looked at; a word of three or fewer is known by all it has
_TABLE = 1 << 16


class Vocabulary:
    """The beginnings of a set of folded words or prefixes. Words beyond ASCII are left out: see `lanes`."""

    def __init__(self, words: Iterable[str]) -> None:
        self._long = np.zeros(_TABLE, bool)
        self._middle = np.zeros(_TABLE, bool)
        self._short = np.zeros(_TABLE, bool)
        for word in words:
            letters = word.encode()
            if not word.isascii():
                continue
            if len(letters) >= _LETTERS:
                self._long[_key([np.array([letter]) for letter in letters[:_LETTERS]])] = True
            elif len(letters) == _LETTERS - 1:
                self._middle[_key([np.array([letter]) for letter in (*letters, 0)])] = True
            elif len(letters) > 1:
                self._short[letters[0] << 8 | letters[1]] = True
            else:
                self._short[letters[0] << 8 : (letters[0] + 1) << 8] = True

    def addresses(self) -> tuple[int, int, int]:
        """Return where the tables of long, middle and short words stand, for the compiled fold."""
        return self._long.ctypes.data, self._middle.ctypes.data, self._short.ctypes.data

    def may_begin(self, folded: NDArray[np.uint8], places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return, for each place of a folded buffer, False only if no word of the vocabulary begins there."""
        letters = [folded[places + offset].astype(np.intp) for offset in range(_LETTERS)]
        pair = letters[0] << 8 | letters[1]
        key = _key(letters)
        without_last = key ^ (letters[-1] & 31)
        found: NDArray[np.bool_] = self._long[key] | self._middle[without_last] | self._short[pair]
        return found


class AnyWord:
    """The vocabulary of queries of which a misspelling may begin with any letter."""

    def may_begin(self, folded: NDArray[np.uint8], places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return True for each place."""
        return np.ones(len(places), bool)


def _key(letters: list[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Return a number below 65,536 for four letters each, the same for the same letters."""
    first, second, third, fourth = (letter & 31 for letter in letters)
    return (first << 11) ^ (second << 7) ^ (third << 3) ^ fourth
