"""Tell what a cascade looked like at one moment in numbers that mean the same at every speed: its shape so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]

LEAST_SEEN = 5  # with fewer posts there is no shape to read
_FRACTIONS = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64)
_BINS = 12
_QUANTILES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_FIRST = (0, 1, 2, 4)
_LAST = (1, 3, 5)
_MEMORY_S = (60.0, 300.0, 1800.0)
_MEMORY_POWERS = (0.3, 0.8)
_RATES = (0.5, 0.1, 0.03)
_RUN = 10

NAMES = (
    "seen",
    "after",
    *(f"early_{round(1 / part)}" for part in _FRACTIONS),
    *(f"late_{round(1 / part)}" for part in _FRACTIONS),
    *(f"part_{number}" for number in range(1, _BINS + 1)),
    "peak_at",
    "peak_share",
    "evenness",
    "last_part_to_peak",
    "last_three_to_peak",
    "turn",
    *(f"quantile_{round(100 * share)}" for share in _QUANTILES),
    "mean",
    "spread",
    *(f"post_{place + 1}_s" for place in _FIRST),
    *(f"since_last_{place}" for place in _LAST),
    "gap_median",
    "gap_longest",
    "burstiness",
    "recent_pace",
    "first_pace",
    "gap_spread",
    "gap_memory",
    "at_once",
    *(f"memory_{scale:.0f}_{power}" for scale in _MEMORY_S for power in _MEMORY_POWERS),
    *(f"rate_{scale}" for scale in _RATES),
    "growth",
    "growth_late",
    "hour",
    "hour_sine",
    "hour_cosine",
    "weekday",
    "followers",
    "seen_per_follower",
)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a cascade besides its times: when it began (seconds since 1970), and who follows its author.

    zone: the clock by which its public lives.
    """

    began_s: float | None = None
    followers: float | None = None
    zone: ZoneInfo | None = None


def describe(times: Times, after_s: float, scene: Scene) -> npt.NDArray[np.float32]:
    """Return the features named in `NAMES`, shape (len(NAMES),); not a number where something is not known.

    times: seconds since the beginning, ascending, at least `LEAST_SEEN`; those later than `after_s` must have been cut.
    Counts stand as logarithms of shares and times as shares of `after_s`, so that a slow cascade and a quick one of
    the same shape look alike; how quick it is stands in `after`, the first posts and the memories.
    """
    number = len(times)
    part = times / after_s
    gaps = np.diff(times, prepend=0.0)
    row = [
        *(np.log(number), np.log(after_s)),
        *_shape(part, number),
        *_quantiles(part),
        part.mean(),
        part.std(),
        *np.log(times[list(_FIRST)] + 5.0),
        *(np.log(1.0 - part[-place] + 1e-3) for place in _LAST),
        *_gaps(gaps, after_s),
        *_memories(times, after_s),
        *_growth(times),
        *_clock(scene, after_s),
        *_followers(scene, number),
    ]
    return np.asarray(row, dtype=np.float32)


def cut(times: Sequence[float] | Times, after_s: float) -> Times:
    """Return the times up to `after_s`, which are all that a forecast may look at.

    >>> cut([1.0, 2.0, 9.0], 2.0).tolist()
    [1.0, 2.0]
    """
    known = np.asarray(times, dtype=np.float64)
    return known[: np.searchsorted(known, after_s, side="right")]


_EARLY = np.asarray(_FRACTIONS)
_EDGES = np.concatenate([_EARLY, 1.0 - _EARLY, np.arange(1, _BINS) / _BINS])


def _shape(part: Times, number: int) -> list[float]:
    """Counts in the first and in the last half, quarter, eighth…, in twelve equal parts, and what follows from them."""
    below = np.searchsorted(part, _EDGES, side="right")
    fractions = len(_FRACTIONS)
    early = np.log((below[:fractions] + 0.5) / (number + 0.5))
    late = np.log((number - below[fractions : 2 * fractions] + 0.5) / (number + 0.5))
    counts = np.diff(below[2 * fractions :], prepend=0, append=number)
    share = counts / number
    peak = counts.max()
    held = share[share > 0]
    half, quarter = below[0], below[1]
    return [
        *early,
        *late,
        *np.log((counts + 0.5) / (number + _BINS / 2)),
        float(counts.argmax()) / _BINS,
        float(share.max()),
        float(-(held * np.log(held)).sum()),
        float(np.log((counts[-1] + 0.5) / (peak + 0.5))),
        float(np.log((counts[-3:].mean() + 0.5) / (peak + 0.5))),
        float(np.log((number + 0.5) * (quarter + 0.5) / (half + 0.5) ** 2)),
    ]


def _quantiles(part: Times) -> Times:
    at = np.asarray(_QUANTILES) * (len(part) - 1)
    low = at.astype(np.intp)
    high = np.minimum(low + 1, len(part) - 1)
    return part[low] + (at - low) * (part[high] - part[low])


def _gaps(gaps: Times, after_s: float) -> list[float]:
    mean, deviation = gaps.mean(), gaps.std()
    logs = np.log1p(gaps)
    centred = logs - logs.mean()
    varied = (centred**2).mean()
    memory = (centred[1:] * centred[:-1]).mean() / varied if varied > 1e-9 else 0.0
    return [
        float(np.log((np.median(gaps) + 1.0) / after_s)),
        float(gaps.max() / after_s),
        float((deviation - mean) / (deviation + mean + 1e-9)),
        float(np.log((gaps[-_RUN:].mean() + 1.0) / (mean + 1.0))),
        float(np.log((gaps[:_RUN].mean() + 1.0) / (mean + 1.0))),
        float(np.sqrt(varied)),
        float(memory),
        float((gaps == 0).mean()),
    ]


def _memories(times: Times, after_s: float) -> list[float]:
    """How much of the attention of the past is left, under memories that fade by powers and by exponentials."""
    ages = after_s - times
    powers = [float(np.log(np.mean((1.0 + ages / scale) ** -power))) for scale in _MEMORY_S for power in _MEMORY_POWERS]
    number = len(times)
    share = ages / after_s
    rates = [float(np.log((np.exp(-share / scale).sum() + 0.2) / (scale * number))) for scale in _RATES]
    return powers + rates


def _growth(times: Times) -> list[float]:
    """The slope of the logarithm of the count over the logarithm of time, over all posts and over the later half."""
    x, y = np.log(times + 10.0), np.log(np.arange(1, len(times) + 1))
    middle = len(times) // 2
    return [_slope(x, y), _slope(x[middle:], y[middle:])]


def _slope(x: Times, y: Times) -> float:
    centred = x - x.mean()
    varied = float((centred**2).sum())
    return float((centred * y).sum()) / varied if varied > 1e-9 else 0.0


def _clock(scene: Scene, after_s: float) -> list[float]:
    if scene.began_s is None:
        return [np.nan] * 4
    at = datetime.fromtimestamp(scene.began_s + after_s, scene.zone or UTC)
    hour = at.hour + at.minute / 60
    return [hour, float(np.sin(hour * np.pi / 12)), float(np.cos(hour * np.pi / 12)), float(at.weekday())]


def _followers(scene: Scene, number: int) -> list[float]:
    if scene.followers is None:
        return [np.nan] * 2
    return [float(np.log1p(scene.followers)), float(np.log(number / (scene.followers + 100.0)))]
