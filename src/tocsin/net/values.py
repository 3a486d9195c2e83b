"""What goes into the guarded client and what comes out of it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `headers` come on top of the client's own; the client alone says who asks and how it is packed."""

    url: str
    headers: dict[str, str] = {}
    accept: str = "*/*"


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
