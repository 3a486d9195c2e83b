"""When sources speak: one row a source and hour, from which their own rhythm is learned."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.time import from_ms, to_ms
from tocsin.store.alerting.rows import SourceHourRow
from tocsin.store.database import Database

HOUR_MS = 3_600_000
KEPT_HOURS = 8 * 7 * 24


def note_heard(db: Database, source: str, at: datetime, posts: int) -> None:
    """Note that a source was read, in vain or not, and how many posts it had that are new."""
    ms = to_ms(at)
    db.run(
        "insert into store_sourcehour (source, hour, asks, posts, last_ms) values (%s, %s, 1, %s, %s)"
        " on conflict (source, hour) do update set asks = store_sourcehour.asks + 1,"
        " posts = store_sourcehour.posts + excluded.posts,"
        " last_ms = coalesce(excluded.last_ms, store_sourcehour.last_ms)",
        [db.names.source(source), ms // HOUR_MS, posts, ms if posts else None],
    )


def hours(db: Database, since: datetime) -> dict[str, list[SourceHourRow]]:
    """Return what each source in use said an hour, oldest first, by its name."""
    found: dict[str, list[SourceHourRow]] = {}
    for name, hour, asks, posts, last in db.rows(
        "select s.name, h.hour, h.asks, h.posts, h.last_ms from store_sourcehour h"
        " join store_source s on s.id = h.source where s.listed and s.enabled and h.hour >= %s order by s.name, h.hour",
        [to_ms(since) // HOUR_MS],
    ):
        row = SourceHourRow(hour=hour, asks=asks, posts=posts, last_at=None if last is None else from_ms(last))
        found.setdefault(name, []).append(row)
    return found


def forget_hours(db: Database, now: datetime) -> None:
    """Let go of hours from which nothing is learned any more."""
    db.run("delete from store_sourcehour where hour < %s", [to_ms(now) // HOUR_MS - KEPT_HOURS])
