"""Questions and answers of the names' system over UDP, as bytes (RFC 1035), for addresses and aliases alone."""

from __future__ import annotations

import ipaddress
import struct

from tocsin.base.capture import Record

A, CNAME, AAAA = 1, 5, 28
KINDS = {A: "A", CNAME: "CNAME", AAAA: "AAAA"}
_HEAD = struct.Struct(">HHHHHH")
_RECORD = struct.Struct(">HHIH")
_CODES = {1: "not_understood", 2: "no_answer", 3: "not_known", 5: "refused"}
_MAX_RECORDS = 64


class DnsError(ValueError):
    """What came is no usable answer; the text is a code: `garbled`, `not_ours`, `not_known`, `cut`, …."""


def question(number: int, host: str, kind: int) -> bytes:
    """Return the packet that asks for records of `host`. number: 16 random bits. Raises DnsError for no host name.

    >>> question(7, "a.example", A).hex()
    '0007010000010000000000000161076578616d706c650000010001'
    """
    try:
        labels = [label.encode("ascii") for label in host.rstrip(".").split(".")]
    except UnicodeEncodeError:
        raise DnsError("not_a_name") from None
    if not all(0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 254:
        raise DnsError("not_a_name")
    name = b"".join(bytes([len(label)]) + label for label in labels)
    return _HEAD.pack(number, 0x0100, 1, 0, 0, 0) + name + b"\0" + struct.pack(">HH", kind, 1)


def answer(packet: bytes, number: int) -> tuple[Record, ...]:
    """Return the addresses and aliases of an answer, in its order. Raises DnsError."""
    try:
        found, flags, questions, answers, _, _ = _HEAD.unpack_from(packet)
        if found != number or not flags & 0x8000:
            raise DnsError("not_ours")
        if flags & 15:
            raise DnsError(_CODES.get(flags & 15, f"code_{flags & 15}"))
        if flags & 0x0200:
            raise DnsError("cut")
        place = _HEAD.size
        for _ in range(questions):
            _, place = _name(packet, place)
            place += 4
        return tuple(_records(packet, place, min(answers, _MAX_RECORDS)))
    except (struct.error, IndexError, ipaddress.AddressValueError):
        raise DnsError("garbled") from None


def _records(packet: bytes, place: int, count: int) -> list[Record]:
    records = []
    for _ in range(count):
        name, place = _name(packet, place)
        kind, _, ttl_s, length = _RECORD.unpack_from(packet, place)
        place += _RECORD.size
        content = packet[place : place + length]
        if kind == A:
            value = str(ipaddress.IPv4Address(content))
        elif kind == AAAA:
            value = str(ipaddress.IPv6Address(content))
        elif kind == CNAME:
            value = _name(packet, place)[0]
        if kind in KINDS:
            records.append(Record(name=name, kind=KINDS[kind], value=value, ttl_s=ttl_s))
        place += length
    return records


def _name(packet: bytes, place: int) -> tuple[str, int]:
    """Return a name and the place after it; pointers lead only backwards, so that there is no going round."""
    labels: list[str] = []
    end, limit = 0, place
    while length := packet[place]:
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | packet[place + 1]
            if target >= limit:
                raise IndexError(target)
            end, place, limit = end or place + 2, target, target
            continue
        labels.append(packet[place + 1 : place + 1 + length].decode("ascii", "replace"))
        place += 1 + length
    return ".".join(labels), end or place + 1
