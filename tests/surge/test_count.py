"""Counts at many scales: bins are as wide as the largest count needs, and say the same at any width."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.surge.minutes import DAY, START, added, fold_all, minutes_of, usual_days
from tocsin.surge.count import BIN_MIN, BINS_KEPT, Counts, MinuteTally
from tocsin.surge.state import SurgeState


@pytest.mark.parametrize("posts", [[255, 1], [256], [65_535, 1], [70_000], [2**31, 2**31 - 8]])
def test_a_bin_holds_any_count(posts: list[int]) -> None:
    counts = _counted({0: 3, 200: 7})
    for number in posts:
        counts.add(MinuteTally(number))
    assert counts.history()[[-41, -1]].tolist() == [3, 7 + sum(posts)]
    assert counts.seen(360) == 10 + sum(posts)


def test_a_bin_that_overflows_stays_at_the_largest_count() -> None:
    counts = _counted({0: 2**32 - 1})
    counts.add(MinuteTally(5))
    assert counts.history()[-1] == 2**32 - 1


def test_a_rise_that_is_forgotten_gives_its_room_back() -> None:
    counts = _counted({0: 70_000, 10 * DAY: 300})
    wide = len(counts.bins)
    counts.advance(START + 15 * DAY)
    narrower = len(counts.bins)
    counts.advance(START + 26 * DAY)
    assert [wide, narrower, len(counts.bins)] == [4 * BINS_KEPT, 2 * BINS_KEPT, BINS_KEPT]


def test_what_is_filled_in_may_be_larger_than_what_was_counted() -> None:
    counts = _counted({0: 1, 30: 1})
    counts.fill(START // BIN_MIN + 1, [4, 400, 5])
    assert counts.history()[-7:].tolist() == [1, 4, 400, 5, 0, 0, 1]


def test_a_memory_of_wide_counts_goes_on_as_one_of_narrow_counts() -> None:
    counts = added(usual_days(200, 17), START + 16 * DAY + 600, 90, 120)
    minutes = list(minutes_of(counts))
    middle = len(minutes) - 200
    narrow, _ = fold_all(minutes[:middle])
    assert narrow is not None
    memory = msgspec.msgpack.decode(narrow, type=SurgeState)
    memory.counts.bins = bytearray(np.frombuffer(memory.counts.bins, np.uint8).astype(np.uint32).tobytes())
    wide = msgspec.msgpack.encode(memory)
    (after, rung), (after_wide, rung_wide) = fold_all(minutes[middle:], narrow), fold_all(minutes[middle:], wide)
    assert rung
    assert rung_wide == rung
    assert _history(after) == _history(after_wide)


def test_a_quiet_brand_is_remembered_in_twelve_kilobytes() -> None:
    state, _ = fold_all(minutes_of(usual_days(60, 15)))
    assert state is not None
    assert len(state) < 12_000


def _counted(posts: dict[int, int]) -> Counts:
    counts = Counts(last=START)
    for offset, number in posts.items():
        counts.advance(START + offset)
        counts.add(MinuteTally(number))
    return counts


def _history(state: bytes | None) -> list[int]:
    assert state is not None
    history: list[int] = msgspec.msgpack.decode(state, type=SurgeState).counts.history().tolist()
    return history
