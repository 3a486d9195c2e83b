"""The ASGI application: the live route beside Django's pages."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import uvicorn
from django.core.asgi import get_asgi_application

from tocsin.web.house.body import BodyLimit
from tocsin.web.live import LIVE_PATH, Live

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Application:
    """Pages by Django, `/live` by the fan-out; Django must be configured and an installation served."""

    def __init__(self, live: Live) -> None:
        self._pages = BodyLimit(get_asgi_application())
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._live.lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == LIVE_PATH:
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            await self._pages(scope, receive, send)


class _Server(uvicorn.Server):
    """Ends the live lines when it is told to stop: they would hold it up until their pages are closed."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, the lines first."""
        self._live.hang_up()
        super().handle_exit(sig, frame)


def run(host: str, port: int) -> None:
    """Serve the pages until stopped."""
    # Static files are sent piece by piece from a thread: nothing to say to whoever runs it.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    live = Live()
    config = uvicorn.Config(
        Application(live), host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=3
    )
    _Server(config, live).run()
