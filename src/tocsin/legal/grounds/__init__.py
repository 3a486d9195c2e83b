"""The grounds of the law packs: what must be shown for each, who may act, what excludes it, and how far to trust it.

Data stand in packs/*/grounds.toml and tables/remedies.toml; they are checked when they are read, and refused rather
than guessed. Nothing here says that a text breaks the law: a ground is a list of questions.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from importlib import resources

from tocsin.legal.grounds.file import read_pack, read_remedies
from tocsin.legal.grounds.values import (
    Aim,
    By,
    Element,
    Exclusion,
    Family,
    Ground,
    Grounds,
    Pack,
    Reach,
    Remedy,
    Source,
    SourceKind,
    Standing,
    Target,
    Trap,
    Trust,
)

__all__ = [
    "PACKS", "Aim", "By", "Element", "Exclusion", "Family", "Ground", "Grounds", "Pack", "Reach", "Remedy", "Source",
    "SourceKind", "Standing", "Target", "Trap", "Trust", "load_grounds", "load_remedies", "standing", "unknown_clocks",
]  # fmt: skip

PACKS = ("fr", "eu", "uk", "qc")


def standing(ground: Ground, today: date) -> Standing:
    """Return how far a ground may be relied on that day; staleness comes before all else, and keeps the note."""
    if today > ground.check_before:
        trust = Trust.STALE
    elif all(source.kind is SourceKind.MEMORY for source in ground.sources):
        trust = Trust.UNVERIFIED
    else:
        trust = Trust.PARTLY if ground.unverified else Trust.CURRENT
    return Standing(
        trust=trust, last_checked=ground.last_checked, check_before=ground.check_before, note=ground.unverified
    )


def unknown_clocks(grounds: Grounds, rules: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return (ground, rule) for each clock that names a rule there is not; () when all is well."""
    return tuple(
        (ground.id, clock) for ground in grounds.by_id.values() for clock in ground.clocks if clock not in rules
    )


@cache
def load_grounds() -> Grounds:
    """Return the grounds of the installed packs, read once. Raises InputError where a pack cannot be taken."""
    folder = resources.files("tocsin.legal")
    remedies = read_remedies((folder / "tables" / "remedies.toml").read_text(encoding="utf-8"))
    texts = {name: (folder / "packs" / name / "grounds.toml").read_text(encoding="utf-8") for name in PACKS}
    packs = tuple(read_pack(text, remedies, f"packs/{name}/grounds.toml") for name, text in texts.items())
    return Grounds(packs, {ground.id: ground for pack in packs for ground in pack.grounds})


@cache
def load_remedies() -> dict[str, Remedy]:
    """Return the remedies by id, in the order of the file."""
    path = resources.files("tocsin.legal") / "tables" / "remedies.toml"
    return read_remedies(path.read_text(encoding="utf-8"))
