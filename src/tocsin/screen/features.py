"""Turn each text once into the tokens that every reader works on: folded words, marks, emoji, placeholders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np

from tocsin.base.text import FOLD_TABLE

HANDLE = "@"  # stands for any @handle, so that positions are kept and nobody's name enters a key
SMILE, FROWN = "\x01", "\x02"  # :-) and :-( in all their spellings
QUOTE = '"'
SENTENCE_ENDS = frozenset(".!?")
MARKS = frozenset({".", ",", "!", "?", QUOTE, HANDLE, SMILE, FROWN})

_ADDRESS = re.compile(r"https?://\S+")
_BARE_ADDRESS = re.compile(r"www\.\S+")
_HANDLE = re.compile(r"@\w[\w.]*")
_EMOTICON = re.compile(r"[:;=<](?:(?<=[:;=])['-]*[)(DPp\[\]/|](?!\w)|(?<=<)3)")  # one class first: quick to seek
_SAD = frozenset("([/|")
_TAG = re.compile(r"#(\w+)")
_CUT = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿœ]+|[A-ZÀ-Þ]+(?![a-zß-ÿœ])|\d+")
_SPACED = '.,!?"\x01\x02@'


class Features(msgspec.Struct, frozen=True, gc=False):
    """One text as the readers see it.

    text: title, full stop, text (or the text alone). tokens: folded words, marks (`MARKS`), emoji, then, after a
    full stop, the words cut out of hashtags. words: the folded words alone, in order. tags: folded hashtags.
    links: how many addresses stood in the text. elongated: a word repeats a letter three times or more.
    """

    text: str
    tokens: list[str]
    words: list[str]
    tags: tuple[str, ...]
    links: int
    elongated: bool


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
    bares = [_strip(text) for text in texts]
    folds = [fold_marked(bare) for bare, _ in bares]
    signs = MARKS | emoji
    return [
        _read_one(texts[i], bares[i], folds[i], elongated, (emoji, signs, tag_prefixes))
        for i, elongated in enumerate(_elongated(folds))
    ]


_Lists = tuple[frozenset[str], frozenset[str], tuple[str, ...]]  # emoji, emoji and marks, beginnings of hashtags


def _read_one(text: str, stripped: tuple[str, int], folded: str, elongated: bool, lists: _Lists) -> Features:
    bare, links = stripped
    emoji, signs, tag_prefixes = lists
    tokens = folded.split()
    if not folded.isascii():
        tokens = [t for t in tokens if t < "\u2000" or t in emoji or FOLD_TABLE[ord(t[0])] != " "]
    words = [t for t in tokens if t not in signs]
    tags: tuple[str, ...] = ()
    if "#" in bare:
        found = _TAG.findall(bare)
        tags = tuple([_fold_tag(tag) for tag in found])
        for tag in found:
            tokens += _cut_tag(tag, tag_prefixes)
    return Features(text, tokens, words, tags, links, elongated)


def _elongated(folds: Sequence[str]) -> list[bool]:
    """Whether each folded text holds a letter three times in a row; all texts side by side."""
    codes = np.frombuffer(" ".join(folds).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    flags = [False] * len(folds)
    runs = np.flatnonzero((codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2]) & (codes[2:] - 97 < 26))
    if len(runs):
        ends = np.cumsum([len(fold) + 1 for fold in folds])
        for i in np.searchsorted(ends, runs, side="right").tolist():
            flags[i] = True
    return flags


def _strip(text: str) -> tuple[str, int]:
    """The text without its addresses, its handles and emoticons as marks; and the number of addresses."""
    bare, links = text, 0
    if "http" in bare:
        bare, links = _ADDRESS.subn(" ", bare)
    if "www." in bare:
        bare, more = _BARE_ADDRESS.subn(" ", bare)
        links += more
    if "@" in bare:
        bare = _HANDLE.sub(_placeholder, bare)
    if ":" in bare or ";" in bare or "=" in bare or "<3" in bare:
        bare = _EMOTICON.sub(_emoticon, bare)
    return bare, links


def _placeholder(found: re.Match[str]) -> str:
    """A handle gives its mark; what follows a letter or a full stop is the end of a mail address and stays."""
    before = found.string[found.start() - 1] if found.start() else " "
    return found[0] if before.isalnum() or before in "._" else f" {HANDLE} "


def _emoticon(found: re.Match[str]) -> str:
    return f" {FROWN} " if found[0][-1] in _SAD else f" {SMILE} "


@lru_cache(maxsize=65536)
def _fold_tag(tag: str) -> str:
    return fold_marked(tag).replace(" ", "")


@lru_cache(maxsize=65536)
def _cut_tag(tag: str, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """The words inside `#BoycottMaisonAlba` or `#boycottmaisonalba`, after a full stop; nothing for a plain tag."""
    parts = [fold_marked(part).strip() for part in _CUT.findall(tag)]
    if len(parts) > 1:
        return (".", *parts)
    plain = _fold_tag(tag)
    for prefix in prefixes:
        if plain.startswith(prefix) and len(plain) > len(prefix):
            return (".", prefix, plain[len(prefix) :])
    return ()


def shorten(token: str) -> tuple[str, str]:
    """Return an elongated word with each run of three letters or more cut to one, and to two.

    >>> shorten("nuuuul"), shorten("coooool")
    (('nul', 'nuul'), ('col', 'cool'))
    """
    return _RUN.sub(r"\1", token), _RUN.sub(r"\1\1", token)


_RUN = re.compile(r"([a-z])\1\1+")
