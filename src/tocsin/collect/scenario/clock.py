"""The time of a scenario: instants told from its end, lengths, curves of the day, and how posts lie over a stretch."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.base.time import from_ms, to_ms
from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.values import Curve, Growth, Phase

_UNIT_S = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_LENGTH = re.compile(r"(?:\d+(?:\.\d+)?(?:s|min|h|d)\s*)+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d)")
_CLOCK = re.compile(r"-(\d+)d (\d{1,2}):(\d{2})(?::(\d{2}))?")
_STEEPNESS = 4.0  # exp(4): the densest moment of a rise is 55 times its start
_WAVE_PEAK = 0.35
_TRIES = 24  # a curve never refuses a moment for ever, even if it is zero all along the stretch


def length(text: str) -> timedelta:
    """Return the length that "20s", "4min", "1h 30min" or "2d" says. Raises ValueError on anything else.

    >>> length("1h 30min")
    datetime.timedelta(seconds=5400)
    """
    if not _LENGTH.fullmatch(text):
        raise ValueError(f"'{text}' is not a length such as 20s, 4min, 1h 30min or 2d")
    return timedelta(seconds=sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(text)))


def instant(text: str, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that "-3d 22:47" (local clock), "-95min" (before the end) or "end" says.

    Raises ValueError on anything else, and where the local clock names no real hour.
    """
    if text == "end":
        return end
    if clock := _CLOCK.fullmatch(text):
        day = end.astimezone(zone).date() - timedelta(days=int(clock[1]))
        hour, minute, second = int(clock[2]), int(clock[3]), int(clock[4] or 0)
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError(f"'{text}' names an hour that no clock shows")
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone).astimezone(end.tzinfo)
    if text.startswith("-"):
        return end - length(text[1:])
    raise ValueError(f"'{text}' is not an instant such as -3d 22:47, -95min or end")


def weight(curve: Curve, at: datetime, zone: ZoneInfo) -> float:
    """Return how lively the hour of `at` is, 1 being the average hour of the average day."""
    local = at.astimezone(zone)
    hours, weekdays = sum(curve.hours) / len(curve.hours), sum(curve.weekdays) / len(curve.weekdays)
    return curve.hours[local.hour] / hours * (curve.weekdays[local.weekday()] / weekdays)


def phase_at(phases: tuple[tuple[datetime, Phase], ...], at: datetime) -> Phase | None:
    """Return the phase of an instant; the first one also covers all that came before it."""
    current = phases[0][1] if phases else None
    for since, phase in phases:
        if since <= at:
            current = phase
    return current


def spread(dice: Dice, growth: Growth) -> float:
    """Return where in a step one of its posts falls, 0 at its start and 1 at its end."""
    u = dice.share()
    if growth is Growth.RISING:
        return _rise(u)
    if growth is Growth.FADING:
        return 1.0 - _rise(u)
    if growth is Growth.WAVE:
        if u < _WAVE_PEAK:
            return math.sqrt(u * _WAVE_PEAK)
        return 1.0 - math.sqrt((1.0 - u) * (1.0 - _WAVE_PEAK))
    return u


def moments(
    dice: Dice, count: int, growth: Growth, stretch: tuple[datetime, timedelta], lively: Lively
) -> list[datetime]:
    """Return `count` instants (UTC, whole milliseconds) over a stretch (start, length), sorted.

    Hours of little life get few of them.
    """
    start, long = stretch
    found: list[datetime] = []
    for _ in range(count):
        at = start
        for _ in range(_TRIES):
            at = start + long * spread(dice, growth)
            if dice.share() < lively(at):
                break
        found.append(from_ms(to_ms(at)))
    return sorted(found)


class Lively:
    """The chance that a moment is kept under a curve; without a curve every moment is."""

    def __init__(self, curve: Curve | None, zone: ZoneInfo) -> None:
        self._curve, self._zone = curve, zone
        self._top = max(curve.hours) if curve else 1.0

    def __call__(self, at: datetime) -> float:
        """Return the chance, 0..1."""
        if self._curve is None:
            return 1.0
        return self._curve.hours[at.astimezone(self._zone).hour] / self._top


def _rise(u: float) -> float:
    return math.log1p(u * math.expm1(_STEEPNESS)) / _STEEPNESS
