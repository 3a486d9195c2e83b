"""Read the times that feeds write, and notice those that say no zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

_DATE_ELEMENT = re.compile(
    rb"<(?:[\w.-]+:)?(?:pubDate|published|updated|date|issued|modified|created|lastBuildDate)\b[^<>]*>"
    rb"\s*(?:<!\[CDATA\[)?([^<\]]{4,200})",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"(?:\d[ ]?Z|[+-]\d\d(?::?\d\d)?|(?<![A-Za-z])(?!AM\b|PM\b)[A-Z]{1,5})(?:\s*\([^)]*\))?\s*$", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}:\d\d")


def dates_written(body: bytes) -> list[str]:
    """Return the times that stand in the elements of a feed, as written, in order."""
    return [raw.decode("utf-8", "replace").strip() for raw in _DATE_ELEMENT.findall(body)]


def has_zone(written: str) -> bool:
    """Return whether a time says its zone, by a number or a name.

    >>> has_zone("Thu, 01 Jan 2026 10:00:00 GMT"), has_zone("2026-01-01T10:00:00"), has_zone("2026-01-01")
    (True, False, False)
    """
    clock = _CLOCK.search(written)
    return clock is not None and _ZONE.search(written, clock.end() - 1) is not None


def read_time(written: str) -> datetime | None:
    """Return the time, aware if it says its zone and naive if not, or None when it cannot be read.

    Reads ISO 8601 and RFC 822; nothing is filled in from the present day.

    >>> read_time("2026-01-02T03:04:05Z").isoformat()
    '2026-01-02T03:04:05+00:00'
    """
    text = written.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        parts = parsedate_tz(text)
        if parts is None:
            return None
        wall = datetime(*parts[:6])  # noqa: DTZ001  the zone follows
        offset_s = parts[9]
        if offset_s is None or not has_zone(text):
            return wall
        return (wall - timedelta(seconds=offset_s)).replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def naive_walls(written: Iterable[str]) -> frozenset[datetime]:
    """Return the wall-clock times (naive) of those that say no zone, to find again the entries that carry them."""
    walls = set()
    for text in written:
        if not has_zone(text):
            moment = read_time(text)
            if moment is not None and moment.tzinfo is None:
                walls.add(moment)
    return frozenset(walls)
