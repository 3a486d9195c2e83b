"""Sources and timelines: how far each was read, how it fares, and how far time has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import InputError, NotFoundError, SourceError
from tocsin.base.seam import LIVE
from tocsin.base.time import MINUTE_MS, from_ms, minute_of, to_ms
from tocsin.collect.adapter import Source
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.map import at_or_none, author_id, clean, ms_or_none, to_json
from tocsin.store.rows import SourceRow

# A collector writes a sign of life at least every 10 s; six missed ones and it no longer holds the clock back.
SILENT_S = 60
_LONGEST_NAME = 200


class SourceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a source brought since it was added, on all timelines: posts read; of these, unwanted and unreadable."""

    posts: int = 0
    unmatched: int = 0
    unreadable: int = 0

    @property
    def wanted(self) -> int:
        """How many of the posts concerned a brand."""
        return max(0, self.posts - self.unmatched - self.unreadable)


# fmt: off
_COLUMNS = (
    "s.name, s.adapter, s.options, s.time_zone, s.brand, s.enabled, s.stopped, s.last_good_ms, s.next_ms, s.failures,"
    " s.error_ms, s.error_template, s.error_params,"
    " (select max(c.heartbeat_ms) from store_cursor c where c.source_id = s.id)"
)
# fmt: on
_HEARTBEAT = (
    "insert into store_cursor (source_id, timeline_id, cursor, heartbeat_ms, posts, unmatched, unreadable,"
    " rules_version, stage_version) values (%s, %s, '', %s, 0, 0, 0, '', '')"
    " on conflict (source_id, timeline_id) do update set heartbeat_ms = excluded.heartbeat_ms"
    " where store_cursor.heartbeat_ms is null or store_cursor.heartbeat_ms < excluded.heartbeat_ms"
)


def save_source(db: Database, source: Source, brand: str = "", *, enabled: bool = True) -> None:
    """Create a source or change it; a stopped one starts again. `brand`: the only one it serves, or "" for all."""
    save_sources(db, [source], brand, enabled=enabled)


def save_sources(db: Database, wanted: Sequence[Source], brand: str = "", *, enabled: bool = True) -> None:
    """Create sources or change them, all at once."""
    for source in wanted:
        if not 0 < len(source.name) <= _LONGEST_NAME:
            raise InputError("The name of a source has 1 to 200 letters; {name!r} does not.", name=source.name)
    if brand:
        db.names.brand(brand)
    # fmt: off
    columns = (
        "name", "adapter", "time_zone", "options", "brand", "listed", "enabled", "stopped", "failures", "next_ms",
        "error_template", "error_params",
    )
    # fmt: on
    rest = (brand, True, enabled, False, 0, None, "", "{}")
    rows = [(source.name, source.adapter, source.time_zone, to_json(source.options), *rest) for source in wanted]
    bulk.upsert(db, "store_source", columns, ("name",), rows)


def remove_source(db: Database, name: str) -> None:
    """Stop reading a source and list it no more; its posts stay. Raises NotFoundError."""
    sql = "update store_source set listed = %s, enabled = %s where name = %s and listed"
    if not db.run(sql, [False, False, name]):
        raise NotFoundError("There is no source {name!r}. Add it, or mend the name.", name=name)


def sources(db: Database) -> list[SourceRow]:
    """Return the sources that were set up, by name; imported files are none of them."""
    return [_row(row) for row in db.rows(f"select {_COLUMNS} from store_source s where s.listed order by s.name")]


def source_figures(db: Database) -> dict[str, SourceFigures]:
    """Return what each source brought, by its name."""
    rows = db.rows(
        "select s.name, sum(c.posts), sum(c.unmatched), sum(c.unreadable) from store_cursor c"
        " join store_source s on s.id = c.source_id where s.listed group by s.name"
    )
    return {
        str(name): SourceFigures(posts=int(posts), unmatched=int(unmatched), unreadable=int(unreadable))
        for name, posts, unmatched, unreadable in rows
    }


def due_sources(db: Database, now: datetime) -> list[SourceRow]:
    """Return the sources that are on and whose next read has come, the longest due first."""
    rows = db.rows(
        f"select {_COLUMNS} from store_source s where s.enabled and not s.stopped"
        " and (s.next_ms is null or s.next_ms <= %s) order by coalesce(s.next_ms, 0), s.name",
        [to_ms(now)],
    )
    return [_row(row) for row in rows]


def cursor(db: Database, source: str, timeline: str) -> str:
    """Return how far the source was read on the timeline; "" at the beginning."""
    found = db.value(
        "select cursor from store_cursor where source_id = %s and timeline_id = %s",
        [db.names.find_source(source), db.names.find_timeline(timeline)],
    )
    return str(found or "")


