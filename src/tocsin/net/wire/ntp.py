"""Questions and answers of the simple network time protocol, as bytes (SNTP, RFC 4330)."""

from __future__ import annotations

import struct

import msgspec

PACKET_BYTES = 48
_EPOCH_S = 2_208_988_800  # from 1900-01-01, where NTP begins, to 1970-01-01
_ERA_S = 1 << 32
_HEAD = struct.Struct(">BBbb11I")


class NtpError(ValueError):
    """What came is no answer to the question; the text is a code."""


class Reading(msgspec.Struct, frozen=True):
    """offset_s: what must be added to our clock to have the server's. delay_s: of the way there and back."""

    offset_s: float
    delay_s: float


def question(nonce: int) -> bytes:
    """Return the packet to send. nonce: 64 random bits that the answer must bring back; our own time is not told."""
    return struct.pack(">B39xQ", 0x23, nonce)  # version 4, client


def answer(packet: bytes, nonce: int, sent_s: float, received_s: float) -> Reading:
    """Return the reading of an answer. sent_s, received_s: Unix seconds by our clock. Raises NtpError.

    Codes: `short`, `not_an_answer`, `not_ours`, `unsynchronised`, `kiss_<code>`.

    >>> stamp = (2_208_988_800 + 101) << 32
    >>> answer(bytes([0x24, 1]) + bytes(22) + struct.pack(">QQQ", 7, stamp, stamp), 7, 100.0, 100.5)
    Reading(offset_s=0.75, delay_s=0.5)
    """
    if len(packet) < PACKET_BYTES:
        raise NtpError("short")
    first, stratum, *_ = _HEAD.unpack_from(packet)
    if first & 7 != 4:
        raise NtpError("not_an_answer")
    origin, arrived, left = struct.unpack_from(">QQQ", packet, 24)
    if origin != nonce:
        raise NtpError("not_ours")
    if stratum == 0:
        raise NtpError(f"kiss_{packet[12:16].decode('ascii', 'replace').strip(chr(0))}")
    if first >> 6 == 3 or stratum > 15 or not left:
        raise NtpError("unsynchronised")
    arrived_s, left_s = _unix(arrived, received_s), _unix(left, received_s)
    offset_s = ((arrived_s - sent_s) + (left_s - received_s)) / 2
    return Reading(offset_s, max(0.0, (received_s - sent_s) - (left_s - arrived_s)))


def _unix(stamp: int, near_s: float) -> float:
    """Return the Unix seconds of a time stamp, of the era that lies nearest to `near_s` (it turns in 2036)."""
    seconds = stamp / (1 << 32) - _EPOCH_S
    return seconds + round((near_s - seconds) / _ERA_S) * _ERA_S
