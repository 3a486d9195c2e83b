"""Hashtags and handles: where they stand, and where they are cut into words.

A tag is the run of word characters and `_` right after a # or @ that no word character precedes (so an e-mail address
holds none). It is cut between a small letter and a capital, between a letter and a digit, and before the last of
several capitals when a small letter follows (SNCFBoycott → SNCF Boycott).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tocsin.base.text import fold_char, is_word_char

# Classes of characters inside a tag.
END, LOWER, UPPER, OTHER, DIGIT, UNDERSCORE = range(6)
_LETTERS = (LOWER, UPPER, OTHER)

_SIGN = re.compile("[#@]")
# The same rules written for ASCII texts, which are most of the texts and most of the time.
_ASCII_TAG = re.compile("(?<![0-9A-Za-z])[#@][0-9A-Za-z_]+")
_ASCII_CUT = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])")
PADDING = 32  # longer than nearly all tags; the few longer ones are looked at one by one


@cache
def tag_class(char: str) -> int:
    """Return the class of a character inside a tag, END when it cannot belong to one. Accents count as OTHER."""
    if char == "_":
        return UNDERSCORE
    if not is_word_char(char):
        return END
    category = unicodedata.category(char)
    if category[0] == "N":
        return DIGIT
    return {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER}.get(category, OTHER)


def find_tags(text: str) -> Iterator[tuple[int, int]]:
    """Yield (position of the sign, end of the run) of each tag of a text, in order."""
    if text.isascii():
        yield from (found.span() for found in _ASCII_TAG.finditer(text))
        return
    for found in _SIGN.finditer(text):
        sign = found.start()
        if ends_in_word(text, sign):
            continue
        end = sign + 1
        while end < len(text) and (text[end] == "_" or is_word_char(text[end])):
            end += 1
        if end > sign + 1:
            yield sign, end


def ends_in_word(text: str, end: int) -> bool:
    """Return whether a word ends right at `end`. The accents that follow an emoji or a sign make no word."""
    while end and not fold_char(text[end - 1]):
        end -= 1
    return end > 0 and is_word_char(text[end - 1])


def is_whole_tag(text: str, start: int, end: int) -> bool:
    """Return whether the word at [start, end) is all that a tag holds, `_` around it apart."""
    while start and (text[start - 1] == "_" or not fold_char(text[start - 1])):
        start -= 1
    while end < len(text) and (text[end] == "_" or not fold_char(text[end])):
        end += 1
    if end < len(text) and is_word_char(text[end]):
        return False
    return start > 0 and text[start - 1] in "#@" and not ends_in_word(text, start - 1)


def is_signed_tag(text: str, start: int, end: int, sign: str) -> bool:
    """Return whether the word at [start, end) is all that a tag of this sign holds, `_` around it apart."""
    while start and (text[start - 1] == "_" or not fold_char(text[start - 1])):
        start -= 1
    return start > 0 and text[start - 1] == sign and is_whole_tag(text, start, end)


def cut_positions(text: str) -> list[int]:
    """Return where the tags of a text are cut, in code points, ascending: a cut at n separates n - 1 from n.

    >>> cut_positions("#SNCFBoycott2024")
    [5, 12]
    """
    if text.isascii():
        return [
            cut.start()
            for tag in _ASCII_TAG.finditer(text)
            for cut in _ASCII_CUT.finditer(text, tag.start() + 2, tag.end())
        ]
    cuts: list[int] = []
    for sign, end in find_tags(text):
        run = [(at, tag_class(text[at])) for at in range(sign + 1, end) if fold_char(text[at])]
        for index in range(1, len(run)):
            before, (at, here) = run[index - 1][1], run[index]
            after = run[index + 1][1] if index + 1 < len(run) else END
            if _is_cut(before, here, after):
                cuts.append(at)
    return cuts


def _is_cut(before: int, here: int, after: int) -> bool:
    if before == LOWER and here == UPPER:
        return True
    if (before == DIGIT and here in _LETTERS) or (before in _LETTERS and here == DIGIT):
        return True
    return before == UPPER and here == UPPER and after == LOWER


class Tags(NamedTuple):
    """The tags of joined texts. codes: character codes, shape (n,), of which the last PADDING belong to no tag.

    folded: the same texts folded, one byte a character. first: position after each sign, shape (k,), ascending.
    class_of: returns the classes of an array of codes. Tags hold no accent that folds to nothing but at their start.
    """

    codes: NDArray[Any]
    folded: NDArray[np.uint8]
    first: NDArray[np.intp]
    class_of: Callable[[NDArray[Any]], NDArray[np.uint8]]


def cut_many(
    tags: Tags, may_begin: Callable[[NDArray[np.uint8], NDArray[np.intp]], NDArray[np.bool_]]
) -> NDArray[np.intp]:
    """Return where tags are cut, as positions in the texts, ascending; `cut_positions` for a whole batch at once.

    may_begin: tells at which positions of the folded texts a wanted word may begin; tags none of whose parts can be a
    wanted word are left whole, since a cut changes nothing there.
    """
    first = tags.first
    if not len(first):
        return first
    rows = tags.class_of(sliding_window_view(tags.codes, PADDING)[first])
    ends = (rows == END).argmax(axis=1)  # 0 when the tag is longer than the window
    at_row, at_column = divmod(_changes(rows.ravel()), PADDING)
    inside = (at_column > 0) & (at_column < ends[at_row])
    at_row = at_row[inside]
    cuts: NDArray[np.intp] = first[at_row] + at_column[inside]
    # A part may also begin after `_` or an accent: such tags are all cut.
    wanted = may_begin(tags.folded, first) | (tags.folded[first] == _SPACE) | (rows == UNDERSCORE).any(axis=1)
    wanted[at_row[may_begin(tags.folded, cuts)]] = True
    cuts = cuts[wanted[at_row]]
    long_tags = first[(ends == 0) & (rows[:, 0] != END)].tolist()
    if not long_tags:
        return cuts
    return np.sort(np.concatenate([cuts, *(_cuts_of_long_tag(tags, start) for start in long_tags)]))


_SPACE = 0x20


def _cuts_of_long_tag(tags: Tags, start: int) -> NDArray[np.intp]:
    window = 4 * PADDING
    while True:
        classes = tags.class_of(tags.codes[start : start + window])
        ends = np.flatnonzero(classes == END)  # there is one in the padding at the latest
        if len(ends):
            return start + _changes(classes[: ends[0] + 1])
        window *= 4


def _changes(classes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return where the class changes in a way that cuts, as indexes of the character after the cut."""
    pairs = classes[:-1] * np.uint8(8) + classes[1:]
    kinds = np.frombuffer(pairs.tobytes().translate(_PAIRS), np.uint8)
    cuts = kinds == _CUT
    cuts[:-1] |= (kinds[:-1] == _CAPITALS) & (kinds[1:] == _CAPITALIZED)
    return np.flatnonzero(cuts) + 1


_CUT, _CAPITALS, _CAPITALIZED = 1, 2, 3


def _pair_table() -> bytes:
    """Return the kind of each pair of classes, at 8 * first + second."""
    table = bytearray(256)
    for before, here in product(range(6), repeat=2):
        table[8 * before + here] = _CUT if _is_cut(before, here, END) else 0
    table[8 * UPPER + UPPER] = _CAPITALS
    table[8 * UPPER + LOWER] = _CAPITALIZED
    return bytes(table)


_PAIRS = _pair_table()
