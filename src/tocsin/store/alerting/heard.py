"""When sources speak: one row a source and hour, from which their own rhythm is learned."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.seam import LIVE
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


def first_asked(db: Database) -> dict[str, datetime]:
    """Return since when each source is read, by its name, to the hour; of eight weeks ago and more, the oldest kept."""
    rows = db.rows(
        "select s.name, min(h.hour) from store_sourcehour h join store_source s on s.id = h.source"
        " where s.listed group by s.name"
    )
    return {name: from_ms(hour * HOUR_MS) for name, hour in rows}


def said_between(db: Database, brand: str, since: int, until: int) -> dict[str, int]:
    """Return how many live mentions of a brand each source brought from one minute to before another, by its name."""
    rows = db.rows(
        "select s.name, count(*) from store_mention m join store_source s on s.id = m.source"
        " where m.lead and not m.own and m.timeline_id = %s and m.brand_id = %s and m.minute >= %s and m.minute < %s"
        " group by s.name",
        [db.names.find_timeline(LIVE), db.names.brand(brand), since, until],
    )
    return dict(rows)


def forget_hours(db: Database, now: datetime) -> None:
    """Let go of hours from which nothing is learned any more."""
    db.run("delete from store_sourcehour where hour < %s", [to_ms(now) // HOUR_MS - KEPT_HOURS])
