"""Everything in open files: one JSON-lines file a table, a manifest, and a README that says what is where."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from tocsin.base.errors import ConflictError, InputError, StoreError
from tocsin.store.database import Database
from tocsin.store.upkeep import files
from tocsin.store.upkeep.archive import MANIFEST, read_manifest, read_tables, require_empty, write_tables
from tocsin.store.upkeep.tables import all_tables

_INTRODUCTION = """\
Everything this tocsin kept, in open files.

Each FILE.jsonl is one table: one JSON object a line, in UTF-8, sorted by its key. Columns that end in _id hold the `id`
of a line of another file; columns that end in _ms are milliseconds since 1970-01-01 UTC; `minute` and `start` are
minutes since then. Columns named body, rest, reading, params, options, reasons, keywords, platforms and languages hold
JSON as text; bands, memory and state are bytes as base64. Passwords of sources are left out. manifest.json holds the
number of lines and the digest (BLAKE2b, 128 bits) of each file. evidence/BRAND/NUMBER/ holds the files of captures.

To put all of it back into a new, empty installation: tocsin restore FOLDER
"""


def export(db: Database, folder: Path) -> dict[str, int]:
    """Write all tables to files of an empty or new folder; return the number of rows by file name.

    Raises ConflictError if the folder holds something, StoreError if the disk refuses.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConflictError("The folder {folder} is not empty. Give a new one.", folder=folder)
        wanted: list[str] = []
        create = partial(_created, folder)
        manifest = write_tables(db, create, {}, beside=lambda: wanted.extend(files.folders(db)))
        manifest = msgspec.structs.replace(manifest, files=files.copy_out(db, wanted, folder))
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        (folder / "README.txt").write_text(_readme(), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            "The folder {folder} cannot be written ({error}). Choose one with room.",
            folder=folder,
            error=error.strerror,
        ) from None
    return {f"{title}.jsonl": count.rows for title, count in manifest.tables.items()}


def import_export(db: Database, folder: Path) -> str:
    """Fill the empty database from an exported folder; return the digest."""
    try:
        manifest = read_manifest((folder / MANIFEST).read_bytes())
        require_empty(db)
        files.copy_in(db, folder)
        return read_tables(db, manifest, lambda name: (folder / name).open("rb"), {})
    except OSError as error:
        raise InputError("{folder} is not a whole export ({error}).", folder=folder, error=error.strerror) from None
    except KeyError as error:
        raise InputError("A line of {folder} lacks the column {column}.", folder=folder, column=error) from None


def _created(folder: Path, name: str) -> IO[bytes]:
    return (folder / name).open("wb")


def _readme() -> str:
    parts = [_INTRODUCTION]
    for table in all_tables():
        parts.append(f"{table.title}.jsonl\n  {table.about}\n  Columns: {', '.join(table.columns)}\n")
    return "\n".join(parts)
