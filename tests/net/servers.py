"""Small servers on the loopback that answer well or badly, byte by byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp.abc import AbstractResolver, ResolveResult

from tocsin.net.http import HttpClient
from tocsin.net.politeness import HostPacer
from tocsin.net.values import Fetched, HttpRequest, Limits

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Give the address of a server on the loopback and the list of the requests it gets; `talk` writes each answer."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            seen.append(head)
            await talk(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        listening.close()


def answer(status: str = "200 OK", headers: str = "", body: bytes = b"") -> Talk:
    """Return a talk that always gives this answer."""

    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return talk


class FakeResolver(AbstractResolver):
    """Gives each name its answers in turn, the last one for ever; counts the questions."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        if host not in self.answers:
            raise OSError(f"{host} is not known")
        lists = self.answers[host]
        found = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in found
        ]

    async def close(self) -> None:
        pass


def client(**options: object) -> HttpClient:
    """Return a client without spacing, to which the loopback is allowed unless `allow_hosts` says otherwise."""
    options.setdefault("allow_hosts", ("127.0.0.1",))
    options.setdefault("limits", Limits(total_s=5.0, connect_s=2.0))
    return HttpClient(pacer=HostPacer(0.0), **options)  # type: ignore[arg-type]


def fetch(talk: Talk, path: str = "/", **options: object) -> tuple[Fetched, list[bytes]]:
    """Return what one GET of `path` gives, and the requests that the server saw."""

    async def go() -> tuple[Fetched, list[bytes]]:
        async with server(talk) as (base, seen), client(**options) as asking:
            return await asking.get(HttpRequest(url=base + path)), seen

    return asyncio.run(go())
