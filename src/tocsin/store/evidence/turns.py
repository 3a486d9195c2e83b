"""Turns: when a page of a dossier is captured again, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.dossiers.numbers import dossier_id, number_of
from tocsin.store.evidence import captures
from tocsin.store.evidence.rows import HOUSE, Ask, CaptureRow, Turn

_SELECT = (
    "select t.id, d.year, d.rank, t.brand, t.url, t.why, t.due_ms, t.platform, t.native_id, t.done"
    " from store_captureturn t join store_dossier d on d.id = t.dossier"
)


def plan(db: Database, turns: Sequence[Turn]) -> None:
    """Keep turns; one that is kept already, or that was taken, is left as it is."""
    rows = [
        (dossier_id(db, one.dossier), one.brand, one.url, one.platform, one.native_id, one.why, to_ms(one.due_at), 0)
        for one in turns
    ]
    columns = ("dossier", "brand", "url", "platform", "native_id", "why", "due_ms", "done")
    bulk.insert_new(db, "store_captureturn", columns, rows)


def due(db: Database, now: datetime, limit: int = 50) -> list[Turn]:
    """Return the turns that have come, of open dossiers, oldest first."""
    sql = f"{_SELECT} where t.done = 0 and t.due_ms <= %s and d.state = 'open' order by t.due_ms, t.id limit %s"
    return [_turn(row) for row in db.rows(sql, [to_ms(now), limit])]


def planned(db: Database, dossier: str) -> list[Turn]:
    """Return the turns of a dossier that are to come, the next first."""
    rows = db.rows(f"{_SELECT} where t.dossier = %s and t.done = 0 order by t.due_ms, t.id", [dossier_id(db, dossier)])
    return [_turn(row) for row in rows]


def take(db: Database, turn: Turn, at: datetime) -> CaptureRow | None:
    """Ask for the capture of a turn, once; None when another process did."""
    with db.transaction():
        if not db.run("update store_captureturn set done = -1 where id = %s and done = 0", [turn.id]):
            return None
        wanted = Ask(
            brand=turn.brand,
            url=turn.url,
            by=HOUSE,
            at=at,
            why=turn.why,
            dossier=turn.dossier,
            platform=turn.platform,
            native_id=turn.native_id,
        )
        asked = captures.ask(db, wanted)
        db.run("update store_captureturn set done = %s where id = %s", [asked.id, turn.id])
    return asked


def call_off(db: Database, dossier: str, why: str = "") -> int:
    """Forget the turns of a dossier that are to come, all or those of one reason; return how many."""
    where, params = (" and why = %s", [why]) if why else ("", [])
    sql = f"delete from store_captureturn where done = 0 and dossier = %s{where}"
    return db.run(sql, [dossier_id(db, dossier), *params])


def _turn(row: tuple[object, ...]) -> Turn:
    number, year, rank, brand, url, why, due_ms, platform, native_id, done = row
    return Turn(
        id=number,  # type: ignore[arg-type]
        dossier=number_of(year, rank),  # type: ignore[arg-type]
        brand=str(brand),
        url=str(url),
        why=str(why),
        due_at=from_ms(due_ms),  # type: ignore[arg-type]
        platform=str(platform),
        native_id=str(native_id),
        is_done=bool(done),
    )
