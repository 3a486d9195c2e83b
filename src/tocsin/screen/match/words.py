"""The words of one post as the exact verifier sees them: its two streams, with places and tags."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from tocsin.base.text import fold_spans
from tocsin.screen.match.tags import cut_positions, find_tags


class Tag(NamedTuple):
    """A tag of a stream: its sign, its words [first, last), and its one word when nothing separates it, else ""."""

    sign: str
    first: int
    last: int
    whole: str


class Stream:
    """A text as words, either as it stands or with its tags cut.

    words[i] stands at [starts[i], ends[i]) of the original text, in code points.
    """

    def __init__(self, text: str, cuts: list[int] | None = None) -> None:
        self.text = text
        spans = _cut_spans(text, cuts) if cuts else fold_spans(text)
        self.words = [word for word, _, _ in spans]
        self.starts = [start for _, start, _ in spans]
        self.ends = [end for _, _, end in spans]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each word stands: indexes in `words`, ascending."""
        places: dict[str, list[int]] = {}
        for index, word in enumerate(self.words):
            places.setdefault(word, []).append(index)
        return places

    @cached_property
    def tags(self) -> dict[int, Tag]:
        """The tags that hold a word, by the index of their first."""
        tags = {}
        for sign, end in find_tags(self.text):
            first, last = bisect_left(self.starts, sign), bisect_left(self.starts, end)
            if first < last:
                plain = fold_spans(self.text[sign + 1 : end])
                tags[first] = Tag(self.text[sign], first, last, plain[0][0] if len(plain) == 1 else "")
        return tags

    def raw_words(self, first: int, last: int) -> tuple[str, ...]:
        """Return words [first, last) with their case and accents, composed (NFC)."""
        stretches = dict.fromkeys(zip(self.starts[first:last], self.ends[first:last], strict=True))
        return tuple(unicodedata.normalize("NFC", self.text[start:end]) for start, end in stretches)


def streams_of(text: str) -> tuple[Stream, ...]:
    """Return the text as it stands and, if one of its tags can be cut, the text with its tags cut."""
    cuts = cut_positions(text) if "#" in text or "@" in text else []
    return (Stream(text), Stream(text, cuts)) if cuts else (Stream(text),)


def is_one_edit_apart(word: str, other: str) -> bool:
    """Return whether one letter dropped, added, replaced or swapped with its neighbour makes `other` of `word`.

    Equal words are apart by none and count too (optimal string alignment distance ≤ 1).

    >>> [is_one_edit_apart("darty", other) for other in ("darty", "drty", "dartty", "dart", "adrty", "dirty", "dtray")]
    [True, True, True, True, True, True, False]
    """
    if word == other:
        return True
    if len(word) > len(other):
        word, other = other, word
    if len(other) - len(word) > 1:
        return False
    same = next((at for at, letter in enumerate(word) if letter != other[at]), len(word))
    if len(word) < len(other):
        return word[same:] == other[same + 1 :]
    if word[same + 1 :] == other[same + 1 :]:
        return True
    swapped = word[:same] + word[same + 1 : same + 2] + word[same] + word[same + 2 :]
    return swapped == other


def insert_cuts(text: str, cuts: list[int]) -> str:
    """Return the text with a space at each cut."""
    bounds = [0, *cuts, len(text)]
    return " ".join(text[start:end] for start, end in pairwise(bounds))


def before_cuts(position: int, shifted: list[int]) -> int:
    """Return the place in the text of a position in the text with cuts; `shifted` are the places of its spaces."""
    return position - bisect_left(shifted, position)


def _cut_spans(text: str, cuts: list[int]) -> list[tuple[str, int, int]]:
    shifted = [cut + number for number, cut in enumerate(cuts)]
    return [
        (word, before_cuts(start, shifted), before_cuts(end, shifted))
        for word, start, end in fold_spans(insert_cuts(text, cuts))
    ]
