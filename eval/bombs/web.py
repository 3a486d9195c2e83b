"""Bombs over HTTP, server-sent events and web sockets: small servers on the loopback that answer byte by byte."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress

from eval.bombs.bomb import Bomb
from tocsin.net.http import HttpClient
from tocsin.net.politeness import HostPacer
from tocsin.net.stream import Heard, events, web_socket
from tocsin.net.values import HttpRequest, Limits

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]

GIGABYTE = 1_000_000_000
PATIENCE_S = 0.5  # how long drips are suffered here; sources are given longer
_OK = b"HTTP/1.1 200 OK\r\n"
_STREAM = _OK + b"Content-Type: text/event-stream\r\n"
_MEGABYTE = bytes(1_000_000)


def web_bombs() -> list[Bomb]:
    """Return the bombs that a page, a stream or a socket can throw."""
    asked = {
        "gzip, 1 GB of zeros": _packed(b"gzip", 31),
        "deflate, 1 GB of zeros": _packed(b"deflate", 15),
        "raw deflate, 1 GB of zeros": _packed(b"deflate", -15),
        "gzip, a million empty members": _members,
        "packed as brotli, which was not asked for": _packed(b"br", 31),
        "a body without end": _endless(_OK + b"\r\n", _MEGABYTE),
        "chunks without end": _endless(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"f4240\r\n" + _MEGABYTE + b"\r\n"),
        "redirects without end": _answer(b"HTTP/1.1 302 X\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"),
        "headers without end": _endless(_OK, b"X-Pad: 1\r\n" * 1_000),
        "a header without end": _endless(_OK + b"X-Pad: ", b"x" * 10_000),
        "a body that drips": _dripping(_OK + b"\r\n", b"x"),
        "headers that drip": _dripping(_OK, b"x"),
    }
    heard = {
        "a line without end": _endless(_STREAM + b"\r\n", b"data: " + _MEGABYTE),
        "an event without end": _endless(_STREAM + b"\r\n", b"data: " + b"x" * 1_000 + b"\n"),
        "an id without end": _endless(_STREAM + b"\r\nid: ", b"x" * 100_000),
        "gzip, 1 GB of line ends": _packed(b"gzip", 31, _STREAM, b"\n" * 1_000_000),
        "comments without end": _endless(_STREAM + b"\r\n", b":\n" * 10_000),
        "a line that drips": _dripping(_STREAM + b"\r\n", b"x"),
        "an event that drips": _dripping(_STREAM + b"\r\n", b"data: x\n"),
        "redirects without end": _answer(b"HTTP/1.1 302 X\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"),
    }
    shaken = {
        "a frame of 1 GB": _socket(b"\x82\x7f" + GIGABYTE.to_bytes(8, "big"), _MEGABYTE),
        "a frame of 2^63 bytes": _socket(b"\x82\x7f" + (2**63).to_bytes(8, "big"), _MEGABYTE),
        "a message in fragments without end": _socket(b"\x02\x00", b"\x00\x7d" + bytes(125)),
        "a compressed frame of 1 GB": _socket(_frame(_deflated()), b""),
        "a frame that drips": _dripping_socket(b"\x82\x7e\xff\xff", b"x"),
        "pings without end": _socket(b"", b"\x89\x7d" + bytes(125)),
        "a redirect to the metadata of the cloud": _answer(
            b"HTTP/1.1 302 X\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
        ),
    }
    wires = (("page", asked, _get), ("events", heard, _events), ("socket", shaken, _messages))
    return [
        Bomb(name=f"{wire}: {name}", throw=functools.partial(_thrown, talk, listen))
        for wire, bombs, listen in wires
        for name, talk in bombs.items()
    ]


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[str]:
    """Give the address of a server on the loopback whose every answer is written by `talk`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(await reader.readuntil(b"\r\n\r\n"), writer)
            await writer.drain()
        writer.transport.abort()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        listening.close()


def _thrown(talk: Talk, listen: Callable[[HttpClient, str], Awaitable[object]]) -> object:
    async def go() -> object:
        limits = Limits(total_s=20.0 if "drip" not in talk.__qualname__ else PATIENCE_S, connect_s=2.0)
        client = HttpClient(pacer=HostPacer(0.0), allow_hosts=("127.0.0.1",), limits=limits)
        async with serving(talk) as url, client:
            return await listen(client, url)

    return asyncio.run(go())


async def _get(client: HttpClient, url: str) -> object:
    return len((await client.get(HttpRequest(url=url))).body)


async def _events(client: HttpClient, url: str) -> object:
    return await _counted(events(client, HttpRequest(url=url), silence_s=_silence_s(client)))


async def _messages(client: HttpClient, url: str) -> object:
    return await _counted(web_socket(client, HttpRequest(url=url), silence_s=_silence_s(client)))


def _silence_s(client: HttpClient) -> float:
    """Return how long a silence is suffered: not long by the drips, long enough elsewhere on a busy machine."""
    return 2 * min(client.limits.total_s, 10.0)


async def _counted(heard: AsyncGenerator[Heard, None]) -> int:
    count = 0
    async with aclosing(heard) as messages, asyncio.timeout(60):
        async for _ in messages:
            count += 1
    return count


def _answer(raw: bytes) -> Talk:
    async def answer(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return answer


def _endless(first: bytes, again: bytes) -> Talk:
    async def endless(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(again)
            await writer.drain()

    return endless


def _dripping(first: bytes, drop: bytes) -> Talk:
    async def drip(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return drip


def _packed(kind: bytes, window_bits: int, head: bytes = _OK, block: bytes = _MEGABYTE) -> Talk:
    """Return a talk that sends a thousand blocks, packed once: packers forget at each full flush."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    first, again = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))

    async def packed(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"Content-Encoding: " + kind + b"\r\n\r\n" + first)
        for _ in range(999):
            writer.write(again)
            await writer.drain()

    return packed


async def _members(_head: bytes, writer: asyncio.StreamWriter) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    empty = packer.compress(b"") + packer.flush()
    writer.write(_OK + b"Content-Encoding: gzip\r\n\r\n")
    for _ in range(1_000):
        writer.write(empty * 1_000)
        await writer.drain()


def _upgraded(head: bytes) -> bytes:
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
    accept = base64.b64encode(
        hashlib.sha1((key[1] if key else b"") + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest()
    )
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _socket(first: bytes, again: bytes) -> Talk:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(_upgraded(head) + first)
        while again:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)
        await writer.drain()
        await asyncio.sleep(30)

    return talk


def _dripping_socket(first: bytes, drop: bytes) -> Talk:
    async def drip(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(_upgraded(head) + first)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return drip


def _frame(payload: bytes) -> bytes:
    """Return one whole text frame that says it is compressed."""
    return b"\xc1\x7f" + len(payload).to_bytes(8, "big") + payload


def _deflated() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first, again = (packer.compress(_MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 900
