"""A small Jetstream over the repositories of a real data server: the shapes and the cursors of both versions.

The real one is a program in another language that no package registry holds. What this one writes is held against what
the real one wrote of the same messages (test_jetstream.py).
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web

V1, V2 = "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"
_NSID = "network.bsky.jetstream.subscribeEvents"
_SEQUENCE_END = 10**15  # a cursor from here on is a time in microseconds


def to_events(message: Any) -> list[dict[str, Any]]:
    """Return the events of a message of a repository stream as version 1 writes them, without time_us."""
    atproto = pytest.importorskip("atproto")
    kind = type(message).__name__
    if kind in ("Identity", "Account"):
        body = {"did": message.did, "seq": message.seq, "time": message.time}
        if kind == "Account":
            body |= {"active": message.active} | ({"status": message.status} if message.status else {})
        elif message.handle:
            body["handle"] = message.handle
        return [{"did": message.did, "kind": kind.lower(), kind.lower(): body}]
    if kind != "Commit":
        return []
    blocks = atproto.CAR.from_bytes(message.blocks).blocks
    events = []
    for op in message.ops:
        collection, _, rkey = op.path.partition("/")
        commit = {"rev": message.rev, "operation": op.action, "collection": collection, "rkey": rkey}
        if op.action != "delete":
            commit |= {"record": _json(blocks[op.cid]), "cid": str(op.cid)}
        events.append({"did": message.repo, "kind": "commit", "commit": commit})
    return events


def _json(value: Any) -> Any:
    """Return a value of the data model as its JSON: names of files are bytes that begin with their version, 1."""
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, bytes):
        if value[:1] == b"\x01":
            return {"$link": "b" + base64.b32encode(value).decode("ascii").lower().rstrip("=")}
        return {"$bytes": base64.b64encode(value).decode("ascii").rstrip("=")}
    return value


class Jetstream:
    """Serves the events it is given on loopback, to whoever subscribes.

    is_new: speaks the second version too. behind_s: how far its clock is behind ours. cut: closes all connections, and
    takes none until `mend`. forget: keeps only what comes from now on, as after a day and a half.
    """

    def __init__(self, *, is_new: bool = False) -> None:
        self._is_new = is_new
        self._events: list[dict[str, Any]] = []
        self._sockets: set[web.WebSocketResponse] = set()
        self._is_cut = False
        self._news = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.behind_s = 0.0
        self.port = 0
        self.asked: list[str] = []

    def __enter__(self) -> Jetstream:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def address(self) -> str:
        """Where it is, without path."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def count(self) -> int:
        """How many events it holds."""
        return len(self._events)

    def say(self, events: list[dict[str, Any]]) -> None:
        """Take events, and tell them."""
        self._call(lambda: self._say(events))

    def cut(self) -> None:
        """Break every connection, and take no other."""
        self._is_cut = True
        self._call(self._cut)

    def mend(self) -> None:
        """Take connections again."""
        self._is_cut = False

    def forget(self) -> None:
        """Let go of all that came so far."""
        self._call(self._events.clear)

    def _call(self, work: Callable[[], object]) -> None:
        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    def _say(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            last_us = self._events[-1]["time_us"] if self._events else 0
            self._events.append({**event, "time_us": max(self._now_us(), last_us + 1)})
        self._news.set()
        self._news = asyncio.Event()

    def _now_us(self) -> int:
        return time.time_ns() // 1000 - int(self.behind_s * 1_000_000)

    def _cut(self) -> None:
        for socket in self._sockets:
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_get(V1, self._subscribe)
        if self._is_new:
            app.router.add_get(V2, self._subscribe)
        runner = web.AppRunner(app, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        if self._is_cut:
            raise web.HTTPServiceUnavailable
        self.asked.append(request.path_qs)
        is_new = request.path == V2
        wanted = set(request.query.getall("collections" if is_new else "wantedCollections", []))
        if "wantedCollections" in request.query and is_new:
            raise web.HTTPBadRequest
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._tell(socket, int(request.query.get("cursor", 0)), wanted, is_new=is_new)
        except ConnectionError:
            pass
        finally:
            self._sockets.discard(socket)
        return socket

    async def _tell(self, socket: web.WebSocketResponse, cursor: int, wanted: set[str], *, is_new: bool) -> None:
        held = self._events
        if cursor > self._now_us():
            cursor = 0  # of the future: from now on
        if is_new and cursor and (not held or held[0]["time_us"] > cursor):
            advice = {"$type": f"{_NSID}#info", "name": "OutdatedCursor", "message": "from the oldest kept"}
            await socket.send_str(json.dumps({"$type": "message", "payload": advice}))
        place = 0 if cursor >= _SEQUENCE_END else len(held)
        while not socket.closed:
            news = self._news
            place = min(place, len(self._events))  # some may have been let go of
            while place < len(self._events):
                event = self._events[place]
                place += 1
                if event["time_us"] >= cursor and (
                    event["kind"] != "commit" or event["commit"]["collection"] in wanted
                ):
                    await socket.send_str(json.dumps(_as_new(event) if is_new else event))
            waiting = asyncio.ensure_future(news.wait())
            heard = asyncio.ensure_future(socket.receive())
            done, _ = await asyncio.wait((waiting, heard), return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if heard in done and heard.result().type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            heard.cancel()


def _as_new(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event as the second version writes it."""
    us = event["time_us"]
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(us // 1_000_000)) + f".{us % 1_000_000:06}Z"
    kind = event["kind"]
    body = event["commit"] if kind == "commit" else {kind: event[kind]}
    payload = {"$type": f"{_NSID}#{kind}", "seq": us - 1_700_000_000_000_000, "did": event["did"], "time": at, **body}
    return {"$type": "message", "payload": {**payload, "witnessedAt": at}}
