"""Find the compiled index, if it was built on this machine from this source for this Python."""

from __future__ import annotations

import importlib
import sysconfig
import zlib
from functools import cache
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent
SOURCES = sorted(FOLDER.glob("*.[ch]"))
LIBRARY = FOLDER / f"_kernel{sysconfig.get_config_var('EXT_SUFFIX')}"


@cache
def kernel() -> ModuleType | None:
    """Return the compiled module, None where there is none or it was built from another source."""
    try:
        built = importlib.import_module("tocsin.story.compiled._kernel")
    except ImportError:  # none is built, or one of another machine
        return None
    return built if getattr(built, "SOURCE", None) == source_number() else None


def source_number() -> int:
    """Return the number that names the source as it is now, in 0..2³²; a library keeps that of its own."""
    return zlib.crc32(b"".join(source.read_bytes() for source in SOURCES))
