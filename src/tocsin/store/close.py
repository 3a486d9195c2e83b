"""Closing minutes: what waits, what stories are alive, and the one transaction that moves a brand forward."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.seam import BrandMinute, Event, OutboxRow, TimelineKind, world_of
from tocsin.base.story import MentionDigest, Story
from tocsin.base.surge import Surge
from tocsin.base.time import to_ms
from tocsin.store import bulk
from tocsin.store.affairs.digests import digests, waiting_digests
from tocsin.store.affairs.rearrange import Joined, join, place_told
from tocsin.store.database import Database, marks
from tocsin.store.map import (
    ALERT_COLUMNS,
    STORY_COLUMNS,
    SURGE_COLUMNS,
    alert_row,
    story_of,
    story_row,
    surge_row,
)
from tocsin.store.write.counts import add_story_counts
from tocsin.store.write.tell import keep_events, keep_outbox


class ClosedRange(msgspec.Struct, frozen=True, kw_only=True):
    """What closing the minutes from `from_minute` to `to_minute`, both included, gave.

    from_minute may lie before the last closed one when late posts came; then nothing is reopened.
    assignments: (row of the mention, id of its story, or "" for none). stories: new and changed, whole.
    told: the same for mentions whose story people had said, wherever in the world it stands; it is made anew.
    adopted: stories of back-fills that go on here, with the back-fill of each. lent: the generation, by back-fill,
    under which these were read. joined: stories that became one, in the order in which that was seen.
    """

    timeline: str
    brand: str
    from_minute: int
    to_minute: int
    assignments: Sequence[tuple[int, str]] = ()
    stories: Sequence[Story] = ()
    told: Sequence[tuple[int, str]] = ()
    adopted: Mapping[str, str] = {}
    lent: Mapping[str, int] = {}
    joined: Sequence[Joined] = ()
    fold_version: str = ""
    fold_state: bytes | None = None
    surges: Sequence[Surge] = ()
    alerts: Sequence[Alert] = ()
    events: Sequence[Event] = ()
    outbox: Sequence[OutboxRow] = ()


class FoldRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Where a brand stands on a timeline. closed_minute: -1 before the first close. state: None before the first fold.

    generation: to hand back with the next close, which is refused if another came first.
    """

    closed_minute: int = -1
    generation: int = 0
    version: str = ""
    state: bytes | None = None


def fold_record(db: Database, timeline: str, brand: str) -> FoldRecord:
    """Return where the brand stands on the timeline."""
    row = db.row(
        "select closed_minute, generation, version, state from store_foldstate"
        " where timeline_id = %s and brand_id = %s",
        [db.names.find_timeline(timeline), db.names.brand(brand)],
    )
    if row is None:
        return FoldRecord()
    state = None if row[3] is None else bytes(row[3])
    return FoldRecord(closed_minute=row[0], generation=row[1], version=row[2], state=state)


def newest_backfill_state(db: Database, brand: str, version: str) -> bytes | None:
    """Return the state that the fold of this version left on the brand's back-fill that reaches furthest, or None."""
    found = db.value(
        "select f.state from store_foldstate f join store_timeline t on t.id = f.timeline_id where t.kind = 'backfill'"
        " and f.brand_id = %s and f.version = %s and f.state is not null order by f.closed_minute desc, t.name limit 1",
        [db.names.brand(brand), version],
    )
    return None if found is None else bytes(found)


def brands_pending(db: Database, timeline: str, upto: int) -> list[str]:
    """Return the slugs of the brands that have posts to close up to and with the minute `upto`."""
    rows = db.rows(
        "select b.slug from store_brand b where exists (select 1 from store_mention m where m.pending"
        " and m.timeline_id = %s and m.brand_id = b.id and m.minute <= %s) order by b.slug",
        [db.names.find_timeline(timeline), upto],
    )
    return [slug for (slug,) in rows]


def pending_minutes(db: Database, timeline: str, brand: str, upto: int, limit_rows: int) -> list[BrandMinute]:
    """Return what waits up to and with `upto`, oldest minute first: whole minutes, until `limit_rows` are reached.

    Each holds the distinct posts of the brand, sorted by (platform, native_id). Late posts come first, being older.
    """
    number = db.names.find_timeline(timeline)
    if number is None:
        return []
    where = "m.pending and m.timeline_id = %s and m.brand_id = %s and m.minute <= %s"
    params = [number, db.names.brand(brand)]
    return _whole_minutes(db, (where, params, upto), (timeline, brand), limit_rows, waits=True)


