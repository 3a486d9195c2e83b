"""Names of what must not come back, as salted digests: they tell nothing to who reads them."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.store import bulk
from tocsin.store.database import Database

Key = tuple[str, str]


def bury(db: Database, digests: Iterable[str], reason: str, now_ms: int) -> None:
    """Keep out for good what the digests name."""
    rows = [(digest, reason, now_ms) for digest in sorted(set(digests))]
    bulk.insert_new(db, "store_tombstone", ("digest", "reason", "at_ms"), rows)


def post_tombstone(db: Database, world: int, key: Key) -> str:
    """Return the salted digest under which a post of a world is kept out."""
    return db.digest("post", db.names.name_of("timeline", world), *key)


def author_tombstone(db: Database, platform: str, handle: str) -> str:
    """Return the salted digest under which an author is kept out of every world."""
    return db.digest("author", platform, handle.casefold())
