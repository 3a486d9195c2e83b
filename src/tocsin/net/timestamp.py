"""Asks a time-stamping authority over HTTP (RFC 3161, 3.4), by the guarded client."""

from __future__ import annotations

from tocsin.base.errors import SourceError
from tocsin.net.http import HttpClient
from tocsin.net.values import HttpRequest, Limits

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_LIMITS = Limits(total_s=15.0, connect_s=5.0, body_bytes=64 * 1024, redirects=3)


async def ask(client: HttpClient, url: str, request: bytes) -> bytes:
    """Return what the authority at `url` answers to a request in DER: a reply in DER, unchecked.

    Raises AddressError for an address that is refused and SourceError for all that a server can do wrong; whether the
    reply holds a time-stamp at all is for `evidence.stamp.read_token` to say.
    """
    question = HttpRequest(url=url, headers={"Content-Type": _QUERY}, accept=_REPLY, body=request)
    answer = await client.get(question, _LIMITS)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _REPLY:
        raise SourceError(
            "{url} answered with {kind!r}, which is no time-stamp; another authority is asked.",
            permanent=False,
            url=url,
            kind=kind,
        )
    return answer.body
