from __future__ import annotations

import doctest
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.net.wire import ntp
from tocsin.net.wire.ntp import NtpError, answer, question

EPOCH_S = 2_208_988_800


def _packet(first: int = 0x24, stratum: int = 2, nonce: int = 7, at_s: float = 1_795_000_000.0) -> bytes:
    stamp = int((at_s + EPOCH_S) * (1 << 32)) % (1 << 64)
    return bytes([first, stratum]) + bytes(22) + struct.pack(">QQQ", nonce, stamp, stamp)


def test_the_examples_of_the_documentation_run() -> None:
    assert doctest.testmod(ntp).failed == 0


def test_the_question_does_not_tell_our_time() -> None:
    packet = question(7)
    assert len(packet) == ntp.PACKET_BYTES and packet[0] == 0x23
    assert packet[1:40] == bytes(39) and packet[40:] == struct.pack(">Q", 7)


def test_the_era_that_begins_in_2036_is_understood() -> None:
    at_s = 2_100_000_000.0
    assert abs(answer(_packet(at_s=at_s), 7, at_s, at_s).offset_s) < 1e-6


@pytest.mark.parametrize(
    "packet, code",
    [
        (b"x" * 47, "short"),
        (_packet(first=0x23), "not_an_answer"),
        (_packet(nonce=8), "not_ours"),
        (_packet(first=0xE4), "unsynchronised"),
        (_packet(stratum=16), "unsynchronised"),
        (_packet(stratum=0)[:12] + b"RATE" + _packet()[16:], "kiss_RATE"),
    ],
)
def test_what_is_no_answer_is_refused(packet: bytes, code: str) -> None:
    with pytest.raises(NtpError, match=code):
        answer(packet, 7, 0.0, 0.0)


@given(st.binary(max_size=96))
def test_no_packet_breaks_the_reader(packet: bytes) -> None:
    try:
        answer(packet, 7, 0.0, 0.0)
    except NtpError:
        return


@given(st.floats(-1e5, 1e5), st.floats(0, 5))
def test_the_offset_is_found_whatever_the_way_takes(offset_s: float, delay_s: float) -> None:
    sent_s = 1_795_000_000.0
    packet = _packet(at_s=sent_s + delay_s / 2 + offset_s)
    reading = answer(packet, 7, sent_s, sent_s + delay_s)
    assert reading.offset_s == pytest.approx(offset_s, abs=1e-5) and reading.delay_s == pytest.approx(delay_s, abs=1e-5)
