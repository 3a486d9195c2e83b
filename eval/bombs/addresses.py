"""Every way to write an address that is not public, tried over every wire where no route leads out.

`python -m eval.bombs.addresses` is the child of that trial: it prints what was connected to, in a network of its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import aclosing, suppress

from aiohttp.abc import AbstractResolver, ResolveResult

from tocsin.base.errors import TocsinError
from tocsin.net.http import HttpClient
from tocsin.net.imap import MailLook, read_mailbox
from tocsin.net.politeness import HostPacer
from tocsin.net.stream import events, web_socket
from tocsin.net.values import HttpRequest

# Hosts as they could stand in an address; none may be connected to. Names are answered by `_ANSWERS`.
INNER = (
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1"),
    *("0177.0.0.1", "017700000001", "127.0.0.01", "127.0.0.1.", "127.0.0.1%00", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①"),
    *("１２７.0.0.1", "127。0。0。1", "127．0．0．1", "0", "0.0.0.0", "00", "0x0", "4294967295", "255.255.255.255"),
    *(
        "10.0.0.1",
        "10.1",
        "167772161",
        "0xa.1",
        "012.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.168.257",
    ),
    *("100.64.0.1", "100.127.255.255", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"),
    *("192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"),
    *(
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "localhost.",
    ),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]"),
    *("[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fd00::1]", "[fe80::1]"),
    *("[fe80::1%25lo]", "[fe80::1%lo]", "[fec0::1]", "[ff02::1]", "[100::1]", "[5f00::1]", "[::ffff:169.254.169.254]"),
    *("[2606:4700::5efe:7f00:1]", "[2606:4700::200:5efe:127.0.0.1]", "user@127.0.0.1", "9.9.9.9@127.0.0.1"),
    *("dedans.example.org", "aussi.example.org", "aussi-v6.example.org", "nuage.example.org", "traduit.example.org"),
)
OUTER = ("9.9.9.9", "dehors.example.org", "dehors.example.org")  # the name leads inside at its second answer
OUTER_TRIED = ["9.9.9.9", "9.9.9.9"]
_ANSWERS = {
    "dedans.example.org": [["10.0.0.1"]],
    "aussi.example.org": [["9.9.9.9", "127.0.0.1"]],
    "aussi-v6.example.org": [["9.9.9.9", "::1"]],
    "nuage.example.org": [["169.254.169.254"]],
    "traduit.example.org": [["::ffff:127.0.0.1"]],
    "dehors.example.org": [["9.9.9.9"], ["127.0.0.1"]],
}
WIRES = ("page", "events", "socket", "mail")


def tried(hosts: Sequence[str]) -> dict[str, list[str]] | None:
    """Return the IP addresses that each wire connected to, in a child without any route.

    None on a machine that lets nobody make a network namespace (`unshare -rn`).
    """
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        return None
    child = subprocess.run(
        [unshare, "-rn", sys.executable, "-m", "eval.bombs.addresses"],
        input=json.dumps(list(hosts)),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(child.stdout)
    return found


class _Names(AbstractResolver):
    """Gives each name its answers in turn, the last one for ever."""

    def __init__(self) -> None:
        self._left = {name: list(lists) for name, lists in _ANSWERS.items()}

    def now(self, host: str) -> list[str]:
        if host not in self._left:
            raise OSError(f"{host} is not known")
        lists = self._left[host]
        return lists.pop(0) if len(lists) > 1 else lists[0]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.now(host)
        kinds = [socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in found]
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for ip, kind in zip(found, kinds, strict=True)
        ]

    async def close(self) -> None:
        pass


async def _over_web(hosts: Sequence[str], wire: str) -> list[str]:
    loop, connected = asyncio.get_running_loop(), list[str]()

    async def connect(_socket: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise OSError("no route")

    loop.sock_connect = connect  # type: ignore[method-assign, assignment]
    async with HttpClient(pacer=HostPacer(0.0), resolver=_Names()) as client:
        for host in hosts:
            with suppress(TocsinError):
                request = HttpRequest(url=f"{'ws' if wire == 'socket' else 'http'}://{host}/")
                if wire == "page":
                    await client.get(request)
                    continue
                listen = events if wire == "events" else web_socket
                async with aclosing(listen(client, request, silence_s=1.0)) as heard:
                    async for _ in heard:
                        pass
    return connected


def _over_mail(hosts: Sequence[str]) -> list[str]:
    names, connected = _Names(), list[str]()

    class Socket(socket.socket):
        def connect(self, address: tuple[str, int]) -> None:  # type: ignore[override]
            connected.append(address[0])
            raise OSError("no route")

    def resolve(host: str, port: int) -> Sequence[tuple[int, int, int, str, tuple[str, int]]]:
        try:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)  # type: ignore[return-value]
        except OSError:
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (ip, port)) for ip in names.now(host)]

    plain, socket.socket = socket.socket, Socket  # type: ignore[misc]
    try:
        for host in hosts:
            with suppress(TocsinError):
                shown = host.removeprefix("[").removesuffix("]")
                read_mailbox(MailLook(host=shown, user="alice", password="secret"), resolve=resolve)
    finally:
        socket.socket = plain  # type: ignore[misc]
    return connected


if __name__ == "__main__":
    wanted = json.loads(sys.stdin.read())
    found = {wire: asyncio.run(_over_web(wanted, wire)) for wire in WIRES[:3]} | {"mail": _over_mail(wanted)}
    print(json.dumps(found))
