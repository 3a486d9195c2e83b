"""The two capped tables: a few posts that no watch wanted, and the entries that could not become posts."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.post import Post
from tocsin.collect.adapter import Reject
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.map import author_id, clean, stored_id, to_json

# Enough to see what a file or a source does wrong; a file of nothing but bad lines must not fill the disk.
REJECTS_KEPT = 20_000
_HOUR_MS = 3_600_000


def keep_unmatched(db: Database, source: int, posts: Sequence[Post], now_ms: int) -> None:
    """Put posts in the ring and drop what is too old or too many, as the settings say."""
    settings = db.settings
    if posts and settings.keep_unmatched:
        ids = bulk.reserve(db, "store_unmatched", len(posts))
        rows = [
            (
                number,
                source,
                post.platform,
                stored_id(post.native_id),
                author_id(post.author.platform, post.author.handle) if post.author else 0,
                now_ms,
                clean(to_json(post)),
            )
            for number, post in zip(ids, posts, strict=True)
        ]
        columns = ("id", "source_id", "platform", "native_id", "author", "at_ms", "body")
        bulk.insert(db, "store_unmatched", columns, rows)
    _drop_oldest(db, "store_unmatched", settings.unmatched_posts if settings.keep_unmatched else 0)
    db.run("delete from store_unmatched where at_ms < %s", [now_ms - settings.unmatched_hours * _HOUR_MS])


def keep_rejects(db: Database, source: int, timeline: int, rejects: Sequence[Reject], now_ms: int) -> None:
    """Write down what could not become a post; the oldest beyond 20,000 go."""
    if not rejects:
        return
    ids = bulk.reserve(db, "store_rejectrow", len(rejects))
    rows = [
        (number, source, timeline, now_ms, one.line, one.why, to_json(one.params), clean(one.raw))
        for number, one in zip(ids, rejects, strict=True)
    ]
    columns = ("id", "source_id", "timeline_id", "at_ms", "line", "why", "params", "raw")
    bulk.insert(db, "store_rejectrow", columns, rows)
    _drop_oldest(db, "store_rejectrow", REJECTS_KEPT)


def _drop_oldest(db: Database, table: str, keep: int) -> None:
    db.run(f"delete from {table} where id <= (select max(id) from {table}) - %s", [keep])