def past_minutes(db: Database, world: str, brand: str, after: int, limit_rows: int) -> list[BrandMinute]:
    """Return the closed minutes of a brand after the minute `after`, oldest first, with the stories they were given.

    All timelines of a world are one past: what was back-filled, and what was live.
    """
    number = db.names.find_timeline(world)
    if number is None:
        return []
    where = "not m.pending and m.lead and m.world_id = %s and m.brand_id = %s and m.minute > %s"
    params = [number, db.names.brand(brand)]
    return _whole_minutes(db, (where, params, after), (world, brand), limit_rows)


def _whole_minutes(
    db: Database, which: tuple[str, list[Any], int], owner: tuple[str, str], limit_rows: int, *, waits: bool = False
) -> list[BrandMinute]:
    where, place, bound = which
    timeline, brand = owner
    # One row more than asked for tells whether the last minute is whole; the index ends the reading there.
    heads = [
        minute
        for (minute,) in db.rows(
            f"select m.minute from store_mention m where {where} order by m.minute limit %s",
            [*place, bound, limit_rows + 1],
        )
    ]
    if not heads:
        return []
    first, last = heads[0], heads[-1]
    if len(heads) > limit_rows and last > first:
        last = max(minute for minute in heads if minute < last)
    minutes: dict[int, list[tuple[MentionDigest, str]]] = {}
    span = f"where {where} and m.minute >= %s and m.minute <= %s"
    read = partial(waiting_digests, db, brand, world_of(timeline)) if waits else partial(digests, db, brand)
    for pair in read(span, [*place, bound, first, last]):
        minutes.setdefault(pair[0].minute, []).append(pair)
    found = []
    for minute in sorted(minutes):
        pairs = sorted(minutes[minute], key=lambda pair: (pair[0].platform, pair[0].native_id))
        found.append(
            BrandMinute(
                brand=brand,
                timeline=timeline,
                minute=minute,
                mentions=[digest for digest, _ in pairs],
                stories=[story for _, story in pairs],
            )
        )
    return found


def active_stories(db: Database, timeline: str, brand: str, since: datetime) -> list[Story]:
    """Return the stories of a brand with a post at or after the instant, oldest first."""
    rows = db.rows(
        f"select {', '.join(STORY_COLUMNS)} from store_story where timeline_id = %s and brand_id = %s and last_ms >= %s"
        " order by first_ms, name",
        [db.names.find_timeline(timeline), db.names.brand(brand), to_ms(since)],
    )
    return [story_of(row, brand, timeline) for row in rows]


class Lent(msgspec.Struct, frozen=True, kw_only=True):
    """Stories of back-fills that may go on live. back_fills: where each stands, by id. generations: by back-fill."""

    stories: Sequence[Story] = ()
    back_fills: Mapping[str, str] = {}
    generations: Mapping[str, int] = {}


def lent_stories(db: Database, timeline: str, brand: str, since: datetime, limit: int) -> Lent:
    """Return the stories that the back-fills of a timeline's world lend it: the newest with a post since an instant."""
    home = db.names.find_timeline(timeline)
    places = db.rows(
        "select t.id, t.name, f.generation from store_timeline t join store_foldstate f on f.timeline_id = t.id"
        " where t.kind = %s and t.world_id = %s and f.brand_id = %s order by t.name",
        [TimelineKind.BACKFILL.value, home, db.names.brand(brand)],
    )
    found: list[tuple[int, Story, str]] = []
    for number, name, _ in places:
        rows = db.rows(
            f"select {', '.join(STORY_COLUMNS)} from store_story s where timeline_id = %s and brand_id = %s"
            " and last_ms >= %s and not exists"
            " (select 1 from store_story o where o.timeline_id = %s and o.name = s.name)"
            " order by last_ms desc limit %s",
            [number, db.names.brand(brand), to_ms(since), home, limit],
        )
        found += [(row[6], story_of(row, brand, timeline), name) for row in rows]
    newest = sorted(found, key=lambda one: (-one[0], one[1].id))[:limit]
    return Lent(
        stories=[story for _, story, _ in newest],
        back_fills={story.id: name for _, story, name in newest},
        generations={name: generation for _, name, generation in places},
    )


