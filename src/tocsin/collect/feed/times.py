"""Read the times that feeds write, and notice those that say no zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

_NAMES = rb"(?:[\w.-]+:)?(?:pubDate|published|updated|date|issued|modified|created|lastBuildDate)"
_DATE_ELEMENT = re.compile(rb"<" + _NAMES + rb"\b[^<>]*>\s*(?:<!\[CDATA\[)?([^<\]]{4,200})")
_DATE_END = re.compile(rb"</" + _NAMES + rb"\s*>")
_LONGEST = 250
_ENDS_OF_ZERO = (b" GMT", b" +0000", b"Z")
_COLON, _SPACE, _SIGNS = ord(":"), ord(" "), b"+-"
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
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_USUAL_MAIL = re.compile(
    rf"(?:[A-Z][a-z]{{2}}, )?(\d\d?) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-])(\d\d)(\d\d))"
)
_USUAL_ZONES = (" GMT", " +0000", "+00:00", " UTC")
_USUAL_OFFSET = re.compile(r":\d\d(?:Z| ?[+-]\d\d:?\d\d)$")
_CLOCK = re.compile(r"\d{1,2}:\d\d")


def dates_written(body: bytes) -> list[str]:
    """Return the times that stand in the elements of a feed, as written, in order."""
    return [raw.decode("utf-8", "replace").strip() for raw in _DATE_ELEMENT.findall(body)]


def dates_without_zone(body: bytes) -> list[str]:
    """Return those of the times in a feed that say no zone, as written, in order."""
    found = []
    for match in _DATE_END.finditer(body):
        end = match.start()
        tail = body[end - 6 : end]
        if tail.endswith(_ENDS_OF_ZERO):
            continue
        # "+01:00", " +0100"; a day alone ends otherwise: "-11-22".
        if len(tail) == 6 and ((tail[0] in _SIGNS and tail[3] == _COLON) or (tail[1] in _SIGNS and tail[0] == _SPACE)):
            continue
        element = body[max(0, end - _LONGEST) : match.end()]
        written = _DATE_ELEMENT.findall(element)
        text = written[-1].decode("utf-8", "replace").strip() if written else ""
        if text and not has_zone(text):
            found.append(text)
    return found


def has_zone(written: str) -> bool:
    """Return whether a time says its zone, by a number or a name.

    >>> has_zone("Thu, 01 Jan 2026 10:00:00 GMT"), has_zone("2026-01-01T10:00:00"), has_zone("2026-01-01")
    (True, False, False)
    """
    if written.endswith(_USUAL_ZONES) or _USUAL_OFFSET.search(written) is not None:
        return True
    clock = _CLOCK.search(written)
    return clock is not None and _ZONE.search(written, clock.end() - 1) is not None


def read_time(written: str) -> datetime | None:
    """Return the time, aware if it says its zone and naive if not, or None when it cannot be read.

    Reads ISO 8601 and RFC 822; nothing is filled in from the present day.

    >>> read_time("2026-01-02T03:04:05Z").isoformat()
    '2026-01-02T03:04:05+00:00'
    """
    text = written.strip()
    usual = _USUAL_MAIL.fullmatch(text)
    if usual is not None:
        return _usual(usual)
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


def _usual(written: re.Match[str]) -> datetime | None:
    """Return the time in the form that nearly all feeds write."""
    day, month, year, hour, minute, second, sign, hours, minutes = written.groups()
    try:
        wall = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            wall = wall - offset if sign == "+" else wall + offset
    except (ValueError, OverflowError):
        return None
    return wall


def naive_walls(written: Iterable[str]) -> frozenset[datetime]:
    """Return the wall-clock times (naive) that stand in times without zone, to find again the entries with them."""
    moments = map(read_time, written)
    return frozenset(moment for moment in moments if moment is not None and moment.tzinfo is None)
