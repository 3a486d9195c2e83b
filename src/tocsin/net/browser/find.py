"""Find the browser of the machine; nothing is ever downloaded."""

from __future__ import annotations

import importlib.util
import os
import shutil
from enum import StrEnum
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Lack(StrEnum):
    """Why no page can be captured here."""

    NO_PLAYWRIGHT = "no_playwright"  # the extra `capture` is not installed
    NO_CHROMIUM = "no_chromium"  # neither the setting nor the path names a browser


def available(path: str = "") -> Lack | None:
    """Return why pages cannot be captured on this machine, None when they can. path: see `browser_path`."""
    if importlib.util.find_spec("playwright") is None:
        return Lack.NO_PLAYWRIGHT
    return Lack.NO_CHROMIUM if browser_path(path) is None else None


def browser_path(path: str = "") -> str | None:
    """Return the file of the browser: `path` (the setting) where it is given, else the first of NAMES on the path."""
    if path:
        return path if Path(path).is_file() and os.access(path, os.X_OK) else None
    return next((found for found in map(shutil.which, NAMES) if found), None)
