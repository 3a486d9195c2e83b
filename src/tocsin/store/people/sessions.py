"""Sessions of the web door: kept under the digest of what the cookie holds, so that they can be listed and ended."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.people.rows import SessionRow

_COLUMNS = "key, person_id, body, device, made_ms, seen_ms, ends_ms"


def session_key(db: Database, token: str) -> str:
    """Return under which key the session of a cookie is kept."""
    return db.digest("session", token)


def session(db: Database, key: str, now: datetime) -> SessionRow | None:
    """Return a session that has not ended, or None."""
    row = db.row(f"select {_COLUMNS} from store_session where key = %s and ends_ms > %s", [key, to_ms(now)])
    return None if row is None else _session(row)


def add_session(db: Database, value: SessionRow) -> bool:
    """Keep a new session; False if the key is taken."""
    return (
        db.run(
            f"insert into store_session ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            _row(value),
        )
        == 1
    )


def change_session(db: Database, value: SessionRow) -> bool:
    """Change a session; False if it was ended meanwhile: it must not come back."""
    sql = "update store_session set person_id = %s, body = %s, device = %s, seen_ms = %s, ends_ms = %s where key = %s"
    values = [value.person, value.body, value.device, to_ms(value.seen_at), to_ms(value.ends_at), value.key]
    return db.run(sql, values) == 1


def sessions_of(db: Database, number: int, now: datetime) -> list[SessionRow]:
    """Return the sessions of a person that have not ended, the last seen first."""
    rows = db.rows(
        f"select {_COLUMNS} from store_session where person_id = %s and ends_ms > %s order by seen_ms desc, key",
        [number, to_ms(now)],
    )
    return [_session(row) for row in rows]


def end_session(db: Database, key: str) -> None:
    """End a session."""
    db.run("delete from store_session where key = %s", [key])


def end_sessions(db: Database, number: int, *, but: str = "") -> int:
    """End the sessions of a person, all but one key; return how many."""
    return db.run("delete from store_session where person_id = %s and key <> %s", [number, but])


def sweep_sessions(db: Database, now: datetime) -> int:
    """Remove the sessions that ended; return how many."""
    return db.run("delete from store_session where ends_ms <= %s", [to_ms(now)])


def _row(value: SessionRow) -> bulk.Row:
    return (
        value.key,
        value.person,
        value.body,
        value.device,
        to_ms(value.made_at),
        to_ms(value.seen_at),
        to_ms(value.ends_at),
    )


def _session(row: Row) -> SessionRow:
    return SessionRow(
        key=row[0],
        person=row[1],
        body=row[2],
        device=row[3],
        made_at=from_ms(row[4]),
        seen_at=from_ms(row[5]),
        ends_at=from_ms(row[6]),
    )
