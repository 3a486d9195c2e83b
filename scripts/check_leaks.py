"""Check that no tracked file tells where it was written: machine paths, hosts of package indexes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Written in two parts each, so that this file does not find itself.
_FOLDERS = ("ho" + "me", "ro" + "ot", "wo" + "rk", "Us" + "ers", "t" + "mp", "o" + "pt")
_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb.de" + "bian.org")
LEAKS = (
    (re.compile(rf"(?<![\w.:/~*)}}\]$-])/(?:{'|'.join(_FOLDERS)})/[\w.]"), "an absolute path of a machine"),
    (re.compile("|".join(re.escape(host) for host in _HOSTS)), "the host of a package index"),
    (re.compile(r"^\s*--(?:extra-)?index" + r"-url|--find" + "-links", re.MULTILINE), "a choice of package index"),
)


def main() -> int:
    """Print each leak as `file:line: what`; return 1 if there is one."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = [name.decode() for name in listed.split(b"\0") if name]
    found = [leak for name in names for leak in leaks_of(ROOT / name, name)]
    print("\n".join(found) or f"{len(names)} tracked files, no leak.")
    return 1 if found else 0


def leaks_of(path: Path, name: str) -> Iterator[str]:
    """Yield the leaks of one file; files that are not UTF-8 text have none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return
    for pattern, what in LEAKS:
        for hit in pattern.finditer(text):
            line = text.count("\n", 0, hit.start()) + 1
            yield f"{name}:{line}: {what}: {hit.group().strip()}"


if __name__ == "__main__":
    sys.exit(main())
