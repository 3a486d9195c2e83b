"""Keep how loud each day and each affair of a brand was, so that loud is measured by the brand's own past."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

DAYS_KEPT = 14
QUARTILE = 0.75
_FEWEST_DAYS = 2
_UNSURE = 0.3  # the quartile of n days is held for so much larger, over n: of few days it says little
_DAY_MIN = 1440


class DayPeaks(msgspec.Struct, array_like=True, gc=False):
    """The greatest strength of each of the last 14 whole days, oldest first, and of today. day: since 1970, UTC."""

    day: int = 0
    held: list[float] = []
    today: float = 0.0

    def move_on(self, minute: int) -> None:
        """Close the days that ended before the minute. A clock set back changes nothing."""
        day = minute // _DAY_MIN
        if day <= self.day:
            return
        silent = min(day - self.day - 1, DAYS_KEPT) if self.day else 0
        self.held = ([*self.held, self.today] if self.day else [])[-DAYS_KEPT:]
        self.held = [*self.held, *[0.0] * silent][-DAYS_KEPT:]
        self.day, self.today = day, 0.0

    def note(self, strength: float) -> None:
        """Remember a strength of today."""
        if strength > self.today:
            self.today = strength

    def typical(self, unknown: float, least: float = 0.0, place: float = QUARTILE) -> float:
        """Return what the louder days come to: the upper quartile of the whole days held, a little more if few are.

        unknown: is returned as long as there are fewer than two. least: what a day that was not so loud is taken for;
        days at 0 do not count. place: another quantile, 0..1. Method: linear interpolation between ranks.
        """
        days = sorted(peak for peak in (max(peak, least) for peak in self.held) if peak > 0)
        if len(days) < _FEWEST_DAYS:
            return unknown
        rank = place * (len(days) - 1)
        low = int(rank)
        high = min(low + 1, len(days) - 1)
        louder = days[low] + (rank - low) * (days[high] - days[low])
        return louder * (1.0 + _UNSURE / len(days))


class Affair(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of a day from its first loud minute on, and the loudest in it."""

    minute: int
    loudness: float


def note_affair(affairs: Sequence[Affair], minute: int, loudness: float, kept_min: int) -> list[Affair]:
    """Return the affairs of the last `kept_min` minutes with a loud minute taken in, oldest first.

    It belongs to the last affair for a day from its start, and begins another after that.
    """
    held = [affair for affair in affairs if minute - affair.minute < kept_min]
    if held and minute - held[-1].minute < _DAY_MIN:
        return [*held[:-1], Affair(held[-1].minute, max(held[-1].loudness, loudness))]
    return [*held, Affair(minute, loudness)]


def least_among(affairs: Sequence[Affair], allowed: int, minute: int, kept_min: int) -> float:
    """Return the loudness of the affair at place `allowed` among those of the last `kept_min` minutes, 0 if fewer.

    The one that is going on at the minute does not count: it is what is being judged.
    """
    over = [affair.loudness for affair in affairs if _DAY_MIN <= minute - affair.minute < kept_min]
    return sorted(over, reverse=True)[allowed - 1] if len(over) >= allowed else 0.0
