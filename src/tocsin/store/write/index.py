"""The full-text index: the folded words of each lead mention, and marks for what else is asked for.

One document a lead mention, under the mention's own number, so that brand-and-word search needs no join. A mark holds a
colon, which no folded word does: `b:1:7` (world and brand), `l:fr`, `k:insult`, `t:negative`, `p:mastodon`,
`a:alice`. The index only proposes candidates; `queries/search.py` verifies them on the posts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tocsin.base.post import Post
from tocsin.base.text import fold_words
from tocsin.screen.match.tags import cut_positions
from tocsin.screen.match.words import insert_cuts
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import clean

_NOT_PLAIN = re.compile("[^a-z0-9]+")


class Document(NamedTuple):
    """What the index says of a lead mention; the same arguments always give the same words."""

    row: int
    title: str
    text: str
    world: int
    brand: int
    language: str
    tone: str
    kinds: str
    platform: str
    author: str

    def words(self) -> str:
        """Return the words and marks, parted by spaces."""
        language, platform = mark("l", self.language.partition("-")[0]), mark("p", self.platform)
        found = text_words(self.title, self.text)
        found += (f"b:{self.world}:{self.brand}", language, f"t:{self.tone}", platform)
        if self.author:
            found.append(mark("a", self.author))
        found += [f"k:{kind}" for kind in self.kinds.split()]
        return " ".join(found)


def text_words(title: str, text: str) -> list[str]:
    """Return the folded words of a post as the matcher sees them: as they stand, and those inside cut tags.

    >>> text_words("", "Vive #MaisonAlba")
    ['vive', 'maisonalba', 'maison', 'alba']
    """
    whole = f"{title}\n{text}" if title else text
    words = fold_words(whole)
    if "#" in whole or "@" in whole:
        cuts = cut_positions(whole)
        if cuts:
            plain = set(words)
            words.extend(word for word in dict.fromkeys(fold_words(insert_cuts(whole, cuts))) if word not in plain)
    return words


@lru_cache(maxsize=65_536)
def mark(kind: str, name: str) -> str:
    """Return the mark of a name: only what both indexes take as one word is kept of it.

    >>> mark("a", "Maison_Alba")
    'a:maisonalba'
    """
    return f"{kind}:{_NOT_PLAIN.sub('', name.casefold())}"


def document(row: int, post: Post, place: tuple[int, int], read: Sequence[object]) -> Document:
    """Return the document of a mention; place: (world, brand); read: in the order of `map.READING_COLUMNS`."""
    author = clean(post.author.handle) if post.author else ""
    language, tone, kinds = str(read[1]), str(read[2]), str(read[4])
    return Document(
        row, clean(post.title), clean(post.text), place[0], place[1], language, tone, kinds, post.platform, author
    )


def add_documents(db: Database, documents: Iterable[Document]) -> None:
    """Write documents that are not in the index yet."""
    if db.is_sqlite:
        rows = [(one.row, one.words()) for one in documents]
        bulk.insert(db, "store_search", ("rowid", "doc"), rows)
        return
    bulk.insert(db, "store_search", ("rowid", "doc"), [(one.row, _lexemes(one.words())) for one in documents])


def remove_documents(db: Database, documents: Iterable[Document]) -> None:
    """Take documents out; SQLite must be told the very words that were put in."""
    if db.is_sqlite:
        rows = [("delete", one.row, one.words()) for one in documents]
        bulk.update(db, "insert into store_search (store_search, rowid, doc) values (%s, %s, %s)", rows)
        return
    for chunk in bulk.chunks([one.row for one in documents]):
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


def stored_documents(db: Database, where: str, params: Sequence[object]) -> list[Document]:
    """Return the documents of stored lead mentions; `where` narrows them (m: mention, p: post)."""
    return [Document(*row) for row in db.rows(f"{_STORED} and {where}", params)]
