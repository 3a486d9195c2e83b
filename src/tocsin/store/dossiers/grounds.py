"""The grounds that people chose for a dossier, and the elements they ticked."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.dossiers.numbers import dossier_id
from tocsin.store.dossiers.rows import GroundRow, Tick, TickState
from tocsin.store.map import clean


def choose(db: Database, dossier: str, ground: str, by: str, at: datetime) -> None:
    """Choose a ground; one that was dropped is taken up again with its ticks."""
    row = (dossier_id(db, dossier), ground, by, to_ms(at), None)
    columns = ("dossier", "ground", "by", "at_ms", "dropped_ms")
    bulk.upsert(db, "store_chosenground", columns, ("dossier", "ground"), [row])


def drop(db: Database, dossier: str, ground: str, at: datetime) -> None:
    """Drop a ground. Raises NotFoundError when it was not chosen."""
    sql = "update store_chosenground set dropped_ms = %s where dossier = %s and ground = %s and dropped_ms is null"
    if not db.run(sql, [to_ms(at), dossier_id(db, dossier), ground]):
        raise _none(dossier, ground)


def tick(db: Database, dossier: str, ground: str, one: Tick) -> None:
    """Say whether an element is met. Raises NotFoundError when the ground was not chosen."""
    sql = "select id from store_chosenground where dossier = %s and ground = %s and dropped_ms is null"
    number = db.value(sql, [dossier_id(db, dossier), ground])
    if number is None:
        raise _none(dossier, ground)
    row = (number, one.element, one.state.value, clean(one.note), one.by, to_ms(one.at))
    columns = ("ground", "element", "state", "note", "by", "at_ms")
    bulk.upsert(db, "store_groundelement", columns, ("ground", "element"), [row])


def grounds(db: Database, dossier: str) -> list[GroundRow]:
    """Return the grounds chosen for a dossier, the first chosen first."""
    number = dossier_id(db, dossier)
    ticks: dict[int, list[Tick]] = {}
    for ground, element, state, note, by, at_ms in db.rows(
        'select e.ground, e.element, e.state, e.note, e."by", e.at_ms from store_groundelement e'
        " join store_chosenground g on g.id = e.ground where g.dossier = %s order by e.ground, e.element",
        [number],
    ):
        said = Tick(element=element, state=TickState(state), note=note, by=by, at=from_ms(at_ms))
        ticks.setdefault(ground, []).append(said)
    rows = db.rows(
        'select id, ground, "by", at_ms from store_chosenground where dossier = %s and dropped_ms is null'
        " order by at_ms, id",
        [number],
    )
    return [
        GroundRow(
            id=row[0],
            dossier=dossier,
            ground=row[1],
            by=row[2],
            at=from_ms(row[3]),
            ticks=tuple(ticks.get(row[0], ())),
        )
        for row in rows
    ]


def _none(dossier: str, ground: str) -> NotFoundError:
    return NotFoundError(
        "The ground {ground} was not chosen for the dossier {dossier}.", ground=ground, dossier=dossier
    )
