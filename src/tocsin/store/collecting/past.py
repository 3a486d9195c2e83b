"""The reading of a source back to a date: begun, moved on, stopped, resumed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.time import from_ms, to_ms
from tocsin.store.collecting.rows import PastRow, PastState, PastStep
from tocsin.store.database import Database, Row
from tocsin.store.map import at_or_none, clean, ms_or_none, to_json

_COLUMNS = (
    "s.name, p.since_ms, p.state, p.started_ms, p.ended_ms, p.next_ms, p.oldest_ms, p.newest_ms, p.posts, p.failures,"
    " p.error_template, p.error_params"
)
_FROM = "store_sourcepast p join store_source s on s.id = p.source"


def past_timeline(source: str) -> str:
    """Return the timeline on which the past of a source stands."""
    return f"backfill:{source}"


def start(db: Database, source: str, since: datetime, now: datetime) -> None:
    """Read a source back to `since`: one that was stopped on its way to the same date goes on, any other begins."""
    number = db.names.source(source)
    timeline = db.names.timeline(past_timeline(source))
    with db.transaction():
        again = db.run(
            "update store_sourcepast set state = %s, ended_ms = null, next_ms = null, failures = 0,"
            " error_template = '', error_params = '{}' where source = %s and since_ms = %s"
            " and state in ('running', 'stopped', 'failed')",
            [PastState.RUNNING.value, number, to_ms(since)],
        )
        if again:
            return
        db.run("delete from store_sourcepast where source = %s", [number])
        db.run("update store_cursor set cursor = '' where source_id = %s and timeline_id = %s", [number, timeline])
        db.run(
            "insert into store_sourcepast (source, since_ms, state, started_ms, posts, failures, error_template,"
            " error_params) values (%s, %s, %s, %s, 0, 0, '', '{}')",
            [number, to_ms(since), PastState.RUNNING.value, to_ms(now)],
        )


def stop(db: Database, source: str, now: datetime) -> bool:
    """Stop the reading of a past where it is; False when none was under way."""
    sql = "update store_sourcepast set state = %s, ended_ms = %s where source = %s and state = %s"
    number = db.names.source(source)
    return db.run(sql, [PastState.STOPPED.value, to_ms(now), number, PastState.RUNNING.value]) > 0


def pasts(db: Database) -> list[PastRow]:
    """Return the pasts of all listed sources, by the name of the source."""
    return [_row(row) for row in db.rows(f"select {_COLUMNS} from {_FROM} where s.listed order by s.name")]


def step(db: Database, source: int, one: PastStep, now_ms: int) -> None:
    """Note what a page brought."""
    low, high = ms_or_none(one.oldest_at), ms_or_none(one.newest_at)
    least = "case when oldest_ms is null or oldest_ms > %s then %s else oldest_ms end"
    most = "case when newest_ms is null or newest_ms < %s then %s else newest_ms end"
    db.run(
        f"update store_sourcepast set posts = posts + %s, oldest_ms = {least if low is not None else 'oldest_ms'},"
        f" newest_ms = {most if high is not None else 'newest_ms'}, failures = 0, error_template = '',"
        " error_params = '{}', next_ms = %s where source = %s",
        [
            one.posts,
            *((low, low) if low is not None else ()),
            *((high, high) if high is not None else ()),
            ms_or_none(one.next_at),
            source,
        ],
    )
    if one.is_last:
        end(db, source, now_ms)


def end(db: Database, source: int, now_ms: int) -> None:
    """Note that nothing more is to come."""
    sql = "update store_sourcepast set state = %s, ended_ms = %s, next_ms = null where source = %s and state = %s"
    db.run(sql, [PastState.DONE.value, now_ms, source, PastState.RUNNING.value])


def note_error(db: Database, source: str, error: SourceError, next_at: datetime | None, now: datetime) -> None:
    """Note a failure with its sentence; one that is for good ends the reading until its owner starts it again."""
    number = db.names.source(source)
    db.run(
        "update store_sourcepast set failures = failures + 1, error_template = %s, error_params = %s, next_ms = %s"
        " where source = %s",
        [
            error.template,
            clean(to_json({name: str(value) for name, value in error.params.items()})),
            ms_or_none(next_at),
            number,
        ],
    )
    if error.permanent:
        sql = "update store_sourcepast set state = %s, ended_ms = %s where source = %s and state = %s"
        db.run(sql, [PastState.FAILED.value, to_ms(now), number, PastState.RUNNING.value])


def _row(row: Row) -> PastRow:
    return PastRow(
        source=row[0],
        since=from_ms(row[1]),
        state=PastState(row[2]),
        started_at=from_ms(row[3]),
        ended_at=at_or_none(row[4]),
        next_at=at_or_none(row[5]),
        oldest_at=at_or_none(row[6]),
        newest_at=at_or_none(row[7]),
        posts=row[8],
        failures=row[9],
        error=row[10],
        error_params=msgspec.json.decode(row[11]),
    )