def posts_of_author(db: Database, source: str, platform: str, handle: str) -> list[str]:
    """Return the native ids of all that a source gave of an account, kept for a brand or in the ring, sorted."""
    number, author = db.names.find_source(source), author_id(platform, handle)
    rows = db.rows(
        "select p.native_id from store_post p join store_sighting s on s.post_id = p.id"
        " where p.author_id = %s and s.source_id = %s"
        " union select u.native_id from store_unmatched u where u.author = %s and u.source_id = %s",
        [author, number, author, number],
    )
    return sorted(native_id for (native_id,) in rows)


def heartbeat(db: Database, source: str, timeline: str, at: datetime) -> None:
    """Note a sign of life of the collector of a source; it never goes back."""
    db.run(_HEARTBEAT, [db.names.source(source), db.names.timeline(timeline), to_ms(at)])


def heartbeats(db: Database, timeline: str, at: Mapping[str, datetime]) -> None:
    """Note signs of life of many collectors in one transaction, by source; none goes back."""
    number = db.names.timeline(timeline)
    with db.transaction():
        bulk.update(db, _HEARTBEAT, [(db.names.source(name), number, to_ms(when)) for name, when in sorted(at.items())])


def note_good(db: Database, source: str, at: datetime, next_at: datetime | None) -> None:
    """Note a good read: failures are forgotten. `next_at`: None when it is read as it comes, or at once."""
    db.run(
        "update store_source set last_good_ms = %s, next_ms = %s, failures = 0, error_ms = null, error_template = '',"
        " error_params = '{}' where id = %s",
        [to_ms(at), ms_or_none(next_at), db.names.source(source)],
    )


def note_error(db: Database, source: str, at: datetime, error: SourceError, next_at: datetime | None) -> None:
    """Note a failed read with its sentence; a permanent failure stops the source until its owner saves it again."""
    db.run(
        "update store_source set failures = failures + 1, error_ms = %s, error_template = %s, error_params = %s,"
        " next_ms = %s, stopped = %s where id = %s",
        [
            to_ms(at),
            error.template,
            clean(to_json({name: str(value) for name, value in error.params.items()})),
            ms_or_none(next_at),
            error.permanent,
            db.names.source(source),
        ],
    )


def watermark(db: Database, timeline: str, now: datetime) -> int:
    """Return the last minute that may be closed: before it nothing more is expected.

    Live: the minute before the least heartbeat of the collectors heard in the last 60 s, or before `now` if none was.
    Other timelines: what `set_watermark` said, -1 at first.
    """
    if timeline != LIVE:
        found = db.value("select watermark from store_timeline where name = %s", [timeline])
        return -1 if found is None else int(found)
    least = db.value(
        "select min(c.heartbeat_ms) from store_cursor c join store_source s on s.id = c.source_id"
        " where c.timeline_id = %s and s.enabled and not s.stopped and c.heartbeat_ms >= %s",
        [db.names.find_timeline(timeline), to_ms(now) - SILENT_S * 1000],
    )
    return (minute_of(now) if least is None else min(least // MINUTE_MS, minute_of(now))) - 1


def set_watermark(db: Database, timeline: str, minute: int) -> None:
    """Move the watermark of a timeline that is not live; it never goes back."""
    number = db.names.timeline(timeline)
    db.run("update store_timeline set watermark = %s where id = %s and watermark < %s", [minute, number, minute])


def timelines(db: Database) -> list[str]:
    """Return the names of all timelines, by name."""
    return [name for (name,) in db.rows("select name from store_timeline order by name")]


def open_backfills(db: Database) -> list[str]:
    """Return the names of the back-fills that hold posts whose minutes are not closed yet, by name."""
    rows = db.rows(
        "select t.name from store_timeline t where t.kind = 'backfill' and exists"
        " (select 1 from store_mention m where m.pending and m.timeline_id = t.id) order by t.name"
    )
    return [name for (name,) in rows]


def lease(db: Database, shard: str, holder: str, now: datetime, ttl: timedelta) -> bool:
    """Take or renew the right to work on a shard for `ttl`; False when another holder has it."""
    now_ms = to_ms(now)
    changed = db.run(
        "insert into store_lease (shard, holder, until_ms) values (%s, %s, %s)"
        " on conflict (shard) do update set holder = excluded.holder, until_ms = excluded.until_ms"
        " where store_lease.holder = excluded.holder or store_lease.until_ms <= %s",
        [shard, holder, to_ms(now + ttl), now_ms],
    )
    return changed == 1


def _row(row: Row) -> SourceRow:
    return SourceRow(
        source=Source(name=row[0], adapter=row[1], options=msgspec.json.decode(row[2]), time_zone=row[3]),
        brand=row[4],
        enabled=bool(row[5]),
        stopped=bool(row[6]),
        last_good_at=at_or_none(row[7]),
        next_at=at_or_none(row[8]),
        failures=row[9],
        error_at=at_or_none(row[10]),
        last_error=row[11],
        last_error_params=msgspec.json.decode(row[12]),
        heartbeat_at=None if row[13] is None else from_ms(row[13]),
    )
