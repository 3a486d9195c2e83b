"""Lasting connections: every line is kept once, in order, whatever breaks; the socket waits when we do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.flows.collecting.make import BRAND, NOON, Line, line, soon
from tests.flows.collecting.served import Script
from tocsin.collect.adapter import Frame, Source
from tocsin.flows.collect import Collected, Reach, keep_ready, note_held, start_due
from tocsin.flows.collecting import frames
from tocsin.flows.collecting.life import add
from tocsin.flows.engine import Engine


def held(home: Engine, script: Script) -> None:
    add(home, BRAND, Source(name="live", adapter="script", options={"url": script.url, "wire": "socket"}), {}, now=NOON)


def kept_ids(home: Engine) -> set[str]:
    return {row.post.native_id for row in home.store.latest_mentions(BRAND, limit=10_000)}


def until(home: Engine, reach: Reach, holds: Callable[[], bool], seconds: float = 120.0) -> list[Collected]:
    """Keep what comes until something holds."""
    kept: list[Collected] = []
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, kept
        kept += keep_ready(home, reach, NOON, 0.1)
    return kept


def test_lines_are_kept_as_they_come_with_their_cursor(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(line(1), line(2))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: home.store.cursor("live", "live") == "2")
        script.say(line(3), Line(n=4, op="delete", id="p1"), line(5), line(6, "Autre chose"))
        until(home, reach, lambda: home.store.cursor("live", "live") == "6")
        assert start_due(home, reach, NOON) == []
    assert kept_ids(home) == {"p2", "p3", "p5"}
    (row,) = home.store.sources()
    assert row.last_good_at == NOON and row.failures == 0


def test_a_broken_connection_is_opened_anew_from_the_cursor(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(line(1))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: kept_ids(home) == {"p1"})
        script.cut()
        broken = until(home, reach, lambda: not reach.under_way())
        assert broken[-1].error is not None and not broken[-1].error.permanent
        assert broken[-1].next_at is not None and broken[-1].next_at <= soon(seconds=3)
        script.say(line(2))
        start_due(home, reach, soon(seconds=5))
        until(home, reach, lambda: kept_ids(home) == {"p1", "p2"})
    assert [path for path, _ in script.asked] == ["/api?after=", "/api?after=1"]
    assert home.store.sources()[0].failures == 0


def test_a_line_that_cannot_be_read_breaks_once_and_is_then_set_aside(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(*(line(number) for number in range(1, 6)), line(6, op="bad"), line(7), line(8))
    with Reach(home.settings) as reach:
        for turn in range(3):
            start_due(home, reach, soon(minutes=turn))
            until(home, reach, lambda: not reach.under_way() or "p8" in kept_ids(home))
    assert kept_ids(home) == {f"p{number}" for number in (1, 2, 3, 4, 5, 7, 8)}
    (refused,) = home.store.rejects("live")
    assert refused.why == "Line {n} is bad." and '"op":"bad"' in refused.raw


def test_a_source_that_is_paused_or_changed_is_left(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(line(1))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: kept_ids(home) == {"p1"})
        home.store.save_source(home.store.sources()[0].source, BRAND, enabled=False)
        assert start_due(home, reach, NOON) == [] and reach.under_way() == []
        script.say(line(2))
        until(home, reach, lambda: not script.sockets)
        assert keep_ready(home, reach, NOON, 0.1) == []


def test_a_standing_connection_is_noted_with_what_it_brought(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(line(1), line(2, "Autre chose"))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: home.store.cursor("live", "live") == "2")
        assert note_held(home, reach, soon(seconds=10)) == []
        assert note_held(home, reach, soon(seconds=31)) == [("live", 2)]
        assert note_held(home, reach, soon(seconds=62)) == [("live", 0)]
    assert home.store.sources()[0].last_good_at == soon(seconds=62)


def test_a_gap_that_the_source_tells_is_kept_for_the_board(home: Engine, script: Script) -> None:
    held(home, script)
    script.say(line(1, op="gap", at=soon(hours=-3)))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: home.store.cursor("live", "live") == "1")
    (gap,) = home.store.collecting.gaps("live")
    assert (gap.since, gap.why) == (soon(hours=-3), "The server forgot.")


def test_frames_wait_at_the_socket_while_the_buffer_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "HELD_FRAMES", 3)
    monkeypatch.setattr(frames, "MOST_FRAMES", 2)
    monkeypatch.setattr(frames, "WITHIN_S", 0.01)

    async def go() -> tuple[int, list[list[bytes]]]:
        buffer, put = frames.FrameBuffer(), 0

        async def fill() -> None:
            nonlocal put
            for number in range(5):
                await buffer.put(Frame(body=b"%d" % number))
                put += 1

        filling = asyncio.create_task(fill())
        await asyncio.sleep(0.02)
        waited_at = put
        taken = []
        for _ in range(3):
            batch, _, _ = await buffer.take()
            taken.append([frame.body for frame in batch])
        await filling
        return waited_at, taken

    waited_at, taken = asyncio.run(go())
    assert waited_at == 3 and taken == [[b"0", b"1"], [b"2", b"3"], [b"4"]]


def test_words_changed_within_one_batch_are_the_last_and_the_first_stay_as_revision(
    home: Engine, script: Script
) -> None:
    held(home, script)
    script.say(line(1, "Maison Alba, un"), line(2), Line(n=3, id="p1", text="Maison Alba, deux"), line(2))
    with Reach(home.settings) as reach:
        start_due(home, reach, NOON)
        until(home, reach, lambda: home.store.cursor("live", "live") == "2" and "p2" in kept_ids(home))
    kept = home.store.post("script", "p1")
    assert kept is not None and kept.text == "Maison Alba, deux"
    assert [text for _, _, text in home.store.revisions("script", "p1")] == ["Maison Alba, un"]
