from __future__ import annotations

import asyncio
import gzip
import re
import resource
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.net.servers import FakeResolver, Talk, answer, client, fetch, server
from tocsin.base.errors import AddressError, SourceError
from tocsin.net.http import user_agent
from tocsin.net.values import Fetched, HttpRequest, Limits


def test_an_answer_comes_back_whole_with_headers_in_lower_case() -> None:
    fetched, seen = fetch(answer(headers='ETag: "a"\r\nX-A: 1\r\nX-A: 2\r\n', body="été".encode()))
    assert (fetched.status, fetched.body.decode(), fetched.moved_to) == (200, "été", None)
    assert fetched.headers["etag"] == '"a"' and fetched.headers["x-a"] == "1, 2"
    assert fetched.at.tzinfo is not None
    assert b"cookie" not in seen[0].lower()


def test_the_servers_learn_who_asks() -> None:
    _, seen = fetch(answer(), contact="https://example.org/contact")
    assert re.search(rb"User-Agent: tocsin/[0-9.]+ \(\+https://example\.org/contact\)\r\n", seen[0])
    assert "\n" not in user_agent("a\r\nX: y (z)") and user_agent("").startswith("tocsin/")


def test_the_headers_of_the_request_are_sent_but_cannot_change_the_talk_itself() -> None:
    async def go(headers: dict[str, str]) -> bytes:
        async with server(answer()) as (base, seen), client() as asking:
            await asking.get(HttpRequest(url=base, headers=headers, accept="text/plain"))
            return seen[0]

    sent = asyncio.run(go({"If-None-Match": '"a"'}))
    assert b'if-none-match: "a"' in sent.lower() and b"accept: text/plain" in sent.lower()
    for name, text in (
        ("Host", "example.org"),
        ("Content-Length", "3"),
        ("X", "a\r\nY: b"),
        ("X Y", "a"),
        ("User-Agent", "b"),
    ):
        with pytest.raises(SourceError) as caught:
            asyncio.run(go({name: text}))
        assert caught.value.permanent


def test_not_modified_is_an_answer() -> None:
    assert fetch(answer("304 Not Modified"))[0].status == 304


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, False),
        (401, True),
        (403, True),
        (404, False),
        (410, True),
        (429, False),
        (451, True),
        (500, False),
        (503, False),
    ],
)
def test_each_refusal_says_whether_to_come_back(status: int, permanent: bool) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(answer(f"{status} No", "Retry-After: 120\r\n"))
    assert caught.value.permanent is permanent
    assert str(status) in str(caught.value)
    assert caught.value.retry_after_s == (None if permanent else 120)


def _redirecting(steps: dict[str, tuple[int, str]]):  # type: ignore[no-untyped-def]
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1].decode()
        status, location = steps.get(path, (200, ""))
        extra = f"Location: {location}\r\n" if location else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{extra}Content-Length: 2\r\n\r\nok".encode())

    return talk


def test_a_permanent_move_is_told_and_a_passing_one_is_not() -> None:
    moved, seen = fetch(_redirecting({"/": (301, "/a"), "/a": (308, "b")}))
    assert moved.moved_to == moved.url and moved.url.endswith("/b") and len(seen) == 3
    passing, _ = fetch(_redirecting({"/": (301, "/a"), "/a": (302, "/b")}))
    assert passing.moved_to is None and passing.url.endswith("/b")


def test_five_redirects_are_followed_and_an_endless_one_is_left() -> None:
    chain = {f"/{step}": (302, f"/{step + 1}") for step in range(5)}
    assert fetch(_redirecting(chain), "/0")[0].url.endswith("/5")
    with pytest.raises(SourceError, match="more than 5 times"):
        fetch(_redirecting({"/": (302, "/")}))


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        "http://127.0.0.2/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//user:secret@example.org/",
        "http://example.org:22/",
        "http://[broken/",
        "http://\x7f/",
    ],
)
def test_a_redirect_to_an_inner_or_odd_address_is_refused_before_anything_is_sent(location: str) -> None:
    with pytest.raises(AddressError):
        fetch(_redirecting({"/": (302, location)}), resolver=FakeResolver())


