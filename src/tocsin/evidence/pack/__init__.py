"""Pack a recording into the files of a capture: what a stranger opens without us."""

from __future__ import annotations

from tocsin.evidence.pack.files import files_of

__all__ = ["files_of"]
