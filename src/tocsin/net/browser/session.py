"""Sessions of the DevTools protocol: one of the page, and below it one of each frame and worker of another process.

Playwright gives the session of the page. Frames and workers are reached through it, message in message, because only so
are they held still until they are watched as well (`waitForDebuggerOnStart`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

Params = dict[str, Any]
Handler = Callable[["Session", Params], None]
_ATTACH: Params = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}


class ProtocolError(Exception):
    """The browser refused a command, or what was talked to is gone. Not for people: the visit tells it as a step."""


class PlaywrightSession(Protocol):
    """What is used of `playwright.async_api.CDPSession`."""

    def on(self, event: str, f: Callable[[Params], None]) -> None:
        """Call `f` at each such event."""

    async def send(self, method: str, params: Params | None = None) -> Params:
        """Return what the browser answers."""


class Session:
    """One thing that is watched. kind: page, iframe, worker, …; handlers: by event, called at once, in order."""

    def __init__(self, kind: str, handlers: dict[str, Handler]) -> None:
        self.kind = kind
        self.children: dict[str, Child] = {}
        self._handlers = handlers
        self._attached: Callable[[Child], None] | None = None

    async def send(self, method: str, params: Params | None = None) -> Params:
        """Return what the browser answers. Raises ProtocolError."""
        raise NotImplementedError

    async def attach(self, attached: Callable[[Child], None]) -> None:
        """Watch what this one starts from now on: `attached` is called with each, which waits for `Child.go`."""
        self._attached = attached
        await self.send("Target.setAutoAttach", _ATTACH)

    def heard(self, event: str, params: Params) -> None:
        """Hand one event on."""
        if event == "Target.receivedMessageFromTarget":
            child = self.children.get(params["sessionId"])
            if child is not None:
                child.read(params["message"])
        elif event == "Target.attachedToTarget":
            self._adopt(params)
        elif event == "Target.detachedFromTarget":
            child = self.children.pop(params["sessionId"], None)
            if child is not None:
                child.end()
        elif event in self._handlers:
            self._handlers[event](self, params)

    def _adopt(self, params: Params) -> None:
        if self._attached is None:
            return
        child = Child(self, params["sessionId"], params["targetInfo"]["type"], self._handlers)
        self.children[child.key] = child
        self._attached(child)


class Root(Session):
    """The session of the page itself."""

    def __init__(self, cdp: PlaywrightSession, handlers: dict[str, Handler]) -> None:
        super().__init__("page", handlers)
        self._cdp = cdp
        nested = ("Target.receivedMessageFromTarget", "Target.attachedToTarget", "Target.detachedFromTarget")
        for event in (*handlers, *nested):
            cdp.on(event, _handing(self, event))

    async def send(self, method: str, params: Params | None = None) -> Params:
        """Return what the browser answers. Raises ProtocolError."""
        from playwright.async_api import Error

        try:
            return await self._cdp.send(method, params or {})
        except Error as error:
            raise ProtocolError(f"{method}: {error.message}") from error


class Child(Session):
    """A frame or a worker of another process than its parent's."""

    def __init__(self, parent: Session, key: str, kind: str, handlers: dict[str, Handler]) -> None:
        super().__init__(kind, handlers)
        self.key = key
        self._parent = parent
        self._waiting: dict[int, asyncio.Future[Params]] = {}
        self._sent = 0
        self._ended = False

    async def send(self, method: str, params: Params | None = None) -> Params:
        """Return what the browser answers. Raises ProtocolError."""
        if self._ended:
            raise ProtocolError(f"{method}: {self.kind} is gone")
        self._sent += 1
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        self._waiting[self._sent] = answer
        message = json.dumps({"id": self._sent, "method": method, "params": params or {}})
        await self._parent.send("Target.sendMessageToTarget", {"sessionId": self.key, "message": message})
        return await answer

    async def go(self) -> None:
        """Let it run. Raises ProtocolError."""
        await self.send("Runtime.runIfWaitingForDebugger")

    def read(self, message: str) -> None:
        """Take one message of the browser: the answer to a command, or an event."""
        said = json.loads(message)
        if "id" not in said:
            self.heard(said["method"], said["params"])
            return
        answer = self._waiting.pop(said["id"], None)
        if answer is None or answer.done():
            return
        if "error" in said:
            answer.set_exception(ProtocolError(str(said["error"].get("message"))))
        else:
            answer.set_result(said["result"])

    def end(self) -> None:
        """Tell all who wait that it is gone, its own children with it."""
        self._ended = True
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ProtocolError(f"{self.kind} is gone"))
        self._waiting.clear()
        for child in self.children.values():
            child.end()


async def send_all(session: Session, commands: Sequence[tuple[str, Params]]) -> list[str]:
    """Send the commands in order, those it does not know left out; return the names of these."""
    unknown = []
    for method, params in commands:
        try:
            await session.send(method, params)
        except ProtocolError as error:
            if "wasn't found" not in str(error) and "only be executed" not in str(error):
                raise
            unknown.append(method)
    return unknown


def _handing(session: Session, event: str) -> Callable[[Params], None]:
    return lambda params: session.heard(event, params)
