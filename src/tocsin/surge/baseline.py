"""What is usual for a brand: an hour-of-week profile in its zone, robust levels at each scale, over-dispersion."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.base.errors import InputError
from tocsin.surge.count import BIN_MIN, BINS_KEPT, DAY_BINS, Counts

SUDDEN_MIN = (5, 15, 30)
STEADY_MIN = (60, 120, 240, 360)
SLOT_MIN = 180
WEEK_HOURS = 168
_HOUR_BINS = 60 // BIN_MIN
_LEVEL_DAYS = 7
_MAD_TO_SD = 1.4826  # of a normal law
_EPOCH_HOUR = 72  # 1970-01-01 was a Thursday; hour 0 of the week is Monday 0 h
_FADE = 0.9  # weight of a week that is one week older
# By how far means depart from the coarser profile, over it: hours of the day from a flat day; an hour from the three
# around it; a day of the week, and its hours, from any day. Chosen on NAB's development series, thinned to 10, 100 and
# 1,000 a day, by what they say of the next three hours. _BURSTS: variance of an hour beyond chance, over its squared
# mean.
_CURVE, _NEXT_HOUR, _WEEK_DAY, _BURSTS = 1.0, 0.25, 0.15, 0.25
_LEAST_TILT = 0.01
_DAY_MIN = 1440
_PRIOR_SPREAD, _PRIOR_HOURS = 0.1, 24.0  # 1/size of the law before anything is seen, and its weight
_CLIP_SIGMAS = 4.0
_WORTH_A_TAIL = 2.5  # deviations under which the exact tail cannot come near any threshold

_GROUP_HOURS = (1, 2, 6)
_LARGEST_TABLE = 2_000  # of counts; a larger one costs more than sorting
_HOUR_BEFORE = np.arange(-1, 23) % 24
_HOUR_AFTER = np.arange(1, 25) % 24
_sum = np.add.reduce  # what `sum` of an array comes to in the end: these arrays are so short that the way there counts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Usual(msgspec.Struct, array_like=True, gc=False):
    """The usual level, worked out at most every three hours, which are its `slot`.

    middle, spread: median and robust deviation (at least the Poisson one) of sums over 5, 15 and 30 minutes.
    hours: expected mentions of each hour of the week in the brand's zone, from Monday 0 h: 168 64-bit floats.
    sizes: size of the negative-binomial law of sums over 1, 2 and 6 hours. floors: mentions over 1, 2, 4 and 6 h under
    which no minute of the slot stands 2.5 deviations over the usual.
    """

    slot: int
    offset_min: int
    middle: list[float]
    spread: list[float]
    hours: bytes
    sizes: list[float]
    floors: list[float]

    def expected(self, window_min: int, minute: int) -> float:
        """Return the mentions expected in the window that ends with `minute` included."""
        hours = memoryview(self.hours).cast("d")
        end = minute + 1 + self.offset_min
        at = end - window_min
        hour, last = at // 60, end // 60
        if hour == last:
            return hours[(hour + _EPOCH_HOUR) % WEEK_HOURS] * window_min / 60
        total = hours[(hour + _EPOCH_HOUR) % WEEK_HOURS] * (hour * 60 + 60 - at)
        for between in range(hour + 1, last):
            total += hours[(between + _EPOCH_HOUR) % WEEK_HOURS] * 60
        if end > last * 60:
            total += hours[(last + _EPOCH_HOUR) % WEEK_HOURS] * (end - last * 60)
        return total / 60

    def size(self, window_min: int) -> float:
        """Return the size of the negative-binomial law of sums over the window."""
        return self.sizes[0] if window_min <= 60 else self.sizes[1] if window_min <= 120 else self.sizes[2]


def _no_hours() -> bytearray:
    return bytearray(8 * WEEK_HOURS)


class Profile(msgspec.Struct, array_like=True, gc=False):
    """Faded sums and weights of each hour of the week in the brand's zone; `hour`: the next one to learn (UTC)."""

    hour: int
    sums: bytearray = msgspec.field(default_factory=_no_hours)
    weights: bytearray = msgspec.field(default_factory=_no_hours)

    def learn(self, counts: Counts, lag_h: int, offset_min: int, usual: Usual | None) -> None:
        """Take in the hours that ended `lag_h` hours ago or before and were not yet, at most 14 days of them.

        The lag keeps a rise of today from becoming what is expected today.

        An hour far over the usual is taken at the edge of the usual: a crisis does not become the normal state.
        """
        now = counts.last // 60
        until = now - lag_h
        first = max(self.hour, now - BINS_KEPT // _HOUR_BINS + 1)
        if first >= until:
            return
        usual_hours = memoryview(usual.hours).cast("d") if usual is not None else None
        sums, weights = memoryview(self.sums).cast("d"), memoryview(self.weights).cast("d")
        for hour in range(first, until):
            posts = float(counts.of_hour(hour))
            at = ((hour * 60 + offset_min) // 60 + _EPOCH_HOUR) % WEEK_HOURS
            if usual_hours is not None:
                mean = usual_hours[at]
                posts = min(posts, 3.0 + mean + _CLIP_SIGMAS * math.sqrt(mean + mean * mean / 2))
            sums[at] = sums[at] * _FADE + posts
            weights[at] = weights[at] * _FADE + 1.0
        self.hour = until

    def hours(self) -> Floats:
        """Return the expected mentions of each hour of the week, shape (168,).

        Hour of week shrinks to hour of day times day of week, hour of day to the three around it, these to a flat day.
        Method: Bühlmann and Straub 1970, "Glaubwürdigkeit für Schadensätze": by the noise of what was seen, and by how
        far means are known to depart from the coarser ones.
        """
        sums, weights = np.frombuffer(self.sums).reshape(7, 24), np.frombuffer(self.weights).reshape(7, 24)
        posts, known = _sum(sums, None), _sum(weights, None)
        if posts == 0:
            return np.zeros(WEEK_HOURS)
        of_hour, times = _sum(sums, 0), _sum(weights, 0)
        near = _credible(_with_next(of_hour), _with_next(times), posts / known, _CURVE)
        day = _credible(of_hour, times, near, _NEXT_HOUR)
        ready = _sum(weights * day, 1)
        noise = 1.0 + _BURSTS * _sum(day * day, None) / _sum(day, None)
        tilt = 1.0 + (_sum(sums, 1) - ready) / (ready + noise / _WEEK_DAY**2)
        return _credible(sums, weights, np.maximum(tilt, _LEAST_TILT)[:, None] * day, _WEEK_DAY).reshape(-1)


def _credible(sums: Floats, weights: Floats, coarse: Floats, departs: float) -> Floats:
    """Return means between the coarser ones and what was seen; each weighs by how little it may be off."""
    trust = (1.0 / coarse + _BURSTS) / departs**2  # hours of what was seen that say as much as the coarser mean
    between: Floats = (sums + trust * coarse) / (weights + trust)
    return between


def _with_next(by_hour: Floats) -> Floats:
    return by_hour + by_hour[_HOUR_BEFORE] + by_hour[_HOUR_AFTER]


def edge_of(mean: float, size: float) -> float:
    """Return the count that stands 2.5 deviations over the mean of a negative-binomial law."""
    return mean + _WORTH_A_TAIL * math.sqrt(mean + mean * mean / size)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that IANA name. Raises InputError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            "{zone!r} is not a time zone ({error}); write one such as Europe/Paris.", zone=name, error=error
        ) from None


def offset_of(zone: ZoneInfo, minute: int) -> int:
    """Return the minutes to add to UTC in the zone at that minute."""
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def work_out(counts: Counts, profile: Profile, *, offset_min: int, first: int) -> Usual:
    """Return the usual level from what is kept: medians of 7 days, profile, dispersion of 14 days.

    first: the minute since which the brand is watched; what lies before is not taken for silence.
    Methods: median and median absolute deviation of running sums; moments of the negative binomial on winsorised hours.
    """
    history = counts.history()
    held = min(BINS_KEPT - 1, max(1, (counts.last - first) // BIN_MIN))
    middle, spread = _robust(history[-1 - min(held, _LEVEL_DAYS * DAY_BINS) : -1])
    hours, sizes = profile.hours(), [1 / _PRIOR_SPREAD] * 3
    newest_hour = counts.last // 60
    whole = min(held // _HOUR_BINS, BINS_KEPT // _HOUR_BINS - 1)
    if whole >= 24:
        end = BINS_KEPT - 1 - (counts.last // BIN_MIN - newest_hour * _HOUR_BINS)
        seen = _sum(history[end - whole * _HOUR_BINS : end].reshape(whole, _HOUR_BINS), 1).astype(np.float64)
        at = (np.arange(newest_hour - whole, newest_hour) + offset_min // 60 + _EPOCH_HOUR) % WEEK_HOURS
        shape = hours[at]
        level = _level(seen, shape)
        hours = hours * level
        # The newest day is judged by the spread of those before it, not by its own.
        calm = slice(None, -24) if whole >= 72 else slice(None)
        sizes = _sizes(seen[calm], (shape * level)[calm])
        # What is learned from few days is itself off: its shape and its level, each by as many-th of what a day may be.
        known = (counts.last - first) / _DAY_MIN
        sizes = [size * known / (known + 2.0) for size in sizes]
    slot = slot_of(counts.last)
    usual = Usual(slot, offset_min, middle, spread, hours.tobytes(), sizes, [])
    usual.floors = _floors(usual)
    return usual


def slot_of(minute: int) -> int:
    """Return the three-hour slot a minute lies in."""
    return minute // SLOT_MIN


def _floors(usual: Usual) -> list[float]:
    """Return the least counts worth a tail: the expected is linear between full hours, so least at one of them."""
    first = (usual.slot * SLOT_MIN - usual.offset_min % 60 + usual.offset_min) // 60
    hours, longest = memoryview(usual.hours).cast("d"), STEADY_MIN[-1] // 60
    ends = range(longest, longest + SLOT_MIN // 60 + 2)
    run = [60 * hours[(hour + _EPOCH_HOUR) % WEEK_HOURS] for hour in range(first - longest, first + SLOT_MIN // 60 + 1)]
    least = [min(sum(run[end - window // 60 : end]) for end in ends) / 60 for window in STEADY_MIN]
    return [edge_of(mean, usual.size(window)) for window, mean in zip(STEADY_MIN, least, strict=True)]


def _robust(past: Ints) -> tuple[list[float], list[float]]:
    running = np.zeros(len(past) + 1, np.int64)
    np.cumsum(past, out=running[1:])
    middle, spread = [], []
    for scale in SUDDEN_MIN:
        width = min(scale // BIN_MIN, len(past))
        sums = running[width:] - running[:-width]
        centre, distance = _middle(sums, most=4 * width * int(running[-1]) // len(sums) + 1)
        deviation = _MAD_TO_SD * distance
        # Where most sums are 0 the median hides the mean: a Poisson deviation of the mean is the least believed.
        mean = float(_sum(np.minimum(sums, centre + 3 * max(deviation, 1.0)), None)) / len(sums)
        middle.append(float(centre))
        spread.append(max(deviation, math.sqrt(mean + 1.0)))
    return middle, spread


def _middle(sums: Ints, most: int) -> tuple[int, int]:
    """Return the median of sums, and of their distances from it.

    most: over four times the mean. No median is over twice the mean, nor the median distance over the median: sums
    beyond that need not be told apart, and a table of how often each stands is several times faster than sorting.
    """
    half = len(sums) // 2
    if most > _LARGEST_TABLE:
        centre = int(np.partition(sums, half)[half])
        return centre, int(np.partition(np.abs(sums - centre), half)[half])
    times = np.bincount(np.minimum(sums, most), minlength=most + 1).tolist()
    centre, below = 0, times[0]
    while below <= half:
        centre += 1
        below += times[centre]
    distance, within = 0, times[centre]
    while within <= half:
        distance += 1
        within += times[centre - distance] + times[centre + distance]
    return centre, distance


def _level(seen: Floats, shape: Floats) -> float:
    days = min(len(seen) // 24, _LEVEL_DAYS)
    if days < 3:
        return 1.0
    totals = _sum(seen[-days * 24 :].reshape(days, 24), 1)
    ready = _sum(shape[-days * 24 :].reshape(days, 24), 1)
    middle = sorted(((totals + 1.0) / (ready + 1.0)).tolist())[1:-1]
    mean = math.fsum(middle) / len(middle)
    off = mean - 1.0
    # What the days differ by among themselves is chance; only what lies beyond it is believed (James and Stein 1961).
    apart = math.fsum((day - mean) ** 2 for day in middle)
    chance = apart / (len(middle) - 1) / len(middle) if len(middle) > 1 else 0.0
    return 1.0 + off * max(0.0, 1.0 - chance / (off * off)) if off else 1.0


def _sizes(seen: Floats, mean: Floats) -> list[float]:
    """Return the sizes of the laws of sums over 1, 2 and 6 hours, from mentions an hour and their means."""
    x, mu = _grouped(seen), _grouped(mean)
    square = mu * mu
    x = np.minimum(x, 3.0 + mu + _CLIP_SIGMAS * np.sqrt(mu + square / 2))
    over = (x - mu) ** 2 - mu
    sizes, start = [], 0
    for width in _GROUP_HOURS:
        groups = len(seen) // width
        part = slice(start, start + groups)
        even = float(_sum(square[part], None)) / groups + 1e-9
        inverse = (float(_sum(over[part], None)) + _PRIOR_SPREAD * _PRIOR_HOURS * even) / (
            groups * even + _PRIOR_HOURS * even
        )
        sizes.append(1.0 / min(max(inverse, 0.01), 20.0))
        start += groups
    return sizes


def _grouped(hourly: Floats) -> Floats:
    """Return the sums over 1, 2 and 6 hours, one kind after the other; the newest hours fill the last group."""
    sums = [_sum(hourly[len(hourly) % width :].reshape(-1, width), 1) for width in _GROUP_HOURS[1:]]
    return np.concatenate([hourly, *sums])
