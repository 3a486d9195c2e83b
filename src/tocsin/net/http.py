"""The guarded HTTP client: every address checked at every step, every answer bounded in time and bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDictProxy
from yarl import URL

from tocsin import __version__
from tocsin.base.errors import SourceError, TocsinError
from tocsin.net.fill import hush, unfill
from tocsin.net.guard import REDIRECTS, Journey, exempting, guarded_connector
from tocsin.net.politeness import HostPacer, HostRest
from tocsin.net.status import check_status, told
from tocsin.net.values import Fetched, HttpRequest, Limits

R = TypeVar("R")
Ask = Callable[[aiohttp.ClientSession, Journey], Awaitable[R]]

_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_CHUNK_BYTES = 65_536


def user_agent(contact: str) -> str:
    """Return how this installation presents itself to the servers it reads.

    >>> user_agent("https://example.org/contact").split("/", 1)[1].split(" ", 1)[1]
    '(+https://example.org/contact)'
    """
    name = f"tocsin/{__version__}"
    shown = "".join(character for character in contact if " " <= character <= "~" and character not in "()")
    return f"{name} (+{shown})" if shown else name


class HttpClient:
    """Asks servers politely and safely. One for the whole process; use it as `async with HttpClient(...) as client`.

    contact: address or page of the owner, told to the servers. allow_hosts: see `base.address.check_url`.
    resolver: who finds the addresses of a name; they are checked whoever finds them.
    No cookies, no proxy from the environment, TLS certificates verified.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allow_hosts: Sequence[str] = (),
        limits: Limits = Limits(),  # noqa: B008  frozen
        pacer: HostPacer | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.user_agent = user_agent(contact)
        self.allow_hosts = tuple(allow_hosts)
        self.limits = limits
        self._pacer = pacer or HostPacer()
        self._rest = HostRest()
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=guarded_connector(self._resolver or aiohttp.ThreadedResolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            trace_configs=[_refusing_redirects()],
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, request: HttpRequest, limits: Limits | None = None) -> Fetched:
        """Return a success (2xx) or "not modified" (304).

        Raises AddressError for an address that is refused, at the start or behind a redirect or a name, and SourceError
        for all that a server can do wrong (`check_status` says what is permanent).
        """
        fetched = await self.fetch(request, limits)
        with telling(request):
            check_status(fetched.status, fetched.headers, request.url, fetched.at)
        return fetched

    async def fetch(
        self, request: HttpRequest, limits: Limits | None = None, *, spacing_s: float | None = None
    ) -> Fetched:
        """Return what the server said with whatever status, redirects followed. Raises AddressError and SourceError.

        A body goes by POST; a redirect to another host never takes it, nor a secret, along. Addresses and headers of
        the answer (a link to the next page) hold the marks of the secrets that were sent; its body is as it came.
        """
        with telling(request):
            journey = Journey(request, limits or self.limits, self.allow_hosts)
            fetched = None
            while fetched is None:
                fetched = await self.reach(journey, _ask, spacing_s=spacing_s)
        if not request.secrets:
            return fetched
        moved_to = fetched.moved_to and unfill(fetched.moved_to, request.secrets)
        headers = {name: unfill(text, request.secrets) for name, text in fetched.headers.items()}
        url = unfill(fetched.url, request.secrets)
        return msgspec.structs.replace(fetched, url=url, headers=headers, moved_to=moved_to)

    async def reach(self, journey: Journey, ask: Ask[R], *, spacing_s: float | None = None) -> R:
        """Return what `ask` gets from the journey's target: in the host's turn, which ends with it, in the time left.

        Raises AddressError, and SourceError for all that goes wrong on the way.
        """
        if self._session is None:
            raise RuntimeError("HttpClient is used outside of `async with`")
        self._check_rest(journey.target.host)
        async with self._pacer.turn(journey.target.host, spacing_s):
            return await self._hop(self._session, journey, ask)

    def _check_rest(self, host: str) -> None:
        wait_s = self._rest.rests_s(host, time.monotonic())
        if wait_s > 0:
            raise SourceError(
                "{host} failed several times in a row and is left alone for {wait_s} s.",
                permanent=False,
                retry_after_s=wait_s,
                host=host,
                wait_s=round(wait_s),
            )

    async def _hop(self, session: aiohttp.ClientSession, journey: Journey, ask: Ask[R]) -> R:
        host, started = journey.target.host, time.monotonic()
        try:
            with exempting(journey.target.is_exempt):
                async with asyncio.timeout(journey.left_s):
                    found = await ask(session, journey)
        except TimeoutError as error:
            self._rest.failed(host, time.monotonic())
            connecting = isinstance(error, aiohttp.ServerTimeoutError)
            raise SourceError(
                "{url} did not answer within {limit_s} s; it will be asked again later.",
                permanent=False,
                url=journey.target.url,
                limit_s=journey.limits.connect_s if connecting else journey.limits.total_s,
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            self._rest.failed(host, time.monotonic())
            raise told(error, journey.target) from error
        finally:
            journey.left_s -= time.monotonic() - started
        if isinstance(found, Fetched | aiohttp.ClientResponse) and found.status >= 500:
            self._rest.failed(host, time.monotonic())
        else:
            self._rest.succeeded(host)
        return found


@contextmanager
def telling(request: HttpRequest) -> Iterator[None]:
    """Errors that leave this block say nothing of the secrets of `request`, and carry nothing that does."""
    try:
        yield
    except TocsinError as error:
        if request.secrets:
            hush(error, request.secrets)
        raise


def follows(response: aiohttp.ClientResponse, journey: Journey) -> bool:
    """Return whether the answer is a redirect, after the journey moved to its target. Raises as `Journey.redirect`."""
    location = response.headers.get("Location", "").strip()
    if response.status not in REDIRECTS or not location:
        return False
    journey.redirect(location, response.status)
    return True


def waits(limits: Limits) -> aiohttp.ClientTimeout:
    """Return how long connecting may take; the rest is bounded by whoever asks."""
    return aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s, connect=limits.connect_s)


