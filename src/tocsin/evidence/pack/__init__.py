"""Pack a recording into the files of a capture: what a stranger opens without us; and read it back from them."""

from __future__ import annotations

from tocsin.evidence.pack.files import files_of
from tocsin.evidence.pack.read import recording_of

__all__ = ["files_of", "recording_of"]
