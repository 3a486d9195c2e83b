"""Rhythm: how much a source is expected to say in each hour of the week, learned from its own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

WEEK_H = 168
LEAST_H = 14 * 24  # of past with reads, and
LEAST_POSTS = 60  # so many posts: before that, nothing is known of a source's silences
_PRIOR_WEEKS = 2.0  # weight of the same hour of other days beside the hour of the week itself
_MARGIN = 1.5  # times the longest silence it ever kept
_LEAST_MISSED = 12.0  # posts that a silence must have swallowed at least
_LEAST_SILENT_H = 2  # whole hours: what comes in batches is late by less


class Hour(msgspec.Struct, frozen=True):
    """An hour since 1970 in which a source was asked, and how many new posts it had."""

    hour: int
    posts: int


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """How long a source has said nothing, in posts it would have had by its own rhythm.

    missed: expected since it last spoke, in the whole hours in which it was asked. longest: the most it ever missed
    before. hours: how many such hours there are now.
    """

    since: datetime
    missed: float
    longest: float
    hours: int

    @property
    def is_strange(self) -> bool:
        """Whether it never kept such a silence, by far."""
        return self.hours >= _LEAST_SILENT_H and self.missed >= max(_LEAST_MISSED, _MARGIN * self.longest)


def expected_posts(past: Sequence[Hour], zone: ZoneInfo) -> tuple[float, ...] | None:
    """Return the posts expected in each hour of the week, from Monday 0 h, shape (168,); None with too little past.

    The mean of that hour of the week, drawn towards the mean of that hour on all days while there are few weeks: a
    source that sleeps at night has nights of exactly 0.
    """
    if len(past) < LEAST_H or sum(one.posts for one in past) < LEAST_POSTS:
        return None
    posts, seen = [0.0] * WEEK_H, [0.0] * WEEK_H
    for one in past:
        slot = week_hour(one.hour, zone)
        posts[slot] += one.posts
        seen[slot] += 1
    means = []
    for hour in range(24):
        total = sum(seen[hour::24])
        means.append(sum(posts[hour::24]) / total if total else 0.0)
    return tuple(
        (posts[slot] + _PRIOR_WEEKS * means[slot % 24]) / (seen[slot] + _PRIOR_WEEKS) for slot in range(WEEK_H)
    )


def silence(past: Sequence[Hour], last: tuple[datetime, datetime], zone: ZoneInfo) -> Silence | None:
    """Return how long a source has been silent at an instant, None with too little past.

    past: the hours in which it was asked, oldest first, the present one included. last: when it spoke last, and now.
    Silences are measured on the source's own clock, which stands still while it is not expected to speak or was not
    asked: the same number means the same at night and at noon.
    """
    spoke_at, now = last
    expected = expected_posts([one for one in past if one.hour < _hour(spoke_at)], zone)
    if expected is None:
        return None
    first, longest, gap = _hour(spoke_at), 0.0, 0.0
    for one in past:
        if one.hour >= first:
            break
        if one.posts:
            longest, gap = max(longest, gap), 0.0
        else:
            gap += expected[week_hour(one.hour, zone)]
    longest = max(longest, gap)
    silent = [expected[week_hour(one.hour, zone)] for one in past if first < one.hour < _hour(now)]
    awake = sum(rate > 0 for rate in silent)
    return Silence(since=spoke_at, missed=sum(silent), longest=longest, hours=awake)


def together(sources: Mapping[str, Sequence[Hour]], first: int, last: int) -> list[Hour]:
    """Return what all sources said together an hour, from one hour to another, both included.

    Hours in which nothing was asked count as hours of silence: this machine heard nothing in them.
    """
    posts = dict.fromkeys(range(first, last + 1), 0)
    for past in sources.values():
        for one in past:
            if first <= one.hour <= last:
                posts[one.hour] += one.posts
    return [Hour(hour, count) for hour, count in posts.items()]


def week_hour(hour: int, zone: ZoneInfo) -> int:
    """Return which hour of the local week an hour since 1970 is, 0 for Monday at midnight.

    >>> week_hour(0, ZoneInfo("UTC"))  # a Thursday
    72
    """
    return _week_hour(hour, zone)


@lru_cache(maxsize=8_192)
def _week_hour(hour: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(hour * 3600, zone)
    return local.weekday() * 24 + local.hour


def _hour(at: datetime) -> int:
    return int(at.timestamp()) // 3600
