"""The periods that run for dossiers."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.dossiers.dossiers import day_of, day_text
from tocsin.store.dossiers.numbers import dossier_id, number_of
from tocsin.store.dossiers.rows import ClockRow
from tocsin.store.map import at_or_none, ms_or_none

_SELECT = (
    "select c.id, d.year, d.rank, c.rule, c.letter, c.event, c.acts, c.term, c.engine, c.safe_day, c.last_day,"
    ' c.last_ms, c."by", c.at_ms, c.computed_ms, c.ended_ms from store_clock c join store_dossier d on d.id = c.dossier'
)
_GIVEN = ("event", "acts", "term", "engine", "safe_day", "last_day", "last_ms", "computed_ms")


def start(db: Database, new: ClockRow) -> int:
    """Keep a clock; return its number."""
    with db.transaction():
        number = bulk.reserve(db, "store_clock", 1)[0]
        row = (number, dossier_id(db, new.dossier), new.rule, new.letter, new.by, to_ms(new.at), *_given(new))
        bulk.insert(db, "store_clock", ("id", "dossier", "rule", "letter", "by", "at_ms", *_GIVEN), [row])
    return number


def change(db: Database, clock: ClockRow) -> None:
    """Keep what the engine gives of a clock now. Raises NotFoundError when it was stopped."""
    sets = ", ".join(f"{name} = %s" for name in _GIVEN)
    if not db.run(f"update store_clock set {sets} where id = %s and ended_ms is null", [*_given(clock), clock.id]):
        raise NotFoundError("There is no clock {id} that runs.", id=clock.id)


def stop(db: Database, number: int, at: datetime) -> None:
    """Stop a clock. Raises NotFoundError when it does not run."""
    if not db.run("update store_clock set ended_ms = %s where id = %s and ended_ms is null", [to_ms(at), number]):
        raise NotFoundError("There is no clock {id} that runs.", id=number)


def clock(db: Database, number: int) -> ClockRow:
    """Return a clock. Raises NotFoundError."""
    rows = db.rows(f"{_SELECT} where c.id = %s", [number])
    if not rows:
        raise NotFoundError("There is no clock {id}.", id=number)
    return _row(rows[0])


def of_dossier(db: Database, dossier: str) -> list[ClockRow]:
    """Return the clocks of a dossier, stopped ones too, in the order they were started."""
    return [_row(row) for row in db.rows(f"{_SELECT} where c.dossier = %s order by c.id", [dossier_id(db, dossier)])]


def running(db: Database, brand: str = "") -> list[ClockRow]:
    """Return the clocks that run for open dossiers of a brand, or of all, the next to end first."""
    only, params = (" and d.brand = %s", [brand]) if brand else ("", [])
    where = f"c.ended_ms is null and d.state = 'open'{only}"
    return [_row(row) for row in db.rows(f"{_SELECT} where {where} order by c.safe_day, c.last_ms, c.id", params)]


def _given(clock: ClockRow) -> tuple[object, ...]:
    return (
        clock.event.decode(),
        clock.acts.decode(),
        clock.term.decode(),
        clock.engine,
        day_text(clock.safe_on),
        day_text(clock.last_on),
        ms_or_none(clock.last_at),
        to_ms(clock.computed_at),
    )


def _row(row: Row) -> ClockRow:
    return ClockRow(
        id=row[0],
        dossier=number_of(row[1], row[2]),
        rule=row[3],
        letter=row[4],
        event=row[5].encode(),
        acts=row[6].encode(),
        term=row[7].encode(),
        engine=row[8],
        safe_on=day_of(row[9]),
        last_on=day_of(row[10]),
        last_at=at_or_none(row[11]),
        by=row[12],
        at=from_ms(row[13]),
        computed_at=from_ms(row[14]),
        ended_at=at_or_none(row[15]),
    )
