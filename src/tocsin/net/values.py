"""What goes into the guarded client and what comes out of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `headers` come on top of the client's own; the client alone says who asks and how it is packed.

    body: sent by POST when not empty. secrets: what of all this must never be shown, by name, as `net.fill` put it in;
    it stays out of every error, out of `Fetched.url`, and out of the text of this value.
    """

    url: str
    headers: dict[str, str] = {}
    accept: str = "*/*"
    body: bytes = b""
    secrets: dict[str, str] = {}

    def __repr__(self) -> str:
        shown = "…" if self.secrets else self.url
        return f"HttpRequest({shown!r}, headers={sorted(self.headers)}, body={len(self.body)} bytes)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("shown", repr(self))]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a server's time and bytes are taken before it is left.

    body_bytes: of the decompressed body. headers, header_bytes: number of header lines, and length of each.
    total_s: whole request with its redirects, the wait for the host's turn excluded.
    """

    total_s: float = 30.0
    connect_s: float = 10.0
    body_bytes: int = 10_000_000
    redirects: int = 5
    headers: int = 100
    header_bytes: int = 8_190


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said.

    url: the last after redirects. headers: names in lower case; values of a repeated name joined by a comma.
    body: decompressed. at: aware UTC instant at which the whole of it had come.
    moved_to: target of the redirects if every one was permanent (301, 308), else None.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    at: datetime
    moved_to: str | None = None
