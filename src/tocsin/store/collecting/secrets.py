"""Sealed secrets of sources: kept, replaced, sealed anew; never opened here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.collecting.rows import SealedSecret, SecretRow
from tocsin.store.database import Database
from tocsin.store.evidence.keys import key_purpose
from tocsin.store.map import at_or_none, ms_or_none

_COLUMNS = ("source", "name", "sealed", "set_ms", "ends_ms")


def secret_purpose(source: str, name: str) -> str:
    """Return what a secret of a source is sealed for: moved to another row, it does not open."""
    return f"source:{source}:{name}"


def hub_purpose(token: str) -> str:
    """Return what the secret of a hub is sealed for."""
    return f"hub:{token}"


def put_secrets(db: Database, source: int, secrets: Sequence[SealedSecret], now_ms: int) -> None:
    """Keep secrets of a source, each in the place of the one before."""
    rows = [(source, one.name, one.sealed, now_ms, ms_or_none(one.ends_at)) for one in secrets]
    bulk.upsert(db, "store_sourcesecret", _COLUMNS, ("source", "name"), rows)


def set_ends(db: Database, source: int, ends: Mapping[str, datetime]) -> None:
    """Note when secrets that are kept stop working."""
    rows = [(to_ms(at), source, name) for name, at in sorted(ends.items())]
    bulk.update(db, "update store_sourcesecret set ends_ms = %s where source = %s and name = %s", rows)


def remove_secret(db: Database, source: str, name: str) -> bool:
    """Forget a secret; False when there was none."""
    sql = "delete from store_sourcesecret where source = %s and name = %s"
    return db.run(sql, [db.names.source(source), name]) > 0


def secrets(db: Database, source: str | None = None) -> list[SecretRow]:
    """Return the secrets of a source, or of all that are listed, by source and name."""
    where, params = ("and s.name = %s", [source]) if source is not None else ("", [])
    rows = db.rows(
        "select s.name, t.name, t.sealed, t.set_ms, t.ends_ms from store_sourcesecret t"
        f" join store_source s on s.id = t.source where s.listed {where} order by s.name, t.name",
        params,
    )
    return [
        SecretRow(source=row[0], name=row[1], sealed=row[2], set_at=from_ms(row[3]), ends_at=at_or_none(row[4]))
        for row in rows
    ]


def reseal(db: Database, is_old: Callable[[str], bool], anew: Callable[[str, str], str]) -> int:
    """Replace every sealed text for which `is_old` holds by `anew(sealed, purpose)`; return how many there were.

    Each is replaced only if it still reads as it did, so that what somebody sets meanwhile stays.
    """
    found = [one for one in _all_sealed(db) if is_old(one.sealed)]
    for one in found:
        fresh = one.text.replace(one.sealed, anew(one.sealed, one.purpose))
        sql = f"update {one.table} set {one.column} = %s where {one.key} = %s and {one.column} = %s"
        db.run(sql, [fresh, one.number, one.text])
    return len(found)


class _Sealed(NamedTuple):
    """A sealed text: where it stands, what stands there whole, and what it is for."""

    table: str
    column: str
    number: int | str
    text: str
    sealed: str
    purpose: str
    key: str = "id"


class _Letter(msgspec.Struct):
    sealed: str = ""


def _all_sealed(db: Database) -> Iterator[_Sealed]:
    """Everything that the key of the installation seals."""
    for number, source, name, text in db.rows(
        "select t.id, s.name, t.name, t.sealed from store_sourcesecret t join store_source s on s.id = t.source"
        " order by t.id"
    ):
        yield _Sealed("store_sourcesecret", "sealed", number, text, text, secret_purpose(source, name))
    for number, token, text in db.rows("select id, token, sealed from store_sourcehub order by id"):
        yield _Sealed("store_sourcehub", "sealed", number, text, text, hub_purpose(token))
    for number, person, text in db.rows("select id, person, sealed from store_channel order by id"):
        yield _Sealed("store_channel", "sealed", number, text, text, f"channel:{person}")
    for number, text in db.rows("select id, totp_secret from store_person where totp_secret <> '' order by id"):
        yield _Sealed("store_person", "totp_secret", number, text, text, f"second_factor:{number}")
    for name, text in db.rows("select name, sealed from store_evidencekey order by name"):
        yield _Sealed("store_evidencekey", "sealed", name, text, text, key_purpose(name), key="name")
    # Letters that did not leave yet hold a sealed link in their JSON text.
    for number, text in db.rows(
        "select id, body from store_outbox where action like 'letter:%%' and state <> 'done' order by id", []
    ):
        sealed = msgspec.json.decode(text, type=_Letter).sealed
        if sealed:
            yield _Sealed("store_outbox", "body", number, text, sealed, "letter")
