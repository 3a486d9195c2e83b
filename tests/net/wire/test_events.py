from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.net.wire.events import Event, EventParser, TooLongError


def _read(*chunks: bytes, limit: int = 1_000) -> list[Event]:
    parser = EventParser(limit)
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_three_ways_and_data_lines_are_joined(end: bytes) -> None:
    stream = end.join([b"data: YHOO", b"data: +2", b"data:10", b"", b""])
    assert [event.body for event in _read(stream)] == [b"YHOO\n+2\n10"]


def test_the_examples_of_the_standard_are_read_as_it_says() -> None:
    stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    assert [(event.body, event.last_id) for event in _read(stream)] == [
        (b"first event", "1"),
        (b"second event", ""),
        (b" third event", ""),
    ]
    assert [event.body for event in _read(b"data\n\ndata\ndata\n\ndata:")] == [b"", b"\n"]
    assert [event.body for event in _read(b"data:test\n\ndata: test\n\n")] == [b"test", b"test"]


def test_the_kind_is_of_one_event_and_the_id_lasts() -> None:
    found = _read(b"event: update\nid: 7\ndata: a\n\ndata: b\n\nevent: delete\n\ndata: c\n\n")
    assert [(event.kind, event.last_id, event.body) for event in found] == [
        ("update", "7", b"a"),
        ("message", "7", b"b"),
        ("message", "7", b"c"),
    ]


def test_an_id_of_an_event_without_data_counts_and_one_with_a_nul_does_not() -> None:
    assert _read(b"id: 5\n\ndata: a\n\nid: 6\0\ndata: b\n\n")[-1].last_id == "5"
    assert next(iter(EventParser(100, "4").feed(b"data: a\n\n"))).last_id == "4"


def test_a_mark_at_the_beginning_is_left_out_once() -> None:
    assert _read(b"\xef", b"\xbb\xbfdata: a\n\n")[0].body == b"a"
    assert _read(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n") == []
    assert _read(b"\n\xef\xbb\xbfdata: a\n\n") == []


def test_the_wait_that_the_stream_asks_for_is_kept_and_bounded() -> None:
    parser = EventParser(1_000)
    for line, retry_s in ((b"retry: 3000\n", 3.0), (b"retry: soon\n", 3.0), (b"retry: 9999999999999\n", 3_600.0)):
        assert list(parser.feed(line)) == []
        assert parser.retry_s == retry_s
    assert list(parser.feed(b"retry: " + b"9" * 900 + b"\n")) == [] and parser.retry_s == 3_600.0


def test_an_unfinished_event_is_none() -> None:
    assert _read(b"data: a\n\ndata: b\n") == [Event(body=b"a")]


def test_unknown_names_are_left_out() -> None:
    assert _read(b"datum: x\ndata: a\nDATA: b\n data: c\n\n")[0].body == b"a"


def test_only_comments_and_empty_lines_are_rest() -> None:
    parser = EventParser(1_000)
    for chunk, rests in ((b"data: a\n", 0), (b": b\n", 1), (b"\n", 2), (b"da", 2), (b"ta: c\n", 2)):
        list(parser.feed(chunk))
        assert parser.rests == rests


@pytest.mark.parametrize(
    "chunks",
    [
        [b"data: " + b"x" * 200],
        [b"x"] * 200,
        [b"data: x\n"] * 100,
        [b"data:\n"] * 200,
        [b":" + b"x" * 200],
        [b"id: " + b"x" * 100, b"x" * 100],
    ],
)
def test_what_is_too_long_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(TooLongError):
        _read(*chunks, limit=100)


def test_a_stream_of_any_length_fits_when_its_events_do() -> None:
    assert len(_read(*[b"data: " + b"x" * 90 + b"\n\n"] * 1_000, limit=100)) == 1_000


_LINES = st.lists(
    st.sampled_from(
        [b"data: a", b"data:", b"data", b"id: 1", b"id", b"event: e", b": c", b"", b"", b"retry: 1", b"x: y"]
    )
)


@given(_LINES, st.lists(st.sampled_from([b"\n", b"\r", b"\r\n"]), min_size=1), st.lists(st.integers(1, 9)))
def test_pieces_of_any_size_give_the_same_events(lines: list[bytes], ends: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(line + ends[number % len(ends)] for number, line in enumerate(lines))
    chunks, at = [], 0
    for size in [*sizes, len(stream) or 1]:
        chunks.append(stream[at : at + size])
        at += size
    assert _read(*chunks) == _read(stream) == _by_the_letter(stream)


def _by_the_letter(stream: bytes) -> list[Event]:
    """Return the events of a whole stream, by the steps of the standard one after the other."""
    found, body, kind, last_id, buffered = [], b"", "", "", ""
    text = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for line in text.split(b"\n")[:-1]:
        name, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if not line:
            last_id = buffered
            if body:
                found.append(Event(body=body[:-1], kind=kind or "message", last_id=last_id))
            body, kind = b"", ""
        elif name == b"data":
            body += value + b"\n"
        elif name == b"event":
            kind = value.decode()
        elif name == b"id":
            buffered = value.decode()
    return found


@given(st.binary(max_size=300), st.integers(1, 50))
def test_whatever_comes_nothing_else_is_raised(stream: bytes, size: int) -> None:
    _read(*(stream[at : at + size] for at in range(0, len(stream), size)))
