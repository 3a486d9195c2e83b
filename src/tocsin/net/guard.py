"""The doors before a socket: where redirects may lead, the resolver, the socket factory; all refuse inner addresses.

A name is resolved once per connection and the checked addresses are the ones connected to, so that a second, different
answer of the same name (rebinding) is never asked for. The socket factory checks once more whatever path led to it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from multidict import CIMultiDict

from tocsin.base.address import Target, check_url, refusal
from tocsin.base.errors import AddressError, SourceError
from tocsin.net.fill import unfill
from tocsin.net.values import HttpRequest, Limits

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT_REDIRECTS = frozenset({301, 308})
_POST_AGAIN = frozenset({307, 308})
# Headers that follow a redirect to another host; all others (Authorization, Cookie, keys) stay with the first.
_TRAVELLING = frozenset({"accept", "accept-language", "if-modified-since", "if-none-match", "last-event-id"})
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "proxy-authorization",
        "sec-websocket-accept",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-version",
        "te",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_EXEMPT: ContextVar[bool] = ContextVar("exempt", default=False)


@contextmanager
def exempting(exempt: bool) -> Iterator[None]:
    """Open connections in this block may reach one's own network if `exempt`: its host stands in allow_hosts."""
    token = _EXEMPT.set(exempt)
    try:
        yield
    finally:
        _EXEMPT.reset(token)


class GuardedResolver(AbstractResolver):
    """Gives the addresses that `inner` found, or refuses the name if one of them is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`. Raises AddressError, and OSError when the name is not known."""
        found = await self._inner.resolve(host, port, family)
        for answer in found:
            check_ip(answer["host"], host)
        return found

    async def close(self) -> None:
        """Release what `inner` holds."""
        await self._inner.close()


def check_ip(ip_text: str, host: str) -> None:
    """Raise AddressError if `ip_text`, to which `host` leads, is not public and the running block is not exempt."""
    reason = None if _EXEMPT.get() else refusal(ip_text)
    if reason is not None:
        raise AddressError(
            "{host} leads to {ip}, which is not a public address ({reason}); add {host} to allow_hosts if it is yours.",
            host=host,
            ip=ip_text,
            reason=reason.value,
        )


def guarded_socket(address: AddrInfoType) -> socket.socket:
    """Return a socket for the address that is about to be connected to. Raises AddressError."""
    family, kind, protocol, _, place = address
    ip_text = str(place[0])
    check_ip(ip_text, ip_text)
    return socket.socket(family=family, type=kind, proto=protocol)


def guarded_connector(inner: AbstractResolver) -> aiohttp.TCPConnector:
    """Return a connector that keeps no connection: one kept open would let a later request pass without a check."""
    return aiohttp.TCPConnector(
        resolver=GuardedResolver(inner),
        use_dns_cache=False,
        force_close=True,
        socket_factory=guarded_socket,
        limit=100,
    )


class Journey:
    """Where a request stands on its way through redirects.

    target: what is asked next. headers, body: what goes there. left_s: seconds that the rest of the way may take.
    Raises AddressError for an address that is refused, SourceError for a header that cannot be sent.
    """

    def __init__(self, request: HttpRequest, limits: Limits, allow_hosts: Sequence[str]) -> None:
        self.request_url = request.url
        self.limits = limits
        self.target = check_url(request.url, allow_hosts)
        # A public server may never send us into our own network: the exemption holds from exempt to exempt only.
        self._allow_hosts = tuple(allow_hosts) if self.target.is_exempt else ()
        self.headers = _request_headers(request)
        self.body = request.body
        self._secrets = request.secrets
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
        if self.body and status not in _POST_AGAIN:  # as browsers do; RFC 9110, 15.4
            self.body = b""
            self.headers.popall("content-type", None)
        if (target.scheme, target.host, target.port) != (self.target.scheme, self.target.host, self.target.port):
            self._leave_origin(target)
        if not target.is_exempt:
            self._allow_hosts = ()
        self.all_permanent = self.all_permanent and status in _PERMANENT_REDIRECTS
        self.target = target

    def _leave_origin(self, target: Target) -> None:
        """Leave behind what was meant for the first origin alone; refuse to go on when it cannot be left."""
        if self.body or unfill(target.url, self._secrets) != target.url:
            raise SourceError(
                "{url} redirects to {host} what was meant for it alone; give the final address.",
                permanent=False,
                url=self.request_url,
                host=target.host,
            )
        self.headers = CIMultiDict((name, text) for name, text in self.headers.items() if name in _TRAVELLING)


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
