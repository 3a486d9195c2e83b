"""Files that wait to be brought in: each in a folder of its own under a safe name, for a day at most."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from django.core.files.uploadedfile import UploadedFile

KEPT_FOR = timedelta(days=1)
FOLDER = "uploads"
REJECTS = "rejects.jsonl"
_ABOUT = "about.json"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_UNSAFE = re.compile(r"[^a-z0-9.]+")
_LONGEST = 80


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an upload. shown: its name as the person's machine gave it, for the eye alone."""

    shown: str
    file: str
    size: int
    overrides: dict[str, str] = {}


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits."""

    token: str
    folder: Path
    about: About

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / self.about.file

    @property
    def rejects(self) -> Path:
        """Where the rows that cannot be read are written."""
        return self.folder / REJECTS


def keep_upload(data_dir: Path, given: UploadedFile, now: datetime) -> Upload:
    """Move an uploaded file into a folder of its own; throw those of earlier days away."""
    root = data_dir / FOLDER
    _throw_old(root, now)
    token = secrets.token_urlsafe(16)
    folder = root / token
    folder.mkdir(parents=True, mode=0o700)
    name = safe_name(given.name or "")
    with (folder / name).open("wb") as out:
        for chunk in given.chunks():
            out.write(chunk)
    about = About(shown=(given.name or "")[:200], file=name, size=given.size or 0)
    upload = Upload(token=token, folder=folder, about=about)
    _write(upload)
    return upload


def find_upload(data_dir: Path, token: str) -> Upload | None:
    """Return the upload of a token, None when there is none (any more)."""
    if not _TOKEN.fullmatch(token):
        return None
    folder = data_dir / FOLDER / token
    try:
        about = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError):
        return None
    return Upload(token=token, folder=folder, about=about)


def with_overrides(upload: Upload, overrides: dict[str, str]) -> Upload:
    """Remember how the columns are to be read."""
    changed = msgspec.structs.replace(upload, about=msgspec.structs.replace(upload.about, overrides=overrides))
    _write(changed)
    return changed


def forget_file(upload: Upload) -> None:
    """Throw the file itself away once it was read; what could not be read stays for a day."""
    upload.path.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Return a name that is safe on any disk and in any message; the ending tells how the file is read.

    >>> safe_name("../../Export été <b>.CSV"), safe_name("")
    ('export-ete-b.csv', 'file')
    """
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rpartition("/")[2]).encode("ascii", "ignore").decode()
    parts = [part.strip("-") for part in _UNSAFE.sub("-", plain.lower()).split(".")]
    clean = ".".join(part for part in parts if part)[-_LONGEST:].strip(".-")
    return clean if clean and clean not in (_ABOUT, REJECTS) else "file"


def _write(upload: Upload) -> None:
    (upload.folder / _ABOUT).write_bytes(msgspec.json.encode(upload.about))


def _throw_old(root: Path, now: datetime) -> None:
    if not root.is_dir():
        return
    with os.scandir(root) as entries:
        old = [
            entry.path
            for entry in entries
            if entry.is_dir(follow_symlinks=False)
            and datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC) < now - KEPT_FOR
        ]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
