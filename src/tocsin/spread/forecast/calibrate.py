"""Make a range hold what it promises and a chance come true as often as it says, on cascades not seen before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tocsin.spread.forecast.model import Shifts

Numbers = npt.NDArray[np.float64]

MISSED_P = 0.1  # at each end
_KNOTS = 9
_NEWTON_STEPS = 12
_DOUBT = 1.0
_HALF_WIDTH = np.log(2.0)  # a knot is set by what was said up to twice as early and twice as late


def find_shifts(after_s: Numbers, low: Numbers, high: Numbers, final: Numbers, span_s: tuple[float, float]) -> Shifts:
    """Return by how much to move both ends so that each misses a tenth, by time since the beginning.

    All in logarithms but `after_s`, one per row, said by trees that had not seen the row's cascade: conformalised
    quantile regression (Romano, Patterson, Candès 2019) with each end by itself, over parts left out in turn.
    """
    knots = np.linspace(np.log(span_s[0]), np.log(span_s[1]), _KNOTS)
    at = np.log(after_s)
    lows, highs = np.zeros(_KNOTS), np.zeros(_KNOTS)
    for number, knot in enumerate(knots):
        near = np.abs(at - knot) <= _HALF_WIDTH
        if near.any():
            lows[number] = -_upper(low[near] - final[near])
            highs[number] = _upper(final[near] - high[near])
    return Shifts(after=knots, low=lows, high=highs)


def shift(shifts: Shifts, after_s: Numbers, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Return both ends as moved, in logarithms."""
    at = np.log(after_s)
    return low + np.interp(at, shifts.after, shifts.low), high + np.interp(at, shifts.after, shifts.high)


def find_odds(said: Numbers, came: Numbers) -> tuple[float, float]:
    """Return slope and offset that turn what is said into logarithms of odds that come true (Platt 1999).

    said: any score that rises with the chance; came: 1 where it came true, else 0. Newton's method from what is said,
    with a breath of doubt, so that it ends even where the score parts the two without a miss.
    """
    centred = np.stack([said, np.ones(len(said))], axis=1)
    found = np.asarray([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(centred @ found, -30, 30)))
        pull = centred.T @ (came - chance) - _DOUBT * (found - [1.0, 0.0])
        bend = (centred * (chance * (1 - chance))[:, None]).T @ centred + _DOUBT * np.eye(2)
        found = found + np.linalg.solve(bend, pull)
    return max(0.0, float(found[0])), float(found[1])


def _upper(missed: Numbers) -> float:
    """The value that all but a tenth of the misses stay under, one more row counted as missed."""
    level = min(1.0, (1 - MISSED_P) * (1 + 1 / len(missed)))
    return float(np.quantile(missed, level, method="higher"))
