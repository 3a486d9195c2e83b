"""Put posts of one story into another, or into one of their own, and back again: for people and for the engine alike.

A move is written down with the rows it moved. The close that may be running is made to begin again: otherwise it would
write back the stories as it knew them. What a person does takes the same way as what the engine does in a close.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tocsin.base.errors import ConflictError, InputError
from tocsin.base.ids import stable_id
from tocsin.base.kind import Tone
from tocsin.base.seam import LIVE, world_of
from tocsin.base.time import to_ms
from tocsin.store import bulk
from tocsin.store.affairs.digests import digests
from tocsin.store.affairs.moves import (
    Followed,
    NewMove,
    keep_move,
    kept_move,
    mark_undone,
    successors,
)
from tocsin.store.affairs.rows import ENGINE, Move, StoryLine
from tocsin.store.database import Database, marks
from tocsin.store.map import STORY_COLUMNS, story_row
from tocsin.store.write.counts import add_story_counts
from tocsin.story.remake import remake

MOST_MOVED = 50_000
TITLE_LABEL = "title"
_MOST_LEARNED = 1_000  # posts a story is made anew from: the first, and the newest


class Who(msgspec.Struct, frozen=True):
    """The person behind a move, as labels name them, and when. correction: of the mention that asked for it, or 0."""

    by: str
    at: datetime
    correction: int = 0


class Joined(msgspec.Struct, frozen=True):
    """Two stories of which the engine saw that they have become one, and when: all of the later goes to the earlier."""

    earlier: str
    later: str
    at: datetime


class _Row(NamedTuple):
    """The row of a story: its number, its id, and where it stands."""

    number: int
    name: str
    brand: str
    timeline: str


def move(db: Database, source: StoryLine, target: StoryLine | None, rows: Sequence[int] | None, who: Who) -> Move:
    """Put mentions of a story into another, a new one where `target` is None; rows: None for all of them.

    Where one of the two is live, what they become is live too. Raises InputError when nothing would be left to do or
    too much, ConflictError if the story changed meanwhile.
    """
    if target is not None and (target.brand, world_of(target.timeline)) != (source.brand, world_of(source.timeline)):
        raise InputError("These two stories are of different worlds: one of them is of a replay or a drill.")
    if target is not None and target.id == source.id:
        raise InputError("A story cannot be merged with itself. Choose another one.")
    one = _Row(source.number, source.id, source.brand, source.timeline)
    with db.transaction():
        _begin_anew(db, one, source.timeline if target is None else target.timeline)
        found = _movable(db, one, rows)
        if target is None:
            if len(found) == source.posts:
                raise InputError("All the posts are chosen: nothing would stay in the story. Leave one out.")
            other = _new_story(db, one, [row for row, _ in found])
        else:
            other = _Row(target.number, target.id, target.brand, target.timeline)
            if LIVE in (source.timeline, target.timeline):
                other = _made_live(db, other)
        return _moved(db, one, other, found, who)


def move_back(db: Database, brand: str, number: int, who: Who) -> Move:
    """Undo a move: what is still where it went goes back. Raises NotFoundError, or ConflictError if it was undone.

    Where the target was itself put into another story since, its posts are looked for there.
    """
    with db.transaction():
        place = db.names.brand(brand)
        done, rows, followed = kept_move(db, place, number)
        now_in = successors(db, place, [done.target]).get(done.target, done.target)
        source, target = (_find(db, brand, name) for name in (done.source, now_in))
        if source is None or target is None or source == target:
            raise ConflictError("This was undone already, or one of the stories is gone.")
        _begin_anew(db, source, target.timeline)
        if not mark_undone(db, number, who.at):
            raise ConflictError("This was undone already, or one of the stories is gone.")
        found = _held(db, target.number, rows)
        _put(db, brand, found, target.number, source.number)
        _lead_back(db, source, target, followed, who)
        for story in (source, target):
            _write_anew(db, story)
    return msgspec.structs.replace(done, undone=True, posts=len(found))


def join(db: Database, brand: str, timeline: str, joined: Joined) -> None:
    """Put all of the later of two stories into the earlier, inside the transaction of the close that saw it.

    The row of the earlier was written by this close, with what both hold; that of the later is emptied here.
    """
    earlier, later = (_row_at(db, brand, timeline, name) for name in (joined.earlier, joined.later))
    found = _all_of(db, later.number, MOST_MOVED)
    _put(db, brand, found, later.number, earlier.number)
    _empty(db, later.number)
    who = Who(ENGINE, joined.at)
    _note(db, (later, earlier), found, _follow(db, later, earlier, who), who)


def set_apart(db: Database, brand: str, number: int, rows: Sequence[int], who: Who) -> Move | None:
    """Put some posts of a story, by its number, into a new one; None where they are all it holds."""
    name, timeline = db.row("select name, timeline_id from store_story where id = %s", [number]) or ("", 0)
    one = _Row(number, name, brand, db.names.name_of("timeline", timeline))
    with db.transaction():
        _begin_anew(db, one, one.timeline)
        found = _held(db, number, rows)
        if not found or len(found) == len(_all_of(db, number, len(found) + 1)):
            return None
        return _moved(db, one, _new_story(db, one, [row for row, _ in found]), found, who)


def place_told(db: Database, brand: str, timeline: str, told: Sequence[tuple[int, str]]) -> None:
    """Give mentions, by their rows, the story that people said, inside the transaction of a close.

    A story of a back-fill goes on live when a live post comes into it.
    """
    for name in sorted({story for _, story in told}):
        story = _find(db, brand, name)
        if story is None:
            continue
        if story.timeline != timeline:
            _begin_anew(db, story, story.timeline)
            story = _made_live(db, story) if timeline == LIVE else story
        rows = [row for row, wanted in told if wanted == name]
        found = [
            (row, minute)
            for chunk in bulk.chunks(rows)
            for row, minute in db.rows(
                f"select id, minute from store_mention where id in ({marks(len(chunk))})", list(chunk)
            )
        ]
        for chunk in bulk.chunks([row for row, _ in found]):
            db.run(f"update store_mention set story_id = %s where id in ({marks(len(chunk))})", [story.number, *chunk])
        counts = Counter(minute for _, minute in found)
        add_story_counts(db, db.names.brand(brand), [(story.number, minute, n) for minute, n in sorted(counts.items())])
        _write_anew(db, story)


def _moved(db: Database, one: _Row, other: _Row, found: Sequence[tuple[int, int]], who: Who) -> Move:
    _put(db, one.brand, found, one.number, other.number)
    is_whole = not _all_of(db, one.number, 1)
    followed = _follow(db, one, other, who) if is_whole else None
    for story in (one, other):
        _write_anew(db, story)
    return _note(db, (one, other), found, followed, who)


def _note(
    db: Database, pair: tuple[_Row, _Row], found: Sequence[tuple[int, int]], followed: Followed | None, who: Who
) -> Move:
    """Write a move down, from the first of a pair into the second; followed: None where something stayed."""
    one, other = pair
    new = NewMove(
        brand=db.names.brand(one.brand),
        source=one.name,
        target=other.name,
        whole=followed is not None,
        rows=[row for row, _ in found],
        followed=followed or Followed(),
        by=who.by,
        at=who.at,
        correction=who.correction,
    )
    return keep_move(db, new)


def _begin_anew(db: Database, story: _Row, timeline: str) -> None:
    """Let nobody else write, and refuse the closes under way on the timelines of the story and of the other one."""
    db.one_writer(f"world {db.names.timeline(world_of(story.timeline))}")
    for name in sorted({story.timeline, timeline}):
        db.run(
            "update store_foldstate set generation = generation + 1 where timeline_id = %s and brand_id = %s",
            [db.names.timeline(name), db.names.brand(story.brand)],
        )
    if db.value("select 1 from store_story where id = %s", [story.number]) is None:
        raise ConflictError("This story is gone. Go back to the list.")


def _made_live(db: Database, story: _Row) -> _Row:
    """Let a story of a back-fill go on live."""
    live = db.names.timeline(LIVE)
    db.run("update store_story set timeline_id = %s where id = %s", [live, story.number])
    return story._replace(timeline=LIVE)


def _movable(db: Database, source: _Row, rows: Sequence[int] | None) -> list[tuple[int, int]]:
    """(row, minute) of what is to be moved."""
    found = _all_of(db, source.number, MOST_MOVED + 1) if rows is None else _held(db, source.number, rows)
    if not found:
        raise InputError("No post is chosen. Tick those that belong elsewhere.")
    if len(found) > MOST_MOVED:
        raise InputError("The story holds more than {most} posts; so many are not moved at once.", most=MOST_MOVED)
    return found


def _all_of(db: Database, story: int, limit: int) -> list[tuple[int, int]]:
    rows = db.rows(
        "select id, minute from store_mention where story_id = %s order by minute, id limit %s", [story, limit]
    )
    return [(row, minute) for row, minute in rows]


def _held(db: Database, story: int, rows: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for chunk in bulk.chunks(sorted(set(rows))):
        sql = f"select id, minute from store_mention where story_id = %s and id in ({marks(len(chunk))}) order by id"
        found += [(row, minute) for row, minute in db.rows(sql, [story, *chunk])]
    return found


def _put(db: Database, brand: str, found: Sequence[tuple[int, int]], source: int, target: int) -> None:
    for chunk in bulk.chunks([row for row, _ in found]):
        db.run(f"update store_mention set story_id = %s where id in ({marks(len(chunk))})", [target, *chunk])
    moved = sorted(Counter(minute for _, minute in found).items())
    counts = [(target, minute, posts) for minute, posts in moved]
    add_story_counts(db, db.names.brand(brand), counts + [(source, minute, -posts) for minute, posts in moved])


def _follow(db: Database, source: _Row, target: _Row, who: Who) -> Followed:
    """Let alerts, surges and the title that a person gave go along with a whole story."""
    since = db.value("select first_ms from store_story where id = %s", [source.number])
    timelines = [db.names.timeline(name) for name in sorted({source.timeline, target.timeline})]
    place = (source.brand, since, source.name, *(db.names.name_of("timeline", one) for one in timelines))
    alerts = db.rows(
        "select id from store_alert where brand = %s and at_ms >= %s and story = %s"
        f" and timeline in ({marks(len(timelines))}) order by id",
        list(place),
    )
    surges = db.rows(
        "select id from store_surge where brand_id = %s and at_ms >= %s and story = %s"
        f" and timeline_id in ({marks(len(timelines))}) order by id",
        [db.names.brand(source.brand), since, source.name, *timelines],
    )
    followed = Followed(
        alerts=tuple(number for (number,) in alerts),
        surges=tuple(number for (number,) in surges),
        title=_pass_title(db, source.name, target.name, who),
    )
    _name(db, followed, target.name)
    return followed


def _lead_back(db: Database, source: _Row, target: _Row, followed: Followed, who: Who) -> None:
    _name(db, followed, source.name)
    if followed.title and _title_of(db, target.name)[0] == _title_of(db, source.name)[0]:
        _label_title(db, target.name, ("", who.by, to_ms(who.at)))


def _name(db: Database, followed: Followed, story: str) -> None:
    for table, numbers in (("store_alert", followed.alerts), ("store_surge", followed.surges)):
        bulk.update(db, f"update {table} set story = %s where id = %s", [(story, number) for number in numbers])


def _pass_title(db: Database, source: str, target: str, who: Who) -> bool:
    """Give the target the title that a person gave to the source, unless it has one from a person too."""
    given, by = _title_of(db, source)
    if not given or _title_of(db, target)[0]:
        return False
    _label_title(db, target, (given, by, to_ms(who.at)))
    return True


def _title_of(db: Database, name: str) -> tuple[str, str]:
    """The title that a person gave last, and who; "" for none."""
    row = db.row(
        'select note, "by" from store_label where subject_kind = %s and subject = %s and label = %s'
        " order by id desc limit 1",
        ["story", name, TITLE_LABEL],
    )
    return row or ("", "")


def _label_title(db: Database, name: str, given: tuple[str, str, int]) -> None:
    title, by, at_ms = given
    row = ("story", name, TITLE_LABEL, by, at_ms, title)
    bulk.insert(db, "store_label", ("subject_kind", "subject", "label", "by", "at_ms", "note"), [row])


def _new_story(db: Database, source: _Row, rows: Sequence[int]) -> _Row:
    learned = list(rows[:_MOST_LEARNED])
    found = digests(db, source.brand, f"where m.id in ({marks(len(learned))})", learned)
    story = remake(source.brand, source.timeline, [digest for digest, _ in found])
    timeline, brand = db.names.timeline(source.timeline), db.names.brand(source.brand)
    if _find(db, source.brand, story.id) is not None:
        story = msgspec.structs.replace(story, id=stable_id("split", source.name, str(rows[0]), str(len(rows))))
    columns = ("timeline_id", "brand_id", *STORY_COLUMNS)
    bulk.upsert(db, "store_story", columns, ("timeline_id", "name"), [(timeline, brand, *story_row(story))])
    return _row_at(db, source.brand, source.timeline, story.id)


def _write_anew(db: Database, story: _Row) -> None:
    """Make the row of a story say what its posts say. An empty one stays, out of sight, for the undo."""
    posts, negative = db.row(
        "select count(*), coalesce(sum(case when tone = %s then 1 else 0 end), 0) from store_mention"
        " where story_id = %s and not own",
        [Tone.NEGATIVE.value, story.number],
    ) or (0, 0)
    if not _all_of(db, story.number, 1):
        _empty(db, story.number)
        return
    newest = digests(
        db,
        story.brand,
        "where m.story_id = %s order by m.minute desc, m.id desc limit %s",
        [story.number, _MOST_LEARNED],
    )
    first = digests(db, story.brand, "where m.story_id = %s order by m.minute, m.id limit 1", [story.number])
    learned = {digest.row: digest for digest, _ in [*first, *newest]}
    made = remake(story.brand, story.timeline, list(learned.values()), name=story.name)
    heard = sum(not digest.own for digest in learned.values()) or 1
    copies = min(round(made.copies * posts / heard), max(0, int(posts) - 1))
    made = msgspec.structs.replace(made, posts=int(posts), negative=int(negative), copies=copies)
    sets = ", ".join(f"{column} = %s" for column in STORY_COLUMNS)
    db.run(f"update store_story set {sets} where id = %s", [*story_row(made), story.number])


def _empty(db: Database, story: int) -> None:
    db.run(
        "update store_story set posts = 0, copies = 0, negative = 0, last_ms = 0, memory = %s where id = %s",
        [b"{}", story],
    )


def _find(db: Database, brand: str, name: str) -> _Row | None:
    """The story of that id, whichever timeline it is on: ids name stories across the timelines of a world."""
    row = db.row(
        "select id, timeline_id from store_story where timeline_id in (select id from store_timeline) and name = %s"
        " and brand_id = %s order by posts desc limit 1",
        [name, db.names.brand(brand)],
    )
    return None if row is None else _Row(int(row[0]), name, brand, db.names.name_of("timeline", row[1]))


def _row_at(db: Database, brand: str, timeline: str, name: str) -> _Row:
    place = [db.names.timeline(timeline), name]
    number = db.value("select id from store_story where timeline_id = %s and name = %s", place)
    return _Row(int(number), name, brand, timeline)
