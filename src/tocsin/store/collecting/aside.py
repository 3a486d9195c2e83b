"""What a page brings beside its posts: written in the transaction that moves the cursor, read by the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tocsin.base.time import from_ms, to_ms
from tocsin.collect.adapter import Gap
from tocsin.store import bulk
from tocsin.store.collecting import past
from tocsin.store.collecting.checks import enrol
from tocsin.store.collecting.rows import Aside, GapRow, NoteRow
from tocsin.store.collecting.secrets import put_secrets, set_ends
from tocsin.store.database import Database
from tocsin.store.map import at_or_none, clean, ms_or_none

GAPS_KEPT = 200  # a source
_LONGEST_NOTE = 64


def keep_aside(db: Database, source: int, aside: Aside, posts: Sequence[int], now_ms: int) -> None:
    """Write what a page brought beside its posts; posts: the numbers of those that are stored."""
    if aside.secrets:
        put_secrets(db, source, aside.secrets, now_ms)
    set_ends(db, source, aside.ends)
    _keep_gaps(db, source, aside.gaps, now_ms)
    keep_notes(db, source, aside.notes, now_ms)
    if aside.paid_posts:
        bulk.add(db, "store_sourcespend", ("source", "month", "posts"), [(source, _month(now_ms), aside.paid_posts)])
    if aside.past is not None:
        past.step(db, source, aside.past, now_ms)
    if aside.check_at is not None:
        enrol(db, source, posts, to_ms(aside.check_at))


def paid_posts(db: Database, source: str, now: datetime) -> int:
    """Return how many posts that cost money were read of a source in the month of `now`, in UTC."""
    sql = "select posts from store_sourcespend where source = %s and month = %s"
    return int(db.value(sql, [db.names.source(source), _month(to_ms(now))]) or 0)


def gaps(db: Database, source: str, limit: int) -> list[GapRow]:
    """Return the stretches of time that a source could not give, the last found first."""
    rows = db.rows(
        "select since_ms, until_ms, why, at_ms from store_sourcegap where source = %s order by id desc limit %s",
        [db.names.source(source), limit],
    )
    return [GapRow(since=at_or_none(row[0]), until=at_or_none(row[1]), why=row[2], at=from_ms(row[3])) for row in rows]


def notes(db: Database, source: str) -> list[NoteRow]:
    """Return what was not understood of a source, the most frequent first."""
    rows = db.rows(
        "select name, count, last_ms from store_sourcenote where source = %s order by count desc, name",
        [db.names.source(source)],
    )
    return [NoteRow(name=row[0], count=row[1], last_at=from_ms(row[2])) for row in rows]


def keep_notes(db: Database, source: int, found: Mapping[str, int], now_ms: int) -> None:
    """Add counts of what was not understood."""
    rows = [(source, clean(name)[:_LONGEST_NOTE], count, now_ms) for name, count in sorted(found.items()) if count]
    for row in rows:
        db.run(
            "insert into store_sourcenote (source, name, count, last_ms) values (%s, %s, %s, %s)"
            " on conflict (source, name) do update set count = store_sourcenote.count + excluded.count,"
            " last_ms = excluded.last_ms",
            row,
        )


def _keep_gaps(db: Database, source: int, found: Sequence[Gap], now_ms: int) -> None:
    if not found:
        return
    numbers = bulk.reserve(db, "store_sourcegap", len(found))
    rows = [
        (number, source, ms_or_none(gap.since), ms_or_none(gap.until), clean(gap.why), now_ms)
        for number, gap in zip(numbers, found, strict=True)
    ]
    bulk.insert(db, "store_sourcegap", ("id", "source", "since_ms", "until_ms", "why", "at_ms"), rows)
    db.run(
        "delete from store_sourcegap where source = %s and id <="
        " (select id from store_sourcegap where source = %s order by id desc limit 1 offset %s)",
        [source, source, GAPS_KEPT],
    )


def _month(ms: int) -> int:
    at = from_ms(ms)
    return at.year * 100 + at.month
