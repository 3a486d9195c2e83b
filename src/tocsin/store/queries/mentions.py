"""Mentions, the posts of a story, and the posts no watch wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.errors import NotFoundError
from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.seam import LIVE, world_of
from tocsin.base.time import MINUTE_MS, from_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import AUTHOR_COLUMNS, POST_COLUMNS, READING_COLUMNS, author_of, post_key, post_of, verdict_of
from tocsin.store.rows import MentionRow, RejectedEntry

_POSTS = ", ".join(f"p.{column}" for column in POST_COLUMNS)
_AUTHORS = ", ".join(f"a.{column}" for column in AUTHOR_COLUMNS)
_READINGS = ", ".join(f"m.{column}" for column in READING_COLUMNS)
SELECT = (
    f"select m.id, m.timeline_id, m.minute, m.source, coalesce(s.name, ''), m.brand_id, w.name, r.name,"
    f" {_READINGS}, {_AUTHORS}, {_POSTS}"
    " from store_mention m join store_post p on p.id = m.post_id join store_watch w on w.id = m.watch_id"
    " join store_reading r on r.id = m.version_id left join store_author a on a.id = p.author_id"
    " left join store_story s on s.id = m.story_id"
)
_FIRST = 8
_READ = _FIRST + len(READING_COLUMNS)
_WROTE = _READ + len(AUTHOR_COLUMNS)


def mention_of(db: Database, row: Row) -> MentionRow:
    """Return the mention of a row of `SELECT`."""
    verdict, spans = verdict_of(row[_FIRST:_READ], row[7])
    post = post_of(row[_WROTE:], author_of(row[_READ:_WROTE]))
    brand = db.names.name_of("brand", row[5])
    return MentionRow(
        row=row[0],
        timeline=db.names.name_of("timeline", row[1]),
        minute=row[2],
        source=db.names.name_of("source", row[3]),
        story=row[4],
        mention=Mention(brand=brand, watch=row[6], post=post, spans=spans, verdict=verdict, own=bool(row[_FIRST])),
    )


def mention(db: Database, row: int) -> MentionRow:
    """Return a mention by its number. Raises NotFoundError."""
    found = db.row(f"{SELECT} where m.id = %s", [row])
    if found is None:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row)
    return mention_of(db, found)


def latest_mentions(
    db: Database, brand: str, *, world: str = LIVE, limit: int = 100, before: tuple[int, int] | None = None
) -> list[MentionRow]:
    """Return the distinct posts of a brand, newest first. before: (minute, row) of the last of the page before."""
    where, params = "", [db.names.brand(brand), db.names.find_timeline(world)]
    if before is not None:
        where = " and (m.minute, m.id) < (%s, %s)"
        params.extend(before)
    rows = db.rows(
        f"select m.id from store_mention m where m.lead and m.brand_id = %s and m.world_id = %s{where}"
        " order by m.minute desc, m.id desc limit %s",
        [*params, limit],
    )
    return mentions_of(db, [row for (row,) in rows])


def mentions_of(db: Database, rows: Sequence[int]) -> list[MentionRow]:
    """Return the mentions of these numbers, in their order: found by the index first, so that no plan reads more."""
    found: dict[int, MentionRow] = {}
    for chunk in bulk.chunks(rows):
        for row in db.rows(f"{SELECT} where m.id in ({marks(len(chunk))})", list(chunk)):
            found[row[0]] = mention_of(db, row)
    return [found[row] for row in rows if row in found]


def story_mentions(db: Database, name: str, timeline: str | None = None, limit: int = 100) -> list[MentionRow]:
    """Return the distinct posts of a story, oldest first; timeline: None for the story of that id on any."""
    where, params = "name = %s", [name]  # type: tuple[str, list[object]]
    if timeline is not None:
        where, params = "name = %s and timeline_id = %s", [name, db.names.find_timeline(timeline)]
    number = db.value(f"select id from store_story where {where} order by id limit 1", params)
    rows = db.rows(f"{SELECT} where m.story_id = %s order by m.minute, m.id limit %s", [number, limit])
    return [mention_of(db, row) for row in rows]


def alert_mentions(db: Database, alert: Alert, limit: int) -> list[MentionRow]:
    """Return the posts to read first about an alert, the most severe first.

    Of a single dangerous post: itself. Of a surge: those of its story, or of its window when no story carries it.
    """
    if alert.subject.isdigit() and alert.cause is AlertCause.DANGER:
        row = db.row(f"{SELECT} where m.id = %s", [int(alert.subject)])
        return [] if row is None else [mention_of(db, row)]
    timeline = db.names.find_timeline(alert.timeline)
    order = "order by m.severity desc, m.minute desc, m.id limit %s"
    if alert.story:
        rows = db.rows(
            f"{SELECT} where m.story_id = (select id from store_story where timeline_id = %s and name = %s) {order}",
            [timeline, alert.story, limit],
        )
        if rows:
            return [mention_of(db, row) for row in rows]
    span = db.row("select since_ms, at_ms from store_surge where id = %s", [alert.subject])
    if span is None:
        return []
    rows = db.rows(
        f"{SELECT} where m.lead and m.brand_id = %s and m.world_id = %s and m.minute >= %s and m.minute <= %s"
        f" and m.timeline_id = %s {order}",
        [
            db.names.brand(alert.brand),
            db.names.timeline(world_of(alert.timeline)),
            span[0] // MINUTE_MS,
            span[1] // MINUTE_MS,
            timeline,
            limit,
        ],
    )
    return [mention_of(db, row) for row in rows]


def recent_posts(db: Database, limit: int, world: str = LIVE) -> list[Post]:
    """Return the posts that came in last, kept or not wanted by any watch, newest first, at most `limit`."""
    rows = db.rows(
        f"select {_AUTHORS}, {_POSTS} from store_post p left join store_author a on a.id = p.author_id"
        " where p.world_id = %s order by p.id desc limit %s",
        [db.names.find_timeline(world), limit],
    )
    kept = [post_of(row[len(AUTHOR_COLUMNS) :], author_of(row[: len(AUTHOR_COLUMNS)])) for row in rows]
    both = {post.key: post for post in [*unmatched(db, limit), *kept]}
    return sorted(both.values(), key=lambda post: (post.seen_at, post.created_at, post.key), reverse=True)[:limit]


def posts_after(db: Database, number: int, limit: int, world: str = LIVE) -> tuple[int, list[Post]]:
    """Return the next kept posts in the order they came in, and the number to go on after; none at the end."""
    rows = db.rows(
        f"select p.id, {_AUTHORS}, {_POSTS} from store_post p left join store_author a on a.id = p.author_id"
        " where p.world_id = %s and p.id > %s order by p.id limit %s",
        [db.names.find_timeline(world), number, limit],
    )
    authors = 1 + len(AUTHOR_COLUMNS)
    posts = [post_of(row[authors:], author_of(row[1:authors])) for row in rows]
    return (rows[-1][0] if rows else number), posts


def post(db: Database, world: str, platform: str, native_id: str) -> Post | None:
    """Return a stored post, or None."""
    row = db.row(
        f"select {_AUTHORS}, {_POSTS} from store_post p left join store_author a on a.id = p.author_id"
        " where p.world_id = %s and p.key = %s",
        [db.names.find_timeline(world), post_key(platform, native_id)],
    )
    if row is None:
        return None
    return post_of(row[len(AUTHOR_COLUMNS) :], author_of(row[: len(AUTHOR_COLUMNS)]))


def revisions(db: Database, world: str, platform: str, native_id: str) -> list[tuple[datetime, str, str]]:
    """Return what a post said before: (when the change was seen, title, text), oldest first."""
    rows = db.rows(
        "select r.seen_ms, r.title, r.text from store_revision r join store_post p on p.id = r.post_id"
        " where p.world_id = %s and p.key = %s order by r.id",
        [db.names.find_timeline(world), post_key(platform, native_id)],
    )
    return [(from_ms(ms), title, text) for ms, title, text in rows]


def unmatched(db: Database, limit: int = 1000) -> list[Post]:
    """Return posts no watch wanted, newest first."""
    rows = db.rows("select body from store_unmatched order by id desc limit %s", [limit])
    return [msgspec.json.decode(body, type=Post) for (body,) in rows]


def rejects(db: Database, source: str, limit: int = 100) -> list[RejectedEntry]:
    """Return the last entries of a source that could not become posts, newest first."""
    rows = db.rows(
        "select t.name, r.at_ms, r.line, r.why, r.params, r.raw from store_rejectrow r"
        " join store_timeline t on t.id = r.timeline_id where r.source_id = %s order by r.id desc limit %s",
        [db.names.source(source), limit],
    )
    return [
        RejectedEntry(
            source=source,
            timeline=row[0],
            at=from_ms(row[1]),
            line=row[2],
            why=row[3],
            params=msgspec.json.decode(row[4]),
            raw=row[5],
        )
        for row in rows
    ]
