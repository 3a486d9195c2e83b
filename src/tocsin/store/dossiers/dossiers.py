"""Dossiers: opened under the next number, listed, closed, their content let go."""

from __future__ import annotations

from datetime import date, datetime

from tocsin.base.errors import ConflictError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.dossiers.numbers import dossier_id, next_rank, number_of
from tocsin.store.dossiers.rows import DossierRow, DossierState, NewDossier
from tocsin.store.map import at_or_none, clean, ms_or_none

_SELECT = (
    'select d.id, d.year, d.rank, d.brand, d.title, d."by", d.opened_ms, d.state, d.story, d.counsel, d.online_day,'
    " d.closed_ms, d.keep_until_ms, d.erased_ms,"
    " (select count(*) from store_capture c where c.dossier = d.id) from store_dossier d"
)


def open_dossier(db: Database, new: NewDossier) -> DossierRow:
    """Open a dossier under the next number of the year."""
    with db.transaction():
        rank = next_rank(db, new.at.year)
        row = (
            new.at.year,
            rank,
            new.brand,
            clean(new.title),
            new.story,
            DossierState.OPEN.value,
            new.by,
            new.counsel,
            to_ms(new.at),
            day_text(new.online_on),
        )
        columns = ("year", "rank", "brand", "title", "story", "state", "by", "counsel", "opened_ms", "online_day")
        bulk.insert(db, "store_dossier", columns, [row])
    return dossier(db, number_of(new.at.year, rank))


def dossier(db: Database, number: str) -> DossierRow:
    """Return a dossier. Raises NotFoundError."""
    return _row(db.rows(f"{_SELECT} where d.id = %s", [dossier_id(db, number)])[0])


def dossiers(db: Database, brand: str = "", state: DossierState | None = None, limit: int = 200) -> list[DossierRow]:
    """Return dossiers, the last opened first."""
    wanted = [
        (sql, value) for sql, value in (("d.brand = %s", brand), ("d.state = %s", state and state.value)) if value
    ]
    where = " and ".join(sql for sql, _ in wanted) or "1 = 1"
    params = [*(value for _, value in wanted), limit]
    return [_row(row) for row in db.rows(f"{_SELECT} where {where} order by d.year desc, d.rank desc limit %s", params)]


def of_story(db: Database, brand: str, story: str) -> list[DossierRow]:
    """Return the dossiers about a story."""
    rows = db.rows(f"{_SELECT} where d.brand = %s and d.story = %s order by d.id desc", [brand, story])
    return [_row(row) for row in rows]


def change(db: Database, number: str, *, title: str, counsel: int, online_on: date | None) -> None:
    """Change what a dossier is called, who is in charge, and since when what it is about is online."""
    sql = "update store_dossier set title = %s, counsel = %s, online_day = %s where id = %s"
    db.run(sql, [clean(title), counsel, day_text(online_on), dossier_id(db, number)])


def close(db: Database, number: str, at: datetime, keep_until: datetime | None) -> None:
    """Close a dossier. Raises ConflictError when it is closed already."""
    sql = (
        "update store_dossier set state = 'closed', closed_ms = %s, keep_until_ms = %s where id = %s and state = 'open'"
    )
    if not db.run(sql, [to_ms(at), ms_or_none(keep_until), dossier_id(db, number)]):
        raise ConflictError("The dossier {number} is closed already.", number=number)


def reopen(db: Database, number: str) -> None:
    """Open a closed dossier again. Raises ConflictError when it is open, or when its content was erased."""
    sql = (
        "update store_dossier set state = 'open', closed_ms = null, keep_until_ms = null"
        " where id = %s and state = 'closed' and erased_ms is null"
    )
    if not db.run(sql, [dossier_id(db, number)]):
        raise ConflictError("The dossier {number} cannot be opened again.", number=number)


def due_to_go(db: Database, now: datetime) -> list[DossierRow]:
    """Return the closed dossiers whose content is kept no longer and did not go yet."""
    where = "d.state = 'closed' and d.erased_ms is null and d.keep_until_ms <= %s"
    return [_row(row) for row in db.rows(f"{_SELECT} where {where} order by d.id", [to_ms(now)])]


def forget(db: Database, number: str, at: datetime) -> None:
    """Erase the words of a dossier: title, notes on elements, letters, events of clocks. What it was about stays told
    by the log alone.
    """
    row = dossier_id(db, number)
    with db.transaction():
        db.run(
            "update store_dossier set title = '', story = '', erased_ms = %s where id = %s and erased_ms is null",
            [to_ms(at), row],
        )
        db.run(
            "update store_groundelement set note = '' where ground in"
            " (select id from store_chosenground where dossier = %s)",
            [row],
        )
        db.run(
            "update store_lawletter set subject = '', text = '', facts = '{}', reason = '' where dossier = %s", [row]
        )
        db.run("update store_clock set event = '{}', acts = '[]' where dossier = %s", [row])
        db.run(
            "delete from store_evidencetext where digest in (select text from store_logentry where dossier = %s"
            " and text <> '')",
            [row],
        )


def day_text(day: date | None) -> str:
    """Return a day as it stands in rows: ISO 8601, "" for none."""
    return "" if day is None else day.isoformat()


def day_of(text: str) -> date | None:
    """Return the day of a row."""
    return date.fromisoformat(text) if text else None


def _row(row: Row) -> DossierRow:
    return DossierRow(
        id=row[0],
        number=number_of(row[1], row[2]),
        brand=row[3],
        title=row[4],
        by=row[5],
        opened_at=from_ms(row[6]),
        state=DossierState(row[7]),
        story=row[8],
        counsel=row[9],
        online_on=day_of(row[10]),
        closed_at=at_or_none(row[11]),
        keep_until=at_or_none(row[12]),
        erased_at=at_or_none(row[13]),
        captures=int(row[14]),
    )
