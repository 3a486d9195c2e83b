"""Seeded quiet traffic whose true rates are known, and the scan that knows them: what the surge gates compare with.

An hour of the week has its mean; each hour draws its own gamma factor (shape 4, so that hours vary by half of their
mean beyond chance); minutes are Poisson within the hour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from tocsin.base.time import minute_of

# Noon is thirteen times the night; the week-end is a fifth quieter than Monday.
DAY_SHAPE = (
    *(2.4, 1.0, 1.0, 1.0, 1.0, 2.4, 4.0, 7.5, 11.4, 13.5, 13.5, 11.4),
    *(11.4, 9.4, 9.4, 9.4, 9.4, 11.4, 13.5, 13.5, 11.4, 9.4, 7.5, 4.0),
)
WEEK_SHAPE = (1.1, 1.1, 1.05, 1.05, 1.0, 0.85, 0.85)
GAMMA_SHAPE = 4.0
DAY, WEEK = 1440, 10_080
MONDAY = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
SCAN_HOURS = (1, 2, 3, 4, 5, 6)
_WORTH = 2.0  # deviations under which no tail is as rare as any threshold in use

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def hourly_means(a_day: float) -> Floats:
    """Return the mean mentions of each hour of the week from Monday 0 h, shape (168,), for a mean of `a_day` a day."""
    shape = np.outer(WEEK_SHAPE, DAY_SHAPE).reshape(-1)
    means: Floats = a_day * shape / shape.mean() / 24
    return means


def draw_minutes(a_day: float, start: int, minutes: int, seed: Sequence[int], times: float = 1.0) -> Ints:
    """Return mentions per minute, shape (minutes,), from the minute `start` of the week on.

    times: factor on the rate, the bursts of the hours included: a rise of so many times.
    """
    random = np.random.default_rng(list(seed))
    first = start // 60
    hours = np.arange(first, (start + minutes - 1) // 60 + 1)
    rates = hourly_means(a_day)[hours % 168] * random.gamma(GAMMA_SHAPE, 1 / GAMMA_SHAPE, len(hours)) * times / 60
    return random.poisson(np.repeat(rates, 60)[start - first * 60 :][:minutes])


class Scan:
    """The scan that knows the true rates: the exact over-dispersed tail of sums over 1 to 6 hours, at each minute.

    A sum over several hours with gamma factors of their own is taken for a negative binomial of the same two moments.
    """

    def __init__(self, a_day: float) -> None:
        hours = hourly_means(a_day)
        at = np.arange(WEEK)
        part, hour = (at % 60 + 1) / 60, at // 60
        self._means, self._sizes = np.zeros((len(SCAN_HOURS), WEEK)), np.zeros((len(SCAN_HOURS), WEEK))
        for row, width in enumerate(SCAN_HOURS):
            pieces = [
                (part, hour),
                *((np.ones(WEEK), hour - back) for back in range(1, width)),
                (1 - part, hour - width),
            ]
            means = [share * hours[which % 168] for share, which in pieces]
            self._means[row] = sum(means)
            self._sizes[row] = self._means[row] ** 2 / sum(mean**2 / GAMMA_SHAPE for mean in means)

    def log_p(self, counts: Ints, start: int) -> Floats:
        """Return ln of the rarest tail at each minute, shape (n,), 0 where nothing stands out.

        counts: mentions per minute, from the minute `start` of the week on; what lies before is taken for none.
        """
        places = np.flatnonzero(counts)  # a scan can only cross its threshold where something comes in
        running = np.concatenate([[0], np.cumsum(counts)])
        best, at = np.zeros(len(counts)), (start + places) % WEEK
        for row, width in enumerate(SCAN_HOURS):
            seen = running[places + 1] - running[np.maximum(places + 1 - 60 * width, 0)]
            tails = log_tails(seen.astype(np.float64), self._means[row][at], self._sizes[row][at])
            best[places] = np.minimum(best[places], tails)
        return best


def log_tails(counts: Floats, means: Floats, sizes: Floats) -> Floats:
    """Return ln P(X >= count) of negative-binomial laws; 0 where the count stands under two deviations over its mean.

    Method: the tail's terms by their ratio, from the first, until they no longer matter.
    """
    tails = np.zeros(len(counts))
    high = counts > means + _WORTH * np.sqrt(means + means**2 / sizes)
    if not high.any():
        return tails
    count, mean, size = counts[high], means[high], sizes[high]
    share = mean / (mean + size)
    first = _log_gamma(count + size) - _log_gamma(size) - _log_gamma(count + 1)
    first += count * np.log(share) + size * np.log(size / (mean + size))
    term, total = np.ones_like(count), np.ones_like(count)
    while (term > 1e-6 * total).any():
        term *= (count + size) / (count + 1) * share
        total += term
        count = count + 1
    tails[high] = first + np.log(total)
    return tails


def threshold(log_p: Floats, days_a_week: float) -> float:
    """Return the ln p at or under which the scan rings on at most so many days a week of these quiet weeks."""
    days = np.sort(log_p.reshape(-1, DAY).min(axis=1))
    allowed = int(days_a_week * len(days) / 7)
    return float(np.nextafter(days[allowed], -math.inf))


def _log_gamma(values: Floats) -> Floats:
    """Return ln Γ by Stirling's series after eight steps up; exact to 1e-9 for positive values."""
    below = np.zeros_like(values)
    for step in range(8):
        below += np.log(values + step)
    top = values + 8
    series = (top - 0.5) * np.log(top) - top + 0.5 * math.log(2 * math.pi) + 1 / (12 * top) - 1 / (360 * top**3)
    result: Floats = series - below
    return result
