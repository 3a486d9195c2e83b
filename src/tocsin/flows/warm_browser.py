"""A browser kept warm beside a thread that asks it for one page at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from types import TracebackType
from typing import Any, Self, TypeVar

from tocsin.base.capture import Recording, Visit
from tocsin.base.settings import Settings
from tocsin.net.browser import Browser, BrowserOptions

_T = TypeVar("_T")
_GRACE_S = 120.0  # beyond the bound of a visit: packing, clocks, a browser that is started anew


class WarmBrowser:
    """Call it with a visit. The browser is started at the first call, in a thread of its own, and ends with the block.

    A call raises InputError where no page can be captured on this machine, and TimeoutError for a browser that holds
    neither its own bounds nor twice as much: a fault of the house; CancelledError once it was cut.
    """

    def __init__(self, settings: Settings) -> None:
        self._options = BrowserOptions(
            path=settings.capture_browser,
            allow_hosts=settings.allow_hosts,
            clocks=settings.capture_clocks,
            echo_url=settings.capture_echo,
        )
        self._browser: Browser | None = None
        self._pending: Future[Recording] | None = None
        self._is_cut = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tocsin-browser", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._browser is not None:
            self._run(self._browser.__aexit__(None, None, None), _GRACE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __call__(self, visit: Visit) -> Recording:
        """Return what a visit of the page left behind."""
        if self._is_cut:
            raise CancelledError
        if self._browser is None:
            browser = Browser(self._options)
            self._run(browser.__aenter__(), _GRACE_S)
            self._browser = browser
        self._pending = asyncio.run_coroutine_threadsafe(self._browser.record(visit), self._loop)
        if self._is_cut:
            self._pending.cancel()
        return self._pending.result(2 * visit.max_s + _GRACE_S)

    def cut(self) -> None:
        """End the visit that goes on, from another thread; from now on every call raises CancelledError."""
        self._is_cut = True
        pending = self._pending
        if pending is not None:
            pending.cancel()

    def _run(self, work: Coroutine[Any, Any, _T], limit_s: float) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit_s)
