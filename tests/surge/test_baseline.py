"""What is usual: the levels are the plain medians of the running sums, whatever the counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.surge.minutes import START, WEEK
from tocsin.surge.baseline import STEADY_MIN, SUDDEN_MIN, Profile, edge_of, work_out
from tocsin.surge.count import BIN_MIN, Counts, MinuteTally

_BINS = 2016  # of seven days


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from((0, 0, 0, 1, 1, 2, 5, 40, 100_000, 2**31)), min_size=1, max_size=80), st.integers(1, 60)
)
@example([0], 1)
@example([2**32 - 1], 26)
def test_levels_are_the_medians_of_running_sums(pattern: list[int], times: int) -> None:
    counts = _counted((pattern * times)[:_BINS])
    past = counts.history()[-1 - min(_BINS, len(pattern) * times) : -1]
    usual = work_out(counts, Profile(START // 60), offset_min=60, first=counts.last - len(past) * BIN_MIN)
    for scale, middle, spread in zip(SUDDEN_MIN, usual.middle, usual.spread, strict=True):
        width = min(scale // BIN_MIN, len(past))
        sums = np.convolve(past, np.ones(width, dtype=np.int64), "valid")
        centre = np.sort(sums)[len(sums) // 2]
        deviation = 1.4826 * np.sort(abs(sums - centre))[len(sums) // 2]
        assert middle == centre
        mean = np.minimum(sums, centre + 3 * max(deviation, 1)).mean()
        assert spread == pytest.approx(max(deviation, math.sqrt(mean + 1)))


def test_no_minute_of_a_slot_stands_out_under_the_floors() -> None:
    counts = _counted([number // 12 % 24 for number in range(4000)])
    profile = Profile(START // 60)
    profile.learn(counts, 3, 345, None)
    usual = work_out(counts, profile, offset_min=345, first=START)
    minutes = range(usual.slot * 180, (usual.slot + 1) * 180)
    for window, floor in zip(STEADY_MIN, usual.floors, strict=True):
        edges = [edge_of(usual.expected(window, minute), usual.size(window)) for minute in minutes]
        assert 0.9 * min(edges) < floor <= min(edges) + 1e-9


def test_an_hour_of_the_past_is_counted_as_the_bins_hold_it() -> None:
    counts = Counts(last=START)
    for offset in range(0, 3 * WEEK, 13):
        counts.advance(START + offset)
        counts.add(MinuteTally(1 + offset % 7))
    now = counts.last // 60
    history = counts.history()
    for back in (1, 2, 24, 167, 335):
        end = len(history) - 1 - (counts.last // BIN_MIN - (now - back + 1) * 12)
        assert counts.of_hour(now - back) == history[end - 12 : end].sum()


def _counted(bins: list[int]) -> Counts:
    counts = Counts(last=START + len(bins) * BIN_MIN)
    counts.fill(START // BIN_MIN, bins)
    return counts
