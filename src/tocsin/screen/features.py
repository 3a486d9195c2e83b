"""Turn each text once into the tokens that every reader works on: folded words, marks, emoji, placeholders."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.base.text import FOLD_TABLE

HANDLE = "@"  # stands for any @handle, so that positions are kept and nobody's name enters a key
SMILE, FROWN = "\x01", "\x02"  # :-) and :-( in all their spellings
QUOTE = '"'
SENTENCE_ENDS = frozenset(".!?")
MARKS = frozenset({".", ",", "!", "?", QUOTE, HANDLE, SMILE, FROWN})

_ADDRESS = re.compile(r"https?://\S+")
_BARE_ADDRESS = re.compile(r"www\.\S+")
# After a letter or a full stop it is the end of a mail address, and stays. The sign first: quick to seek.
_HANDLE = re.compile(r"@(?<![\w.]@)\w[\w.]*")
_EMOTICON = re.compile(r"[:;=<](?:(?<=[:;=])['-]*[)(DPp\[\]/|](?!\w)|(?<=<)3)")  # one class first: quick to seek
_SAD = frozenset("([/|")
_TAG = re.compile(r"#(\w+)")
_CUT = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿœ]+|[A-ZÀ-Þ]+(?![a-zß-ÿœ])|\d+")
_SPACED = '.,!?"\x01\x02@'
_TEXT_END, _LINK = "\x1e", "\x1d"  # both are white space, so that no expression reads across them
_END_TOKEN = "\x00"  # what _TEXT_END folds to where a batch is folded as one
_PICTURES = "\u2000"  # from here on stand pictures that are no words
_LOUD = re.compile("[A-ZÀ-Þ]{4}")
_SMALL_BATCH = 16  # below it, one text after the other is quicker than numpy


class Features(msgspec.Struct, frozen=True, gc=False):
    """One text as the readers see it.

    text: title, full stop, text (or the text alone). tokens: folded words, marks (`MARKS`), emoji, then, after a
    full stop, the words cut out of hashtags. words: the folded words alone, in order. tags: folded hashtags.
    links: how many addresses stood in the text. elongated: a word repeats a letter three times or more.
    loud: four capitals or more stand in a row.
    """

    text: str
    tokens: list[str]
    words: list[str]
    tags: tuple[str, ...]
    links: int
    elongated: bool
    loud: bool


class _MarkedTable(dict[int, str]):
    """`tocsin.base.text.FOLD_TABLE`, but with marks and pictures kept as words of their own."""

    def __missing__(self, code: int) -> str:
        piece = self[code] = _fold_marked(chr(code))
        return piece


def _fold_marked(char: str) -> str:
    if char in "“”«»„":
        return f" {QUOTE} "
    if char == "…":
        return " . "
    if char in _SPACED or (char > "\u2000" and unicodedata.category(char) == "So"):
        return f" {char} "
    return FOLD_TABLE[ord(char)]


_FOLD = _MarkedTable()


def _latin_table() -> bytes:
    """What each Latin-1 byte folds to; bytes that fold to several letters are replaced before."""
    pieces = [_fold_marked(chr(code)).strip() or " " for code in range(256)]
    return bytes(ord(piece) if len(piece) == 1 and ord(piece) < 256 else 32 for piece in pieces)


_LATIN = _latin_table()
_SEVERAL = [(chr(code), piece) for code in range(128, 256) if len(piece := FOLD_TABLE[code]) != 1]


def fold_marked(text: str) -> str:
    """Return the text folded as `tocsin.base.text.fold_text` does, but with marks and emoji kept as words of their own.

    >>> fold_marked("Déçu, l'œuf !").split()
    ['decu', ',', 'l', 'oeuf', '!']
    """
    if not text.isascii():
        text = text.replace("’", " ").replace("…", " . ").replace("œ", "oe").replace("Œ", "oe")
        for char, piece in _SEVERAL:
            if char in text:
                text = text.replace(char, piece)
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text.translate(_FOLD)
    folded = raw.translate(_LATIN).decode("latin-1")
    for mark in _SPACED:
        if mark in folded:
            folded = folded.replace(mark, f" {mark} ")
    return folded


def read_features(texts: Sequence[str], emoji: frozenset[str], tag_prefixes: tuple[str, ...] = ()) -> list[Features]:
    """Return the features of each text, shape (n,).

    emoji: the emoji that stay among the tokens; others are dropped. tag_prefixes: beginnings such as `boycott` that
    are cut off a hashtag written without capitals.
    """
    if not texts:
        return []
    bares = _strip(texts)
    folded = _fold_each(bares) if len(texts) < _SMALL_BATCH else _fold_together(bares)
    loud = [_LOUD.search(text) is not None for text in texts] if len(texts) < _SMALL_BATCH else _loud(texts)
    lists = (emoji, MARKS | emoji, tag_prefixes)
    return [_read_one(*each, lists) for each in zip(texts, bares, folded, loud, strict=True)]


_Lists = tuple[frozenset[str], frozenset[str], tuple[str, ...]]  # emoji, emoji and marks, beginnings of hashtags
_Folded = tuple[str, bool, bool]  # a text folded; whether a letter stands in it three times in a row; has it pictures


def _read_one(text: str, bare: str, folded: _Folded, loud: bool, lists: _Lists) -> Features:
    whole, elongated, pictures = folded
    emoji, signs, tag_prefixes = lists
    tokens = whole.split()
    if pictures:
        tokens = [t for t in tokens if t < _PICTURES or t in emoji or FOLD_TABLE[ord(t[0])] != " "]
    words = [t for t in tokens if t not in signs]
    tags: tuple[str, ...] = ()
    if "#" in bare:
        read = [_read_tag(tag, tag_prefixes) for tag in _TAG.findall(bare)]
        tags = tuple([tag for tag, _ in read])
        for _, cut in read:
            tokens += cut
    return Features(text, tokens, words, tags, bare.count(_LINK), elongated, loud)


def _strip(texts: Sequence[str]) -> list[str]:
    """The texts without their addresses, each of which leaves a _LINK, their handles and emoticons as marks."""
    whole = _TEXT_END.join(texts)
    if _LINK in whole or whole.count(_TEXT_END) >= len(texts):  # a text holds a sign of ours: it is a space to all
        whole = _TEXT_END.join([text.replace(_TEXT_END, " ").replace(_LINK, " ") for text in texts])
    # One pass over all texts: entering an expression costs more than what it finds in one post.
    whole = _ADDRESS.sub(_LINK, whole)
    whole = _BARE_ADDRESS.sub(_LINK, whole)
    whole = _HANDLE.sub(f" {HANDLE} ", whole)
    whole = _EMOTICON.sub(_emoticon, whole)
    return whole.split(_TEXT_END)


def _emoticon(found: re.Match[str]) -> str:
    return f" {FROWN} " if found[0][-1] in _SAD else f" {SMILE} "


class _FoldArrays:
    """`_FOLD` for numpy: where the folded letters of each code point stand in a pool; filled as characters are met."""

    def __init__(self) -> None:
        self._start = np.zeros(0x110000, dtype=np.int32)  # 0: not met yet; memory is taken only where it is touched
        self._length = np.zeros(0x110000, dtype=np.uint8)
        self._pool = np.zeros(1, dtype=np.uint32)
        self._lock = threading.Lock()

    def fold(self, codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return what the code points fold to, one after the other."""
        at = codes.astype(np.int32)  # numpy looks up by signed numbers, and would make them anew for each table
        starts = self._start.take(at)
        if not starts.all():
            self._learn(np.unique(at[starts == 0]).tolist())
            starts = self._start.take(at)
        lengths = self._length.take(at)
        ends = np.cumsum(lengths, dtype=np.int32)
        # Letter j of the answer is letter j - (end - length) of its own piece.
        firsts = np.repeat(starts + lengths - ends, lengths)
        return self._pool.take(firsts + np.arange(len(firsts), dtype=np.int32))

    def _learn(self, codes: list[int]) -> None:
        with self._lock:
            pieces = [f" {_END_TOKEN} " if chr(code) == _TEXT_END else _FOLD[code] for code in codes]
            at = len(self._pool)
            self._pool = np.concatenate([self._pool, _codes("".join(pieces))])
            for code, piece in zip(codes, pieces, strict=True):
                self._length[code] = len(piece)
                self._start[code] = at
                at += len(piece)


