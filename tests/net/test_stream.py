from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDictProxy

from tests.net.servers import FakeResolver, client
from tocsin.base.errors import AddressError, SourceError
from tocsin.net.http import HttpClient
from tocsin.net.politeness import HostPacer
from tocsin.net.stream import Heard, events, web_socket
from tocsin.net.values import HttpRequest, Limits

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _serving(answer: Answer) -> AsyncIterator[str]:
    """Give `//127.0.0.1:port` of a real server that answers each request by `answer`."""
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)  # type: ignore[arg-type]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"//127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _heard(
    answer: Answer, wire: str = "http", path: str = "/", headers: dict[str, str] | None = None, **options: Any
) -> tuple[list[Heard], SourceError]:
    """Return what is heard until the stream ends, and the error by which it ended."""

    async def go() -> tuple[list[Heard], SourceError]:
        options.setdefault("silence_s", 5.0)
        listen = events if wire.startswith("http") else web_socket
        asked = options.pop("client", None) or client()
        async with _serving(answer) as place, asked as asking:
            request = HttpRequest(url=f"{wire}:{place}{path}", headers=headers or {})
            found: list[Heard] = []
            try:
                async with aclosing(listen(asking, request, **options)) as heard:
                    async for message in heard:
                        found.append(message)
            except SourceError as error:
                return found, error
        raise AssertionError("a stream ended without an error")

    return asyncio.run(go())


def _stream(*chunks: bytes, status: int = 200, **headers: Any) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": "text/event-stream"} | headers)
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(0)
        return response

    return answer


def _socket(talk: Callable[[web.WebSocketResponse], Awaitable[object]], **options: object) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(**options)  # type: ignore[arg-type]
        await socket.prepare(request)
        await talk(socket)
        return socket

    return answer


def test_events_come_with_their_kind_and_id_until_the_stream_ends() -> None:
    heard, error = _heard(
        _stream(b"retry: 2500\nid: 1\nevent: update\nda", b"ta: a\n\n: hi\n\ndata: b\r\ndata: c\r\n\r\n")
    )
    assert heard == [Heard(b"a", "update", "1"), Heard(b"b\nc", "message", "1")]
    assert (error.permanent, error.retry_after_s) == (False, 2.5) and "ended its stream" in str(error)


def test_a_stream_goes_on_after_the_last_id_and_is_asked_for_unpacked() -> None:
    seen: list[CIMultiDictProxy[str]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers)
        return await _stream(b"data: a\n\n")(request)

    heard, _ = _heard(answer, headers={"Last-Event-ID": "77"})
    assert heard == [Heard(b"a", "message", "77")]
    assert seen[0]["last-event-id"] == "77" and seen[0]["Accept-Encoding"] == "identity"
    assert seen[0]["Accept"] == "text/event-stream"


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (_stream(status=204), True),
        (_stream(status=403), True),
        (_stream(status=503, **{"Retry-After": "7"}), False),
        (_stream(b"data: a\n\n", **{"Content-Type": "text/html"}), False),  # type: ignore[arg-type]
        (_stream(b"data: a\n\n", **{"Content-Encoding": "gzip"}), False),  # type: ignore[arg-type]
        (_stream(status=206), False),
    ],
)
def test_what_is_no_stream_of_events_is_told(answer: Answer, permanent: bool) -> None:
    heard, error = _heard(answer)
    assert (heard, error.permanent) == ([], permanent)
    assert error.retry_after_s == (7 if "(status 503)" in str(error) else None)


