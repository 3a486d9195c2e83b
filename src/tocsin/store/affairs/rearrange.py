"""Put posts of one story into another, or into one of their own, as a person says; and back again.

A move is kept as a label of the story, with the rows it moved. The close that may be running is made to begin again:
otherwise it would write back the stories as it knew them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.ids import stable_id
from tocsin.base.kind import Tone
from tocsin.base.seam import LIVE
from tocsin.base.story import MentionDigest, Story
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.affairs.reads import find_stories
from tocsin.store.affairs.rows import Move, StoryFilter, StoryLine
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import STORY_COLUMNS, story_of, story_row, unpack_bands
from tocsin.store.write.counts import add_story_counts
from tocsin.story.merge import have_converged
from tocsin.story.remake import remake

MOVED, MOVED_BACK = "moved", "moved_back"
MOST_MOVED = 50_000
_MOST_LEARNED = 1_000  # posts a story is made anew from: the first, and the newest
_COMPARED = 24
_DIGEST = (
    "select m.id, m.minute, p.platform, p.native_id, p.created_ms, p.seen_ms, p.text, p.title, m.language, m.tone,"
    " m.severity, m.kinds, m.exact, m.bands, m.terms, m.own from store_mention m join store_post p on p.id = m.post_id"
)


class _Note(msgspec.Struct, frozen=True):
    """What the label of a move holds."""

    source: str
    target: str
    rows: tuple[int, ...]


class Who(msgspec.Struct, frozen=True):
    """The person behind a move, as labels name them, and when."""

    by: str
    at: datetime


def move(db: Database, source: StoryLine, target: StoryLine | None, rows: Sequence[int] | None, who: Who) -> Move:
    """Put mentions of a story into another, a new one where `target` is None; rows: None for all of them.

    Raises InputError when nothing would be left to do or too much, ConflictError if the story changed meanwhile.
    """
    timeline = source.timeline
    if target is not None and (target.timeline, target.brand) != (timeline, source.brand):
        raise InputError("These two stories are of different times: one is of the past that was loaded, one is live.")
    if target is not None and target.id == source.id:
        raise InputError("A story cannot be merged with itself. Choose another one.")
    with db.transaction():
        _begin_anew(db, source)
        found = _movable(db, source, rows)
        if target is None and len(found) == source.posts:
            raise InputError("All the posts are chosen: nothing would stay in the story. Leave one out.")
        number = _new_story(db, source, [row for row, _ in found]) if target is None else target.number
        _put(db, source.brand, found, source.number, number)
        _write_anew(db, source.brand, timeline, source.number)
        name = _write_anew(db, source.brand, timeline, number)
        note = _Note(source.id, name, tuple(row for row, _ in found))
        label = ("story", source.id, MOVED, who.by, to_ms(who.at), msgspec.json.encode(note).decode())
        bulk.insert(db, "store_label", ("subject_kind", "subject", "label", "by", "at_ms", "note"), [label])
        number = int(db.value("select max(id) from store_label where subject = %s and label = %s", [source.id, MOVED]))
    return Move(id=number, source=source.id, target=name, posts=len(found), by=who.by, at=who.at)


def move_back(db: Database, brand: str, number: int, who: Who) -> Move:
    """Undo a move: what is still in the target goes back. Raises NotFoundError, or ConflictError if it was undone."""
    with db.transaction():
        kept = _move_row(db, number)
        done, note = kept
        source, target = (_row_of(db, brand, name) for name in (note.source, note.target))
        if done.undone or source is None or target is None:
            raise ConflictError("This was undone already, or one of the stories is gone.")
        line_brand, timeline = brand, target[1]
        db.one_writer(f"world {timeline}")
        _bump(db, timeline, brand)
        found = _held(db, target[0], note.rows)
        _put(db, line_brand, found, target[0], source[0])
        for story in (source[0], target[0]):
            _write_anew(db, brand, db.names.name_of("timeline", timeline), story)
        label = ("story", note.source, MOVED_BACK, who.by, to_ms(who.at), str(number))
        bulk.insert(db, "store_label", ("subject_kind", "subject", "label", "by", "at_ms", "note"), [label])
    return msgspec.structs.replace(done, undone=True, posts=len(found))


def moves(db: Database, name: str, limit: int = 20) -> list[Move]:
    """Return the moves out of and into a story, newest first."""
    rows = db.rows(
        'select id, "by", at_ms, note from store_label where subject_kind = %s and label = %s'
        " and (subject = %s or note like %s) order by id desc limit %s",
        ["story", MOVED, name, f'%"target":"{name}"%', limit],
    )
    undone = _undone(db, [msgspec.json.decode(row[3], type=_Note).source for row in rows])
    return [_move_of(row, row[0] in undone) for row in rows]


def successor(db: Database, name: str) -> str:
    """Return the story into which all of this one was put, "" for none."""
    row = db.row(
        'select id, "by", at_ms, note from store_label where subject_kind = %s and subject = %s and label = %s'
        " order by id desc limit 1",
        ["story", name, MOVED],
    )
    if row is None or row[0] in _undone(db, [name]):
        return ""
    return _move_of(row, False).target


def lookalikes(db: Database, line: StoryLine, since: datetime) -> list[StoryLine]:
    """Return the stories that speak of the same thing, of the 24 largest that moved since; none a person put apart."""
    others = find_stories(db, line.brand, line.timeline, StoryFilter(since=since, largest_first=True, limit=_COMPARED))
    others = [other for other in others if other.id != line.id and other.timeline == line.timeline]
    whole = _whole(db, [line.number, *(other.number for other in others)], line.brand, line.timeline)
    apart = {move.target for move in moves(db, line.id)} | {move.source for move in moves(db, line.id)}
    if line.number not in whole:
        return []
    return [
        other for other in others if other.id not in apart and have_converged(whole[line.number], whole[other.number])
    ]


def _begin_anew(db: Database, source: StoryLine) -> None:
    timeline = db.names.timeline(source.timeline)
    db.one_writer(f"world {timeline}")
    _bump(db, timeline, source.brand)
    posts = db.value("select posts from store_story where id = %s", [source.number])
    if posts is None:
        raise ConflictError("This story is gone. Go back to the list.")


def _bump(db: Database, timeline: int, brand: str) -> None:
    db.run(
        "update store_foldstate set generation = generation + 1 where timeline_id = %s and brand_id = %s",
        [timeline, db.names.brand(brand)],
    )


def _movable(db: Database, source: StoryLine, rows: Sequence[int] | None) -> list[tuple[int, int]]:
    """(row, minute) of what is to be moved."""
    if rows is None:
        found = [
            (row, minute)
            for row, minute in db.rows(
                "select id, minute from store_mention where story_id = %s order by id limit %s",
                [source.number, MOST_MOVED + 1],
            )
        ]
    else:
        found = _held(db, source.number, rows)
    if not found:
        raise InputError("No post is chosen. Tick those that belong elsewhere.")
    if len(found) > MOST_MOVED:
        raise InputError("The story holds more than {most} posts; so many are not moved at once.", most=MOST_MOVED)
    return found


def _held(db: Database, story: int, rows: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for chunk in bulk.chunks(sorted(set(rows))):
        sql = f"select id, minute from store_mention where story_id = %s and id in ({marks(len(chunk))}) order by id"
        found += [(row, minute) for row, minute in db.rows(sql, [story, *chunk])]
    return found


def _put(db: Database, brand: str, found: Sequence[tuple[int, int]], source: int, target: int) -> None:
    for chunk in bulk.chunks([row for row, _ in found]):
        db.run(f"update store_mention set story_id = %s where id in ({marks(len(chunk))})", [target, *chunk])
    minutes = Counter(minute for _, minute in found)
    moved = sorted(minutes.items())
    counts = [(target, minute, posts) for minute, posts in moved] + [
        (source, minute, -posts) for minute, posts in moved
    ]
    add_story_counts(db, db.names.brand(brand), counts)


def _new_story(db: Database, source: StoryLine, rows: Sequence[int]) -> int:
    digests = _digests(db, f"where m.id in ({marks(len(rows[:_MOST_LEARNED]))})", list(rows[:_MOST_LEARNED]), source)
    story = remake(source.brand, source.timeline, digests)
    timeline, brand = db.names.timeline(source.timeline), db.names.brand(source.brand)
    taken = db.value("select count(*) from store_story where timeline_id = %s and name = %s", [timeline, story.id])
    if taken:
        story = msgspec.structs.replace(story, id=stable_id("split", source.id, str(rows[0]), str(len(rows))))
    columns = ("timeline_id", "brand_id", *STORY_COLUMNS)
    bulk.upsert(db, "store_story", columns, ("timeline_id", "name"), [(timeline, brand, *story_row(story))])
    return int(db.value("select id from store_story where timeline_id = %s and name = %s", [timeline, story.id]))


def _write_anew(db: Database, brand: str, timeline: str, number: int) -> str:
    """Make the row of a story say what its posts say; return its id. An empty one stays, out of sight, for the undo."""
    name = str(db.value("select name from store_story where id = %s", [number]))
    posts, negative = db.row(
        "select count(*), coalesce(sum(case when tone = %s then 1 else 0 end), 0) from store_mention"
        " where story_id = %s and not own",
        [Tone.NEGATIVE.value, number],
    ) or (0, 0)
    if db.value("select 1 from store_mention where story_id = %s limit 1", [number]) is None:
        db.run(
            "update store_story set posts = 0, copies = 0, negative = 0, last_ms = 0, memory = %s where id = %s",
            [b"{}", number],
        )
        return name
    line = _Place(brand, timeline)
    newest = _digests(
        db, "where m.story_id = %s order by m.minute desc, m.id desc limit %s", [number, _MOST_LEARNED], line
    )
    first = _digests(db, "where m.story_id = %s order by m.minute, m.id limit 1", [number], line)
    digests = {digest.row: digest for digest in [*first, *newest]}
    story = remake(brand, timeline, list(digests.values()), name=name)
    heard = sum(not digest.own for digest in digests.values()) or 1
    copies = min(round(story.copies * posts / heard), max(0, int(posts) - 1))
    story = msgspec.structs.replace(story, posts=int(posts), negative=int(negative), copies=copies)
    sets = ", ".join(f"{column} = %s" for column in STORY_COLUMNS)
    db.run(f"update store_story set {sets} where id = %s", [*story_row(story), number])
    return name


class _Place(msgspec.Struct, frozen=True):
    """A brand on a timeline."""

    brand: str
    timeline: str


def _digests(db: Database, where: str, params: Sequence[Any], place: StoryLine | _Place) -> list[MentionDigest]:
    live = place.timeline == LIVE
    return [_digest(row, place.brand, live=live) for row in db.rows(f"{_DIGEST} {where}", list(params))]


def _digest(row: Row, brand: str, *, live: bool) -> MentionDigest:
    return MentionDigest(
        row=row[0],
        brand=brand,
        minute=row[1],
        platform=row[2],
        native_id=row[3],
        at=from_ms(row[5] if live else row[4]),
        text=row[6],
        title=row[7],
        language=row[8],
        negative=row[9] == Tone.NEGATIVE.value,
        severity=row[10],
        danger=False,
        kinds=tuple(row[11].split()),
        source="",
        author=0,
        reach=0,
        own=bool(row[15]),
        exact=row[12],
        bands=unpack_bands(row[13]),
        terms=tuple(row[14].split()),
    )


def _whole(db: Database, numbers: Sequence[int], brand: str, timeline: str) -> dict[int, Story]:
    sql = f"select id, {', '.join(STORY_COLUMNS)} from store_story where id in ({marks(len(numbers))})"
    return {row[0]: story_of(row[1:], brand, timeline) for row in db.rows(sql, list(numbers))}


def _row_of(db: Database, brand: str, name: str) -> tuple[int, int] | None:
    row = db.row(
        "select id, timeline_id from store_story where name = %s and brand_id = %s order by posts desc limit 1",
        [name, db.names.brand(brand)],
    )
    return None if row is None else (int(row[0]), int(row[1]))


def _move_row(db: Database, number: int) -> tuple[Move, _Note]:
    row = db.row(
        'select id, "by", at_ms, note from store_label where id = %s and subject_kind = %s and label = %s',
        [number, "story", MOVED],
    )
    if row is None:
        raise NotFoundError("There is no move {id}. It may have been undone.", id=number)
    note = msgspec.json.decode(row[3], type=_Note)
    return _move_of(row, number in _undone(db, [note.source])), note


def _undone(db: Database, names: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for chunk in bulk.chunks(sorted(set(names))):
        sql = (
            "select note from store_label where subject_kind = 'story' and label = %s"
            f" and subject in ({marks(len(chunk))})"
        )
        found |= {int(note) for (note,) in db.rows(sql, [MOVED_BACK, *chunk])}
    return found


def _move_of(row: Row, undone: bool) -> Move:
    note = msgspec.json.decode(row[3], type=_Note)
    return Move(
        id=row[0],
        source=note.source,
        target=note.target,
        posts=len(note.rows),
        by=row[1],
        at=from_ms(row[2]),
        undone=undone,
    )
