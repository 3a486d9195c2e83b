"""Compile the translations: each .po to the .mo beside it, unless that one is newer."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "tocsin" / "locale"


def compile_one(source: Path) -> Path:
    """Write the .mo of one .po and return its path. Fuzzy entries are left out, so that they show in English."""
    with source.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    # The same words twice: Django looks for its own file name.
    for target in targets_of(source):
        part = target.with_suffix(".mo.part")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        part.replace(target)
    return source.with_suffix(".mo")


def targets_of(source: Path) -> tuple[Path, Path]:
    """Return what a .po is compiled to: the file of the whole house, and the one that the templates read."""
    return source.with_name("django.mo"), source.with_suffix(".mo")


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Compile what is missing or stale under a locale folder; return what was written."""
    stale = [po for po in sorted(locale.glob("*/LC_MESSAGES/*.po")) if not _is_fresh(po)]
    return [compile_one(source) for source in stale]


def _is_fresh(source: Path) -> bool:
    stands = source.stat().st_mtime
    return all(target.exists() and target.stat().st_mtime >= stands for target in targets_of(source))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compile_one(Path(name))
    if not sys.argv[1:]:
        compile_all()
