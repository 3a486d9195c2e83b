"""The ASGI application: the live route beside Django's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

from tocsin.web.live import LIVE_PATH, Live

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Application:
    """Pages by Django, `/live` by the fan-out; Django must be configured and an installation served."""

    def __init__(self, live: Live | None = None) -> None:
        self._pages = get_asgi_application()
        self._live = live or Live()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._live.lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == LIVE_PATH:
            await self._live(scope, receive, send)
        elif scope["type"] == "http":
            await self._pages(scope, receive, send)
