"""Static files under an address that changes with their content, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

FOLDER = Path(__file__).parent.parent / "static"


@cache
def static_url() -> str:
    """Return the address under which all static files are served: it names the content of the whole tree.

    Modules and style sheets name one another by relative addresses, which thus change together.
    """
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(FOLDER)} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return f"/static/{digest.hexdigest()}/"


@cache
def has(name: str) -> bool:
    """Return whether a static file is there; those of others are installed by the build."""
    return finders.find(name) is not None


def keeps(path: str, url: str) -> bool:
    """Return whether browsers may keep a file for good: all of them, as their address changes with them."""
    return True
