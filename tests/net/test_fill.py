from __future__ import annotations

import asyncio
import base64
import doctest
import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest
from rich.pretty import pretty_repr

from tests.net.servers import FakeResolver, Talk, answer, client, server
from tocsin.base.errors import AddressError, SourceError, TocsinError
from tocsin.net import fill as module
from tocsin.net.fill import check_bearer, fill, fill_messages, fill_request, redact, unfill
from tocsin.net.http import HttpClient
from tocsin.net.stream import events, web_socket
from tocsin.net.values import HttpRequest

CANARY = 'canari/é+7 &"x'
HOSTS = ("example.org",)


def _filled(secrets: dict[str, str] | None = None, **parts: object) -> HttpRequest:
    request = HttpRequest(**{"url": "https://example.org/", **parts})  # type: ignore[arg-type]
    return fill_request(request, secrets or {"token": CANARY}, HOSTS)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0


def test_each_place_has_its_own_way_to_write_a_secret() -> None:
    mark = "{{secret:token}}"
    assert _filled(url=f"https://example.org/a?k={mark}&b=1").url == (
        "https://example.org/a?k=canari%2F%C3%A9%2B7%20%26%22x&b=1"
    )
    assert _filled(headers={"Authorization": f"Bearer {mark}"}, secrets={"token": "t"}).headers == {
        "Authorization": "Bearer t"
    }
    kinds = {
        "application/json": (f'{{"a": "{mark}"}}', '{"a": "canari/é+7 &\\"x"}'),
        "application/x-www-form-urlencoded; charset=utf-8": (f"a={mark}", "a=canari%2F%C3%A9%2B7+%26%22x"),
        "text/plain": (f"a {mark}", f"a {CANARY}"),
    }
    for kind, (text, wanted) in kinds.items():
        found = _filled(headers={"Content-Type": kind}, body=text.encode())
        assert found.body.decode() == wanted
    assert _filled(body=f'{{"a": "{mark}"}}'.encode()).body.decode() == kinds["application/json"][1]


def test_basic_authorization_is_written_in_base64() -> None:
    headers = {"authorization": "Basic {{secret:id}}:{{secret:key}}"}
    found = _filled({"id": "alice", "key": "ké"}, headers=headers)
    assert base64.b64decode(found.headers["authorization"].split(" ")[1]).decode() == "alice:ké"
    assert (
        redact(f"echo {found.headers['authorization']}", found.secrets) == "echo Basic {{secret:authorization:basic}}"
    )
    ready = {"authorization": "Basic {{secret:token}}"}
    assert _filled({"token": "YTpi"}, headers=ready).headers == {"authorization": "Basic YTpi"}


def test_a_secret_with_the_end_of_a_line_is_told() -> None:
    with pytest.raises(SourceError, match="end of a line") as caught:
        _filled({"token": "abc\n"}, headers={"authorization": "Bearer {{secret:token}}"})
    assert caught.value.permanent


def test_a_request_without_marks_may_go_anywhere_and_hides_the_secrets_all_the_same() -> None:
    request = HttpRequest(url="http://example.net/a", body=b"\xff\x00")
    found = fill_request(request, {"token": CANARY}, HOSTS)
    assert (found.url, found.body, found.secrets) == (request.url, request.body, {"token": CANARY})
    assert fill_request(request, {}, ()) is request


@pytest.mark.parametrize("secrets", [{}, {"token": ""}, {"other": "x"}])
def test_a_secret_that_is_missing_is_named(secrets: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="token") as caught:
        fill("Bearer {{secret:token}}", secrets)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("url", "hosts", "allow_hosts"),
    [
        ("https://example.org/a", ("example.org",), ()),
        ("wss://example.org/a", ("example.org",), ()),
        ("https://EXAMPLE.org/a", ("Example.org",), ()),
        ("https://a.b.example.org/", ("*.example.org",), ()),
        ("https://example.org/", ("https://example.org/api",), ()),
        ("https://example.org/", ("example.org:443",), ()),
        ("https://boutique-élise.example.org/a", ("https://Boutique-Élise.example.org/",), ()),
        ("http://intranet.example.org:8080/", ("intranet.example.org",), ("intranet.example.org",)),
        ("http://[fd00::5]/", ("fd00::5",), ("fd00::5",)),
    ],
)
def test_a_secret_goes_to_its_own_hosts(url: str, hosts: tuple[str, ...], allow_hosts: tuple[str, ...]) -> None:
    check_bearer(url, hosts, allow_hosts=allow_hosts)


