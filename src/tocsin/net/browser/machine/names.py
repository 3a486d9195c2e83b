"""Ask each resolver of the machine for a host itself, so that aliases and their life are recorded too."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tocsin.base.capture import Record, Resolution
from tocsin.net.browser.machine.udp import ask_udp
from tocsin.net.wire import dns

MAX_RESOLVERS = 3
_LIMIT_S = 1.5


def resolvers(file: Path = Path("/etc/resolv.conf")) -> tuple[str, ...]:
    """Return the addresses of the resolvers that the machine is told to ask, none where it does not say."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = [line.split() for line in lines]
    return tuple(line[1] for line in words if len(line) > 1 and line[0] == "nameserver")[:MAX_RESOLVERS]


async def ask_resolvers(host: str, servers: Sequence[str], port: int = 53) -> tuple[Resolution, ...]:
    """Return what each resolver says of `host`. servers: IP addresses, of the machine's own settings, not of a page."""
    return tuple(await asyncio.gather(*(_ask(host, server, port) for server in servers)))


async def _ask(host: str, server: str, port: int) -> Resolution:
    at = datetime.now(UTC)
    found = await asyncio.gather(*(_records(host, server, port, kind) for kind in (dns.A, dns.AAAA)))
    records = tuple(dict.fromkeys(record for records, _ in found for record in records))
    error = next((error for _, error in found if error is not None), None)
    return Resolution(host=host, at=at, resolver=server, records=records, error=None if records else error)


async def _records(host: str, server: str, port: int, kind: int) -> tuple[tuple[Record, ...], str | None]:
    number = secrets.randbits(16)
    try:
        packet = await ask_udp((server.partition("%")[0], port), dns.question(number, host, kind), _LIMIT_S)
        return dns.answer(packet, number), None
    except dns.DnsError as error:
        return (), str(error)
    except (OSError, TimeoutError):
        return (), "no_answer"
