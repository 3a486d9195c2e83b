"""Measure forecasts against what came: how wrong, against the best constant guess, how often within the range."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tocsin.spread.forecast.predict import Said
from tocsin.spread.forecast.values import Figures

Numbers = npt.NDArray[np.float64]


def measure(
    *, after_s: float, said: Said, seen: Numbers, final: Numbers, chosen: npt.NDArray[np.bool_], least: int
) -> Figures | None:
    """Return the figures of the chosen rows, None where none of them reaches `least` posts.

    said: bounded, one value per row, as are seen and final (posts).
    """
    large = chosen & (final >= least)
    if not large.any():
        return None
    ends = final[large]
    return Figures(
        after_s=after_s,
        cascades=int(large.sum()),
        median_error=float(np.median(np.abs(said.size[large] / ends - 1))),
        constant_error=constant_error(ends),
        covered_p=float(np.mean((said.low[large] <= ends) & (ends <= said.high[large]))),
        double_auc=area_under_curve(ends >= 2 * seen[large], said.double_p[large]),
        double_auc_all=area_under_curve(final[chosen] >= 2 * seen[chosen], said.double_p[chosen]),
    )


def constant_error(final: Numbers) -> float:
    """Return the least median of |guess - final| / final that any one guess for all reaches.

    >>> constant_error(np.array([50.0, 100.0, 100.0]))
    0.0
    """
    guesses = np.unique(np.quantile(final, np.linspace(0, 1, 201), method="nearest"))
    return float(min(np.median(np.abs(guess / final - 1)) for guess in guesses))


def area_under_curve(is_so: npt.NDArray[np.bool_], said: Numbers) -> float | None:
    """Return the chance that one that is so was given more than one that is not, ties half; None without both.

    >>> area_under_curve(np.array([True, False, True]), np.array([0.9, 0.1, 0.1]))
    0.75
    """
    positive, negative = said[is_so], np.sort(said[~is_so])
    if not len(positive) or not len(negative):
        return None
    below = np.searchsorted(negative, positive, side="left") + np.searchsorted(negative, positive, side="right")
    return float(below.mean() / (2 * len(negative)))
