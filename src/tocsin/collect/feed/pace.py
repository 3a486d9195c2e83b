"""When to ask a feed again: from how often it speaks, and never sooner than its server wishes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tocsin.collect.feed.cursor import FeedCursor

START_S = 15 * 60
SHORTEST_S = 5 * 60
LONGEST_S = 24 * 3600
CRISIS_S = 2 * 60  # while a crisis is open, for the sources its owner chose
UNCONDITIONAL_S = 24 * 3600  # a 304 may hide an edited or removed comment: read the whole feed once a day
UNCONDITIONAL_CRISIS_S = 3600
MOVED_FOR_S = 7 * 24 * 3600  # a permanent redirect is believed after a week
_WINDOW = timedelta(days=7)
_READS_PER_ENTRY = 4  # on average an entry is seen a quarter of the usual gap late, at most
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def usual_gap_s(times: Iterable[datetime], now: datetime) -> int:
    """Return the mean time between two entries of the last seven days, in seconds; 0 when no entry has a time.

    times: aware instants. A feed that said nothing for seven days gets seven days.
    """
    dated = [at for at in times if at <= now]
    if not dated:
        return 0
    recent = sum(1 for at in dated if at > now - _WINDOW)
    return int(_WINDOW.total_seconds()) // max(1, recent)


def interval_s(gap_s: int, floor_s: int, *, wanted_s: int = 0, is_crisis: bool = False) -> int:
    """Return the seconds until the next read, 120 to 86,400.

    gap_s: usual gap between entries, 0 for not known. floor_s: what the server asks for at least.
    wanted_s: what the owner set, 0 for nothing. In a crisis neither the gap nor the floor counts.

    >>> interval_s(0, 0), interval_s(3600, 0), interval_s(3600, 7200), interval_s(3600, 7200, is_crisis=True)
    (900, 900, 7200, 120)
    """
    if is_crisis:
        return CRISIS_S
    usual_s = wanted_s or (gap_s // _READS_PER_ENTRY if gap_s else START_S)
    return min(max(usual_s, floor_s, SHORTEST_S), LONGEST_S)


def floor_s(headers: Mapping[str, str], ttl_s: int | None, now: datetime) -> int:
    """Return how long the answer says that it stays fresh, 0 s to a day: the most of ttl, Cache-Control and Expires.

    >>> floor_s({"cache-control": "public, max-age=600"}, 300, datetime(2026, 1, 1, tzinfo=UTC))
    600
    """
    wishes = [ttl_s or 0]
    control = headers.get("cache-control", "")
    age = _MAX_AGE.search(control)
    if age is not None:
        wishes.append(int(age.group(1)))
    elif "no-cache" not in control and "no-store" not in control:
        # max-age overrides Expires (RFC 9111, 5.3).
        wishes.append(_expires_s(headers, now))
    return min(max(wishes), LONGEST_S)


def wants_whole(cursor: FeedCursor, now_ms: int, *, is_crisis: bool) -> bool:
    """Return whether this read must be unconditional."""
    longest_s = UNCONDITIONAL_CRISIS_S if is_crisis else UNCONDITIONAL_S
    return now_ms - cursor.full_at >= longest_s * 1000


def _expires_s(headers: Mapping[str, str], now: datetime) -> int:
    """Return the seconds to `expires`, counted from the server's own clock when it tells it."""
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return 0
    start = _http_date(headers.get("date", "")) or now
    return max(0, int((expires - start).total_seconds()))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
