from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.net.browser.machine.clock import clock_keeper, read_clock
from tocsin.net.browser.machine.fields import FIELDS, describe_machine
from tocsin.net.browser.machine.names import ask_resolvers, resolvers
from tocsin.net.wire import dns

EPOCH_S = 2_208_988_800


@contextmanager
def udp_server(reply: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """Answer each datagram; give the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talking:
        talking.bind(("127.0.0.1", 0))
        talking.settimeout(5.0)

        def serve() -> None:
            while True:
                try:
                    packet, sender = talking.recvfrom(4_096)
                except OSError:
                    return
                answer = reply(packet)
                if answer is None:
                    return
                talking.sendto(answer, sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = talking.getsockname()[1]
        yield port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", port))
        thread.join(6)


def _time_server(packet: bytes) -> bytes | None:
    if not packet:
        return None
    stamp = (1_000_000_000 + EPOCH_S) << 32
    return bytes([0x24, 1]) + bytes(22) + packet[40:48] + struct.pack(">QQ", stamp, stamp)


def test_a_clock_is_read_and_one_that_is_not_there_says_so() -> None:
    with udp_server(_time_server) as port:
        good, unknown = asyncio.run(read_clock((f"127.0.0.1:{port}", "no-such-host.invalid"), ("127.0.0.1",)))
    assert good.error is None and good.offset_s is not None and good.offset_s < -500_000_000
    assert unknown.offset_s is None and unknown.error in ("not_known", "no_answer")


def test_a_time_server_of_an_inner_network_must_be_allowed() -> None:
    (reading,) = asyncio.run(read_clock(("127.0.0.1",)))
    assert reading.error == "refused"


def test_the_keeper_of_the_clock_is_told_without_harm() -> None:
    synchronised, keeper = asyncio.run(clock_keeper())
    assert synchronised in (True, False, None) and keeper in ("chrony", "timedatectl", "unknown")


def test_resolvers_are_asked_for_both_kinds_of_address() -> None:
    def reply(packet: bytes) -> bytes | None:
        if not packet:
            return None
        kind = struct.unpack(">H", packet[-4:-2])[0]
        content = bytes([93, 184, 215, 14]) if kind == dns.A else bytes(15) + b"\1"
        head = packet[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
        return head + packet[12:] + b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(content)) + content

    with udp_server(reply) as port:
        (told,) = asyncio.run(ask_resolvers("www.example.org", ("127.0.0.1",), port))
    assert told.resolver == "127.0.0.1" and told.error is None
    assert [(record.kind, record.value) for record in told.records] == [("A", "93.184.215.14"), ("AAAA", "::1")]
    assert {record.ttl_s for record in told.records} == {60}


def test_the_resolvers_are_those_of_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# ours\nnameserver 192.0.2.53\nsearch example.org\nnameserver 2001:db8::53\nnameserver\n")
    assert resolvers(file) == ("192.0.2.53", "2001:db8::53")
    assert resolvers(tmp_path / "none") == ()


def test_a_machine_is_described_from_its_files(tmp_path: Path) -> None:
    for path, text in (
        ("etc/os-release", 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'),
        ("etc/machine-id", "0123456789abcdef\n"),
        ("sys/class/dmi/id/sys_vendor", "Example\n"),
        ("sys/class/dmi/id/product_name", "Box 3\n"),
        ("var/lib/dpkg/status", "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n"),
        ("sys/class/net/eth9/address", "02:42:ac:11:00:02\n"),
        ("proc/net/route", "Iface Destination Gateway\neth9 00000000 010200C0 0003\n"),
        ("proc/net/if_inet6", "fe800000000000000042acfffe110002 02 40 20 80 eth9\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    fields, wants = describe_machine({"HTTPS_PROXY": "http://proxy.example.org"}, tmp_path)
    told = dict(fields)
    assert told["host.machine"].startswith("Example Box 3; machine-id sha256 ") and "0123456789" not in str(told)
    assert told["host.os"].startswith("Debian GNU/Linux 12 (bookworm)")
    assert told["host.patches"].startswith("2 packages; list sha256 ")
    assert told["net.interfaces"] == "eth9 02:42:ac:11:00:02 fe80::42:acff:fe11:2"
    assert told["net.route"] == "default by 192.0.2.1 over eth9"
    assert "HTTPS_PROXY" in told["net.proxy"] and "proxy.example.org" not in told["net.proxy"]
    assert set(told) <= set(FIELDS) and [want.field for want in wants] == ["host.scan"]


def test_a_machine_that_tells_nothing_leaves_wants(tmp_path: Path) -> None:
    fields, wants = describe_machine({}, tmp_path)
    assert {"host.patches", "net.interfaces", "net.route"} <= {want.field for want in wants}
    assert "none set" in dict(fields)["net.proxy"]
