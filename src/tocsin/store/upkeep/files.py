"""The files of the vault on their way into backups and exports, and back."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from tocsin.base.errors import InputError, NotFoundError
from tocsin.evidence.manifest import check_path
from tocsin.store.database import Database
from tocsin.store.evidence.captures import in_vault
from tocsin.store.evidence.vault import FOLDER, Vault

_BLOCK = 1 << 20


def folders(db: Database) -> list[str]:
    """Return the folders of all captures that have files, as the database tells now."""
    return [one.folder for one in in_vault(db)]


def pack(db: Database, wanted: Iterable[str], archive: zipfile.ZipFile) -> int:
    """Write the files of captures into a zip; return how many. One that was erased meanwhile is left out."""
    vault, count = Vault(db.settings.data_dir), 0
    for folder in wanted:
        for name, path in _paths(vault, folder):
            # Stored as they are: pictures and archives are packed already, and one byte is one byte.
            entry = zipfile.ZipInfo(f"{FOLDER}/{folder}/{name}")
            with path.open("rb") as stream, archive.open(entry, "w", force_zip64=True) as out:
                shutil.copyfileobj(stream, out, _BLOCK)
            count += 1
    return count


def unpack(db: Database, archive: zipfile.ZipFile) -> int:
    """Put the files of a zip back into the vault; return how many. Raises InputError for a path out of it."""
    vault, count = Vault(db.settings.data_dir), 0
    touched = set()
    for name in archive.namelist():
        if name.startswith(f"{FOLDER}/"):
            with archive.open(name) as stream:
                touched.add(_put_back(vault, name, stream))
            count += 1
    vault.close(touched)
    return count


def copy_out(db: Database, wanted: Iterable[str], target: Path) -> int:
    """Copy the files of captures below a folder; return how many."""
    vault, count = Vault(db.settings.data_dir), 0
    for folder in wanted:
        for name, path in _paths(vault, folder):
            copy = target / FOLDER / folder / name
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            count += 1
    return count


def copy_in(db: Database, source: Path) -> int:
    """Put the files below an exported folder back into the vault; return how many."""
    vault, base, count = Vault(db.settings.data_dir), source / FOLDER, 0
    touched = set()
    for path in sorted(path for path in base.rglob("*") if path.is_file() and not path.is_symlink()):
        with path.open("rb") as stream:
            touched.add(_put_back(vault, path.relative_to(source).as_posix(), stream))
        count += 1
    vault.close(touched)
    return count


def _paths(vault: Vault, folder: str) -> list[tuple[str, Path]]:
    try:
        return vault.paths(folder)
    except NotFoundError:
        return []


def _put_back(vault: Vault, name: str, stream: IO[bytes]) -> str:
    parts = check_path(name).split("/")
    if len(parts) < 4:
        raise InputError("{path} is no file of a capture. Take the backup again.", path=name)
    folder = "/".join(parts[1:3])
    vault.put_back(folder, "/".join(parts[3:]), stream)
    return folder