def lower_headers(headers: Mapping[str, str] | CIMultiDictProxy[str]) -> dict[str, str]:
    """Return the headers with names in lower case, the values of a repeated name joined by a comma."""
    joined: dict[str, str] = {}
    for name, text in headers.items():
        lower = name.lower()
        clean = text.encode("utf-8", "replace").decode("utf-8")
        joined[lower] = f"{joined[lower]}, {clean}" if lower in joined else clean
    return joined


def _refusing_redirects() -> aiohttp.TraceConfig:
    """Return what stops aiohttp when it is about to follow a redirect by itself, as it does for a web socket."""

    async def refuse(_session: object, _context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
        params.response.close()
        raise SourceError(
            "{url} redirects to {target!r}, which is not followed for a lasting connection; give the final address.",
            permanent=False,
            url=str(params.url),
            target=params.response.headers.get("Location", "")[:200],
        )

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return trace


async def _ask(session: aiohttp.ClientSession, journey: Journey) -> Fetched | None:
    """Return the answer of the journey's target, or None after the journey moved to the target of a redirect."""
    limits = journey.limits
    async with session.request(
        "POST" if journey.body else "GET",
        URL(journey.target.url, encoded=True),
        headers=journey.headers,
        data=journey.body or None,
        allow_redirects=False,
        timeout=waits(limits),
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
        max_headers=limits.headers,
    ) as response:
        if follows(response, journey):
            return None
        body = await _bounded_body(response, limits, journey.target.url)
        return Fetched(
            url=journey.target.url,
            status=response.status,
            headers=lower_headers(response.headers),
            body=body,
            at=datetime.now(UTC),
            moved_to=journey.target.url if journey.all_permanent and journey.hops else None,
        )


async def _bounded_body(response: aiohttp.ClientResponse, limits: Limits, url: str) -> bytes:
    """Return the decompressed body, read in small pieces and left as soon as it passes the limit."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in _ENCODINGS:
        raise SourceError(
            "{url} packs its answer as {packing!r}, which was not asked for; it will be asked again later.",
            permanent=False,
            url=url,
            packing=packing,
        )
    taken: list[bytes] = []
    size = 0
    too_large = (response.content_length or 0) > limits.body_bytes
    while not too_large and (chunk := await response.content.read(_CHUNK_BYTES)):
        size += len(chunk)
        taken.append(chunk)
        too_large = size > limits.body_bytes
    if too_large:
        response.close()
        raise SourceError(
            "{url} answers more than {limit} bytes; give a shorter feed.",
            permanent=False,
            url=url,
            limit=limits.body_bytes,
        )
    return b"".join(taken)
