"""Read how far the machine's clock is from those of others, and who keeps it."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from tocsin.base.address import check_url, refusal
from tocsin.base.capture import ClockReading
from tocsin.base.errors import AddressError
from tocsin.net.browser.machine.udp import ask_udp
from tocsin.net.wire import ntp

PORT = 123
LIMIT_S = 2.0


async def read_clock(servers: Sequence[str], allow_hosts: Sequence[str] = ()) -> tuple[ClockReading, ...]:
    """Return one reading of each server, in their order; one that cannot be had says why (`error`, a code).

    servers: names, `name:port` for another port than 123. allow_hosts: those of one's own network.
    """
    return tuple(await asyncio.gather(*(_read(server, allow_hosts) for server in servers)))


async def clock_keeper() -> tuple[bool | None, str]:
    """Return whether the machine says that its clock is synchronised (None: it does not say), and who keeps it."""
    if shutil.which("chronyc"):
        said = await _said("chronyc", "-n", "tracking")
        if said:
            return "Leap status     : Normal" in said, "chrony"
    if shutil.which("timedatectl"):
        said = await _said("timedatectl", "show", "-p", "NTPSynchronized", "-p", "NTP")
        if "NTPSynchronized=" in said:
            return "NTPSynchronized=yes" in said, "timedatectl"
    return None, "unknown"


async def _read(server: str, allow_hosts: Sequence[str]) -> ClockReading:
    host, _, port = server.partition(":")
    at = datetime.now(UTC)
    try:
        ip = await _address(host, allow_hosts)
        nonce = secrets.randbits(64)
        sent_s = time.time()
        packet = await ask_udp((ip, int(port or PORT)), ntp.question(nonce), LIMIT_S)
        reading = ntp.answer(packet, nonce, sent_s, time.time())
    except AddressError:
        return ClockReading(server=server, at=at, offset_s=None, delay_s=None, error="refused")
    except TimeoutError:
        return ClockReading(server=server, at=at, offset_s=None, delay_s=None, error="no_answer")
    except socket.gaierror:
        return ClockReading(server=server, at=at, offset_s=None, delay_s=None, error="not_known")
    except (ntp.NtpError, ValueError) as error:
        return ClockReading(server=server, at=at, offset_s=None, delay_s=None, error=str(error)[:80])
    except OSError as error:
        return ClockReading(server=server, at=at, offset_s=None, delay_s=None, error=f"no_network: {error.strerror}")
    return ClockReading(server=server, at=at, offset_s=round(reading.offset_s, 6), delay_s=round(reading.delay_s, 6))


async def _address(host: str, allow_hosts: Sequence[str]) -> str:
    """Return the address of a time server. Raises AddressError, OSError, TimeoutError."""
    exempt = check_url(f"http://{host}/", allow_hosts).is_exempt
    async with asyncio.timeout(LIMIT_S):
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    ip = str(found[0][4][0])
    if not exempt and refusal(ip) is not None:
        raise AddressError("{host} leads to {ip}, which is not a public address.", host=host, ip=ip)
    return ip


async def _said(*command: str) -> str:
    """Return what the command prints, "" where it fails or takes too long."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            printed, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return printed.decode("utf-8", "replace") if process.returncode == 0 else ""
