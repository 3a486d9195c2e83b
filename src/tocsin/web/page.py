"""The status page: one small page without script, in the reader's language."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import escape
from typing import Any

from tocsin.base.settings import Settings
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.i18n import N_, Translator, translator
from tocsin.flows.status import Status, status

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1d2433;"
    "background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;"
    "border-bottom:1px solid #d8dde6}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14181f}th,td{border-color:#343b47}}"
)
_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


class StatusApp:
    """An ASGI application with two addresses: `/` for people, `/healthz` for the supervisor."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._clock = clock
        self._engine: Engine | None = None
        self._thread = ThreadPoolExecutor(1)  # the database is asked from one thread, never from the event loop

    async def __call__(self, scope: Scope, receive: object, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, b"", "text/plain")
        elif scope["path"] == "/healthz":
            await _answer(send, 200, b"ok", "text/plain")
        elif scope["path"] == "/style.css":
            await _answer(send, 200, _STYLE.encode(), "text/css")
        elif scope["path"] == "/":
            t = translator(_language(scope, self._settings.language))
            state = await asyncio.get_running_loop().run_in_executor(self._thread, self._status)
            await _answer(send, 200, render(state, t).encode(), "text/html; charset=utf-8")
        else:
            await _answer(send, 404, b"", "text/plain")

    def _status(self) -> Status:
        if self._engine is None:
            self._engine = open_engine(self._settings)
        return status(self._engine, self._clock())


def render(state: Status, t: Translator) -> str:
    """Return the page; every text from outside is escaped."""
    brands = [(brand.name, str(brand.mentions_24h), str(brand.negative_24h)) for brand in state.brands]
    sources = [
        (
            source.name,
            t.text("{at}", at=source.last_good_at) if source.last_good_at else t.text(N_("never")),
            t.text(source.trouble, **source.trouble_params) if source.trouble else "",
        )
        for source in state.sources
    ]
    alerts = [(t.text("{at}", at=alert.at), alert.brand, alert.level, alert.title) for alert in state.alerts]
    parts = [
        _table(
            t.text(N_("Open alerts")),
            (t.text(N_("When")), t.text(N_("Brand")), t.text(N_("Level")), t.text(N_("Story"))),
            alerts,
            t.text(N_("No alert. All quiet.")),
        ),
        _table(
            t.text(N_("Mentions of the last 24 hours")),
            (t.text(N_("Brand")), t.text(N_("Posts")), t.text(N_("Negative"))),
            brands,
            t.text(N_("No watch yet: add one with `tocsin watch add`.")),
        ),
        _table(
            t.text(N_("Sources")),
            (t.text(N_("Source")), t.text(N_("Last read")), t.text(N_("Trouble"))),
            sources,
            t.text(N_("No source yet: add a feed with `tocsin source add URL`.")),
        ),
    ]
    return (
        f'<!doctype html><html lang="{t.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>tocsin</title>'
        f'<link rel="stylesheet" href="/style.css"><h1>tocsin</h1><p>{escape(t.text("{at}", at=state.at))}</p>'
        f"{''.join(parts)}</html>"
    )


def _table(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str) -> str:
    if not rows:
        return f"<h2>{escape(title)}</h2><p>{escape(empty)}</p>"
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _language(scope: Scope, default: str) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            for part in value.decode("latin-1").split(","):
                language = part.strip()[:2].lower()
                if language in ("fr", "en"):
                    return str(language)
    return default


async def _answer(send: Send, code: int, body: bytes, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": body})
