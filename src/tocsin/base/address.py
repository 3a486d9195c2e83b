"""Which addresses tocsin may talk to: an explicit list of refused networks and of refused ways to write a host."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from tocsin.base.errors import AddressError

USUAL_PORTS = {"http": 80, "https": 443}


class Refusal(StrEnum):
    """Why an IP address is refused."""

    BENCHMARK = "benchmark"
    BROADCAST = "broadcast"
    CARRIER = "carrier"  # shared address space of providers, RFC 6598
    DOCUMENTATION = "documentation"
    LINK_LOCAL = "link_local"  # includes the metadata services of cloud machines
    LOOPBACK = "loopback"
    MULTICAST = "multicast"
    NOT_AN_ADDRESS = "not_an_address"
    PRIVATE = "private"
    RESERVED = "reserved"
    TRANSLATED = "translated"  # an IPv6 address that stands for an IPv4 one
    UNSPECIFIED = "unspecified"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a checked URL asks to talk to.

    url: rebuilt from its checked parts, ASCII, without fragment. host: ASCII, lower case, no brackets.
    is_literal: the host is an IP address. is_exempt: the host stands in the list of allowed hosts.
    """

    url: str
    scheme: str
    host: str
    port: int
    is_literal: bool
    is_exempt: bool


# IANA special-purpose registries (IPv4 and IPv6), read 2026-11. `ipaddress.is_global` is not used: it calls
# 192.0.0.192, 64:ff9b::/96, 2002::/16 and multicast global.
_REFUSED_V4 = tuple(
    (ipaddress.IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", Refusal.UNSPECIFIED),
        ("10.0.0.0/8", Refusal.PRIVATE),
        ("100.64.0.0/10", Refusal.CARRIER),
        ("127.0.0.0/8", Refusal.LOOPBACK),
        ("169.254.0.0/16", Refusal.LINK_LOCAL),
        ("172.16.0.0/12", Refusal.PRIVATE),
        ("192.0.0.0/24", Refusal.RESERVED),
        ("192.0.2.0/24", Refusal.DOCUMENTATION),
        ("192.31.196.0/24", Refusal.RESERVED),
        ("192.52.193.0/24", Refusal.RESERVED),
        ("192.88.99.0/24", Refusal.TRANSLATED),
        ("192.168.0.0/16", Refusal.PRIVATE),
        ("192.175.48.0/24", Refusal.RESERVED),
        ("198.18.0.0/15", Refusal.BENCHMARK),
        ("198.51.100.0/24", Refusal.DOCUMENTATION),
        ("203.0.113.0/24", Refusal.DOCUMENTATION),
        ("224.0.0.0/4", Refusal.MULTICAST),
        ("255.255.255.255/32", Refusal.BROADCAST),
        ("240.0.0.0/4", Refusal.RESERVED),
    )
)
# Read in order, before the rule that all outside 2000::/3 is refused; they only give the better reason.
_REFUSED_V6 = tuple(
    (ipaddress.IPv6Network(network), reason)
    for network, reason in (
        ("::/128", Refusal.UNSPECIFIED),
        ("::1/128", Refusal.LOOPBACK),
        ("::/96", Refusal.TRANSLATED),
        ("::ffff:0:0/96", Refusal.TRANSLATED),
        ("64:ff9b::/96", Refusal.TRANSLATED),
        ("64:ff9b:1::/48", Refusal.TRANSLATED),
        ("2001::/23", Refusal.RESERVED),
        ("2001:db8::/32", Refusal.DOCUMENTATION),
        ("2002::/16", Refusal.TRANSLATED),
        ("3fff::/20", Refusal.DOCUMENTATION),
        ("fc00::/7", Refusal.PRIVATE),
        ("fe80::/10", Refusal.LINK_LOCAL),
        ("ff00::/8", Refusal.MULTICAST),
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")

# ISATAP and its kin write an IPv4 address into the last 32 bits of a public-looking IPv6 one (RFC 5214).
_ISATAP = re.compile(r"^0[02]005efe$")

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "".join(map(chr, range(0x21, 0x7F)))  # all that may stand in a path or query as it is
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def refusal(ip_text: str) -> Refusal | None:
    """Return why this installation must not talk to the IP address, or None when it may.

    ip_text: an IPv4 or IPv6 address as a resolver gives it; anything else is refused.

    >>> refusal("192.168.1.4"), refusal("::ffff:10.0.0.1").value, refusal("9.9.9.9")
    (<Refusal.PRIVATE: 'private'>, 'translated', None)
    """
    if "%" in ip_text:
        return Refusal.LINK_LOCAL
    try:
        address = ipaddress.ip_address(ip_text)
    except ValueError:
        return Refusal.NOT_AN_ADDRESS
    if isinstance(address, ipaddress.IPv4Address):
        return next((reason for network, reason in _REFUSED_V4 if address in network), None)
    for network, reason in _REFUSED_V6:
        if address in network:
            return reason
    if address not in _PUBLIC_V6:
        return Refusal.RESERVED
    if _ISATAP.match(address.exploded[20:29].replace(":", "")):
        return Refusal.TRANSLATED
    return None


def refused_networks() -> tuple[ipaddress.IPv4Network, ...]:
    """Return the IPv4 networks that are refused, for those who must close them elsewhere too (a browser)."""
    return tuple(network for network, _ in _REFUSED_V4)


def check_url(url: str, allow_hosts: Sequence[str] = ()) -> Target:
    """Return what `url` asks to talk to, once it is sure that it may be asked.

    allow_hosts: hosts of one's own network, exempt from the list of networks and of ports: `intranet.example.org`
    for every port, `intranet.example.org:8080` for that port, `[fd00::5]:8080` for IPv6.
    A name still has to be resolved, and each address it gives checked with `refusal`.
    Raises AddressError: other schemes than http and https, user name or password, other ports than 80 and 443, odd ways
    to write an IP address, refused networks.
    """
    if _UNSAFE.search(url):
        raise AddressError(
            "{url!r} holds a space, a control character or a backslash; write the address without it.", url=url
        )
    parts, port_given = _split(url)
    scheme = parts.scheme.lower()
    if scheme not in USUAL_PORTS:
        raise AddressError("{url} does not begin with http:// or https://; give such an address.", url=url)
    if "@" in parts.netloc:
        raise AddressError(
            "{url} holds a user name or a password; remove them from the address.", url=url.replace(parts.netloc, "…")
        )
    host, is_literal = _host(parts, url)
    port = USUAL_PORTS[scheme] if port_given is None else port_given
    is_exempt = _is_allowed(host, port, allow_hosts)
    if not is_exempt:
        _check_place(url, host, port, is_literal)
    shown = f"[{host}]" if ":" in host else host
    place = shown if port == USUAL_PORTS[scheme] else f"{shown}:{port}"
    path, query = (quote(part, safe=_KEPT, errors="replace") for part in (parts.path or "/", parts.query))
    rebuilt = SplitResult(scheme, place, path, query, "").geturl()
    return Target(url=rebuilt, scheme=scheme, host=host, port=port, is_literal=is_literal, is_exempt=is_exempt)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise AddressError(
            "{url} is not an address that can be read ({error}); correct it.", url=url, error=error
        ) from None


def _host(parts: SplitResult, url: str) -> tuple[str, bool]:
    """Return the host in ASCII lower case, and whether it is an IP address in its one usual form."""
    raw = parts.hostname or ""
    if not raw or "%" in raw:
        raise AddressError(
            "{url} has no plain host name (percent signs and zones are not taken); write the name or the address.",
            url=url,
        )
    if "[" in parts.netloc:
        return _v6_literal(raw, url), True
    host = _ascii_name(raw, url)
    if host.endswith("."):
        raise AddressError("The host of {url} ends with a dot; remove it.", url=url)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _v4_literal(host, raw, url), True
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressError("{host!r} in {url} is not a host name; correct it.", host=raw, url=url)
    return host, False


def _ascii_name(raw: str, url: str) -> str:
    if raw.isascii():
        return raw.lower()
    try:
        return raw.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise AddressError("{host!r} in {url} is not a host name; correct it.", host=raw, url=url) from None


def _v6_literal(raw: str, url: str) -> str:
    try:
        return ipaddress.IPv6Address(raw).compressed
    except ValueError:
        raise AddressError("[{host}] in {url} is not an IPv6 address; correct it.", host=raw, url=url) from None


def _v4_literal(host: str, raw: str, url: str) -> str:
    """Return the dotted form; decimal, hexadecimal, octal, short and full-width forms hide an address: refused."""
    try:
        plain = ipaddress.IPv4Address(host).compressed
    except ValueError:
        plain = ""
    if plain != raw:
        raise AddressError(
            "{host!r} in {url} is an unusual way to write an IP address; write a.b.c.d.", host=raw, url=url
        )
    return plain


def _is_allowed(host: str, port: int, allow_hosts: Sequence[str]) -> bool:
    shown = f"[{host}]" if ":" in host else host
    wanted = {host, shown, f"{shown}:{port}"}
    return any(_ascii_entry(entry) in wanted for entry in allow_hosts)


def _ascii_entry(entry: str) -> str:
    text = entry.strip().lower()
    if text.isascii():
        return text
    name, colon, port = text.partition(":")
    try:
        return name.encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        return text


def _check_place(url: str, host: str, port: int, is_literal: bool) -> None:
    if port not in USUAL_PORTS.values():
        raise AddressError(
            "{url} asks for port {port}; only 80 and 443 are open. Add {host}:{port} to allow_hosts if you trust it.",
            url=url,
            port=port,
            host=host,
        )
    reason = refusal(host) if is_literal else None
    if reason is None and (host == "localhost" or host.endswith(".localhost")):
        reason = Refusal.LOOPBACK
    if reason is not None:
        raise AddressError(
            "{url} lies in a network that is not public ({reason}); add {host} to allow_hosts if it is yours.",
            url=url,
            reason=reason.value,
            host=host,
        )
