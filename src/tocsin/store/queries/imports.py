"""Imports: which files were read in, and what came of each."""

from __future__ import annotations

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.map import at_or_none, ms_or_none
from tocsin.store.rows import ImportRow

_COLUMNS = (
    "id",
    "timeline_id",
    "source",
    "origin",
    "digest",
    "started_ms",
    "ended_ms",
    "posts",
    "mentions",
    "rejects",
)


def save_import(db: Database, record: ImportRow) -> int:
    """Write down an import, or change the one of its id; return the id."""
    with db.transaction():
        number = record.id or bulk.reserve(db, "store_importrecord", 1)[0]
        row = (
            number,
            db.names.timeline(record.timeline),
            record.source,
            record.origin,
            record.digest,
            to_ms(record.started_at),
            ms_or_none(record.ended_at),
            record.posts,
            record.mentions,
            record.rejects,
        )
        bulk.upsert(db, "store_importrecord", _COLUMNS, ("id",), [row])
    return number


def imports(db: Database, limit: int = 100) -> list[ImportRow]:
    """Return the imports, newest first."""
    rows = db.rows(f"select {', '.join(_COLUMNS)} from store_importrecord order by id desc limit %s", [limit])
    return [
        ImportRow(
            id=row[0],
            timeline=db.names.name_of("timeline", row[1]),
            source=row[2],
            origin=row[3],
            digest=row[4],
            started_at=from_ms(row[5]),
            ended_at=at_or_none(row[6]),
            posts=row[7],
            mentions=row[8],
            rejects=row[9],
        )
        for row in rows
    ]
