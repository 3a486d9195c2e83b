"""One visit: open the page, let it come to rest, scroll to its end, take what is shown."""

from __future__ import annotations

import asyncio
from typing import Any

from tocsin.base.capture import Outcome, StepKind, Visit
from tocsin.net.browser.log import Log
from tocsin.net.browser.session import ProtocolError, Root
from tocsin.net.browser.take import Taken, Taker
from tocsin.net.browser.traffic import Traffic

LOAD_SHARE = 0.35  # of the time of a visit
SCROLL_SHARE = 0.30
QUIET_S = 0.5
LONG_QUIET_S = 3.0
MAX_DIALOGS = 20  # as in `launch.CLOSED_SCRIPT`
_GONE = frozenset({404, 410, 451})
_NO_NAME = "ERR_NAME_NOT_RESOLVED"
_BOTTOM = "(document.scrollingElement || document.documentElement)"
_PLACE = f"[window.scrollY + window.innerHeight, {_BOTTOM} ? {_BOTTOM}.scrollHeight : 0]"


class Course:
    """The course of one visit in a window of its own; `taken` holds what was had, however it ends."""

    def __init__(self, visit: Visit, traffic: Traffic, log: Log) -> None:
        self.taken = Taken()
        self._visit = visit
        self._traffic = traffic
        self._log = log
        self._dialogs = 0
        self._root: Root | None = None

    async def run(self, context: Any) -> None:
        """Visit the page in the new `context` of playwright, until it is done, halted, or its time is over."""
        going = asyncio.ensure_future(self._go(context))
        halted = asyncio.ensure_future(self._log.halted.wait())
        try:
            left_s = max(1.0, self._visit.max_s - self._log.elapsed_s)
            await asyncio.wait({going, halted}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            if not going.done() and not self._log.halted.is_set():
                self._log.bound("time")
        finally:
            for task in (going, halted):
                task.cancel()
            ended = (await asyncio.gather(going, halted, return_exceptions=True))[0]
        if isinstance(ended, ProtocolError):
            self._log.step(StepKind.CRASHED, str(ended)[:300])
            self._log.halt(Outcome.FAILED)
        elif isinstance(ended, Exception):
            raise ended

    async def _go(self, context: Any) -> None:
        page = await context.new_page()
        # Playwright awaits what its listeners return.
        page.on("dialog", self._close_dialog)
        page.on("popup", self._close_window)
        self._root = root = Root(await context.new_cdp_session(page), self._traffic.handlers())
        tree = await root.send("Page.getFrameTree")
        self._traffic.main_frame = tree["frameTree"]["frame"]["id"]
        taker = Taker(root, self._visit, self._log, self._traffic.main_frame)
        self.taken = taker.taken
        await self._traffic.watch(root)
        if not await self._open(root):
            return
        await self._scroll(taker)
        # From here on the page stands still, so that its text, its pictures and its print tell the same.
        self._traffic.is_frozen = True
        await self._silence(root)
        if self._traffic.ledger.pending:
            await root.send("Page.stopLoading")
        await taker.take_all(self._traffic.ledger)
        await self._traffic.settle(0.0, 2.0)

    async def _open(self, root: Root) -> bool:
        """Return whether there is a page."""
        limit_s = self._visit.max_s * LOAD_SHARE
        self._log.step(StepKind.OPENED, self._visit.url)
        try:
            async with asyncio.timeout(limit_s):
                opened = await root.send("Page.navigate", {"url": self._visit.url})
        except TimeoutError:
            self._log.bound("load")
            self._log.halt(Outcome.FAILED)  # not even the head of an answer
            return False
        if opened.get("isDownload") or self._log.met(StepKind.DOWNLOAD):
            self._log.bound("download")
            return False
        if opened.get("errorText"):
            self._traffic.page_failed(opened["errorText"])
            self._log.halt(Outcome.GONE if _NO_NAME in opened["errorText"] else Outcome.FAILED)
            return False
        await self._wait(root, max(1.0, limit_s - self._log.elapsed_s))
        return True

    async def _wait(self, root: Root, limit_s: float) -> None:
        """Wait until the page says it is loaded and rests; one that rests for long without saying so will never."""
        traffic, end_s = self._traffic, self._log.elapsed_s + limit_s
        while not (traffic.rests(QUIET_S) if traffic.loaded.is_set() else traffic.rests(LONG_QUIET_S)):
            if self._log.elapsed_s > end_s:
                self._log.bound("load")
                if not traffic.loaded.is_set():
                    await root.send("Page.stopLoading")  # a document without end
                break
            await asyncio.sleep(0.02)
        self._log.step(StepKind.WAITED, "load")

    async def _scroll(self, taker: Taker) -> None:
        """Scroll down to the end of the page, which may come later and later, then back to its beginning."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self._visit.max_s * SCROLL_SHARE
        try:
            async with asyncio.timeout_at(end_s):
                bottom = await self._scroll_down(taker)
        except TimeoutError:
            self._log.bound("scroll")
            bottom = 0
        self._log.step(StepKind.SCROLLED, str(bottom))
        try:
            async with asyncio.timeout(2.0):
                await taker.evaluate("window.scrollTo(0, 0)")
        except TimeoutError:
            self._log.bound("scroll")
        await self._traffic.settle(0.1, 1.0)

    async def _scroll_down(self, taker: Taker) -> int:
        stride = max(200, round(self._visit.height_px * 0.9))
        still = 0
        while True:
            seen, height = await taker.evaluate(f"window.scrollBy(0, {stride}), {_PLACE}")
            if seen >= self._visit.max_height_px:
                self._log.bound("height")
                return int(seen)
            if seen + 2 < height:
                still = 0
                await asyncio.sleep(0.03)
                continue
            # At the end: what is on its way may still lengthen the page.
            await self._traffic.settle(0.25, 2.0)
            still = still + 1 if (await taker.evaluate(_PLACE))[1] <= height else 0
            if still >= 2:
                return int(height)

    async def _close_dialog(self, dialog: Any) -> None:
        self._log.step(StepKind.DIALOG, f"{dialog.type}: {dialog.message[:300]}")
        self._dialogs += 1
        if self._dialogs == MAX_DIALOGS and self._root is not None:
            self._log.bound("dialogs")
            await _quietly(dialog.dismiss())
            await self._silence(self._root)
            return
        await _quietly(dialog.dismiss())

    async def _silence(self, root: Root) -> None:
        """End the script that runs, without end it may be, and let no other begin."""
        await asyncio.gather(
            _quietly(root.send("Emulation.setScriptExecutionDisabled", {"value": True})),
            _quietly(root.send("Runtime.terminateExecution")),
        )

    async def _close_window(self, window: Any) -> None:
        self._log.step(StepKind.WINDOW, window.url)
        await _quietly(window.close())


def outcome_of(log: Log, status: int | None) -> Outcome:
    """Return how the visit ended: what halted it, else what the server said, else whether all was had."""
    if log.outcome is not None:
        return log.outcome
    if status in _GONE:
        return Outcome.GONE
    return Outcome.CUT if log.is_cut else Outcome.WHOLE


async def _quietly(work: Any) -> None:
    """Wait for what may no longer be there to be told."""
    from playwright.async_api import Error

    try:
        await work
    except (Error, ProtocolError):
        return
