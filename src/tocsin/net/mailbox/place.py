"""Where a mail server is and how it is spoken to: host, port and addresses checked, encrypted unless one's own."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
from aiohttp.connector import AddrInfoType

from tocsin.base.address import check_url
from tocsin.base.errors import AddressError, SourceError
from tocsin.net.guard import check_ip, exempting, guarded_socket

TLS_PORT = 993
STARTTLS_PORT = 143
_ADDRESSES_TRIED = 4

Resolve = Callable[[str, int], Sequence[AddrInfoType]]


class Way(StrEnum):
    """How the talk with a mail server is protected."""

    TLS = "tls"  # from the first byte, RFC 8314
    STARTTLS = "starttls"  # from the second command on, RFC 9051, 6.2.1
    CLEAR = "clear"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server that may be talked to. host: ASCII, lower case. is_exempt: it stands in allow_hosts."""

    host: str
    port: int
    way: Way
    is_exempt: bool


def place_of(host: str, port: int, way: Way | None, allow_hosts: Sequence[str]) -> Place:
    """Return the checked place. way: None to let the port say: 993 TLS, 143 STARTTLS; in clear where it is one's own.

    Raises AddressError: a host or port that is refused, and a talk in clear with a host that is not in allow_hosts.
    """
    shown = f"[{host}]" if ":" in host else host
    if set(host) & set("/?#@%\\"):
        raise AddressError("{host!r} is not the name of a mail server; correct it.", host=host)
    by_port = (shown,) if f"{shown}:{port}".lower() in {entry.strip().lower() for entry in allow_hosts} else ()
    target = check_url(f"https://{shown}/", (*allow_hosts, *by_port))
    if not target.is_exempt and port not in (TLS_PORT, STARTTLS_PORT):
        raise AddressError(
            "The mail server {host} is asked on port {port}; only 993 and 143 are open. Add {host}:{port} to "
            "allow_hosts if you trust it.",
            host=target.host,
            port=port,
        )
    if way is None and target.is_exempt and port != TLS_PORT:
        way = Way.CLEAR
    if way is None:
        way = Way.TLS if port == TLS_PORT else Way.STARTTLS
    if way is Way.CLEAR and not target.is_exempt:
        raise AddressError(
            "The password of a mailbox does not travel in clear to {host}; choose an encrypted connection.",
            host=target.host,
        )
    return Place(host=target.host, port=port, way=way, is_exempt=target.is_exempt)


def connected(place: Place, connect_s: float, resolve: Resolve | None) -> socket.socket:
    """Return a socket to the first address of the place that answers; every address is checked before any is tried.

    The name is resolved once, so that an answer which changes is never asked for. connect_s: for all addresses
    together. Raises AddressError, and SourceError for a name that is not known or a server that cannot be reached.
    """
    try:
        found = list((resolve or _resolved)(place.host, place.port))
    except OSError:
        found = []
    if not found:
        raise SourceError(
            "The name {host} is not known; check the address, or the network.", permanent=False, host=place.host
        )
    until_s = time.monotonic() + connect_s
    with exempting(place.is_exempt):
        for answer in found:
            check_ip(str(answer[4][0]), place.host)
        try:
            return _first(found[:_ADDRESSES_TRIED], until_s)
        except OSError as error:
            raise SourceError(
                "The mail server {host} cannot be reached on port {port} ({error}); it will be asked again later.",
                permanent=False,
                host=place.host,
                port=place.port,
                error=error,
            ) from None


def encrypted(plain: socket.socket, place: Place, left_s: float, context: ssl.SSLContext | None) -> ssl.SSLSocket:
    """Return the same connection, encrypted, its certificate checked for the host of the place. Raises OSError."""
    plain.settimeout(left_s)
    return (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=place.host)


def _first(found: Sequence[AddrInfoType], until_s: float) -> socket.socket:
    last: OSError = TimeoutError("timed out")
    for answer in found:
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            break
        trying = guarded_socket(answer)
        try:
            trying.settimeout(left_s)
            trying.connect(answer[4])
        except OSError as error:
            trying.close()
            last = error
        else:
            return trying
    raise last


def _resolved(host: str, port: int) -> Sequence[AddrInfoType]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
