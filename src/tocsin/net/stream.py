"""Lasting connections over the guarded client: server-sent events and web sockets, bounded in silence and in size.

A connection takes its host's turn while it opens, and no longer. Nothing here connects anew: a stream that ends, falls
silent or sends what cannot be taken raises SourceError, and whoever listens decides when to come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn, TypeAlias, cast

import aiohttp
import msgspec
from multidict import CIMultiDict
from yarl import URL

from tocsin.base.address import Target
from tocsin.base.errors import SourceError
from tocsin.net.fill import as_http
from tocsin.net.guard import Journey
from tocsin.net.http import Ask, HttpClient, follows, lower_headers, telling, waits
from tocsin.net.status import check_status, told
from tocsin.net.values import HttpRequest
from tocsin.net.wire.events import EventParser, TooLongError

MESSAGE_BYTES = 1_000_000
_CHUNK_BYTES = 65_536
_LEAVE_S = 2.0  # for a server to say goodbye
_TOLD_CHARACTERS = 200
_SIGN_BYTES = 1_000  # what a ping costs to answer, about, beside a message of that size
_SIGNS = frozenset({aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG})
_MESSAGES = frozenset({aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY})

WebSocket: TypeAlias = aiohttp.ClientWebSocketResponse[bool]


class Heard(msgspec.Struct, frozen=True):
    """One message of a lasting connection. event, event_id: as server-sent events carry them, "" over a web socket."""

    body: bytes
    event: str = ""
    event_id: str = ""


async def events(
    client: HttpClient, request: HttpRequest, *, silence_s: float, message_bytes: int = MESSAGE_BYTES
) -> AsyncGenerator[Heard, None]:
    """Yield the events of a stream (text/event-stream), redirects followed as for a GET; it never ends but by an error.

    The header `last-event-id` of the request says where to go on. silence_s: the longest time without an event, an
    empty line or a comment. message_bytes: the largest event. Close it with `contextlib.aclosing`.
    Raises AddressError, and SourceError: permanent when the server refuses us or says that nothing more will come
    (status 204); `retry_after_s` is what the stream asked for.
    """
    with telling(request):
        journey = Journey(request, client.limits, client.allow_hosts)
        response = None
        while response is None:
            response = await client.reach(journey, _open)
        try:
            _check_stream(response, journey.target)
            parser = EventParser(message_bytes, journey.headers.get("last-event-id", ""))
            patience = _Patience(journey.target, silence_s, message_bytes)
            while True:
                chunk = await _chunk(response, parser, patience)
                is_heard, rests = False, parser.rests
                try:
                    for event in parser.feed(chunk):
                        is_heard = True
                        yield Heard(event.body, event.kind, event.last_id)
                except TooLongError:
                    _too_long(journey.target, message_bytes)
                if is_heard:
                    patience.heard()
                elif parser.rests != rests:
                    patience.alive(len(chunk))
        finally:
            response.close()


async def web_socket(
    client: HttpClient,
    request: HttpRequest,
    *,
    hello: Sequence[str] = (),
    silence_s: float,
    message_bytes: int = MESSAGE_BYTES,
) -> AsyncGenerator[Heard, None]:
    """Yield the messages of a web socket (RFC 6455, compressed or not), text and binary; it never ends but by an error.

    request.url: wss or https (ws or http in clear). hello: sent first, as text. silence_s: the longest time without
    anything; we ask for a sign of life three times as often. message_bytes: the largest message, unpacked.
    Redirects are refused. Close it with `contextlib.aclosing`. Raises AddressError and SourceError.
    """
    with telling(request):
        asked = msgspec.structs.replace(request, url=as_http(request.url))
        journey = Journey(asked, client.limits, client.allow_hosts)
        socket = await client.reach(journey, _upgrading(silence_s, message_bytes))
        patience = _Patience(journey.target, silence_s, message_bytes)
        try:
            for text in hello:
                async with asyncio.timeout(silence_s):
                    await socket.send_str(text)
            while True:
                async with asyncio.timeout(silence_s):
                    message = await _sign(socket)
                if message.type in _MESSAGES:
                    yield Heard(message.data)
                    patience.heard()
                elif message.type in _SIGNS:
                    patience.alive(_SIGN_BYTES)
                else:
                    _broken(socket, message, journey.target, message_bytes)
        except TimeoutError:
            patience.is_over()
        except (aiohttp.ClientError, OSError) as error:
            raise told(error, journey.target) from error
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_S):
                    await socket.close()


class _Patience:
    """Until when a connection is waited for, and how much it may send that is no message."""

    def __init__(self, target: Target, silence_s: float, noise_bytes: int) -> None:
        self.target = target
        self._silence_s = silence_s
        self._noise_bytes = noise_bytes
        self._clock = asyncio.get_running_loop().time
        self.heard()

    @property
    def until_s(self) -> float:
        """When the connection is given up, in seconds of the event loop."""
        return self._alive_s + self._silence_s

    def heard(self) -> None:
        """A message came."""
        self._alive_s = self._calm_s = self._clock()
        self._noise = 0

    def alive(self, size: int) -> None:
        """A sign of life came. Raises SourceError when there are so many that they must be meant to tire us."""
        now_s = self._alive_s = self._clock()
        if now_s - self._calm_s > self._silence_s:
            self._calm_s, self._noise = now_s, 0
        self._noise += size
        if self._noise > self._noise_bytes:
            raise SourceError(
                "{url} sends signs of life without end and no message; it will be opened anew.",
                permanent=False,
                url=self.target.url,
            )

    def is_over(self) -> NoReturn:
        """Raise that the connection was silent for too long."""
        raise SourceError(
            "{url} sent nothing whole for {silence_s} s; it will be opened anew.",
            permanent=False,
            url=self.target.url,
            silence_s=self._silence_s,
        ) from None


async def _open(session: aiohttp.ClientSession, journey: Journey) -> aiohttp.ClientResponse | None:
    """Return the answer with its body unread, or None after the journey moved to the target of a redirect."""
    limits = journey.limits
    headers = CIMultiDict(journey.headers)
    # Packed streams are not asked for: a few bytes could stand for hours of empty lines.
    headers.update({"accept": "text/event-stream", "accept-encoding": "identity", "cache-control": "no-store"})
    response = await session.get(
        URL(journey.target.url, encoded=True),
        headers=headers,
        allow_redirects=False,
        timeout=waits(limits),
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
        max_headers=limits.headers,
    )
    try:
        moved = follows(response, journey)
    except BaseException:
        response.close()
        raise
    if moved:
        response.close()
        return None
    return response


def _check_stream(response: aiohttp.ClientResponse, target: Target) -> None:
    check_status(response.status, lower_headers(response.headers), target.url, datetime.now(UTC))
    if response.status == 204:
        raise SourceError(
            "{url} says that nothing more will come (status 204); remove the source.", permanent=True, url=target.url
        )
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if response.status != 200 or kind != "text/event-stream" or packing not in ("", "identity"):
        raise SourceError(
            "{url} does not answer with a stream of events (status {status}, {kind!r}, packed as {packing!r}).",
            permanent=False,
            url=target.url,
            status=response.status,
            kind=kind[:_TOLD_CHARACTERS],
            packing=packing[:_TOLD_CHARACTERS],
        )


async def _chunk(response: aiohttp.ClientResponse, parser: EventParser, patience: _Patience) -> bytes:
    """Return the next bytes of the stream. Raises SourceError when it ends, breaks or falls silent."""
    target = patience.target
    try:
        async with asyncio.timeout_at(patience.until_s):
            chunk = await response.content.read(_CHUNK_BYTES)
    except TimeoutError:
        patience.is_over()
    except (aiohttp.ClientError, OSError) as error:
        raise told(error, target) from error
    if not chunk:
        raise SourceError(
            "{url} ended its stream; it will be opened anew.",
            permanent=False,
            retry_after_s=parser.retry_s,
            url=target.url,
        )
    return chunk


def _upgrading(silence_s: float, message_bytes: int) -> Ask[WebSocket]:
    async def upgrade(session: aiohttp.ClientSession, journey: Journey) -> WebSocket:
        try:
            return await session.ws_connect(
                URL(journey.target.url, encoded=True),
                headers=journey.headers,
                timeout=aiohttp.ClientWSTimeout(ws_close=_LEAVE_S),
                autoping=False,  # answered by us, within a time limit
                heartbeat=silence_s / 3,
                compress=15,
                max_msg_size=message_bytes + 1,
                decode_text=False,
            )
        except aiohttp.WSServerHandshakeError as error:
            url = journey.target.url
            check_status(error.status, lower_headers(error.headers or {}), url, datetime.now(UTC))
            raise SourceError(
                "{url} does not open a web socket (status {status}, {error}).",
                permanent=False,
                url=url,
                status=error.status,
                error=error.message[:_TOLD_CHARACTERS],
            ) from error

    return upgrade


async def _sign(socket: WebSocket) -> aiohttp.WSMessage:
    """Return the next message or sign of life, a ping being answered first."""
    message = cast(aiohttp.WSMessage, await socket.receive())
    if message.type is aiohttp.WSMsgType.PING:
        await socket.pong(message.data)
    return message


def _broken(socket: WebSocket, message: aiohttp.WSMessage, target: Target, message_bytes: int) -> NoReturn:
    """Raise what it means that no message came but an end."""
    error = message.data if message.type is aiohttp.WSMsgType.ERROR else socket.exception()
    if isinstance(error, aiohttp.WebSocketError):
        if error.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
            _too_long(target, message_bytes)
        raise SourceError(
            "{url} does not speak proper web socket ({error}); it will be opened anew.",
            permanent=False,
            url=target.url,
            error=str(error)[:_TOLD_CHARACTERS],
        )
    if isinstance(error, Exception):
        raise told(error, target)
    reason = message.extra if message.type is aiohttp.WSMsgType.CLOSE else ""
    raise SourceError(
        "{url} closed the web socket (code {code} {reason!r}); it will be opened anew.",
        permanent=False,
        url=target.url,
        code=socket.close_code or 0,
        reason=(reason or "")[:_TOLD_CHARACTERS],
    )


def _too_long(target: Target, limit: int) -> NoReturn:
    raise SourceError(
        "{url} sends a message of more than {limit} bytes, which is not taken; it will be opened anew.",
        permanent=False,
        url=target.url,
        limit=limit,
    )
