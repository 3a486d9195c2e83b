"""Posts that are asked for again, to see whether they still stand; and those that were kept as long as terms allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.base.seam import LIVE, Deletion
from tocsin.base.story import StoryState
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.collecting.rows import CheckRow
from tocsin.store.database import Database, marks
from tocsin.store.write.remove import delete_sightings

AT_ONCE = 500
YOUNG = timedelta(days=7)
DAILY, WEEKLY = timedelta(days=1), timedelta(days=7)
_OPEN_STORIES = tuple(state.value for state in (StoryState.NEW, StoryState.GROWING, StoryState.BACK))


def due_checks(db: Database, source: str, now: datetime, limit: int) -> list[CheckRow]:
    """Return the posts of a source that are to be asked for again at `now`, the longest due first."""
    rows = db.rows(
        "select p.id, p.platform, p.native_id, p.url, p.seen_ms from store_sourcecheck c"
        " join store_post p on p.id = c.post where c.source = %s and c.due_ms <= %s"
        " order by c.due_ms, c.post limit %s",
        [db.names.source(source), to_ms(now), limit],
    )
    return [
        CheckRow(number=row[0], platform=row[1], native_id=row[2], url=row[3] or "", seen_at=from_ms(row[4]))
        for row in rows
    ]


def note_checked(db: Database, source: str, checked: Sequence[CheckRow], now: datetime, every: timedelta) -> None:
    """Note that posts were asked for again, and when they are next: every `every` while their story is open; else daily
    in their first week, and weekly after."""
    number = db.names.source(source)
    for chunk in bulk.chunks(checked, 500):
        open_posts = _in_open_stories(db, [row.number for row in chunk])
        rows = []
        for row in chunk:
            usual = max(every, DAILY if now - row.seen_at < YOUNG else WEEKLY)
            wait = every if row.number in open_posts else usual
            rows.append((to_ms(now + wait), to_ms(now), row.number, number))
        sql = "update store_sourcecheck set due_ms = %s, checked_ms = %s where post = %s and source = %s"
        bulk.update(db, sql, rows)


def put_off(db: Database, source: str, until: datetime) -> None:
    """Ask for nothing again of a source before `until`."""
    sql = "update store_sourcecheck set due_ms = %s where source = %s and due_ms < %s"
    db.run(sql, [to_ms(until), db.names.source(source), to_ms(until)])


def hasten(db: Database, source: str, every: timedelta) -> int:
    """Bring forward the posts whose story opened since they were last asked for; return how many."""
    states = marks(len(_OPEN_STORIES))
    every_ms = int(every.total_seconds() * 1000)
    return db.run(
        "update store_sourcecheck set due_ms = checked_ms + %s where source = %s and checked_ms is not null"
        " and due_ms > checked_ms + %s and post in (select m.post_id from store_mention m join store_story s"
        f" on s.id = m.story_id where s.state in ({states}))",
        [every_ms, db.names.source(source), every_ms, *_OPEN_STORIES],
    )


def enrol(db: Database, source: int, posts: Sequence[int], at_ms: int) -> None:
    """Let stored posts of a source be asked for again, first at `at_ms`; those that are already keep their turn."""
    rows = [(post, source, at_ms) for post in posts]
    bulk.insert_new(db, "store_sourcecheck", ("post", "source", "due_ms"), rows)


def sources_of(db: Database, post: int, adapter: str) -> list[str]:
    """Return the sources of one kind through which a post was seen, by name."""
    rows = db.rows(
        "select s.name from store_sighting g join store_source s on s.id = g.source_id"
        " where g.post_id = %s and s.adapter = %s order by s.name",
        [post, adapter],
    )
    return [name for (name,) in rows]


def let_go(db: Database, source: str, before: datetime, now: datetime) -> int:
    """Take away at most `AT_ONCE` sightings of a source from before an instant; return how many, 0 at the end.

    A post that no other source saw goes whole, and a tombstone keeps it out.
    """
    number, world = db.names.source(source), db.names.timeline(LIVE)
    with db.transaction():
        db.one_writer(f"world {world}")
        db.run("delete from store_unmatched where source_id = %s and at_ms < %s", [number, to_ms(before)])
        rows = db.rows(
            "select p.platform, p.native_id from store_sighting g join store_post p on p.id = g.post_id"
            " where g.source_id = %s and g.seen_ms < %s and p.world_id = %s order by g.post_id limit %s",
            [number, to_ms(before), world, AT_ONCE],
        )
        gone = [Deletion(platform=row[0], native_id=row[1], reason="kept as long as its terms allow") for row in rows]
        delete_sightings(db, world, number, gone, to_ms(now))
    return len(rows)


def _in_open_stories(db: Database, posts: Sequence[int]) -> set[int]:
    rows = db.rows(
        "select distinct m.post_id from store_mention m join store_story s on s.id = m.story_id"
        f" where m.post_id in ({marks(len(posts))}) and s.state in ({marks(len(_OPEN_STORIES))})",
        [*posts, *_OPEN_STORIES],
    )
    return {post for (post,) in rows}
