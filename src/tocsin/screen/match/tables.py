"""Tables that fold a whole batch of joined texts at once, one byte a character.

Texts of ASCII, Latin letters and separators fold exactly; letters of other scripts become one opaque letter. What one
byte cannot say (œ, an accent on its own, Japanese touching Latin letters, a script that a query asks for) is marked,
and the few posts that hold a mark are folded one by one.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.base.text import FOLD_TABLE
from tocsin.screen.match.tags import tag_class

# Bytes of the folded buffer beside a-z, 0-9. No pattern holds any of them but SPACE.
SPACE = 0x20
OPAQUE = 0x01  # a letter of another script
SPECIAL = 0xF8  # this and above: not final, looked at once more
UNSPACED = 0xF8  # a character that is a word by itself
ACCENT = 0xF9  # folds to nothing
SIGN = 0xFA  # # or @
CARE = 0xFB  # the whole post must be folded one by one
BORDER = 0xFC  # between two texts

ASCII_BORDER = "\x80"  # cannot occur in an ASCII text
WIDE_BORDER = "\uffff"  # not a character; texts that hold it all the same are mended first
TABLE_SIZE = 0x20000  # code points of the first two planes; all beyond take the last entry, CARE

_PAIR = 2
_IDEOGRAPHS = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
_HANGUL = (0xAC00, 0xD7A4)
_HANGUL_PAGE = 0x11  # syllables fold to the letters of this page


class FoldTables(NamedTuple):
    """bytes_: what each code point folds to. classes: its class inside a tag. pairs: the two letters of œ and its like.

    pages: the code points of other scripts by the page (code point >> 8) of the letters they fold to. All arrays have
    the shape (TABLE_SIZE,); a pair is 256 times its first letter plus its second, 0 for all that are no pair.
    """

    bytes_: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    pairs: NDArray[np.uint16]
    pages: dict[int, NDArray[np.intp]]


@cache
def fold_tables() -> FoldTables:
    """Return the tables, built at the first call (about 0.2 s)."""
    folded = np.full(TABLE_SIZE, SPACE, np.uint8)
    classes = np.zeros(TABLE_SIZE, np.uint8)
    pairs = np.zeros(TABLE_SIZE, np.uint16)
    pages: dict[int, list[int]] = {}
    for start, end in _IDEOGRAPHS:
        folded[start:end] = UNSPACED
        for code in range(start, end):
            pages.setdefault(code >> 8, []).append(code)
    folded[slice(*_HANGUL)] = OPAQUE
    pages[_HANGUL_PAGE] = list(range(*_HANGUL))
    for start, end in (*_IDEOGRAPHS, _HANGUL):
        classes[start:end] = tag_class(chr(start))
    for code in _other_word_codes():
        piece = FOLD_TABLE[code]
        folded[code] = _byte_of(piece)
        classes[code] = tag_class(chr(code))
        if len(piece) == _PAIR and piece.isascii():
            pairs[code] = int.from_bytes(piece.encode())
        if not piece.isascii():
            for page in {ord(letter) >> 8 for letter in piece if letter > "\x7f"}:
                pages.setdefault(page, []).append(code)
    for char in "#@":
        folded[ord(char)] = SIGN
    classes[ord("_")] = tag_class("_")
    folded[ord(WIDE_BORDER)] = BORDER
    folded[-1] = CARE
    return FoldTables(folded, classes, pairs, {page: np.array(codes, np.intp) for page, codes in pages.items()})


@cache
def ascii_classes() -> bytes:
    """Return the `bytes.translate` table that gives each ASCII character its class inside a tag."""
    return fold_tables().classes[:128].tobytes().ljust(256, b"\0")


@cache
def ascii_table() -> bytes:
    """Return the `bytes.translate` table of ASCII texts joined by ASCII_BORDER."""
    table = bytearray([SPACE]) * 256
    table[:128] = fold_tables().bytes_[:128].tobytes()
    table[ord(ASCII_BORDER)] = BORDER
    return bytes(table)


def table_for(letters: str) -> NDArray[np.uint8]:
    """Return the byte table for queries that ask for these letters beside a-z: posts of their pages take care."""
    tables = fold_tables()
    wanted = {ord(letter) >> 8 for letter in letters if letter > "\x7f"}
    if not wanted:
        return tables.bytes_
    table = tables.bytes_.copy()
    for page in wanted & tables.pages.keys():
        table[tables.pages[page]] = CARE
    return table


def _other_word_codes() -> list[int]:
    skipped = [range(start, end) for start, end in (*_IDEOGRAPHS, _HANGUL)]
    return [
        code
        for code in range(TABLE_SIZE)
        if unicodedata.category(chr(code))[0] in "LMN" and not any(code in part for part in skipped)
    ]


def _byte_of(piece: str) -> int:
    if not piece:
        return ACCENT
    if piece[0] == " ":
        return UNSPACED
    if not any("\x00" < letter < "\x80" for letter in piece):
        return OPAQUE
    return ord(piece) if len(piece) == 1 else CARE
