"""The full-text index: the folded words of each lead mention, and marks for what else is asked for.

One document a lead mention, under the mention's own number, so that brand-and-word search needs no join. A mark holds a
colon, which no folded word does: `b:1:7` (world and brand), `l:fr`, `k:insult`, `t:negative`, `p:mastodon`,
`a:alice`. The index only proposes candidates; `queries/search.py` verifies them on the posts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tocsin.base.text import FOLD_TABLE, fold_char, fold_words
from tocsin.screen.match.tags import cut_positions
from tocsin.screen.match.words import insert_cuts
from tocsin.store import bulk
from tocsin.store.database import Database, marks


class Documents(NamedTuple):
    """What the index says of lead mentions, column by column; the same values always give the same words.

    Columns, because ten thousand rows alive at once keep the collector of garbage busy.
    """

    row: Sequence[int]
    title: Sequence[str]
    text: Sequence[str]
    world: Sequence[int]
    brand: Sequence[int]
    language: Sequence[str]
    tone: Sequence[str]
    kinds: Sequence[str]
    platform: Sequence[str]
    author: Sequence[str]


def indexed_words(documents: Documents) -> list[str]:
    """Return the words and marks of each document, parted by spaces."""
    wholes = [
        f"{title}\n{text}" if title else text for title, text in zip(documents.title, documents.text, strict=True)
    ]
    common: dict[tuple[Any, ...], str] = {}
    found: list[str] = []
    places = zip(*documents[3:9], strict=True)  # all that is the same of many
    named = zip(documents.author, _plain_all(documents.author), strict=True)
    for words, place, (author, plain) in zip(texts_words(wholes), places, named, strict=True):
        if place not in common:
            common[place] = _common_marks(place)
        found.append(f"{words} {common[place]} a:{plain}" if author else f"{words} {common[place]}")
    return found


def texts_words(texts: Sequence[str]) -> list[str]:
    """Return the folded words of each text as the matcher sees them: as they stand, and those inside cut tags.

    They are parted by one space or several: both indexes take them alike.

    >>> texts_words(["Vive #MaisonAlba"])
    ['vive  maisonalba maison alba']
    """
    plain = iter(_fold_ascii([text for text in texts if text.isascii()]))
    other = iter(_fold_other([text for text in texts if not text.isascii()]))
    found = []
    for text in texts:
        words = next(plain) if text.isascii() else next(other)
        if "#" in text or "@" in text:
            # No tag holds white space, so that each piece between is cut by itself.
            cut = [word for piece in text.split() if "#" in piece or "@" in piece for word in _CUT[piece]]
            if cut:
                known = set(words.split())
                words = " ".join([words, *(word for word in dict.fromkeys(cut) if word not in known)])
        found.append(words)
    return found


@lru_cache(maxsize=65_536)
def mark(kind: str, name: str) -> str:
    """Return the mark of a name: only what both indexes take as one word is kept of it.

    >>> mark("a", "Maison_Alba")
    'a:maisonalba'
    """
    return f"{kind}:{_NOT_PLAIN.sub('', name.casefold())}"


def add_documents(db: Database, documents: Documents) -> None:
    """Write documents that are not in the index yet."""
    words = indexed_words(documents)
    if not db.is_sqlite:
        words = [_lexemes(one) for one in words]
    bulk.insert_columns(db, "store_search", {"rowid": documents.row, "doc": words})


def remove_documents(db: Database, documents: Documents) -> None:
    """Take documents out; SQLite must be told the very words that were put in."""
    if db.is_sqlite:
        rows = [("delete", row, words) for row, words in zip(documents.row, indexed_words(documents), strict=True)]
        bulk.update(db, "insert into store_search (store_search, rowid, doc) values (%s, %s, %s)", rows)
        return
    for chunk in bulk.chunks(documents.row):
        db.run(f"delete from store_search where rowid in ({marks(len(chunk))})", list(chunk))


# A lexeme of PostgreSQL holds at most 2,046 bytes; a folded letter takes at most 4.
LEXEME = 500


def _lexemes(words: str) -> str:
    """Return the text form of a tsvector without positions; folded words hold no quote and no backslash."""
    return " ".join(f"'{word[:LEXEME]}'" for word in words.split())


_STORED = (
    "select m.id, p.title, p.text, m.world_id, m.brand_id, m.language, m.tone, m.kinds, p.platform,"
    " coalesce(a.handle, '') from store_mention m join store_post p on p.id = m.post_id"
    " left join store_author a on a.id = p.author_id where m.lead"
)


def stored_documents(db: Database, where: str, params: Sequence[object]) -> Documents:
    """Return the documents of stored lead mentions; `where` narrows them (m: mention, p: post)."""
    rows = db.rows(f"{_STORED} and {where}", params)
    return Documents(*zip(*rows, strict=True)) if rows else Documents(*[()] * len(Documents._fields))


def _common_marks(place: tuple[int, int, str, str, str, str]) -> str:
    world, brand, language, tone, kinds, platform = place
    marked = [f"k:{kind}" for kind in kinds.split()]
    return " ".join(
        [f"b:{world}:{brand}", mark("l", language.partition("-")[0]), f"t:{tone}", mark("p", platform), *marked]
    )


_NOT_PLAIN = re.compile("[^a-z0-9]+")
_NOT_PLAIN_LINE = re.compile("[^a-z0-9\n]+")


def _plain_all(names: Sequence[str]) -> list[str]:
    """Return what `mark` keeps of each name."""
    plain = _NOT_PLAIN_LINE.sub("", "\n".join(names).casefold()).split("\n")
    if len(plain) == len(names):
        return plain
    return [_NOT_PLAIN.sub("", name.casefold()) for name in names]  # a name holds a line break


# Of each byte of an ASCII text what it folds to; the byte 255, which is none of theirs, parts one text from the next.
_ASCII = "".join(fold_char(chr(code)) for code in range(128)).encode().ljust(255, b" ") + b"\xff"


def _fold_ascii(texts: Sequence[str]) -> list[str]:
    return "\xff".join(texts).encode("latin-1").translate(_ASCII).decode("latin-1").split("\xff")


_PARTED = "\uffff"  # no letter: texts that hold it are folded one by one
_UNKNOWN, _SEVERAL = 0xFFFFFFFF, 0
_FEW = 100


def _fold_other(texts: Sequence[str]) -> list[str]:
    """Fold texts of any letters at once: by a table those that fold to one letter, then the few others one by one."""
    joined = _PARTED.join(texts)
    if not texts or joined.count(_PARTED) >= len(texts):
        return [" ".join(fold_words(text)) for text in texts]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    folded = _ONE_TO_ONE[codes]
    new = folded == _UNKNOWN
    if new.any():
        for code in np.unique(codes[new]).tolist():
            piece = FOLD_TABLE[code]
            _ONE_TO_ONE[code] = ord(piece) if len(piece) == 1 else _SEVERAL
        folded = _ONE_TO_ONE[codes]
    several = folded == _SEVERAL
    folded[several] = codes[several]
    rest = np.unique(codes[several]).tolist()
    if len(rest) > _FEW:
        return [" ".join(fold_words(text)) for text in texts]
    whole: str = folded.tobytes().decode("utf-32-le")
    for code in rest:
        whole = whole.replace(chr(code), FOLD_TABLE[code])
    return whole.split(_PARTED)


# Code point → the one it folds to, filled as characters are met.
_ONE_TO_ONE = np.full(0x110000, _UNKNOWN, "<u4")
_ONE_TO_ONE[ord(_PARTED)] = ord(_PARTED)


class _Cuts(dict[str, list[str]]):
    """The words inside a piece of a text whose tags are cut, [] when none is; people say the same tags again."""

    def __missing__(self, piece: str) -> list[str]:
        cuts = cut_positions(piece)
        words = fold_words(insert_cuts(piece, cuts)) if cuts else []
        if len(piece) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = words
        return words


_KEPT, _LONGEST = 50_000, 40
_CUT = _Cuts()
