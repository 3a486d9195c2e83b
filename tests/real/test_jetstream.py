"""What our own small Jetstream writes is what the real one wrote of the same messages."""

from __future__ import annotations

import base64
import json
import struct
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers import shared
from tests.real.jetstream import to_events

pytestmark = pytest.mark.shared


def _messages(frames: Iterator[bytes]) -> Iterator[Any]:
    atproto = pytest.importorskip("atproto", reason="the packages of make test-real are not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from atproto_firehose.models import Frame
    for frame in frames:
        yield atproto.parse_subscribe_repos_message(Frame.from_bytes(frame))


def _real_frames() -> Iterator[bytes]:
    zstandard = pytest.importorskip("zstandard", reason="the packages of make test-real are not installed")
    packed = shared("payloads/bluesky/real/frames.0-89.bin.zst").read_bytes()
    body = zstandard.ZstdDecompressor().stream_reader(packed).read()
    place = 0
    while place < len(body):
        (size,) = struct.unpack_from("<I", body, place)
        yield body[place + 4 : place + 4 + size]
        place += 4 + size


def _bare(event: dict[str, Any]) -> str:
    return json.dumps({key: event[key] for key in event.keys() - {"time_us", "cursor"}}, sort_keys=True)


def test_the_events_of_real_messages_are_those_that_the_real_one_wrote() -> None:
    theirs = {
        _bare(json.loads(line))
        for line in shared("payloads/bluesky/real/jetstream_v1.first.jsonl").read_text("utf-8").splitlines()
    }
    ours = {_bare(event) for message in _messages(_real_frames()) for event in to_events(message)}
    assert len(theirs) > 80
    assert len(theirs & ours) >= 0.9 * len(theirs), sorted(theirs - ours)[:2]


def test_the_events_of_a_recorded_network_are_all_there() -> None:
    lines = shared("payloads/bluesky/recorded/firehose.b64l").read_text("ascii").splitlines()
    ours = set()
    for event in (event for message in _messages(map(base64.b64decode, lines)) for event in to_events(message)):
        event.get("account", {}).pop("status", None)  # the relay of the recording left it out
        ours.add(_bare(event))
    recorded = shared("payloads/bluesky/recorded/jetstream_v1.jsonl").read_text("utf-8").splitlines()
    theirs = {_bare(json.loads(line)) for line in recorded}
    assert theirs <= ours, sorted(theirs - ours)[:2]
