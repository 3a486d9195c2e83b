"""What people did with mentions: done, assigned, open in front of somebody; the views they keep; the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import clean

UNDO_FOR = timedelta(hours=24)
PRESENT_FOR = timedelta(minutes=2)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Where a mention stands. assignee, by: numbers of people, 0 for nobody. at: of the last change, None if none."""

    done: bool = False
    assignee: int = 0
    by: int = 0
    at: datetime | None = None


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What a deed changed, so that it can be taken back.

    before: (mention, done, assignee, by, ms) of each as it stood; ms 0 where nobody had touched it.
    corrections: numbers of those given.
    """

    before: tuple[tuple[int, bool, int, int, int], ...] = ()
    corrections: tuple[int, ...] = ()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A kept list. owner: number of the person. query: the part of an address after the `?`."""

    id: int
    owner: int
    name: str
    query: str
    shared: bool = False


_deed = msgspec.json.Decoder(Deed)
_COLUMNS = ("mention", "brand", "world", "minute", "done", "assignee", "by", "at_ms")


def works(db: Database, rows: Sequence[int]) -> dict[int, Work]:
    """Return where these mentions stand; those that nobody touched are left out."""
    found: dict[int, Work] = {}
    for chunk in bulk.chunks(list(rows)):
        sql = f'select mention, done, assignee, "by", at_ms from store_workstate where mention in ({marks(len(chunk))})'
        for mention, done, assignee, by, ms in db.rows(sql, list(chunk)):
            found[mention] = Work(done=bool(done), assignee=assignee, by=by, at=from_ms(ms))
    return found


def set_work(
    db: Database,
    brand: str,
    rows: Sequence[int],
    *,
    by: int,
    at: datetime,
    done: bool | None = None,
    assignee: int | None = None,
) -> Deed:
    """Change where mentions of a brand stand; None leaves a thing as it is. Others' mentions are passed over."""
    number = db.names.brand(brand)
    changed: list[tuple[object, ...]] = []
    before: list[tuple[int, bool, int, int, int]] = []
    with db.transaction():
        for chunk in bulk.chunks(sorted(set(rows)), 500):
            found = db.rows(
                'select m.id, m.brand_id, m.world_id, m.minute, w.done, w.assignee, w."by", w.at_ms, m.lead'
                " from store_mention m left join store_workstate w on w.mention = m.id"
                f" where m.id in ({marks(len(chunk))}) order by m.id",
                list(chunk),
            )
            for row in found:
                if row[1] != number or not row[8]:
                    continue
                had = (row[0], bool(row[4]), row[5] or 0, row[6] or 0, row[7] or 0)
                now_done = had[1] if done is None else done
                now_assignee = had[2] if assignee is None else assignee
                if (now_done, now_assignee) == had[1:3]:
                    continue
                before.append(had)
                changed.append((*row[:4], now_done, now_assignee, by, to_ms(at)))
        bulk.upsert(db, "store_workstate", _COLUMNS, ("mention",), changed)
    return Deed(before=tuple(before))


def put_back(db: Database, deed: Deed) -> None:
    """Let mentions stand as they stood before a deed."""
    with db.transaction():
        fresh = [(row,) for row, _, _, _, ms in deed.before if not ms]
        bulk.update(db, "delete from store_workstate where mention = %s", fresh)
        had = [(done, assignee, by, ms, row) for row, done, assignee, by, ms in deed.before if ms]
        sql = 'update store_workstate set done = %s, assignee = %s, "by" = %s, at_ms = %s where mention = %s'
        bulk.update(db, sql, had)


def keep_undo(db: Database, deed: Deed, brand: str, *, person: int, at: datetime) -> int:
    """Keep the way back of a deed for a day; return its number. Older ones are forgotten."""
    with db.transaction():
        db.run("delete from store_undo where at_ms < %s", [to_ms(at - UNDO_FOR)])
        number = bulk.reserve(db, "store_undo", 1)[0]
        what = msgspec.json.encode(deed).decode()
        row = (number, person, db.names.brand(brand), to_ms(at), what)
        bulk.insert(db, "store_undo", ("id", "person", "brand", "at_ms", "what"), [row])
    return number


def take_undo(db: Database, number: int, brand: str, *, person: int, at: datetime) -> Deed:
    """Return the way back of one's own deed, once. Raises ConflictError when it was used, is too old or another's."""
    where = "id = %s and person = %s and brand = %s and at_ms >= %s"
    params = [number, person, db.names.brand(brand), to_ms(at - UNDO_FOR)]
    with db.transaction():
        what = db.value(f"select what from store_undo where {where}", params)
        if what is None or not db.run(f"delete from store_undo where {where}", params):
            raise ConflictError("This was undone already, or more than a day ago. Change it by hand.")
    return _deed.decode(what)


def note_presence(db: Database, row: int, person: int, at: datetime) -> None:
    """Note that somebody has a mention open."""
    bulk.upsert(db, "store_presence", ("mention", "person", "at_ms"), ("mention", "person"), [(row, person, to_ms(at))])
    db.run("delete from store_presence where at_ms < %s", [to_ms(at - 30 * PRESENT_FOR)])


def present(db: Database, rows: Sequence[int], at: datetime) -> Mapping[int, list[int]]:
    """Return who had each of these mentions open within the last two minutes."""
    found: dict[int, list[int]] = {}
    if not rows:
        return found
    sql = f"select mention, person from store_presence where mention in ({marks(len(rows))}) and at_ms >= %s"
    for mention, person in db.rows(f"{sql} order by person", [*rows, to_ms(at - PRESENT_FOR)]):
        found.setdefault(mention, []).append(person)
    return found


def views(db: Database, brand: str, person: int) -> list[View]:
    """Return the views shared with the team and one's own, by name."""
    rows = db.rows(
        "select id, owner, name, query, shared from store_savedview where brand = %s and (shared or owner = %s)"
        " order by lower(name), id",
        [db.names.brand(brand), person],
    )
    return [View(id=row[0], owner=row[1], name=row[2], query=row[3], shared=bool(row[4])) for row in rows]


def save_view(db: Database, brand: str, view: View, at: datetime) -> int:
    """Keep a view, over one's own of the same name; id 0 for a new one. Return its number. Raises NotFoundError."""
    number = db.names.brand(brand)
    row = (number, view.owner, clean(view.name), clean(view.query), view.shared, to_ms(at))
    columns = ("brand", "owner", "name", "query", "shared", "at_ms")
    with db.transaction():
        if view.id:
            taken = db.value(
                "select id from store_savedview where brand = %s and owner = %s and name = %s and id <> %s",
                [*row[:3], view.id],
            )
            if taken is not None:
                raise ConflictError("You have a view called {name} already. Choose another name.", name=view.name)
            sql = "update store_savedview set name = %s, query = %s, shared = %s where id = %s and brand = %s"
            if not db.run(sql, [row[2], row[3], row[4], view.id, number]):
                raise NotFoundError("This view is gone. Somebody deleted it.")
            return view.id
        bulk.upsert(db, "store_savedview", columns, ("brand", "owner", "name"), [row])
        sql = "select id from store_savedview where brand = %s and owner = %s and name = %s"
        return int(db.value(sql, list(row[:3])))


def delete_view(db: Database, brand: str, number: int) -> None:
    """Delete a view."""
    db.run("delete from store_savedview where id = %s and brand = %s", [number, db.names.brand(brand)])
