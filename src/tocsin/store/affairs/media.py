"""Titles of the press that owners add, change or hide. Reached as `store.media`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly

_COLUMNS = ("host", "scope", "kind", "country", "language", "by", "at_ms")


class TitleRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner says of a host. scope: national, local or specialised, "" for no press. by: who said so."""

    host: str
    scope: str
    kind: str
    country: str
    language: str
    by: str
    at: datetime


@speaks_plainly
class MediaTitles:
    """The titles that owners said something of; methods raise as those of `Store` do."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(self) -> list[TitleRow]:
        """Return all of them, by host."""
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        rows = self._db.rows(f"select {columns} from store_mediatitle order by host")
        return [
            TitleRow(
                host=row[0], scope=row[1], kind=row[2], country=row[3], language=row[4], by=row[5], at=from_ms(row[6])
            )
            for row in rows
        ]

    def put(self, titles: list[TitleRow]) -> None:
        """Keep these, each in the place of what was said of its host."""
        with self._db.transaction():
            for title in titles:
                self._db.run("delete from store_mediatitle where host = %s", [title.host])
            values = [
                (one.host, one.scope, one.kind, one.country, one.language, one.by, to_ms(one.at)) for one in titles
            ]
            bulk.insert(self._db, "store_mediatitle", _COLUMNS, values)

    def drop(self, host: str) -> None:
        """Let the shipped table speak for a host again."""
        with self._db.transaction():
            self._db.run("delete from store_mediatitle where host = %s", [host])