def _moved(place: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/":
            return web.Response(status=302, headers={"Location": place})
        return await _stream(b"data: a\n\n")(request)

    return answer


def test_a_redirect_of_a_stream_is_followed_and_checked() -> None:
    assert _heard(_moved("/b"))[0] == [Heard(b"a", "message", "")]
    with pytest.raises(AddressError):
        _heard(_moved("http://169.254.169.254/"))


@pytest.mark.parametrize("place", ["/b", "http://169.254.169.254/", "ws://127.0.0.1:1/"])
def test_a_redirect_of_a_web_socket_is_refused(place: str) -> None:
    _, error = _heard(_moved(place), "ws")
    assert "redirects to" in str(error) and not error.permanent


def test_messages_of_a_web_socket_come_as_bytes_whatever_they_are() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str((await socket.receive_str()) + (await socket.receive_str()))
        await socket.send_bytes(b"\xff\x00")
        await socket.send_str("a" * 500_000)
        await socket.close(code=4008, message=b"too slow")

    heard, error = _heard(_socket(talk), "ws", hello=("bon", "jour"))
    assert [message.body[:10] for message in heard] == [b"bonjour", b"\xff\x00", b"a" * 10]
    assert heard[0] == Heard(b"bonjour", "", "") and len(heard[2].body) == 500_000
    assert "4008" in str(error) and "too slow" in str(error) and not error.permanent


@pytest.mark.parametrize("compress", [True, False])
def test_a_web_socket_may_be_compressed(compress: bool) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        assert bool(socket.compress) is compress
        for text in ("a" * 10_000, "b" * 10_000):
            await socket.send_str(text)

    heard, _ = _heard(_socket(talk, compress=compress), "ws")
    assert [message.body for message in heard] == [b"a" * 10_000, b"b" * 10_000]


def test_pings_are_answered_and_keep_a_silent_socket_open() -> None:
    pongs: list[bytes] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        for number in range(5):
            await socket.ping(b"%d" % number)
            pongs.append((await asyncio.wait_for(socket.receive(), 20)).data)
            await asyncio.sleep(0.05)
        await socket.send_str("still here")

    heard, _ = _heard(_socket(talk, autoping=False), "ws", silence_s=3)
    assert pongs == [b"0", b"1", b"2", b"3", b"4"] and [message.body for message in heard] == [b"still here"]


def test_a_server_that_answers_our_pings_is_alive_and_one_that_does_not_is_left() -> None:
    async def quiet(socket: web.WebSocketResponse) -> None:
        await asyncio.wait_for(_nothing(socket), 3.6)
        await socket.send_str("at last")

    async def _nothing(socket: web.WebSocketResponse) -> None:
        try:
            await asyncio.wait_for(socket.receive(), 3.2)
        except TimeoutError:
            return

    async def deaf(_socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(5.0)

    heard, _ = _heard(_socket(quiet), "ws", silence_s=1.2)
    assert [message.body for message in heard] == [b"at last"]
    heard, error = _heard(_socket(deaf, autoping=False), "ws", silence_s=1.2)
    assert heard == [] and not error.permanent


def test_comments_keep_a_stream_open_and_half_a_line_does_not() -> None:
    async def comments(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(6):
            await response.write(b":\n")
            await asyncio.sleep(0.3)
        await response.write(b"data: a\n\ndata: b")
        await asyncio.sleep(5)
        return response

    heard, error = _heard(comments, silence_s=1.2)
    assert [message.body for message in heard] == [b"a"] and "nothing whole for 1.2 s" in str(error)


def test_a_lasting_connection_does_not_hold_the_turn_of_its_host() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/page":
            return web.Response(text="ok")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: a\n\n")
        await asyncio.sleep(5)
        return response

    async def go() -> float:
        async with (
            _serving(answer) as place,
            client() as asking,
            aclosing(events(asking, HttpRequest(url=f"http:{place}/"), silence_s=5)) as heard,
        ):
            assert (await anext(heard)).body == b"a"
            started_s = time.monotonic()
            assert (await asking.get(HttpRequest(url=f"http:{place}/page"))).body == b"ok"
            return time.monotonic() - started_s

    assert asyncio.run(go()) < 4  # the stream itself lasts five


def test_the_opening_of_a_lasting_connection_waits_for_its_turn() -> None:
    waited: list[float] = []

    async def sleep(wait_s: float) -> None:
        waited.append(wait_s)

    pacer = HostPacer(30.0, sleep=sleep)
    asking = HttpClient(pacer=pacer, allow_hosts=("127.0.0.1",))

    async def go() -> None:
        async with _serving(_stream(b"data: a\n\n")) as place, asking:
            for _ in range(2):
                with pytest.raises(SourceError):
                    async for _ in events(asking, HttpRequest(url=f"http:{place}/"), silence_s=5):
                        pass

    asyncio.run(go())
    assert len(waited) == 1 and 29 < waited[0] <= 30


@pytest.mark.parametrize("wire", ["http", "ws"])
def test_a_name_is_resolved_once_a_connection_and_each_answer_checked(wire: str) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("a")

    async def go() -> tuple[int, int]:
        opened = 0
        async with _serving(_stream(b"data: a\n\n") if wire == "http" else _socket(talk)) as place:
            port = place.rpartition(":")[2]
            names = FakeResolver(rue_example_org=[["127.0.0.1"], ["127.0.0.1"], ["9.9.9.9", "10.0.0.1"]])
            options = {"allow_hosts": (f"rue.example.org:{port}",), "resolver": names}
            listen = events if wire == "http" else web_socket
            async with client(**options) as asking:
                for _ in range(2):
                    with pytest.raises(SourceError):
                        async for _ in listen(
                            asking, HttpRequest(url=f"{wire}://rue.example.org:{port}/"), silence_s=5
                        ):
                            opened += 1
                with pytest.raises(AddressError):
                    async for _ in listen(asking, HttpRequest(url=f"{wire}://rue.example.org/"), silence_s=5):
                        opened += 1
            return opened, names.asked

    assert asyncio.run(go()) == (2, 3)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "wss://user:pass@127.0.0.1/", "ws://127.0.0.2/", "wss:///a"])
def test_an_address_that_is_refused_is_refused_over_every_wire(url: str) -> None:
    async def go() -> None:
        async with client() as asking:
            async for _ in web_socket(asking, HttpRequest(url=url), silence_s=1):
                raise AssertionError("nothing can be heard")

    with pytest.raises(AddressError):
        asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "words"), [(403, "refuses"), (404, "not found"), (200, "does not open"), (503, "did not answer")]
)
def test_a_server_that_opens_no_web_socket_is_told(status: int, words: str) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    _, error = _heard(answer, "ws")
    assert words in str(error) and error.permanent is (status == 403)


def test_a_server_that_never_answers_is_left_in_time() -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    for wire in ("http", "ws"):
        _, error = _heard(answer, wire, client=client(limits=Limits(total_s=0.2)))
        assert "within 0.2 s" in str(error)


def test_a_closed_port_is_told_over_every_wire() -> None:
    async def go() -> None:
        async with client() as asking:
            for listen, url in ((events, "http://127.0.0.1:1/"), (web_socket, "ws://127.0.0.1:1/")):
                with pytest.raises(SourceError, match="cannot be reached"):
                    async for _ in listen(asking, HttpRequest(url=url), silence_s=1):
                        pass

    asyncio.run(go())


def test_whoever_stops_listening_leaves_no_connection() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_str("a")
            await asyncio.sleep(0.01)

    async def go() -> tuple[int, int]:
        async with _serving(_socket(talk)) as place, client() as asking:
            async with aclosing(web_socket(asking, HttpRequest(url=f"ws:{place}/"), silence_s=5)) as heard:
                await anext(heard)
                connector = asking._session.connector  # type: ignore[union-attr]
                assert isinstance(connector, aiohttp.TCPConnector)
                open_now = len(connector._acquired)
            return open_now, len(connector._acquired)

    assert asyncio.run(go()) == (1, 0)
