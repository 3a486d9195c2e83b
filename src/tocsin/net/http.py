"""The guarded HTTP client: every address checked at every step, every answer bounded in time and bytes."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from tocsin import __version__
from tocsin.base.address import Target, check_url
from tocsin.base.errors import SourceError
from tocsin.net.guard import exempting, guarded_connector
from tocsin.net.politeness import HostPacer, HostRest
from tocsin.net.status import check_status
from tocsin.net.values import Fetched, HttpRequest, Limits

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT_REDIRECTS = frozenset({301, 308})
# Headers that follow a redirect to another host; all others (Authorization, Cookie, keys) stay with the first.
_TRAVELLING = frozenset({"accept", "accept-language", "if-modified-since", "if-none-match"})
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "user-agent",
    }
)
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
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
        check_status(fetched.status, fetched.headers, request.url, fetched.at)
        return fetched

    async def fetch(
        self, request: HttpRequest, limits: Limits | None = None, *, spacing_s: float | None = None
    ) -> Fetched:
        """Return what the server said with whatever status, redirects followed. Raises AddressError and SourceError."""
        journey = _Journey(request, limits or self.limits, self.allow_hosts)
        while True:
            host = journey.target.host
            self._check_rest(host)
            async with self._pacer.turn(host, spacing_s):
                fetched = await self._hop(journey)
            if fetched is not None:
                return fetched

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

    async def _hop(self, journey: _Journey) -> Fetched | None:
        """Ask the journey's target; return its answer, or None after the journey moved to the target of a redirect."""
        host, started = journey.target.host, time.monotonic()
        try:
            with exempting(journey.target.is_exempt):
                async with asyncio.timeout(journey.left_s):
                    fetched = await self._ask(journey)
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
            raise _told(error, journey.target) from error
        finally:
            journey.left_s -= time.monotonic() - started
        if fetched is None or fetched.status < 500:
            self._rest.succeeded(host)
        else:
            self._rest.failed(host, time.monotonic())
        return fetched

    async def _ask(self, journey: _Journey) -> Fetched | None:
        if self._session is None:
            raise RuntimeError("HttpClient is used outside of `async with`")
        limits = journey.limits
        async with self._session.get(
            URL(journey.target.url, encoded=True),
            headers=journey.headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s, connect=limits.connect_s),
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            max_headers=limits.headers,
        ) as response:
            location = response.headers.get("Location", "").strip()
            if response.status in _REDIRECTS and location:
                journey.redirect(location, response.status)
                return None
            body = await _bounded_body(response, limits, journey.target.url)
            return Fetched(
                url=journey.target.url,
                status=response.status,
                headers=_lower(response.headers),
                body=body,
                at=datetime.now(UTC),
                moved_to=journey.target.url if journey.all_permanent and journey.hops else None,
            )


class _Journey:
    """Where a request stands on its way through redirects."""

    def __init__(self, request: HttpRequest, limits: Limits, allow_hosts: Sequence[str]) -> None:
        self.request_url = request.url
        self.limits = limits
        self.target = check_url(request.url, allow_hosts)
        # A public server may never send us into our own network: the exemption holds from exempt to exempt only.
        self._allow_hosts = tuple(allow_hosts) if self.target.is_exempt else ()
        self.headers = _request_headers(request)
        self.hops = 0
        self.all_permanent = True
        self.left_s = limits.total_s

    def redirect(self, location: str, status: int) -> None:
        """Move to the target of a redirect once it is sure that it may be followed."""
        self.hops += 1
        if self.hops > self.limits.redirects:
            raise SourceError(
                "{url} redirects more than {redirects} times; give the address of the feed itself.",
                permanent=False,
                url=self.request_url,
                redirects=self.limits.redirects,
            )
        try:
            joined = urljoin(self.target.url, location.replace(" ", "%20"))
        except ValueError:
            joined = location
        target = check_url(joined, self._allow_hosts)
        if self.target.scheme == "https" and target.scheme == "http":
            raise SourceError(
                "{url} redirects from https to http ({target}), which is not followed; give the final address.",
                permanent=False,
                url=self.request_url,
                target=target.url,
            )
        if (target.scheme, target.host, target.port) != (self.target.scheme, self.target.host, self.target.port):
            self.headers = CIMultiDict((name, text) for name, text in self.headers.items() if name in _TRAVELLING)
        if not target.is_exempt:
            self._allow_hosts = ()
        self.all_permanent = self.all_permanent and status in _PERMANENT_REDIRECTS
        self.target = target


def _request_headers(request: HttpRequest) -> CIMultiDict[str]:
    headers: CIMultiDict[str] = CIMultiDict({"accept": request.accept})
    for name, text in request.headers.items():
        lower = name.lower()
        if not _HEADER_NAME.fullmatch(name) or lower in _OWN_HEADERS or set(text) & set("\r\n\0"):
            raise SourceError(
                "The header {name!r} cannot be sent to {url}; remove it from the source.",
                permanent=True,
                name=name,
                url=request.url,
            )
        headers[lower] = text
    return headers


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


def _lower(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, text in headers.items():
        lower = name.lower()
        clean = text.encode("utf-8", "replace").decode("utf-8")
        joined[lower] = f"{joined[lower]}, {clean}" if lower in joined else clean
    return joined


def _told(error: Exception, target: Target) -> SourceError:
    """Return the same failure in words that a person can act on. None is permanent: networks and servers recover."""
    url, host = target.url, target.host
    detail = str(error) or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return SourceError(
            "The name {host} is not known; check the address, or the network.", permanent=False, host=host, url=url
        )
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
        return SourceError(
            "{host} cannot prove who it is ({error}); its certificate must be mended by its owner.",
            permanent=False,
            host=host,
            url=url,
            error=detail,
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return SourceError("{host} cannot be reached ({error}).", permanent=False, host=host, url=url, error=detail)
    if isinstance(error, aiohttp.ClientPayloadError):
        return SourceError(
            "{url} broke off or garbled its answer ({error}); it will be asked again later.",
            permanent=False,
            url=url,
            error=detail,
        )
    if isinstance(error, aiohttp.ClientResponseError):
        return SourceError(
            "{url} does not answer in proper HTTP ({error}); it will be asked again later.",
            permanent=False,
            url=url,
            error=error.message[:200],
        )
    return SourceError("The talk with {host} broke off ({error}).", permanent=False, host=host, url=url, error=detail)
