"""The server behind the scripted source: answers, posts asked for one by one, and a web socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from tests.flows.collecting.make import Line, Said


class Script:
    """What the server says, changed by a test as it goes. asked: every question, with its authorization."""

    def __init__(self) -> None:
        self.answers: list[Said | int] = []  # the last stays
        self.lines: list[Line] = []  # what the socket says, in order
        self.posts: dict[str, Line | int] = {}  # by id; a status for one that is gone
        self.asked: list[tuple[str, str]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.url = ""
        self.pace_s = 0.0
        self._loop = asyncio.new_event_loop()

    def say(self, *lines: Line) -> None:
        """Let the socket say more."""
        self.lines.extend(lines)

    def cut(self) -> None:
        """Break every connection."""
        for socket in list(self.sockets):
            asyncio.run_coroutine_threadsafe(_cut(socket), self._loop).result()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path_qs, request.headers.get("authorization", "")))
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await self.listen(request)
        if request.path.endswith("/post"):
            found = self.posts.get(request.query["id"], 404)
            return (
                web.Response(status=found) if isinstance(found, int) else web.Response(body=msgspec.json.encode(found))
            )
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=said) if isinstance(said, int) else web.Response(body=msgspec.json.encode(said))

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Say every line from the cursor on, the one of the cursor included, and then what comes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        after, at = int(request.query.get("after") or 0), 0
        receiving = asyncio.create_task(_receive(socket))
        try:
            while not socket.closed and not receiving.done():
                for line in self.lines[at:]:
                    at += 1
                    if line.n >= after:
                        await socket.send_bytes(msgspec.json.encode(line))
                        if self.pace_s:
                            await asyncio.sleep(self.pace_s)
                await asyncio.sleep(0.005)
        except ConnectionError:
            pass
        finally:
            receiving.cancel()
            self.sockets.remove(socket)
        return socket


async def _receive(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in (WSMsgType.CLOSE, WSMsgType.ERROR):
            return


async def _cut(socket: web.WebSocketResponse) -> None:
    transport: Any = socket._req.transport if socket._req is not None else None
    if transport is not None:
        transport.abort()


@contextmanager
def served(port: int = 0) -> Iterator[Script]:
    """A scripted server on the loopback."""
    script = Script()
    loop = script._loop
    app = web.Application()
    app.router.add_get("/{tail:.*}", script.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return int(site._server.sockets[0].getsockname()[1])  # type: ignore[union-attr]

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{asyncio.run_coroutine_threadsafe(start(), loop).result()}/api"
    try:
        yield script
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
