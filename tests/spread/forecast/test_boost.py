from __future__ import annotations

import numpy as np

from tocsin.spread.forecast.boost import Aim, Pace, Target, find_edges, grow, put_in_bins, say

PACE = Pace(trees=80, depth=3, rate=0.15, rows_p=0.7, features_p=1.0, least=5.0, calm=1.0)


def _drawn(number: int = 1_500) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(5)
    values = dice.normal(size=(number, 4)).astype(np.float32)
    return values, 2 * values[:, 0] + np.where(values[:, 1] > 0, 1.0, -1.0) + 0.3 * dice.standard_t(3, number)


def _target(values: np.ndarray, aim: Aim = Aim.QUANTILE, level: float = 0.5) -> Target:
    return Target(aim=aim, values=values, weights=np.ones(len(values)), groups=np.arange(len(values)), level=level)


def test_trees_find_what_depends_on_what() -> None:
    values, wanted = _drawn()
    binned = put_in_bins(values, find_edges(values))
    said = say(grow(binned[:1_000], _target(wanted[:1_000]), PACE, seed=1), binned[1_000:])
    left = np.abs(said - wanted[1_000:])
    assert np.median(left) < 0.25 * np.median(np.abs(wanted[1_000:]))


def test_a_tenth_lies_under_the_low_head_and_a_tenth_over_the_high() -> None:
    values, wanted = _drawn(3_000)
    binned = put_in_bins(values, find_edges(values))
    for level in (0.1, 0.9):
        said = say(grow(binned, _target(wanted, level=level), PACE, seed=1), binned)
        assert abs((wanted <= said).mean() - level) < 0.04


def test_chances_are_those_seen() -> None:
    values, wanted = _drawn()
    happened = (wanted > 0.5).astype(np.float64)
    binned = put_in_bins(values, find_edges(values))
    said = 1 / (1 + np.exp(-say(grow(binned, _target(happened, Aim.CHANCE), PACE, seed=1), binned)))
    assert abs(said.mean() - happened.mean()) < 0.02
    assert said[happened == 1].mean() > 0.8


def test_what_is_not_known_has_a_bin_of_its_own() -> None:
    values = np.array([[np.nan], [1.0], [2.0], [3.0]], dtype=np.float32)
    binned = put_in_bins(values, find_edges(values))
    assert binned[0, 0] == 0
    assert list(binned[1:, 0]) == sorted(binned[1:, 0])
    assert binned[1:, 0].min() > 0


def test_the_same_seed_gives_the_same_trees() -> None:
    values, wanted = _drawn(300)
    binned = put_in_bins(values, find_edges(values))
    one, other = (grow(binned, _target(wanted), PACE, seed=4) for _ in range(2))
    assert np.array_equal(one.leaves, other.leaves)
    assert np.array_equal(one.features, other.features)


def test_a_value_alone_in_all_rows_gives_that_value() -> None:
    binned = np.ones((50, 2), dtype=np.uint8)
    assert np.allclose(say(grow(binned, _target(np.full(50, 3.0)), PACE, seed=1), binned), 3.0)
