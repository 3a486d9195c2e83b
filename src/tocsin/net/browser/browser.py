"""Record pages with one warm browser, a fresh window for each; a browser that died is replaced at the next visit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from types import TracebackType
from typing import Any, Self

from tocsin.base.address import Target, check_url
from tocsin.base.capture import Outcome, Recording, Resolution, StepKind, Visit
from tocsin.base.errors import AddressError, InputError
from tocsin.net.browser.find import available, browser_path
from tocsin.net.browser.gate import Gate
from tocsin.net.browser.launch import Chromium, Start, kill_group, start_chromium
from tocsin.net.browser.log import Log
from tocsin.net.browser.machine.clock import read_clock
from tocsin.net.browser.machine.memory import group_memory
from tocsin.net.browser.machine.names import ask_resolvers, resolvers
from tocsin.net.browser.recording import BrowserOptions, Made, assemble, read_around
from tocsin.net.browser.traffic import Traffic
from tocsin.net.browser.visit import Course

CLOSE_S = 5.0
MAX_MEMORY_BYTES = 3 << 30  # of all processes of the browser; pages of 150,000 paragraphs take a third of it


class Browser:
    """A warm browser, one visit at a time. Use it as `async with Browser(options) as browser`."""

    def __init__(self, options: BrowserOptions = BrowserOptions()) -> None:  # noqa: B008  frozen
        self.options = options
        self._chromium: Chromium | None = None
        self._turn = asyncio.Lock()
        self._is_open = False

    async def __aenter__(self) -> Self:
        lack = available(self.options.path)
        if lack is not None:
            raise InputError(
                "No page can be captured here ({lack}): install Chromium and the extra tocsin[capture].",
                lack=lack.value,
            )
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        await self._end()

    @property
    def pid(self) -> int | None:
        """The browser's process, None while there is none."""
        return None if self._chromium is None else self._chromium.pid

    async def record(self, visit: Visit) -> Recording:
        """Return all that a visit of the page left behind, however it ended; nothing that a page does raises.

        Raises InputError for a visit that makes no sense, RuntimeError outside of `async with`.
        """
        if not self._is_open:
            raise RuntimeError("Browser is used outside of `async with`")
        if visit.max_s <= 0 or visit.max_bytes <= 0 or visit.max_height_px <= 0:
            raise InputError("A visit needs bounds above 0: max_s={max_s}; mend it.", max_s=visit.max_s)
        async with self._turn:
            return await self._record(visit)

    async def _record(self, visit: Visit) -> Recording:
        log, options = Log(), self.options
        page = None
        try:
            page = check_url(visit.url, options.allow_hosts)
        except AddressError as error:
            log.step(StepKind.BLOCKED, str(error))
            log.halt(Outcome.REFUSED)
        gate = Gate(page is not None and page.is_exempt, options.allow_hosts)
        made = Made(visit=visit, log=log, traffic=Traffic(visit, gate, log))
        if page is None:
            made.end()
            return assemble(made, await read_around(options, ()))
        before, *_ = await asyncio.gather(
            read_clock(options.clocks, options.allow_hosts), gate.judge(page.url), self._start(log)
        )
        if self._chromium is not None and not log.halted.is_set():
            log.begin()
            made.version = self._chromium.browser.version
            await self._visit(made, self._chromium)
        made.end()
        around, told = await asyncio.gather(read_around(options, before), _told_by_resolvers(page))
        made.resolutions = (*gate.resolutions, *told)
        return assemble(made, around)

    async def _start(self, log: Log) -> None:
        """Have a browser, a new one where there is none or it died."""
        if self._chromium is not None and not self._chromium.gone.is_set():
            return
        await self._end()
        try:
            path = browser_path(self.options.path) or ""
            start = Start(path=path, allow_hosts=self.options.allow_hosts, trusted_keys=self.options.trusted_keys)
            self._chromium = await start_chromium(start)
        except OSError as error:
            log.step(StepKind.CRASHED, str(error)[:500])
            log.halt(Outcome.FAILED)

    async def _end(self) -> None:
        chromium, self._chromium = self._chromium, None
        if chromium is not None:
            await chromium.end()

    async def _visit(self, made: Made, chromium: Chromium) -> None:
        from playwright.async_api import Error

        visit, log, traffic = made.visit, made.log, made.traffic
        course, context = Course(visit, traffic, log), None
        watching = [asyncio.ensure_future(watch(chromium, log)) for watch in (_tell_death, _bound_memory)]
        try:
            async with asyncio.timeout(CLOSE_S):
                context = await chromium.browser.new_context(**_context(visit))
            await course.run(context)
        except (Error, TimeoutError) as error:
            log.step(StepKind.CRASHED, str(error)[:300])
            log.halt(Outcome.FAILED)
        finally:
            for task in watching:
                task.cancel()
            await traffic.end()
            if context is None or not await _closed(context):
                kill_group(chromium.pid)  # a page that cannot be closed goes with its browser
                chromium.gone.set()
        made.taken = course.taken


async def _told_by_resolvers(page: Target) -> list[Resolution]:
    """Return what each resolver of the machine says of the page's own host."""
    if page.is_literal:
        return []
    return list(await ask_resolvers(page.host, resolvers()))


def _context(visit: Visit) -> dict[str, Any]:
    return {
        "locale": visit.language,
        "timezone_id": visit.time_zone,
        "viewport": {"width": visit.width_px, "height": visit.height_px},
        "service_workers": "block",
        "accept_downloads": False,
        "device_scale_factor": 1,
    }


async def _tell_death(chromium: Chromium, log: Log) -> None:
    await chromium.gone.wait()
    log.step(StepKind.CRASHED, "browser")
    log.halt(Outcome.FAILED)


async def _bound_memory(chromium: Chromium, log: Log) -> None:
    """End the largest process of a browser that takes more than MAX_MEMORY_BYTES: the page."""
    while True:
        await asyncio.sleep(0.5)
        held = await asyncio.to_thread(group_memory, chromium.pid)
        if sum(held.values()) > MAX_MEMORY_BYTES:
            log.bound("memory")
            log.halt(Outcome.FAILED)
            with contextlib.suppress(ProcessLookupError):
                os.kill(max(held, key=held.__getitem__), signal.SIGKILL)
            return


async def _closed(context: Any) -> bool:
    """Return whether the window could be closed."""
    from playwright.async_api import Error

    try:
        async with asyncio.timeout(CLOSE_S):
            await context.close()
    except (Error, TimeoutError):
        return False
    return True
