"""Write many rows at once: executemany on SQLite, COPY on PostgreSQL; never one insert per row from above.

A transaction of the intake is kept under some 5,000 posts, so that the writes of people pass between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    names = ", ".join(_quoted(column) for column in columns)
    with db.connection.cursor() as cursor:
        if db.is_sqlite:
            cursor.executemany(f"insert into {table} ({names}) values ({marks(len(columns))})", rows)
            return
        with cursor.copy(f"copy {table} ({names}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)


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


def update(db: Database, sql: str, rows: Iterable[Row]) -> None:
    """Execute one statement for many rows of parameters."""
    _each(db, sql, rows)


def chunks(values: Sequence[Any], size: int = CHUNK) -> Iterable[Sequence[Any]]:
    """Return `values` in stretches of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _each(db: Database, sql: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        with db.connection.cursor() as cursor:
            cursor.executemany(sql, listed)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(_quoted(column) for column in columns)


def _quoted(column: str) -> str:
    return f'"{column}"'
