"""The last two doors before a socket: the resolver and the socket factory, both of which refuse inner addresses.

A name is resolved once per connection and the checked addresses are the ones connected to, so that a second, different
answer of the same name (rebinding) is never asked for. The socket factory checks once more whatever path led to it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from tocsin.base.address import refusal
from tocsin.base.errors import AddressError

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
