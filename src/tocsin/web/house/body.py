"""How much a request may send, held before anything of it is kept: a stranger cannot fill the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tocsin.flows.collecting.push.callback import LONGEST_PUSH
from tocsin.web.house.cookie import person_of, session_key
from tocsin.web.house.upload import LIMIT_BYTES

FORM_BYTES = 3_000_000  # a form, its fields counted
UPLOAD_PATH = "/files/new"
HUB_PATH = "/hub/"
_ENVELOPE = 1_000_000  # what surrounds a file in its form

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class BodyLimit:
    """Hands a request on while its body stays within the limit of its address and its sender; else says 413."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            limit = 0
        elif scope["path"] == UPLOAD_PATH and await _is_known(scope):
            limit = LIMIT_BYTES + _ENVELOPE
        else:
            limit = LONGEST_PUSH if scope["path"].startswith(HUB_PATH) else FORM_BYTES
        if _told_bytes(scope) > limit:
            await _refuse(send)
            return
        gate = _Gate(limit, receive, send)
        await self._application(scope, gate.receive, gate.send)
        if gate.is_passed and not gate.has_answered:
            await _refuse(send)


class _Gate:
    """Counts what comes; beyond the limit it tells the application that the browser has gone."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._left, self._receive, self._send = limit, receive, send
        self.is_passed = False
        self.has_answered = False

    async def receive(self) -> dict[str, Any]:
        """Return the next piece."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_passed = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: dict[str, Any]) -> None:
        """Hand on the answer."""
        self.has_answered = True
        await self._send(message)


async def _is_known(scope: Scope) -> bool:
    cookies = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    key = session_key(cookies.decode("latin-1"))
    return await asyncio.get_running_loop().run_in_executor(None, person_of, key) is not None


def _told_bytes(scope: Scope) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() else 0


async def _refuse(send: Send) -> None:
    body = b"413: too much was sent. / Trop de donn\xc3\xa9es ont \xc3\xa9t\xc3\xa9 envoy\xc3\xa9es.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