_ARRAYS = _FoldArrays()


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _fold_each(bares: Sequence[str]) -> list[_Folded]:
    folds = [fold_marked(bare) for bare in bares]
    return [(fold, is_elongated(fold), max(fold, default="") >= _PICTURES) for fold in folds]


def _fold_together(bares: Sequence[str]) -> list[_Folded]:
    """What `_fold_each` returns; all texts side by side."""
    whole = _TEXT_END.join(bares)
    if "µ" in whole:
        whole = _TEXT_END.join([_without_micro(bare) for bare in bares])
    codes = _ARRAYS.fold(_codes(f"{whole}{_TEXT_END}"))
    folds = codes.tobytes().decode("utf-32-le", "surrogatepass").split(_END_TOKEN)[:-1]
    ends = np.flatnonzero(codes == 0)
    runs = (codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2]) & (codes[2:] - 97 < 26)
    return list(zip(folds, _flagged(runs, ends), _flagged(codes >= ord(_PICTURES), ends), strict=True))


def _loud(texts: Sequence[str]) -> list[bool]:
    """Whether `_LOUD` finds something in each text; all texts side by side."""
    codes = _codes(_TEXT_END.join(texts))
    capital = (codes - 65 < 26) | (codes - 0xC0 < 31)
    runs = capital[3:] & capital[2:-1] & capital[1:-2] & capital[:-3]
    return _flagged(runs, np.cumsum([len(text) + 1 for text in texts]) - 1)