@pytest.mark.parametrize(
    ("url", "hosts", "allow_hosts"),
    [
        ("https://example.net/", ("example.org",), ()),
        ("https://example.org.example.net/", ("example.org", "*.example.org"), ()),
        ("https://badexample.org/", ("*.example.org",), ()),
        ("https://example.org/", ("*.example.org",), ()),
        ("https://example.org/", (), ()),
        ("https://example.org/", ("*.",), ()),
        ("http://example.org/", ("example.org",), ()),
        ("ws://example.org/", ("example.org",), ()),
        ("http://10.0.0.1/", ("example.org",), ("10.0.0.1",)),
        ("https://example.org@example.net/", ("example.org",), ()),
        ("https://{{secret:token}}/", ("{{secret:token}}",), ()),
        ("https://10.0.0.1/", ("10.0.0.1",), ()),
    ],
)
def test_a_secret_goes_nowhere_else(url: str, hosts: tuple[str, ...], allow_hosts: tuple[str, ...]) -> None:
    with pytest.raises((SourceError, AddressError)):
        check_bearer(url, hosts, allow_hosts=allow_hosts)


def test_the_first_words_over_a_socket_are_filled_and_checked_too() -> None:
    hello = ('{"token": "{{secret:token}}"}', "hi")
    url = "wss://example.org/"
    assert fill_messages(hello, {"token": 'a"b'}, url, HOSTS) == ('{"token": "a\\"b"}', "hi")
    assert fill_messages(("hi",), {}, "wss://example.net/", ()) == ("hi",)
    with pytest.raises(SourceError, match=r"example\.net"):
        fill_messages(hello, {"token": "a"}, "wss://example.net/", HOSTS)


def test_no_text_of_a_request_shows_a_secret() -> None:
    found = _filled(
        url="https://example.org/?k={{secret:token}}",
        headers={"authorization": "Bearer {{secret:token}}"},
        body=b"{{secret:token}}",
    )
    for text in (repr(found), str(found), pretty_repr(found), f"{[found]}"):
        assert _shows(text) is None


def _shows(text: str) -> str | None:
    """Return the form in which the canary stands in a text."""
    return next((form for form in module._forms(CANARY) | {"canari"} if form in text), None)


async def _get(asking: HttpClient, request: HttpRequest) -> object:
    return await asking.get(request)


async def _listen(asking: HttpClient, request: HttpRequest) -> object:
    async with aclosing(events(asking, request, silence_s=1.0)) as heard:
        return [message async for message in heard]


async def _talk(asking: HttpClient, request: HttpRequest) -> object:
    async with aclosing(web_socket(asking, request, silence_s=1.0)) as heard:
        return [message async for message in heard]


