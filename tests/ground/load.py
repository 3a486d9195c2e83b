"""Load a script as a module, without it being a package."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from tests.helpers import ROOT


def script(name: str) -> ModuleType:
    """Return the module of `scripts/NAME.py`, with the scripts it imports."""
    folder = str(ROOT / "scripts")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)