def test_a_public_server_may_not_redirect_into_ones_own_network() -> None:
    # rue.example.org is "public" for the rules; the resolver sends it to a port of the loopback through an exemption
    # that the redirect then loses.
    async def go() -> None:
        async with server(_redirecting({"/": (302, "http://autre.example.org/")})) as (base, _):
            port = base.rpartition(":")[2]
            names = FakeResolver(rue_example_org=[["127.0.0.1"]], autre_example_org=[["127.0.0.1"]])
            allowed = (f"rue.example.org:{port}",)
            async with client(allow_hosts=allowed, resolver=names) as asking:
                with pytest.raises(AddressError, match=r"127\.0\.0\.1"):
                    await asking.get(HttpRequest(url=f"http://rue.example.org:{port}/"))

    asyncio.run(go())


def test_keys_stay_with_the_host_they_were_meant_for() -> None:
    async def go() -> tuple[bytes, bytes]:
        async with (
            server(answer(body=b"ok")) as (second, second_seen),
            server(_redirecting({"/": (302, second + "/x")})) as (first, first_seen),
            client() as asking,
        ):
            headers = {"Authorization": "Bearer s", "Cookie": "a=b", "X-Key": "k", "If-None-Match": '"e"'}
            await asking.get(HttpRequest(url=first + "/", headers=headers))
            return first_seen[0].lower(), second_seen[0].lower()

    first, second = asyncio.run(go())
    assert b"bearer s" in first and b"a=b" in first
    assert b"bearer" not in second and b"cookie" not in second and b"x-key" not in second
    assert b'if-none-match: "e"' in second


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["9.9.9.9", "127.0.0.1"], ["::1"], ["169.254.169.254"], ["100.64.0.1"]]
)
def test_a_name_that_leads_inside_is_refused(answers: list[str]) -> None:
    async def go() -> None:
        async with client(resolver=FakeResolver(piege_example_org=[answers])) as asking:
            await asking.get(HttpRequest(url="http://piege.example.org/"))

    with pytest.raises(AddressError, match=r"piege\.example\.org"):
        asyncio.run(go())


def test_no_connection_is_kept_that_a_later_request_could_use_unchecked() -> None:
    async def go() -> int:
        async with server(answer(body=b"ok")) as (base, _):
            port = base.rpartition(":")[2]
            names = FakeResolver(rue_example_org=[["127.0.0.1"], ["127.0.0.1"]])
            async with client(allow_hosts=("rue.example.org",), resolver=names) as asking:
                for _ in range(2):
                    await asking.get(HttpRequest(url=f"http://rue.example.org:{port}/"))
            return names.asked

    assert asyncio.run(go()) == 2


def test_a_packed_answer_is_unpacked() -> None:
    fetched, _ = fetch(answer(headers="Content-Encoding: gzip\r\n", body=gzip.compress(b"bonjour" * 100, mtime=0)))
    assert fetched.body == b"bonjour" * 100


