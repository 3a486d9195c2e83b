from __future__ import annotations

import numpy as np

from tocsin.spread.forecast.calibrate import find_odds, find_shifts, shift


def test_ends_that_are_too_narrow_are_moved_until_each_misses_a_tenth() -> None:
    dice = np.random.default_rng(2)
    after_s = 600 * 2 ** dice.uniform(0, 7, 4_000)
    final = dice.normal(1.0, np.where(after_s < 7_000, 0.6, 0.2))
    narrow = np.full(4_000, 1.0)
    shifts = find_shifts(after_s, narrow - 0.1, narrow + 0.1, final, (600.0, 86_400.0))
    low, high = shift(shifts, after_s, narrow - 0.1, narrow + 0.1)
    for span in (after_s < 3_000, after_s > 15_000):
        assert 0.07 < (final[span] < low[span]).mean() < 0.13
        assert 0.07 < (final[span] > high[span]).mean() < 0.13


def test_where_nothing_was_seen_no_end_moves() -> None:
    one = np.array([600.0])
    shifts = find_shifts(one, np.zeros(1), np.ones(1), np.full(1, 0.5), (600.0, 86_400.0))
    low, high = shift(shifts, np.array([86_400.0]), np.zeros(1), np.ones(1))
    assert (low[0], high[0]) == (0.0, 1.0)


def test_a_chance_comes_true_as_often_as_it_says() -> None:
    dice = np.random.default_rng(4)
    said = dice.normal(size=5_000)
    came = (dice.random(5_000) < 1 / (1 + np.exp(-(2.5 * said - 1)))).astype(float)
    slope, offset = find_odds(said, came)
    assert abs(slope - 2.5) < 0.2 and abs(offset + 1) < 0.15


def test_a_score_that_parts_all_still_has_an_end() -> None:
    said = np.concatenate([np.full(50, -9.0), np.full(50, 9.0)])
    slope, offset = find_odds(said, (said > 0).astype(float))
    assert np.isfinite([slope, offset]).all() and slope > 0
    assert find_odds(said, np.ones(100))[1] > 0
