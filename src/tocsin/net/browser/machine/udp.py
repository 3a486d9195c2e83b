"""One question over UDP, one answer."""

from __future__ import annotations

import asyncio
import socket


async def ask_udp(address: tuple[str, int], question: bytes, limit_s: float) -> bytes:
    """Return the first datagram that `address`, an IP address and a port, sends back. Raises OSError, TimeoutError."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as talking:
        talking.setblocking(False)
        talking.connect(address)  # so that only this address is heard
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(limit_s):
            await loop.sock_sendall(talking, question)
            return await loop.sock_recv(talking, 4_096)
