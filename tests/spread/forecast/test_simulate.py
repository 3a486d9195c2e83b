from __future__ import annotations

import numpy as np

from tocsin.spread.forecast.simulate import LARGEST, SMALLEST, simulate


def test_the_same_seed_plays_the_same_cascades() -> None:
    one, other = simulate(3, seed=5), simulate(3, seed=5)
    assert all(np.array_equal(a.times, b.times) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(one[0].times, simulate(1, seed=6)[0].times)


def test_played_cascades_are_in_order_and_within_their_bounds() -> None:
    for past in simulate(20, seed=5):
        assert SMALLEST <= len(past.times) <= LARGEST
        assert past.times[0] >= 0 and (np.diff(past.times) >= 0).all()
