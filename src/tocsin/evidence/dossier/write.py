"""Write a dossier as a folder or a zip: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.base.errors import ConflictError
from tocsin.evidence.manifest import check_path
from tocsin.evidence.values import File

_PACKED = (".wacz", ".png", ".pdf", ".zip", ".gz")  # what packing would not make smaller
_EXECUTABLE = "verify.sh"


def write_folder(files: Iterable[File], target: Path) -> Path:
    """Write the files under `target` and return it.

    They are written beside it under another name, which becomes `target` once all are on the disk: a write that is
    killed leaves no half dossier, and the next one clears what it left.
    Raises ConflictError if there is something at `target` already, InputError for a path that leads out of it.
    """
    with _beside(target) as part:
        part.mkdir()
        for file in files:
            path = part / check_path(file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(file.content)
                _settle(stream.fileno())
            path.chmod(0o755 if file.path == _EXECUTABLE else 0o644)
    return target


def write_zip(files: Iterable[File], target: Path) -> Path:
    """Write the files as a zip at `target`, in one folder named as the zip, and return it. As `write_folder`.

    Two writes of the same files give the same bytes.
    """
    with _beside(target) as part, part.open("xb") as stream:
        with zipfile.ZipFile(stream, "w") as packed:
            for file in files:
                member = zipfile.ZipInfo(check_path(f"{target.stem}/{file.path}"))  # dated 1980: nothing hangs on it
                member.external_attr = (0o100755 if file.path == _EXECUTABLE else 0o100644) << 16
                member.create_system = 3
                stored = file.path.endswith(_PACKED)
                member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                packed.writestr(member, file.content)
        stream.flush()
        _settle(stream.fileno())
    return target


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a path beside the target that becomes it when the body ends well, and goes when it does not."""
    if target.exists() or target.is_symlink():
        raise ConflictError("{target} is there already; choose another place.", target=target)
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        yield part
        part.rename(target)
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _settle(descriptor: int) -> None:
    """Have the system put what was written on the disk."""
    os.fsync(descriptor)
