"""Backup and restore, online and from one database engine to the other; the digest that says two are the same.

A backup is a zip of one JSON-lines file a table, the files of captures, and a manifest. Secrets of sources (passwords,
tokens) stand in a file of their own beside it. The salt that keeps erased authors out travels with it; so do people,
with the hashes of their passwords. The key file that opens sealed secrets does not.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

import msgspec

from tocsin.base.errors import ConflictError, InputError, StoreError
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.upkeep import files
from tocsin.store.upkeep.reindex import rebuild_index
from tocsin.store.upkeep.tables import Table, all_tables, private_tables, rows_of, snapshot, split_secrets

FORMAT = 1
MANIFEST = "manifest.json"
_BATCH = 2_000

Opener = Callable[[str], IO[bytes]]


class TableCount(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a backup: how many rows, and their digest."""

    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup or an export holds. format: rises when an older tocsin could not read it. files: of captures."""

    format: int
    digest: str
    tables: dict[str, TableCount]
    files: int = 0


def digest(db: Database) -> str:
    """Return the digest of all that is kept, people, secrets and leases apart; the same on either engine."""
    with snapshot(db):
        return _manifest({table.title: _drain(db, table) for table in all_tables()}).digest


def backup(db: Database, path: Path) -> str:
    """Write a backup of one instant to `path`, replaced whole or not at all; return its digest.

    Secrets go to `path` + ".secrets.json", readable by its owner alone. Raises StoreError if the disk refuses.
    """
    part = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(_private(part), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            secrets: dict[str, dict[str, str]] = {}
            create = partial(archive.open, mode="w", force_zip64=True)
            wanted: list[str] = []
            manifest = write_tables(db, create, secrets, private=True, beside=lambda: wanted.extend(files.folders(db)))
            manifest = msgspec.structs.replace(manifest, files=files.pack(db, wanted, archive))
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        _keep_secrets(path, secrets)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(
            "The backup {path} cannot be written ({error}). Choose a folder with room.", path=path, error=error.strerror
        ) from None
    return manifest.digest


def restore(db: Database, path: Path) -> str:
    """Fill an empty database from a backup; return the digest, which is that of the backup.

    Raises ConflictError if the database is not empty, InputError if the file is not a whole backup.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_manifest(archive.read(MANIFEST))
            secrets = _secrets_beside(path)
            require_empty(db)
            # Files first: killed in between, they lie where no row speaks of them, and the next try finds them there.
            _require_files(manifest, files.unpack(db, archive))
            return read_tables(db, manifest, archive.open, secrets)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise InputError(
            "{path} is not a whole tocsin backup ({error}). Choose another.", path=path, error=error
        ) from None
    except OSError as error:
        raise InputError("{path} cannot be read ({error}).", path=path, error=error.strerror) from None


def write_tables(
    db: Database,
    create: Opener,
    secrets: dict[str, dict[str, str]],
    *,
    private: bool = False,
    beside: Callable[[], None] = lambda: None,
) -> Manifest:
    """Write every table as JSON lines through `create(name)`; return the manifest. `secrets` takes those of sources.

    private: people too. beside: is called at the same instant of the database.
    """
    counts: dict[str, TableCount] = {}
    with snapshot(db):
        for table in [*all_tables(), *(private_tables() if private else ())]:
            with create(f"{table.title}.jsonl") as stream:
                counts[table.title] = _drain(db, table, stream, secrets)
        beside()
    return _manifest(counts)


def read_tables(db: Database, manifest: Manifest, open_file: Opener, secrets: dict[str, dict[str, str]]) -> str:
    """Fill the empty database from JSON lines, in one transaction; return the digest."""
    with db.transaction():
        db.one_writer("restore")
        require_empty(db)
        hidden = {table.title for table in private_tables()}
        for table in [*all_tables(), *private_tables()]:
            expected = manifest.tables.get(table.title)
            if expected is None and table.title in hidden:
                continue  # an export, or a backup of before there were accounts
            if expected is None:
                raise InputError("The file {name} is missing. Take the backup again.", name=f"{table.title}.jsonl")
            with open_file(f"{table.title}.jsonl") as stream:
                _fill(db, table, stream, expected, secrets)
        _follow_sequences(db)
        rebuild_index(db)
    db.names.forget()
    db.forget_salt()
    return manifest.digest


