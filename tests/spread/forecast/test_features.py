from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.spread.forecast.features import LEAST_SEEN, NAMES, Scene, cut, describe

TIMES = some.lists(some.floats(0, 86_400), min_size=LEAST_SEEN, max_size=200).map(sorted)


@given(TIMES)
def test_whatever_the_times_each_feature_is_a_number(times: list[float]) -> None:
    row = describe(np.asarray(times), 86_400.0, Scene(began_s=0.0, followers=3))
    assert row.shape == (len(NAMES),)
    assert np.isfinite(row).all()


def test_what_is_not_known_is_told_as_not_known() -> None:
    row = dict(zip(NAMES, describe(np.arange(10.0), 600.0, Scene()), strict=True))
    assert np.isnan([row["hour"], row["weekday"], row["followers"], row["seen_per_follower"]]).all()


def test_later_times_are_cut_and_the_last_instant_counts() -> None:
    assert cut([0.0, 3_600.0, 3_601.0], 3_600.0).tolist() == [0.0, 3_600.0]


@pytest.mark.parametrize("speed", [2.0, 10.0])
def test_a_slower_cascade_of_the_same_shape_has_the_same_shape(speed: float) -> None:
    times = np.sort(np.random.default_rng(3).random(60)) * 3_600
    one = dict(zip(NAMES, describe(times, 3_600.0, Scene()), strict=True))
    other = dict(zip(NAMES, describe(times * speed, 3_600.0 * speed, Scene()), strict=True))
    shape = [name for name in NAMES if name.startswith(("early", "late", "part", "quantile", "rate", "peak", "mean"))]
    assert [one[name] for name in shape] == pytest.approx([other[name] for name in shape], abs=1e-4)
