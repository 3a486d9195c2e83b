"""The numbers of dossiers, such as 2026-0042: by year, without gaps in an installation."""

from __future__ import annotations

import re

from tocsin.base.errors import NotFoundError
from tocsin.store.database import Database

_NUMBER = re.compile(r"(\d{4})-(\d{4,9})")


def number_of(year: int, rank: int) -> str:
    """Return the number of a dossier.

    >>> number_of(2026, 42)
    '2026-0042'
    """
    return f"{year}-{rank:04d}"


def dossier_id(db: Database, number: str) -> int:
    """Return the row of a dossier. Raises NotFoundError."""
    found = _NUMBER.fullmatch(number)
    row = found and db.value(
        "select id from store_dossier where year = %s and rank = %s", [int(found[1]), int(found[2])]
    )
    if not row:
        raise NotFoundError("There is no dossier {number}.", number=number)
    return int(row)


def next_rank(db: Database, year: int) -> int:
    """Return the next rank of a year; to be called in the transaction that uses it."""
    db.one_writer("dossier numbers")
    return int(db.value("select max(rank) from store_dossier where year = %s", [year]) or 0) + 1
