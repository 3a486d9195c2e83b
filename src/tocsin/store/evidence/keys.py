"""The private keys with which an installation signs its log and its reports, sealed; never opened here."""

from __future__ import annotations

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.evidence.rows import SealedKey


def key_purpose(name: str) -> str:
    """Return what a key is sealed for: moved to another row, it does not open."""
    return f"evidence:{name}"


def key(db: Database, name: str) -> SealedKey | None:
    """Return a key, or None before it is made."""
    row = db.row("select name, sealed, public, made_ms from store_evidencekey where name = %s", [name])
    return None if row is None else SealedKey(name=row[0], sealed=row[1], public=row[2], made_at=from_ms(row[3]))


def put_key(db: Database, made: SealedKey) -> SealedKey:
    """Keep a key if there is none of its name yet; return the one that is kept."""
    columns = ("name", "sealed", "public", "made_ms")
    row = (made.name, made.sealed, made.public, to_ms(made.made_at))
    bulk.insert_new(db, "store_evidencekey", columns, [row])
    kept = key(db, made.name)
    return made if kept is None else kept
