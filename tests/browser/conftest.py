"""A real browser for the tests of the pages: the machine's Chromium, driven by playwright, and servers for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.reader import Reader, open_reader
from tests.browser.served import Served, serve_demo

NAMES = ("chromium", "chromium-browser", "google-chrome")
HERE = Path(__file__).parent


def chromium_path() -> str | None:
    """Return where the machine's Chromium is, None where there is none."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one worker, so that the demonstration is played once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium, while these tests run: its loop would be in the way of other tests of the same process."""
    path = chromium_path()
    if path is None:
        pytest.skip("no browser here (on Debian and Ubuntu: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    # Chromium refuses to start in its sandbox as root, which is who runs in a container.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, played out: Alice owns it, Bruno manages, Chloé answers."""
    if not (HERE.parents[1] / "src/tocsin/web/static/vendor/ready").is_file():
        pytest.skip("the front-end files of others are not built: make front")
    served = serve_demo(tmp_path_factory.mktemp("demo"))
    yield served
    served.stop()


@pytest.fixture()
def opened(browser: Any) -> Iterator[Callable[..., Reader]]:
    """Opens a browser of its own for a test: size, theme and what else a context takes; see reader.py."""
    readers: list[Reader] = []

    def make(served: Served, **wishes: Any) -> Reader:
        readers.append(open_reader(browser, served, **wishes))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()
