"""A text as the traps read it: small letters without accents, sign for sign, with and without what is quoted."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

_QUOTED = re.compile(r"«[^«»]{0,5000}»|“[^“”]{0,5000}”|\"[^\"\n]{0,5000}\"|^[ \t]*>.*$", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?;]\s|\n\s*\n")
_OTHERS = 3
_VEIL = "\x1f"
_LETTERS = {"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "\u2011": "-"}


class Reading:
    """A text in three forms of the same length, so that a place in one is a place in all.

    text: as given. plain: small letters, no accents, straight apostrophes. own: `plain` with the words of others
    veiled: the passages given, wherever they stand, then what stands between quotation marks. A mark inside a passage
    is veiled with it, and neither opens nor closes a quotation.
    """

    def __init__(self, text: str, passages: Sequence[str] = ()) -> None:
        self.text = text
        self.plain = folded(text)
        own = self.plain
        for passage in sorted(passages, key=len, reverse=True):
            words = folded(passage).split()
            if len(words) >= _OTHERS:  # fewer are anybody's, and stand between marks where they are quoted
                own = re.sub(r"\s+".join(map(re.escape, words)), _veil, own)
        self.own = _QUOTED.sub(_veil, own)

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """What stands between quotation marks, in `plain` form."""
        return tuple(found[0].strip(' «»“”">') for found in _QUOTED.finditer(self.plain))

    @cached_property
    def _ends(self) -> list[int]:
        return [found.end() for found in _SENTENCE_END.finditer(self.plain)]

    def sentence_at(self, place: int) -> str:
        """Return the sentence, in `own` form, that holds a place."""
        index = bisect_right(self._ends, place)
        start = self._ends[index - 1] if index else 0
        return self.own[start : self._ends[index] if index < len(self._ends) else None]

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Yield each sentence in `own` form with where it begins."""
        start = 0
        for end in [*self._ends, len(self.own)]:
            if end > start:
                yield start, self.own[start:end]
            start = end


def folded(text: str) -> str:
    """Return a text in the `plain` form of a reading."""
    return "".join(map(_plain, text))


def _veil(found: re.Match[str]) -> str:
    return _VEIL * len(found[0])


def _plain(letter: str) -> str:
    """One sign for one sign: signs whose small or bare form is longer stay as they are."""
    if letter.isascii():
        return letter.lower()
    if letter in _LETTERS:
        return _LETTERS[letter]
    bare = unicodedata.normalize("NFD", letter)[0].lower()
    return bare if len(bare) == 1 else letter