def _echo(status: str, line: str = "") -> Talk:
    """Return a talk that says back all that it was told, wherever a server can."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1]
        said = line.replace("PATH", path.decode("latin-1"))
        writer.write(f"HTTP/1.1 {status}\r\n{said}Retry-After: 5\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))

    return talk


_TALKS = {
    "refused": _echo("403 PATH"),
    "failing": _echo("500 X"),
    "elsewhere": _echo("302 X", "Location: http://127.0.0.2PATH\r\n"),
    "again": _echo("302 X", "Location: PATH\r\n"),
    "a scheme": _echo("302 X", "Location: ftp://example.org/PATH\r\n"),
    "garbled": _echo("PATH PATH", "PATH\r\n"),
    "garbled header": _echo("200 OK", "a PATH\r\n"),
    "a wrong kind": _echo("200 OK", "Content-Type: PATH\r\nContent-Encoding: PATH\r\n"),
    "an upgrade": _echo("101 X", "Upgrade: PATH\r\nConnection: upgrade\r\n"),
}


@pytest.mark.parametrize("ask", [_get, _listen, _talk])
@pytest.mark.parametrize("talk", _TALKS)
def test_the_canary_is_in_no_error_and_no_log(
    talk: str, ask: Callable[[HttpClient, HttpRequest], Awaitable[object]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def go() -> TocsinError | None:
        async with server(_TALKS[talk]) as (base, seen), client() as asking:
            request = HttpRequest(
                url=base + "/a?key={{secret:token}}", headers={"x-key": "{{secret:token}}", "last-event-id": "5"}
            )
            filled = fill_request(request, {"token": CANARY}, ("127.0.0.1",), allow_hosts=asking.allow_hosts)
            try:
                await ask(asking, filled)
            except TocsinError as error:
                return error
            finally:
                assert b"canari" in seen[0]
        return None

    error = asyncio.run(go(), debug=True)
    if error is None:
        assert (talk, ask) == ("a wrong kind", _get) or talk == "an upgrade"
        return
    shown = [str(error), repr(error), "".join(traceback.format_exception(error)), caplog.text]
    assert [_shows(text) for text in shown] == [None] * 4
    assert error.__cause__ is None and error.__context__ is None


@pytest.mark.parametrize(
    "parts",
    [
        {"url": "https://nulle-part.example.org/{{secret:token}}"},
        {"url": "https://dedans.example.org/{{secret:token}}"},
        {"headers": {"x": "a\n{{secret:token}}"}, "url": "https://dedans.example.org/"},
        {"headers": {"x {{secret:token}}": "{{secret:token}}"}, "url": "https://dedans.example.org/"},
    ],
)
def test_the_canary_is_in_no_error_before_anything_is_sent(parts: dict[str, object]) -> None:
    async def go() -> None:
        async with client(resolver=FakeResolver(dedans_example_org=[["10.0.0.1"]])) as asking:
            request = HttpRequest(**parts)  # type: ignore[arg-type]
            await asking.get(fill_request(request, {"token": CANARY}, ("*.example.org",)))

    with pytest.raises(TocsinError) as caught:
        asyncio.run(go())
    assert _shows("".join(traceback.format_exception(caught.value))) is None


def test_the_answer_holds_the_marks_again() -> None:
    async def go() -> None:
        talk = _echo("200 OK", 'Link: <https://example.org/PATH>; rel="next"\r\n')
        moving = _echo("301 X", "Location: /b?key=canari\r\n")

        async def both(head: bytes, writer: asyncio.StreamWriter) -> None:
            await (moving if b" /a" in head else talk)(head, writer)

        async with server(both) as (base, _), client() as asking:
            request = HttpRequest(url=base + "/a?key={{secret:token}}")
            filled = fill_request(request, {"token": "canari"}, ("127.0.0.1",), allow_hosts=asking.allow_hosts)
            fetched = await asking.get(filled)
            assert fetched.url == fetched.moved_to == base + "/b?key={{secret:token}}"
            assert fetched.headers["link"] == '<https://example.org//b?key={{secret:token}}>; rel="next"'

    asyncio.run(go())


def test_what_is_shown_loses_a_secret_that_was_cut_off_and_addresses_only_a_whole_one() -> None:
    secrets = {"token": "maison-alba-0123456789"}
    assert redact("key=MAISON-ALBA-012", secrets) == "key={{secret:token}}"
    assert unfill("https://maison-alba.example.org/", secrets) == "https://maison-alba.example.org/"
    assert unfill("/maison-alba-0123456789/", secrets) == "/{{secret:token}}/"
    assert redact("aa aa", {"token": "a"}) == " ".join(["{{secret:token}}" * 2] * 2)


def test_a_secret_does_not_follow_a_redirect_to_another_host() -> None:
    async def go() -> list[bytes]:
        async with server(answer()) as (second, seen):
            moving = _echo("302 X", f"Location: {second}PATH\r\n")
            async with server(moving) as (first, _), client() as asking:
                request = HttpRequest(url=first + "/a?key={{secret:token}}")
                filled = fill_request(request, {"token": "canari"}, ("127.0.0.1",), allow_hosts=asking.allow_hosts)
                with pytest.raises(SourceError, match="meant for it alone"):
                    await asking.get(filled)
            return seen

    assert asyncio.run(go()) == []
