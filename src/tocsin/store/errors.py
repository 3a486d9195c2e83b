"""Say in one clear sentence why a database refused."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import Error, InterfaceError

from tocsin.base.errors import StoreError

_T = TypeVar("_T")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a database driver raises into a `StoreError` that says what to do."""
    try:
        yield
    except (Error, InterfaceError) as error:
        raise explain(error) from error


def speaks_plainly(cls: type[_T]) -> type[_T]:
    """Class decorator: every public method raises `StoreError` instead of a driver's own error."""
    for name, member in list(vars(cls).items()):
        if not name.startswith("_") and callable(member) and not isinstance(member, type):
            setattr(cls, name, _plain(member))
    return cls


def explain(error: Exception) -> StoreError:
    """Return the `StoreError` for an error of Django's database layer, by the code of SQLite or of PostgreSQL."""
    cause = error.__cause__
    said = " ".join(str(error).split()) or type(error).__name__
    sqlite = str(getattr(cause, "sqlite_errorname", "") or "")
    if sqlite or not getattr(cause, "sqlstate", None):
        return _explain_sqlite(sqlite, said)
    return _explain_postgres(str(cause.sqlstate), said)  # type: ignore[union-attr]


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with plain_errors():
            return method(*args, **kwargs)

    return call


def _explain_sqlite(name: str, said: str) -> StoreError:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError("The database stayed locked by another program ({said}). Close it or try again.", said=said)
    if name.startswith("SQLITE_READONLY"):
        return StoreError("The database may only be read ({said}). Give its folder back the right to write.", said=said)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(
            "The database file is damaged ({said}). Keep a copy, then run `tocsin restore` with your last backup.",
            said=said,
        )
    if name.startswith("SQLITE_FULL"):
        return StoreError("The disk is full ({said}). Free some space; nothing was half written.", said=said)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreError("The database file cannot be opened or read ({said}). Check the folder and disk.", said=said)
    return _unforeseen(said)


def _explain_postgres(state: str, said: str) -> StoreError:
    if state.startswith("08") or state in ("57P01", "57P02", "57P03", "53300"):
        return _out_of_reach(said)
    if state.startswith("28") or state == "3D000":
        return StoreError("The database refused our name ({said}). Mend TOCSIN_DATABASE_URL.", said=said)
    if state in ("53100", "53200"):
        return StoreError("The disk or the memory of the database is full ({said}). Free some space.", said=said)
    if state == "25006":
        return StoreError("The database may only be read ({said}). Give its folder back the right to write.", said=said)
    if state in ("55P03", "40P01", "40001", "57014"):
        return StoreError("The database stayed locked by another program ({said}). Close it or try again.", said=said)
    if state.startswith("XX"):
        return StoreError(
            "The database file is damaged ({said}). Keep a copy, then run `tocsin restore` with your last backup.",
            said=said,
        )
    return _unforeseen(said)


def _out_of_reach(said: str) -> StoreError:
    return StoreError("The database does not answer ({said}). Start it, or mend TOCSIN_DATABASE_URL.", said=said)


def _unforeseen(said: str) -> StoreError:
    if "connection" in said.lower():
        return _out_of_reach(said)
    return StoreError("The database refused: {said}. Run `tocsin doctor`.", said=said)
