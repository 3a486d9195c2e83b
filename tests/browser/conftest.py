"""A real browser for the tests of the pages: the machine's Chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = next((found for found in map(shutil.which, NAMES) if found), None)
    if path is None:
        pytest.skip("no browser here (on Debian and Ubuntu: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    # Chromium refuses to start in its sandbox as root, which is who runs in a container.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()
