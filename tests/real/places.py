"""A folder for a server that runs without rights: not under pytest's own, which nobody but its owner may enter."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def owner() -> pwd.struct_passwd:
    """Return as whom servers run: as oneself, and never as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def without_rights() -> dict[str, Any]:
    """Return what makes `subprocess` give up the rights of root, if there are any."""
    if os.getuid():
        return {}
    return {"user": owner().pw_uid, "group": owner().pw_gid, "extra_groups": []}


def give(folder: Path) -> None:
    """Give a folder to whom servers run as."""
    if os.getuid() == 0:
        os.chown(folder, owner().pw_uid, owner().pw_gid)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Yield a temporary folder that belongs to whom servers run as."""
    with tempfile.TemporaryDirectory(prefix="tocsin-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        give(folder)
        yield folder