def commit_close(db: Database, closed: ClosedRange, generation: int | None = None) -> bool:
    """Write all that closing gave, or nothing and False if another closed first.

    generation: of the `FoldRecord` the work began from; None trusts the mentions alone, all of which must still wait.
    """
    timeline, brand = db.names.timeline(closed.timeline), db.names.brand(closed.brand)
    try:
        with db.transaction():
            # A deletion takes from the same stories and counts: one after the other, never each waiting for the other.
            db.one_writer(f"world {db.names.timeline(world_of(closed.timeline))}")
            _move_on(db, timeline, brand, closed, generation)
            _adopt(db, timeline, brand, closed)
            _keep_stories(db, timeline, brand, closed.stories)
            _assign(db, timeline, brand, closed.assignments)
            _assign(db, timeline, brand, [(row, "") for row, _ in closed.told])
            rows = [(timeline, brand, *surge_row(surge)) for surge in closed.surges]
            bulk.upsert(db, "store_surge", ("timeline_id", "brand_id", *SURGE_COLUMNS), ("id",), rows)
            bulk.insert_new(db, "store_alert", ALERT_COLUMNS, [alert_row(alert) for alert in closed.alerts])
            keep_events(db, closed.events)
            keep_outbox(db, closed.outbox)
            for pair in closed.joined:
                join(db, closed.brand, closed.timeline, pair)
            place_told(db, closed.brand, closed.timeline, closed.told)
    except _TakenError:
        return False
    return True


class _TakenError(Exception):
    """Another process closed these minutes first: undo what this one wrote."""


def _move_on(db: Database, timeline: int, brand: int, closed: ClosedRange, generation: int | None) -> None:
    """Compare and swap the generation, and never let the last closed minute go back."""
    db.run(
        "insert into store_foldstate (timeline_id, brand_id, closed_minute, generation, version, state)"
        " values (%s, %s, -1, 0, '', null) on conflict (timeline_id, brand_id) do nothing",
        [timeline, brand],
    )
    moved = db.run(
        "update store_foldstate set closed_minute = case when closed_minute > %s then closed_minute else %s end,"
        " generation = generation + 1, version = %s, state = %s"
        " where timeline_id = %s and brand_id = %s and generation = coalesce(%s, generation)",
        [
            closed.to_minute,
            closed.to_minute,
            closed.fold_version,
            closed.fold_state,
            timeline,
            brand,
            generation,
        ],
    )
    if moved != 1:
        raise _TakenError


def _adopt(db: Database, timeline: int, brand: int, closed: ClosedRange) -> None:
    """Let stories of back-fills go on here, unless one of these was closed further since they were read."""
    for back_fill in sorted(set(closed.adopted.values())):
        place = db.names.timeline(back_fill)
        moved = db.run(
            "update store_foldstate set generation = generation + 1"
            " where timeline_id = %s and brand_id = %s and generation = %s",
            [place, brand, closed.lent.get(back_fill, -1)],
        )
        if moved != 1:
            raise _TakenError
        names = sorted(name for name, origin in closed.adopted.items() if origin == back_fill)
        for chunk in bulk.chunks(names):
            sql = f"update store_story set timeline_id = %s where timeline_id = %s and name in ({marks(len(chunk))})"
            db.run(sql, [timeline, place, *chunk])


def _keep_stories(db: Database, timeline: int, brand: int, stories: Sequence[Story]) -> None:
    columns = ("timeline_id", "brand_id", *STORY_COLUMNS)
    rows = [(timeline, brand, *story_row(story)) for story in stories]
    bulk.upsert(db, "store_story", columns, ("timeline_id", "name"), rows)


def _assign(db: Database, timeline: int, brand: int, assignments: Sequence[tuple[int, str]]) -> None:
    """Give each mention its story; one whose post was deleted meanwhile changes nothing."""
    stories: dict[str, int] = {}
    for chunk in bulk.chunks(sorted({name for _, name in assignments if name})):
        sql = f"select name, id from store_story where timeline_id = %s and name in ({marks(len(chunk))})"
        stories.update(dict(db.rows(sql, [timeline, *chunk])))
    minutes: dict[int, int] = {}
    for chunk in bulk.chunks(sorted({row for row, _ in assignments})):
        sql = f"select id, minute, pending from store_mention where brand_id = %s and id in ({marks(len(chunk))})"
        for row, minute, pending in db.rows(sql, [brand, *chunk]):
            if not pending:
                raise _TakenError
            minutes[row] = minute
    told = {row: stories[name] if name else None for row, name in assignments if row in minutes}
    bulk.update(
        db,
        "update store_mention set pending = %s, story_id = %s where id = %s",
        [(False, story, row) for row, story in sorted(told.items())],
    )
    counts = Counter((story, minutes[row]) for row, story in told.items() if story is not None)
    add_story_counts(db, brand, [(story, minute, posts) for (story, minute), posts in sorted(counts.items())])
