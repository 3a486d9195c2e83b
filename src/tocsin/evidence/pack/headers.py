"""Header lines as they may stand in a WARC: true to the body that stands under them, and without keys to an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tocsin.base.capture import Exchange, Headers, Visit
from tocsin.evidence.canonical import clean

KEPT_OUT = "(kept out: opens the account used)"

# A browser hands bodies over decoded; these lines would tell a reader to decode them again. The name under which the
# line stays is that of Webrecorder's tools, so that readers of archives know it.
_DESCRIBES_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_ORIGINAL = "X-Orig-"
_SECRET = frozenset({"cookie", "authorization", "proxy-authorization", "set-cookie", "x-csrf-token"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token of RFC 9110, 5.6.2
_BREAK = re.compile(r"[\r\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def without_keys(headers: Headers, visit: Visit) -> Headers:
    """Return the lines, where an account was signed in without what would open it to whoever holds the dossier."""
    if not visit.account:
        return headers
    return tuple((name, KEPT_OUT if name.lower() in _SECRET else value) for name, value in headers)


def request_lines(exchange: Exchange, visit: Visit) -> Headers:
    """Return the header lines of a request as HTTP/1.1 writes them; HTTP/2's `:method` and its like go."""
    lines = tuple(_clean(without_keys(exchange.request_headers, visit)))
    lines = tuple((name, value) for name, value in lines if name.lower() not in {"content-length", "transfer-encoding"})
    body = exchange.request_body
    return lines if body is None else (*lines, ("Content-Length", str(len(body))))


def response_lines(exchange: Exchange, visit: Visit) -> Headers:
    """Return the header lines of an answer, with those that told of its way over the wire set aside under `X-Orig-`."""
    length = str(len(exchange.body or b""))
    lines: list[tuple[str, str]] = []
    for name, value in _clean(without_keys(exchange.headers, visit)):
        aside = name.lower() in _DESCRIBES_WIRE and not (name.lower() == "content-length" and value == length)
        lines.append((_ORIGINAL + name if aside else name, value))
    if exchange.body is not None and not any(name.lower() == "content-length" for name, _ in lines):
        lines.append(("Content-Length", length))
    return tuple(lines)


def header(headers: Headers, name: str) -> str:
    """Return the value of the first line of this name, whatever its case, or "" where there is none."""
    return next((value for given, value in headers if given.lower() == name), "")


def _clean(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give lines that cannot end early: a value over several lines, as browsers join cookies, becomes several lines."""
    for name, value in headers:
        if _NAME.fullmatch(name):
            for part in _BREAK.split(value):
                yield name, _CONTROL.sub(" ", clean(part)).strip()
