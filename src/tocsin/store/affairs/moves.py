"""What was put from one story into another, by people and by the engine, and what follows from it for what comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.affairs.rows import ENGINE, Move, ToldApart
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import unpack_bands

_MOST_FOLLOWED = 1_000  # links of a chain of merges that are gone along
_MOST_RULES = 500  # posts told apart whose copies are watched for: the newest
_COLUMNS = ("brand", "source", "target", "whole", "rows", "followed", "by", "at_ms", "correction")
_MOVE = 'select id, source, target, whole, rows, "by", at_ms, correction, undone_ms from store_move'


class Followed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went along with a whole story: alerts, surges, and the title that a person gave."""

    alerts: tuple[str, ...] = ()
    surges: tuple[str, ...] = ()
    title: bool = False


class NewMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move about to be kept. brand: its number. rows: of the mentions."""

    brand: int
    source: str
    target: str
    whole: bool
    rows: Sequence[int]
    followed: Followed
    by: str
    at: datetime
    correction: int = 0


_rows = msgspec.json.Decoder(tuple[int, ...])
_followed = msgspec.json.Decoder(Followed)


def keep_move(db: Database, new: NewMove) -> Move:
    """Write a move down; inside the transaction that makes it."""
    number = bulk.reserve(db, "store_move", 1)[0]
    body = (msgspec.json.encode(list(new.rows)).decode(), msgspec.json.encode(new.followed).decode())
    place = (new.brand, new.source, new.target, new.whole)
    bulk.insert(db, "store_move", ("id", *_COLUMNS), [(number, *place, *body, new.by, to_ms(new.at), new.correction)])
    return Move(
        id=number,
        source=new.source,
        target=new.target,
        posts=len(new.rows),
        by=new.by,
        at=new.at,
        whole=new.whole,
        correction=new.correction,
    )


def kept_move(db: Database, brand: int, number: int) -> tuple[Move, tuple[int, ...], Followed]:
    """Return a move of a brand, its rows, and what followed. Raises NotFoundError."""
    row = db.row(f"{_MOVE} where id = %s and brand = %s", [number, brand])
    if row is None:
        raise NotFoundError("There is no move {id}. It may have been undone.", id=number)
    followed = _followed.decode(db.value("select followed from store_move where id = %s", [number]))
    return _move(row), _rows.decode(row[4]), followed


def mark_undone(db: Database, number: int, at: datetime) -> bool:
    """Note that a move was taken back; False if it was already."""
    return db.run("update store_move set undone_ms = %s where id = %s and undone_ms is null", [to_ms(at), number]) == 1


def moves_of(db: Database, brand: int, name: str, limit: int = 20) -> list[Move]:
    """Return the newest moves out of and into a story, newest first."""
    rows: list[Row] = []
    for side in ("source", "target"):
        rows += db.rows(f"{_MOVE} where brand = %s and {side} = %s order by id desc limit %s", [brand, name, limit])
    return [_move(row) for row in sorted(rows, key=lambda row: -int(row[0]))][:limit]


def moves_for(db: Database, brand: int, correction: int) -> list[Move]:
    """Return the moves that a correction asked for and that stand, oldest first."""
    sql = f"{_MOVE} where brand = %s and not whole and undone_ms is null and correction = %s order by id"
    return [_move(row) for row in db.rows(sql, [brand, correction])]


def successors(db: Database, brand: int, names: Iterable[str]) -> dict[str, str]:
    """Return where all posts of stories are now, by id: the end of a chain of merges; those that stand are left out."""
    led: dict[str, str] = {}
    asked = sorted({name for name in names if name})
    while asked and len(led) < _MOST_FOLLOWED:
        found: dict[str, str] = {}
        for chunk in bulk.chunks(asked):
            sql = (
                f"select source, target from store_move where brand = %s and source in ({marks(len(chunk))})"
                " and whole and undone_ms is null order by id"
            )
            found |= dict(db.rows(sql, [brand, *chunk]))
        led |= found
        asked = sorted(set(found.values()) - led.keys())
    return {name: _end(led, name) for name in led}


def members(db: Database, brand: int, name: str) -> set[str]:
    """Return a story and all that was put into it whole, at any remove, by id."""
    found = {name}
    asked = [name]
    while asked and len(found) < _MOST_FOLLOWED:
        sql = (
            f"select source from store_move where brand = %s and target in ({marks(len(asked))})"
            " and whole and undone_ms is null"
        )
        asked = sorted({str(source) for (source,) in db.rows(sql, [brand, *asked])} - found)
        found.update(asked)
    return found


def put_apart(db: Database, brand: int, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of these pairs that a person put apart: split from one another, or a merge of them taken back.

    What was merged into a story counts as that story.
    """
    told: set[tuple[str, str]] = set()
    for pair in pairs:
        one, other = (members(db, brand, name) for name in pair)
        listed = sorted(one)
        for chunk in bulk.chunks(listed):
            sql = (
                f"select source, target from store_move where brand = %s and {{side}} in ({marks(len(chunk))})"
                " and (undone_ms is not null or not whole)"
            )
            out = {target for _, target in db.rows(sql.format(side="source"), [brand, *chunk])}
            into = {source for source, _ in db.rows(sql.format(side="target"), [brand, *chunk])}
            if (out | into) & other:
                told.add(pair)
    return told