def _zeros_packed(megabytes: int) -> bytes:
    """Return that many millions of zero bytes packed with gzip, without its last checksum, made in no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1_000_000)
    first, next_one = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + next_one * (megabytes - 1)


def test_a_bomb_is_left_after_its_first_megabytes_and_costs_no_memory() -> None:
    bomb = _zeros_packed(1_000)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SourceError, match="10000000 bytes"):
        fetch(answer(headers="Content-Encoding: gzip\r\n", body=bomb))
    after_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after_kb - before_kb < 50_000


@pytest.mark.parametrize(
    "headers", ["Content-Encoding: br\r\n", "Content-Encoding: gzip, gzip\r\n", "Content-Encoding: zstd\r\n"]
)
def test_a_packing_that_was_not_asked_for_is_refused(headers: str) -> None:
    with pytest.raises(SourceError):
        fetch(answer(headers=headers, body=gzip.compress(gzip.compress(b"x", mtime=0))))


def test_a_body_announced_too_long_is_left_at_once() -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")

    with pytest.raises(SourceError, match="more than"):
        fetch(talk)


def test_a_server_that_drips_is_left_in_time() -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    with pytest.raises(SourceError, match=r"within 0\.2 s") as caught:
        fetch(talk, limits=Limits(total_s=0.2))
    assert not caught.value.permanent


def test_the_time_of_all_redirects_counts_together() -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(b"HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")

    with pytest.raises(SourceError, match="within"):
        fetch(talk, limits=Limits(total_s=0.25))


@pytest.mark.parametrize("line", ["X-{n}: {pad}\r\n", "X: {pad}\r\n"])
def test_endless_headers_are_refused(line: str) -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(20_000):
            writer.write(line.format(n=number, pad="a" * 100).encode())
            await writer.drain()

    with pytest.raises(SourceError):
        fetch(talk)


@pytest.mark.parametrize("line", [b"X: " + b"a" * 100_000 + b"\r\n\r\n", b"a" * 100_000])
def test_a_header_too_long_is_refused(line: bytes) -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + line)

    with pytest.raises(SourceError):
        fetch(talk)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01\x02",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 302 X\r\nLocation: http://\xe9\xff/\r\n\r\n",
    ],
)
def test_what_is_not_proper_http_gives_one_clear_error(raw: bytes) -> None:
    async def talk(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    with pytest.raises((SourceError, AddressError)) as caught:
        fetch(talk, resolver=FakeResolver())
    assert str(caught.value)


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    async def go(url: str) -> None:
        async with client(resolver=FakeResolver()) as asking:
            await asking.get(HttpRequest(url=url))

    with pytest.raises(SourceError, match="cannot be reached"):
        asyncio.run(go("http://127.0.0.1:1/"))
    with pytest.raises(SourceError, match="is not known"):
        asyncio.run(go("http://nulle-part.example.org/"))


def test_a_host_that_fails_again_and_again_is_left_alone() -> None:
    async def go() -> None:
        async with server(answer("500 No")) as (base, seen), client() as asking:
            for _ in range(5):
                with pytest.raises(SourceError, match="500"):
                    await asking.get(HttpRequest(url=base))
            with pytest.raises(SourceError, match="left alone") as caught:
                await asking.get(HttpRequest(url=base))
            assert len(seen) == 5 and 0 < (caught.value.retry_after_s or 0) <= 3600

    asyncio.run(go())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert fetch(answer(body=b"ok"))[0].body == b"ok"


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def go() -> None:
        def ignore(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        listening = await asyncio.start_server(ignore, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
        port = listening.sockets[0].getsockname()[1]
        try:
            async with client() as asking:
                await asking.get(HttpRequest(url=f"https://127.0.0.1:{port}/"))
        finally:
            listening.close()

    with pytest.raises(SourceError, match="prove who it is"):
        asyncio.run(go())


async def _posted(talk: Talk, path: str = "/", **headers: str) -> tuple[Fetched, list[bytes]]:
    async with server(talk) as (base, seen), client() as asking:
        return await asking.fetch(HttpRequest(url=base + path, headers=headers, body=b'{"a": 1}')), seen


def test_a_body_goes_by_post_with_its_kind() -> None:
    fetched, seen = asyncio.run(_posted(answer("401 No", body=b"ok"), **{"Content-Type": "application/json"}))
    assert (fetched.status, fetched.body) == (401, b"ok")
    assert seen[0].startswith(b"POST / ") and b"content-type: application/json" in seen[0].lower()
    assert b"content-length: 8" in seen[0].lower()


@pytest.mark.parametrize(
    ("status", "again"), [(301, b"GET"), (302, b"GET"), (303, b"GET"), (307, b"POST"), (308, b"POST")]
)
def test_a_redirect_of_a_post_goes_on_as_in_a_browser(status: int, again: bytes) -> None:
    _, seen = asyncio.run(_posted(_redirecting({"/": (status, "/b")}), **{"Content-Type": "text/plain"}))
    assert seen[1].startswith(again + b" /b ") and (b"content-type" in seen[1].lower()) is (again == b"POST")


def test_a_body_does_not_follow_a_redirect_to_another_host() -> None:
    async def go() -> list[bytes]:
        async with server(answer()) as (second, seen):
            with pytest.raises(SourceError, match="meant for it alone"):
                await _posted(_redirecting({"/": (308, second + "/x")}))
            return seen

    assert asyncio.run(go()) == []
