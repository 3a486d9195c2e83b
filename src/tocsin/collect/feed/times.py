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
_ZONES_OF_ZERO = frozenset({"GMT", "UT", "UTC", "WET", "Z"})
# The names that Python's own reader of mail dates does not know; one that means several zones is left out.
_ZONE_HOURS = {
    "AEDT": 11,
    "AEST": 10,
    "BST": 1,
    "CEST": 2,
    "CET": 1,
    "EEST": 3,
    "EET": 2,
    "JST": 9,
    "MSK": 3,
    "WEST": 1,
    "WET": 0,
    "Z": 0,
}
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
        if not has_zone(text):
            return wall
        name = text.rpartition(" ")[2].upper()
        offset_s = _ZONE_HOURS[name] * 3600 if name in _ZONE_HOURS else parts[9] or 0
        if not offset_s and name.isalpha() and name not in _ZONES_OF_ZERO:
            return None  # the reader takes a name it does not know for UTC
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