def told_apart(db: Database, brand: int, world: str) -> list[ToldApart]:
    """Return what people said belongs elsewhere and still does: the keys of the newest posts moved, and where they are.

    Copies that come in later go the same way. Costs one look into a small index where nobody moved anything.
    """
    rows = db.rows(
        f'{_MOVE} where brand = %s and not whole and undone_ms is null and "by" <> %s order by id desc limit %s',
        [brand, ENGINE, _MOST_RULES],
    )
    moved: list[tuple[int, str]] = [(row, target) for _, _, target, _, body, *_ in rows for row in _rows.decode(body)][
        :_MOST_RULES
    ]
    if not moved:
        return []
    led = successors(db, brand, {target for _, target in moved})
    here = _standing(db, world, {led.get(target, target) for _, target in moved})
    keys: dict[int, tuple[int, bytes, str]] = {}
    for chunk in bulk.chunks(sorted({row for row, _ in moved})):
        sql = f"select id, exact, bands, terms from store_mention where id in ({marks(len(chunk))})"
        keys |= {row: (exact, bands, terms) for row, exact, bands, terms in db.rows(sql, list(chunk))}
    return [
        ToldApart(exact=keys[row][0], bands=unpack_bands(keys[row][1]), story=led.get(target, target))
        for row, target in dict(reversed(moved)).items()
        # Two texts of no words or one (a link, "merci") are no copies of one another.
        if row in keys and led.get(target, target) in here and (keys[row][1] or len(keys[row][2].split()) > 1)
    ]


def _standing(db: Database, world: str, names: Iterable[str]) -> set[str]:
    """Those of these stories that stand in a world."""
    found: set[str] = set()
    for chunk in bulk.chunks(sorted(set(names))):
        sql = (
            "select s.name from store_story s join store_timeline t on t.id = s.timeline_id"
            f" where s.name in ({marks(len(chunk))}) and (t.name = %s or t.world_id = %s)"
        )
        found |= {name for (name,) in db.rows(sql, [*chunk, world, db.names.find_timeline(world)])}
    return found


def _end(led: dict[str, str], name: str) -> str:
    seen = {name}
    while name in led and led[name] not in seen:
        name = led[name]
        seen.add(name)
    return name


def _move(row: Row) -> Move:
    return Move(
        id=row[0],
        source=row[1],
        target=row[2],
        posts=len(_rows.decode(row[4])),
        by=row[5],
        at=from_ms(row[6]),
        whole=bool(row[3]),
        correction=row[7],
        undone=row[8] is not None,
    )
