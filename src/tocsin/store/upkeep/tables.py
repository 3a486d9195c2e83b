"""The tables as portable rows: the same values from either database, in an order in which they can be put back."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from django.apps import apps
from django.db import models

from tocsin.store.database import Database

_FETCH = 2_000

# Parents before children. Leases, presences, faults of channels, the health of time-stamping authorities, undo records,
# the turns of posts to be asked for again and pushes not yet read are left out: they mean nothing elsewhere.
# fmt: off
_MODELS = (
    "Fact", "Brand", "Watch", "WatchVersion", "Timeline", "Source", "Cursor", "Reading", "ImportRecord", "Author",
    "Post", "Revision", "Sighting", "Tombstone", "Unmatched", "RejectRow", "Story", "Mention", "Count", "KindCount",
    "StoryCount", "FoldState", "Surge", "FreeText", "Event", "Outbox", "Alert", "AlertAction", "Label", "Audit",
    "WorkState", "SavedView", "Correction", "Corrected", "Original", "Objection", "Retention", "Move",
    "Routing", "SourceHour", "MediaTitle", "SourcePast", "SourceSpend", "SourceGap", "SourceNote",
    "Dossier", "Capture", "CaptureTurn", "EvidenceText", "LogEntry", "LogHash", "Checkpoint", "StampToken",
    "ChosenGround", "GroundElement", "Clock", "LawLetter",
)
# fmt: on
# Who may come in: in backups, which put an installation back as it was, and never in exports, which are handed on.
# Sessions and tries to sign in are left out of both, as leases are.
# fmt: off
_PRIVATE_MODELS = (
    "Person", "Membership", "RecoveryCode", "OneTimeLink", "Channel", "SourceSecret", "EvidenceKey", "SourceHub",
)
# fmt: on
_SECRET_WORDS = ("password", "token", "secret")


class Table(NamedTuple):
    """A table: its name in the database, its name outside, its columns, how each travels, and its order."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    booleans: frozenset[int]
    binaries: frozenset[int]
    order: tuple[str, ...]

    @property
    def has_sequence(self) -> bool:
        """Whether the database gives the numbers."""
        return self.order == ("id",) and self.name not in ("store_author", "store_surge", "store_alert")

    def portable(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return a row as plain values by column: truth as true and false, bytes as base64."""
        return {column: self._plain(index, row[index]) for index, column in enumerate(self.columns)}

    def stored(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """Return the row of portable values. Raises KeyError when a column is missing."""
        return tuple(self._native(index, values[column]) for index, column in enumerate(self.columns))

    def _plain(self, index: int, value: Any) -> Any:
        if value is None:
            return None
        if index in self.booleans:
            return bool(value)
        if index in self.binaries:
            return base64.b64encode(bytes(value)).decode()
        return value

    def _native(self, index: int, value: Any) -> Any:
        return base64.b64decode(value) if index in self.binaries and value is not None else value


def all_tables() -> list[Table]:
    """Return all tables that an export holds, parents before children."""
    return [_table(apps.get_model("store", name)) for name in _MODELS]


def private_tables() -> list[Table]:
    """Return the tables that backups alone hold, parents before children; they come after `all_tables`."""
    return [_table(apps.get_model("store", name)) for name in _PRIVATE_MODELS]


def rows_of(db: Database, table: Table) -> Iterator[dict[str, Any]]:
    """Yield the portable rows of a table in the order of its key, without holding them all."""
    names = ", ".join(f'"{column}"' for column in table.columns)
    sql = f"select {names} from {table.name} order by {', '.join(_ordered(db, table))}"
    for row in _stream(db, sql):
        yield table.portable(row)


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """Read one instant of the database while others go on writing."""
    begin = "begin" if db.is_sqlite else "begin isolation level repeatable read read only"
    db.connection.ensure_connection()
    with db.connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("rollback")


def split_secrets(values: dict[str, Any]) -> dict[str, str]:
    """Blank the secrets among the options of a source, in place, and return them."""
    options: dict[str, str] = msgspec.json.decode(values["options"])
    secrets = {name: value for name, value in options.items() if value and is_secret(name)}
    if secrets:
        values["options"] = msgspec.json.encode(options | dict.fromkeys(secrets, "")).decode()
    return secrets


def is_secret(option: str) -> bool:
    """Return whether an option of a source is a secret, by its name."""
    name = option.lower()
    return name.endswith("key") or any(word in name for word in _SECRET_WORDS)


def _table(model: type[models.Model]) -> Table:
    fields = [field for field in model._meta.concrete_fields if field.column]
    key = model._meta.pk
    order = tuple(field.column for field in fields if field in getattr(key, "fields", (key,)))
    return Table(
        name=model._meta.db_table,
        title=model._meta.model_name or "",
        about=" ".join((model.__doc__ or "").split()),
        columns=tuple(field.column for field in fields),
        booleans=frozenset(at for at, field in enumerate(fields) if isinstance(field, models.BooleanField)),
        binaries=frozenset(at for at, field in enumerate(fields) if isinstance(field, models.BinaryField)),
        order=order,
    )


def _ordered(db: Database, table: Table) -> list[str]:
    """Order texts by their bytes on both databases: the order of PostgreSQL follows the locale otherwise."""
    if db.is_sqlite:
        return [f'"{column}"' for column in table.order]
    texts = {
        column
        for (column,) in db.rows(
            "select column_name from information_schema.columns"
            " where table_schema = current_schema() and table_name = %s and data_type in ('text', 'character varying')",
            [table.name],
        )
    }
    return [f'"{column}" collate "C"' if column in texts else f'"{column}"' for column in table.order]


def _stream(db: Database, sql: str) -> Iterator[tuple[Any, ...]]:
    if db.is_sqlite:
        with db.connection.cursor() as cursor:
            cursor.execute(sql)
            fetch: Callable[[int], list[tuple[Any, ...]]] = cursor.fetchmany
            while rows := fetch(_FETCH):
                yield from rows
        return
    with db.connection.connection.cursor(name="tocsin_rows") as cursor:  # a cursor on the server: memory stays flat
        cursor.itersize = _FETCH
        cursor.execute(sql)
        yield from cursor
