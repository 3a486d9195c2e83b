"""LISEZMOI.txt: what a stranger reads first, French then English."""

from __future__ import annotations

from importlib.resources import files

from tocsin.evidence.canonical import instant
from tocsin.evidence.dossier.values import Dossier
from tocsin.evidence.manifest import check_number


def readme(dossier: Dossier) -> bytes:
    """Return the text for one dossier, in UTF-8."""
    template = files("tocsin.evidence.dossier").joinpath("LISEZMOI.txt").read_text(encoding="utf-8")
    return template.format(
        number=check_number(dossier.number),
        exported_at=instant(dossier.exported_at),
        captures=len(dossier.captures),
        origin=dossier.log.name,
        fingerprint=dossier.log.fingerprint,
    ).encode("utf-8")
