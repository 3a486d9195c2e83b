"""One open database: short ways to read, write and hold a transaction, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tocsin.base.settings import Settings
from tocsin.store.names import Names

Row = tuple[Any, ...]
_SALT = "salt"


class Database:
    """The database behind a Django alias. Each thread has a connection of its own."""

    def __init__(self, alias: str, settings: Settings) -> None:
        self.alias = alias
        self.settings = settings
        self.names = Names(self)
        self._salt = b""

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """The connection of this thread."""
        return connections[self.alias]

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; PostgreSQL otherwise."""
        return bool(self.connection.vendor == "sqlite")

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query; parameters stand as %s."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    def row(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            found: Row | None = cursor.fetchone()
            return found

    def value(self, sql: str, params: Sequence[object] = ()) -> Any:
        """Return the first column of the first row, or None."""
        found = self.row(sql, params)
        return None if found is None else found[0]

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Execute a statement and return how many rows it changed."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return int(cursor.rowcount)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold one writing transaction: IMMEDIATE on SQLite, so that it never fails half-way for a lock."""
        with transaction.atomic(using=self.alias):
            yield

    def one_writer(self, what: str) -> None:
        """Wait until no other transaction that writes `what` runs; held to the end of this one.

        SQLite has one writer anyway. On PostgreSQL this makes looking up what is known, and adding to it, one step.
        """
        if not self.is_sqlite:
            digest = hashlib.blake2b(what.encode(), digest_size=8).digest()
            self.run("select pg_advisory_xact_lock(%s)", [int.from_bytes(digest, "big", signed=True)])

    def digest(self, *parts: str) -> str:
        """Return 32 hexadecimal digits that name `parts` in this installation and tell nothing outside it."""
        whole = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(whole, key=self.salt(), digest_size=16).hexdigest()

    def salt(self) -> bytes:
        """Return the salt of this installation, made at first use and kept for good."""
        if not self._salt:
            self.run(
                "insert into store_fact (name, value) values (%s, %s) on conflict (name) do nothing",
                [_SALT, secrets.token_hex(32)],
            )
            self._salt = bytes.fromhex(self.value("select value from store_fact where name = %s", [_SALT]))
        return self._salt

    def forget_salt(self) -> None:
        """Read the salt again: after a restore."""
        self._salt = b""


def marks(count: int) -> str:
    """Return `count` parameter marks, parted by commas."""
    return ", ".join(["%s"] * count)
