"""The files of captures, under the folder of the data: whole or not there, read-only, never written twice.

A capture is first written to a folder of its own beside its place, onto the disk, and then renamed: a program that is
killed leaves a folder that `sweep` takes away, and never half a capture. Place: evidence/BRAND/NUMBER/.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

from tocsin.base.errors import NotFoundError, StoreError
from tocsin.evidence.values import File

FOLDER = "evidence"
_PART = ".part-"


class Vault:
    """The evidence folder of an installation."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / FOLDER

    def write(self, brand: str, number: str, holder: str, files: Iterable[File]) -> str:
        """Write the files of a capture beside their place, onto the disk; return the place, below the root.

        holder: tells two robots apart that are at the same capture. `place` puts them there. Raises StoreError.
        """
        part = self._part(brand, number, holder)
        try:
            shutil.rmtree(part, ignore_errors=True)
            for folder in (self.root, self.root / brand):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.mkdir(mode=0o700)
            for file in files:
                _write(part, file)
            _sync_folders(part)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise StoreError(
                "The evidence folder {path} cannot be written ({error}). Give its folder back, or free some space.",
                path=self.root,
                error=error.strerror,
            ) from None
        return f"{brand}/{number}"

    def place(self, folder: str, holder: str) -> bool:
        """Put the files that `write` wrote in their place; done already is done. False when they are nowhere."""
        brand, _, number = folder.partition("/")
        part, target = self._part(brand, number, holder), self.root / folder
        if target.is_dir():
            shutil.rmtree(part, ignore_errors=True)
            return True
        if not part.is_dir():
            return False
        try:
            part.rename(target)
            target.chmod(0o500)
            _sync(target.parent)
        except OSError as error:
            raise StoreError(
                "The evidence folder {path} cannot be written ({error}). Give its folder back, or free some space.",
                path=target,
                error=error.strerror,
            ) from None
        return True

    def drop(self, brand: str, number: str, holder: str) -> None:
        """Take away what `write` wrote: another robot has the capture."""
        _remove(self._part(brand, number, holder))

    def sweep(self, busy: Collection[tuple[str, str, str]]) -> int:
        """Take away what killed programs left half done; busy: (brand, number, holder) of what still goes on."""
        kept = {self._part(brand, number, holder).name for brand, number, holder in busy}
        left = [path for path in self.root.glob(f"*/{_PART}*") if path.name not in kept]
        for path in left:
            _remove(path)
        return len(left)

    def files(self, folder: str) -> Iterator[File]:
        """Yield the files of a capture by path. Raises NotFoundError when its folder is not there."""
        for name, path in self.paths(folder):
            yield File(name, path.read_bytes())

    def paths(self, folder: str) -> list[tuple[str, Path]]:
        """Return (path in the capture, path on the disk) of the files of a capture. Raises NotFoundError."""
        base = self.root / folder
        if not folder or not base.is_dir():
            raise NotFoundError("The files of the capture {folder} are not there.", folder=folder)
        return sorted((path.relative_to(base).as_posix(), path) for path in base.rglob("*") if path.is_file())

    def path(self, folder: str, name: str) -> Path:
        """Return where a file of a capture lies. Raises NotFoundError when it is not there."""
        found = dict(self.paths(folder)).get(name)
        if found is None:
            raise NotFoundError("The capture {folder} has no file {name}.", folder=folder, name=name)
        return found

    def folders(self) -> list[str]:
        """Return the folders of captures that are there, below the root."""
        found = (path for path in self.root.glob("*/*") if path.is_dir() and not path.name.startswith("."))
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def remove(self, folder: str) -> None:
        """Take the files of a capture away for good; nothing when they went already."""
        if folder:
            _remove(self.root / folder)

    def put_back(self, folder: str, name: str, stream: IO[bytes]) -> None:
        """Write one file of a backup to its place, read-only, if nothing lies there."""
        path = self.root / folder / name
        for parent in (self.root, *reversed([each for each in path.parents if self.root in each.parents])):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            (self.root / folder).chmod(0o700)
            part = path.with_name(f"{_PART}{path.name}")
            with part.open("wb") as out:
                shutil.copyfileobj(stream, out)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(0o400)
            part.rename(path)

    def close(self, folders: Iterable[str]) -> None:
        """Make the folders of captures that were put back read-only."""
        for folder in folders:
            path = self.root / folder
            path.chmod(0o500)
            _sync(path.parent)

    def _part(self, brand: str, number: str, holder: str) -> Path:
        plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in holder)
        return self.root / brand / f"{_PART}{number}-{plain}"


def _write(folder: Path, file: File) -> None:
    path = folder / file.path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError("{path!r} does not stay in its capture; nothing was written.", path=file.path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(file.content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folders(folder: Path) -> None:
    for path in [*(path for path in folder.rglob("*") if path.is_dir()), folder, folder.parent]:
        _sync(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    if not folder.is_dir():
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        path.chmod(path.stat().st_mode | stat.S_IRWXU)
    shutil.rmtree(folder)
