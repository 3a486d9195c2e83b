"""What happens, told to the open pages as it happens: one poller a process, fanned out over server-sent events.

Pages work without it. A message holds no text of anybody: a brand, a kind, numbers; the page asks for the rest by its
ordinary addresses, where the access table stands.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.db import connections

from tocsin.base.seam import LIVE
from tocsin.web.house.cookie import person_of, session_key
from tocsin.web.installation import served

LIVE_PATH = "/live"
POLL_S = 1.0
QUIET_S = 15.0  # after so long without a message a comment is sent, so that proxies keep the line open
RECHECK_S = 60.0  # whether the session and the roles still stand
BACKLOG = 200  # messages that a page may miss and still catch up; beyond that it is told to load itself again

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Mark(NamedTuple):
    """How far a page has heard: the number of the last event and the row of the last mention."""

    event: int
    row: int

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Return the mark that a browser gives back, None if it is not one."""
        event, _, row = text.partition("-")
        return cls(int(event), int(row)) if event.isdigit() and row.isdigit() and len(text) < 40 else None

    def __str__(self) -> str:
        return f"{self.event}-{self.row}"


class Message(NamedTuple):
    """One line to the pages of a brand."""

    mark: Mark
    brand: str
    name: str
    body: dict[str, object]

    def encode(self) -> bytes:
        """Return it as the browser reads it."""
        return f"id: {self.mark}\nevent: {self.name}\ndata: {json.dumps(self.body)}\n\n".encode()


class Live:
    """The ASGI route. Holds one queue an open page, and nothing else that grows."""

    def __init__(self, poll_s: float = POLL_S) -> None:
        self._poll_s = poll_s
        self._pages: set[asyncio.Queue[Message | None]] = set()
        self._poller: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")  # the database is never asked in the loop
        self._mark = Mark(0, 0)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Begin and end with the server."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def hang_up(self) -> None:
        """End every open line soon, so that the server need not wait for pages that stay open; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_lines)

    def _end_lines(self) -> None:
        for page in self._pages:
            _put(page, None)

    async def stop(self) -> None:
        """End the poller and every open line."""
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
            self._poller = None
        self._end_lines()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Hold one open page's line until it closes, its session ends, or the server stops."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        key = session_key(headers.get(b"cookie", ""))
        wanted = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("brand", [""])[0]
        brands = await self._ask(_brands_of, key) if scope["method"] == "GET" else frozenset()
        if wanted not in brands:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"cache-control", b"no-store")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._start()
        page: asyncio.Queue[Message | None] = asyncio.Queue(BACKLOG)
        self._pages.add(page)
        try:
            await _open(send)
            await self._catch_up(Mark.read(headers.get(b"last-event-id", "")), wanted, send)
            await self._feed(page, (key, wanted), receive, send)
        finally:
            self._pages.discard(page)

    async def _feed(
        self, page: asyncio.Queue[Message | None], who: tuple[str, str], receive: Receive, send: Send
    ) -> None:
        key, wanted = who
        loop = asyncio.get_running_loop()
        gone = asyncio.create_task(_until_gone(receive))
        checked = loop.time()
        try:
            while not gone.done():
                try:
                    message = await asyncio.wait_for(page.get(), QUIET_S)
                except TimeoutError:
                    await _say(send, b": still here\n\n")
                else:
                    if message is None:
                        break
                    if message.brand == wanted:
                        await _say(send, message.encode())
                if loop.time() - checked >= RECHECK_S:
                    checked = loop.time()
                    if wanted not in await self._ask(_brands_of, key):
                        await _say(send, b"event: ended\ndata: {}\n\n")
                        break
        finally:
            gone.cancel()
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._poller is None or self._poller.done():
            self._mark = await self._ask(_newest)
            self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            if not self._pages:
                self._mark = await self._ask(_newest)
                continue
            self._mark, messages = await self._ask(_since, self._mark)
            for message in messages:
                for page in list(self._pages):
                    _put(page, message)

    async def _catch_up(self, heard: Mark | None, brand: str, send: Send) -> None:
        if heard is None:
            return
        _, missed = await self._ask(_since, heard)
        own = [message for message in missed if message.brand == brand]
        if len(missed) >= BACKLOG:
            await _say(send, b"event: reload\ndata: {}\n\n")
            return
        for message in own:
            await _say(send, message.encode())

    async def _ask(self, question: Callable[..., Any], *args: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, question, *args)


def _put(page: asyncio.Queue[Message | None], message: Message | None) -> None:
    """Hand a message to a page; one that reads too slowly is closed, and its browser comes back by itself."""
    try:
        page.put_nowait(message)
    except asyncio.QueueFull:
        while not page.empty():
            page.get_nowait()
        page.put_nowait(None)


async def _open(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _say(send, b"retry: 3000\n\n")


async def _say(send: Send, line: bytes) -> None:
    await send({"type": "http.response.body", "body": line, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _brands_of(key: str) -> frozenset[str]:
    """Return the brands that the person behind a session may enter; none for a stranger."""
    person = person_of(key)
    if person is None:
        return frozenset()
    try:
        store = served().engine.store
        if person.is_owner:
            return frozenset(brand.slug for brand in store.brands())
        return frozenset(store.people.roles(person.id))
    finally:
        connections.close_all()


def _newest() -> Mark:
    store = served().engine.store
    return Mark(store.last_event(), store.last_mention())


def _since(mark: Mark) -> tuple[Mark, list[Message]]:
    """Return what happened after a mark, oldest first."""
    store = served().engine.store
    messages: list[Message] = []
    for row in store.events(mark.event, limit=BACKLOG):
        mark = Mark(row.number, mark.row)
        event = row.event
        if event.timeline == LIVE:
            messages.append(Message(mark, event.brand, event.kind.value, {"subject": event.subject}))
    for arrival in store.arrivals(mark.row, limit=5_000):
        mark = Mark(mark.event, max(mark.row, arrival.newest))
        messages.append(Message(mark, arrival.brand, "mentions", {"count": arrival.count, "newest": arrival.newest}))
    return mark, messages