def _flagged(found: NDArray[np.bool_], ends: NDArray[np.int64]) -> list[bool]:
    """Which texts hold a place that is `found`; text i ends before place ends[i]."""
    flags = [False] * len(ends)
    for i in np.searchsorted(ends, np.flatnonzero(found)).tolist():
        flags[i] = True
    return flags


def _without_micro(bare: str) -> str:
    """`fold_marked` reads the micro sign as a space in a text of Latin-1 letters alone, and as a letter elsewhere."""
    return bare.replace("µ", " ") if "µ" in bare and "μ" not in fold_marked(bare) else bare


@lru_cache(maxsize=65536)
def _read_tag(tag: str, prefixes: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A hashtag folded, and the words inside `#BoycottMaisonAlba` or `#boycottmaisonalba` after a full stop, if any."""
    plain = fold_marked(tag).replace(" ", "")
    parts = [fold_marked(part).strip() for part in _CUT.findall(tag)]
    if len(parts) > 1:
        return plain, (".", *parts)
    for prefix in prefixes:
        if plain.startswith(prefix) and len(plain) > len(prefix):
            return plain, (".", prefix, plain[len(prefix) :])
    return plain, ()


def is_elongated(text: str) -> bool:
    """Return whether a folded text holds a letter three times in a row."""
    return _RUN.search(text) is not None


def shorten(token: str) -> tuple[str, str]:
    """Return an elongated word with each run of three letters or more cut to one, and to two.

    >>> shorten("nuuuul"), shorten("coooool")
    (('nul', 'nuul'), ('col', 'cool'))
    """
    return _RUN.sub(r"\1", token), _RUN.sub(r"\1\1", token)


_RUN = re.compile(r"([a-z])\1\1+")