def read_manifest(raw: bytes) -> Manifest:
    """Return the manifest. Raises InputError if it is not one that this program can read."""
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise InputError("The manifest cannot be read ({error}). Take the backup again.", error=error) from None
    if manifest.format > FORMAT:
        raise InputError("This backup was made by a newer tocsin. Upgrade tocsin, then restore it.")
    return manifest


def _require_files(manifest: Manifest, found: int) -> None:
    if found != manifest.files:
        raise InputError(
            "The backup holds {found} files of captures, not {wanted}. Take the backup again.",
            found=found,
            wanted=manifest.files,
        )


def _drain(
    db: Database, table: Table, stream: IO[bytes] | None = None, secrets: dict[str, dict[str, str]] | None = None
) -> TableCount:
    """Pass all rows of a table through the digest, and to the stream if there is one."""
    rows, seal = 0, hashlib.blake2b(digest_size=16)
    for values in rows_of(db, table):
        if table.title == "source":
            taken = split_secrets(values)
            if taken and secrets is not None:
                secrets[values["name"]] = taken
        line = _line(values)
        seal.update(line)
        if stream is not None:
            stream.write(line)
        rows += 1
    return TableCount(rows=rows, digest=seal.hexdigest())


def _line(values: dict[str, Any]) -> bytes:
    return msgspec.json.encode(values) + b"\n"


def _manifest(counts: dict[str, TableCount]) -> Manifest:
    hidden = {table.title for table in private_tables()}
    seal = hashlib.blake2b(digest_size=16)
    for title in sorted(counts.keys() - hidden):
        seal.update(f"{title} {counts[title].rows} {counts[title].digest}\n".encode())
    return Manifest(format=FORMAT, digest=seal.hexdigest(), tables=counts)


def _fill(
    db: Database, table: Table, stream: IO[bytes], expected: TableCount, secrets: dict[str, dict[str, str]]
) -> None:
    seal, rows, batch = hashlib.blake2b(digest_size=16), 0, []
    for values in _lines(stream, table, seal):
        if table.title == "source" and values["name"] in secrets:
            options = json.loads(values["options"]) | secrets[values["name"]]
            values["options"] = msgspec.json.encode(options).decode()
        batch.append(table.stored(values))
        rows += 1
        if len(batch) == _BATCH:
            bulk.insert(db, table.name, table.columns, batch)
            batch = []
    bulk.insert(db, table.name, table.columns, batch)
    if rows != expected.rows or seal.hexdigest() != expected.digest:
        raise InputError(
            "{name} is not what was written ({rows} rows of {expected}). Take the backup again.",
            name=f"{table.title}.jsonl",
            rows=rows,
            expected=expected.rows,
        )


def _lines(stream: Iterable[bytes], table: Table, seal: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(stream, 1):
        seal.update(line)
        try:
            values = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise InputError(
                "Line {line} of {name} is not JSON ({error}). Take the backup again.",
                line=number,
                name=f"{table.title}.jsonl",
                error=error,
            ) from None
        yield values


def require_empty(db: Database) -> None:
    """Return if the database holds nothing. Raises ConflictError otherwise."""
    for table in [*all_tables(), *private_tables()]:
        if table.title != "fact" and db.value(f"select 1 from {table.name} limit 1") is not None:
            raise ConflictError("This installation is not empty. Restore into a new data folder or database.")
    db.run("delete from store_fact")


def _follow_sequences(db: Database) -> None:
    """Let the next numbers follow those that were put back; SQLite does so by itself."""
    if db.is_sqlite:
        return
    for table in [*all_tables(), *private_tables()]:
        if table.has_sequence:
            db.value(
                f"select setval(pg_get_serial_sequence('{table.name}', 'id'),"
                f" coalesce((select max(id) from {table.name}), 0) + 1, false)"
            )


def _private(path: Path) -> Path:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return path


def _secrets_path(path: Path) -> Path:
    return path.with_name(path.name + ".secrets.json")


def _keep_secrets(path: Path, secrets: dict[str, dict[str, str]]) -> None:
    beside = _secrets_path(path)
    if secrets:
        _private(beside).write_bytes(msgspec.json.encode(secrets, order="sorted"))
    else:
        beside.unlink(missing_ok=True)


def _secrets_beside(path: Path) -> dict[str, dict[str, str]]:
    beside = _secrets_path(path)
    if not beside.is_file():
        return {}
    try:
        return msgspec.json.decode(beside.read_bytes(), type=dict[str, dict[str, str]])
    except msgspec.DecodeError as error:
        raise InputError(
            "{path} cannot be read ({error}). Remove it, and enter the secrets anew.", path=beside, error=error
        ) from None
