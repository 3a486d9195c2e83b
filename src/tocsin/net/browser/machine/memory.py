"""How much memory the processes of a browser hold, where the system tells (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4_096


def group_memory(leader: int, proc: Path = Path("/proc")) -> dict[int, int]:
    """Return the resident bytes of each living process of the group, by its id; none where the system does not tell."""
    found = {}
    for folder in proc.glob("[0-9]*"):
        try:
            # pid (name) state parent group …: the name may hold anything, so what follows its last bracket is read.
            words = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(words[2]) == leader and words[0] != "Z":
                found[int(folder.name)] = int(words[21]) * _PAGE_BYTES
        except (OSError, IndexError, ValueError):
            continue
    return found
