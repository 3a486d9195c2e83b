"""Write many rows at once: many to a statement on SQLite, COPY on PostgreSQL; never one insert per row from above.

A transaction of the intake is kept under some 5,000 posts, so that the writes of people pass between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from tocsin.store.database import Database, marks

Row = tuple[Any, ...]
CHUNK = 2_000  # parameters of one statement stay far under SQLite's 32,766


def reserve(db: Database, table: str, count: int) -> range:
    """Return `count` fresh ids of a table, in order; must run inside the transaction that uses them.

    Numbers are never given twice, even after deletions.
    """
    if count == 0:
        return range(0)
    if db.is_sqlite:
        last = db.value("select seq from sqlite_sequence where name = %s", [table]) or 0
        return range(last + 1, last + 1 + count)
    # The sequence is moved in one step; the lock keeps two transactions from taking the same stretch.
    db.one_writer(f"ids of {table}")
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    first = db.value(f"select nextval({sequence})")
    db.value(f"select setval({sequence}, %s)", [first + count - 1])
    return range(first, first + count)


def insert(db: Database, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows whose keys are known to be new."""
    if not rows:
        return
    if db.is_sqlite:
        _insert_many(db, table, columns, tuple(zip(*rows, strict=True)))
        return
    with db.connection.cursor() as cursor, cursor.copy(f"copy {table} ({_names(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def insert_columns(db: Database, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows given column by column, whose keys are known to be new; columns of nothing but None are left out."""
    told = {name: values for name, values in columns.items() if _is_told(values)}
    if db.is_sqlite:
        _insert_many(db, table, tuple(told), tuple(told.values()))
    elif told:
        insert(db, table, tuple(told), list(zip(*told.values(), strict=True)))


def insert_new(db: Database, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, leaving those that are there already as they are."""
    _each(db, f"insert into {table} ({_names(columns)}) values ({marks(len(columns))}) on conflict do nothing", rows)


def upsert(db: Database, table: str, columns: Sequence[str], keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, or overwrite the columns beside `keys` of those that are there."""
    sets = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns if name not in keys)
    _each(
        db,
        f"insert into {table} ({_names(columns)}) values ({marks(len(columns))})"
        f" on conflict ({_names(keys)}) do update set {sets}",
        rows,
    )


def add(db: Database, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add to counts: the last of `columns` is the count, the others are the key. Rows that fall to 0 go.

    Sorted, so that two transactions never wait for each other in a circle.
    """
    keys, count = columns[:-1], columns[-1]
    _each(
        db,
        f"insert into {table} ({_names(columns)}) values ({marks(len(columns))})"
        f" on conflict ({_names(keys)}) do update set {count} = {table}.{count} + excluded.{count}",
        sorted(rows),
    )
    emptied = [row[:-1] for row in rows if row[-1] < 0]
    where = " and ".join(f"{_quoted(key)} = %s" for key in keys)
    _each(db, f"delete from {table} where {where} and {count} = 0", emptied)


def fill_in(db: Database, table: str, columns: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> None:
    """Insert rows given column by column, or overwrite what is known now of those that are there.

    keys: what never changes; the first of them tells rows apart. None overwrites nothing, and a row that says nothing
    new is not written.
    """
    told = {name: values for name, values in columns.items() if _is_told(values)}
    rows = sorted(zip(*told.values(), strict=True), key=itemgetter(list(told).index(keys[0])))
    sets = ", ".join(f"{name} = coalesce(excluded.{name}, {table}.{name})" for name in told if name not in keys)
    news = " or ".join(f"excluded.{name} is distinct from {table}.{name}" for name in told if name not in keys)
    then = f" on conflict ({keys[0]}) do " + (f"update set {sets} where {news}" if sets else "nothing")
    if db.is_sqlite:
        _insert_many(db, table, tuple(told), tuple(zip(*rows, strict=True)), then)
    else:
        _each(db, f"insert into {table} ({_names(tuple(told))}) values ({marks(len(told))}){then}", rows)


def update(db: Database, sql: str, rows: Iterable[Row]) -> None:
    """Execute one statement for many rows of parameters."""
    _each(db, sql, rows)


def chunks(values: Sequence[Any], size: int = CHUNK) -> Iterable[Sequence[Any]]:
    """Return `values` in stretches of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


# A statement is begun, its tables opened and its counter of numbers written once for so many rows.
_ROWS = 100
_VIRTUAL = frozenset({"store_search"})  # writes its words out at every statement of many rows


def _insert_many(
    db: Database, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]], then: str = ""
) -> None:
    """Insert rows given as columns, in statements of many rows; `then`: what follows their values."""
    connection, count = db.connection, len(columns[0]) if columns else 0
    whole = 0 if table in _VIRTUAL else count - count % _ROWS
    # Past Django's own cursor, which would look for the marks of thousands of parameters each time.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        many = _statement(table, tuple(names), _ROWS, then)
        for start in range(0, whole, _ROWS):
            rows = zip(*[column[start : start + _ROWS] for column in columns], strict=True)
            sqlite3.Cursor.execute(cursor.cursor, many, list(chain.from_iterable(rows)))
        if whole < count:
            rows = zip(*[column[whole:] for column in columns], strict=True)
            sqlite3.Cursor.executemany(cursor.cursor, _statement(table, tuple(names), 1, then), rows)


@lru_cache(maxsize=256)
def _statement(table: str, columns: tuple[str, ...], rows: int, then: str) -> str:
    """Return an insert in SQLite's own marks.

    OR FAIL: the transaction around is undone by whoever holds it, so that no statement keeps a journal of its own.
    """
    row = f"({', '.join('?' * len(columns))})"
    return f"insert or fail into {table} ({_names(columns)}) values {', '.join([row] * rows)}{then}"


def _is_told(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _each(db: Database, sql: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        with db.connection.cursor() as cursor:
            cursor.executemany(sql, listed)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(_quoted(column) for column in columns)


def _quoted(column: str) -> str:
    return f'"{column}"'
