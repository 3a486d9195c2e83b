"""The files of a dossier that somebody handed over: a folder or a zip, neither of which is trusted."""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from tocsin.base.errors import InputError
from tocsin.evidence.values import Finding, Status

DEPTH = 8  # folders in each other
ZIP_FILES = 10_000
ZIP_BYTES = 2 * 1024**3
ZIP_RATIO = 100  # beyond which what is packed is a bomb, from ZIP_SMALL on
ZIP_SMALL = 1024**2

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_CHUNK_BYTES = 1024**2


class Tree(Protocol):
    """What lies in a dossier. faults: what no dossier holds. sums: SHA-256 in hexadecimal of each plain file."""

    faults: list[Finding]
    sums: dict[str, str]

    def read(self, path: str) -> bytes:
        """Return the content of one of `sums`."""
        ...


class FolderTree:
    """A folder. Links are told and never followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.faults: list[Finding] = []
        self.sums: dict[str, str] = {}
        found = list(self._walk(folder, "", 1))
        for path in sorted(found):
            with (folder / path).open("rb") as stream:
                self.sums[path] = _digest(stream)

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return (self._folder / path).read_bytes()

    def _walk(self, folder: Path, prefix: str, depth: int) -> Iterator[str]:
        for child in folder.iterdir():
            path = prefix + child.name
            if _PART.fullmatch(child.name) is None:
                self._fault("name", prefix.rstrip("/") or ".")
            elif child.is_symlink():
                self._fault("link", path)
            elif child.is_dir():
                if depth >= DEPTH:
                    self._fault("depth", path)
                else:
                    yield from self._walk(child, path + "/", depth + 1)
            elif child.is_file():
                yield path
            else:
                self._fault("special", path)

    def _fault(self, code: str, place: str) -> None:
        self.faults.append(Finding(Status.FAILED, code, place))


class ZipTree:
    """A zip, read in place: nothing of it is ever written, and nothing past a bound is unpacked."""

    def __init__(self, file: Path) -> None:
        self.faults: list[Finding] = []
        self.sums: dict[str, str] = {}
        self._members: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError("{file} is neither a folder nor a zip: {error}.", file=file, error=error) from error
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        if self._bounded(members):
            self._take(members)

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return self._zip.read(self._members[path])

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def _bounded(self, members: list[zipfile.ZipInfo]) -> bool:
        total = sum(member.file_size for member in members)
        swollen = any(
            member.file_size > ZIP_SMALL and member.file_size > ZIP_RATIO * member.compress_size for member in members
        )
        if len(members) > ZIP_FILES or total > ZIP_BYTES or swollen:
            self._fault("zip-bomb", ".")
            return False
        return True

    def _take(self, members: list[zipfile.ZipInfo]) -> None:
        tops = {member.filename.partition("/")[0] for member in members}
        top = f"{next(iter(tops))}/" if len(tops) == 1 and all("/" in member.filename for member in members) else ""
        for member in sorted(members, key=lambda each: each.filename):
            path = member.filename.removeprefix(top)
            parts = member.filename.split("/")
            if not all(_PART.fullmatch(part) for part in parts):
                self._fault("name", ".")
            elif stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
                self._fault("link" if stat.S_ISLNK(member.external_attr >> 16) else "special", path)
            elif len(parts) > DEPTH + 1:
                self._fault("depth", path)
            elif path in self._members:
                self._fault("twice", path)
            else:
                self._members[path] = member
                self._sum(path, member)

    def _sum(self, path: str, member: zipfile.ZipInfo) -> None:
        try:
            with self._zip.open(member) as stream:
                self.sums[path] = _digest(stream)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            self._fault("zip-damaged", path)

    def _fault(self, code: str, place: str) -> None:
        self.faults.append(Finding(Status.FAILED, code, place))


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
