from __future__ import annotations

import doctest
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.capture import Record
from tocsin.net.wire import dns
from tocsin.net.wire.dns import DnsError, answer, question

ASKED = question(7, "www.example.org", dns.A)[12:]


def _answer(*records: bytes, flags: int = 0x8180, number: int = 7) -> bytes:
    return struct.pack(">HHHHHH", number, flags, 1, len(records), 0, 0) + ASKED + b"".join(records)


def _record(kind: int, content: bytes, name: bytes = b"\xc0\x0c") -> bytes:
    return name + struct.pack(">HHIH", kind, 1, 300, len(content)) + content


def test_the_examples_of_the_documentation_run() -> None:
    assert doctest.testmod(dns).failed == 0


def test_aliases_and_addresses_are_read_in_their_order() -> None:
    edge = b"\x04edge\xc0\x10"  # edge, then example.org of the question
    found = answer(_answer(_record(dns.CNAME, edge), _record(dns.A, bytes([93, 184, 215, 14])), _record(16, b"x")), 7)
    assert found == (
        Record(name="www.example.org", kind="CNAME", value="edge.example.org", ttl_s=300),
        Record(name="www.example.org", kind="A", value="93.184.215.14", ttl_s=300),
    )


def test_addresses_of_ipv6_are_read() -> None:
    assert answer(_answer(_record(dns.AAAA, bytes(15) + b"\1")), 7)[0].value == "::1"


@pytest.mark.parametrize(
    "packet, code",
    [
        (_answer(number=8), "not_ours"),
        (_answer(flags=0x8183), "not_known"),
        (_answer(flags=0x8182), "no_answer"),
        (_answer(flags=0x8380), "cut"),
        (_answer(_record(dns.A, b"xx")), "garbled"),
        (_answer(_record(dns.CNAME, b"\xc0\x2e", name=b"\xc0\x2b")), "garbled"),
        (_answer()[:20], "garbled"),
        (b"", "garbled"),
    ],
)
def test_what_is_no_answer_is_refused(packet: bytes, code: str) -> None:
    with pytest.raises(DnsError, match=code):
        answer(packet, 7)


@pytest.mark.parametrize("host", ["", "a..b", "x" * 64, "é.example", ".".join(["a" * 60] * 5)])
def test_what_is_no_name_is_not_asked_for(host: str) -> None:
    with pytest.raises(DnsError, match="not_a_name"):
        question(7, host, dns.A)


@given(st.binary(max_size=200))
def test_no_packet_breaks_the_reader(packet: bytes) -> None:
    try:
        answer(struct.pack(">HH", 7, 0x8180) + packet, 7)
    except DnsError:
        return
