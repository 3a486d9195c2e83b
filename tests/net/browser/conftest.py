"""One warm browser and one site for all these tests, on one worker; without Chromium they skip, with the reason."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.net.browser.site import Site, site
from tocsin.base.capture import Recording, Visit
from tocsin.net.browser import Browser, BrowserOptions, Lack, available

HERE = Path(__file__).parent
REASONS = {
    Lack.NO_CHROMIUM: "no browser here (on Debian and Ubuntu: apt install chromium)",
    Lack.NO_PLAYWRIGHT: "playwright is not installed (the extra `capture`)",
}
Record = Callable[..., Recording]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one worker, so that one browser serves them all."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("capture"))


class Warm:
    """A browser in a loop of its own thread, asked from tests."""

    def __init__(self, options: BrowserOptions) -> None:
        self.browser = Browser(options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.do(self.browser.__aenter__())

    def do(self, work: Any) -> Any:
        """Return what the work gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def record(self, url: str, **wishes: Any) -> Recording:
        """Return the record of a visit of at most ten seconds."""
        return self.do(self.browser.record(Visit(url=url, **({"max_s": 10.0} | wishes))))

    def close(self) -> None:
        """End the browser and its loop."""
        self.do(self.browser.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="package")
def needs_browser() -> None:
    """Skip where no page can be captured."""
    lack = available()
    if lack is not None:
        pytest.skip(REASONS[lack])


@pytest.fixture(scope="package")
def warm(needs_browser: None) -> Iterator[Warm]:
    """A browser to which the loopback is allowed."""
    running = Warm(BrowserOptions(allow_hosts=("127.0.0.1",)))
    yield running
    running.close()


@pytest.fixture(scope="package")
def local() -> Iterator[Site]:
    """The site."""
    with site() as running:
        yield running


@pytest.fixture()
def record(warm: Warm, local: Site) -> Record:
    """Records a page of the site: `record("/fil")`; other wishes are those of Visit."""
    local.asked.clear()
    return lambda path, **wishes: warm.record(local.base + path, **wishes)
