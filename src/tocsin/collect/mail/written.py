"""Read the times that mail programs write for people, in French and in English, when they quote or forward."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_MONTHS = {
    "janvier": 1, "janv": 1, "january": 1, "jan": 1,
    "février": 2, "fevrier": 2, "févr": 2, "fevr": 2, "fév": 2, "february": 2, "feb": 2,
    "mars": 3, "march": 3, "mar": 3,
    "avril": 4, "avr": 4, "april": 4, "apr": 4,
    "mai": 5, "may": 5,
    "juin": 6, "june": 6, "jun": 6,
    "juillet": 7, "juil": 7, "july": 7, "jul": 7,
    "août": 8, "aout": 8, "august": 8, "aug": 8,
    "septembre": 9, "sept": 9, "september": 9, "sep": 9,
    "octobre": 10, "oct": 10, "october": 10,
    "novembre": 11, "nov": 11, "november": 11,
    "décembre": 12, "decembre": 12, "déc": 12, "december": 12, "dec": 12,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=lambda name: -len(name)))
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:er|st|nd|rd|th)?\s+({_NAMES})\b\.?,?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({_NAMES})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_NUMBERS = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_CLOCK = re.compile(r"\b(\d{1,2})\s*[:h]\s*(\d\d)(?::(\d\d))?\s*([ap])?\.?(?:m\b)?", re.IGNORECASE)
_ZONE = re.compile(r"(?:\b(?:UTC|GMT)\s*)?([+-])(\d{1,2}):?(\d\d)?\b|\b(UTC|GMT|CET|CEST|BST|Z)\b")
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "BST": 1, "CET": 1, "CEST": 2}


def read_written(text: str) -> datetime | None:
    """Return the time that a line says, aware when it says its zone and naive if not, or None.

    Days in numbers alone are read day first, as in France.

    >>> read_written("mardi 3 novembre 2026 à 10:12").isoformat()
    '2026-11-03T10:12:00'
    >>> read_written("Tue, Nov 3, 2026 at 4:05 PM").isoformat()
    '2026-11-03T16:05:00'
    """
    day = _day(text)
    if day is None:
        return None
    (year, month, date), end = day
    clock = _CLOCK.search(text, end)
    hour = minute = second = 0
    if clock is not None:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if clock[4]:
            hour = hour % 12 + (12 if clock[4].lower() == "p" else 0)
        end = clock.end()
    try:
        wall = datetime(year, month, date, hour, minute, second)  # noqa: DTZ001  the zone follows
        offset = _offset(text[end:])
        return wall if offset is None else (wall - offset).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> tuple[tuple[int, int, int], int] | None:
    if match := _DAY_FIRST.search(text):
        return (int(match[3]), _MONTHS[match[2].lower()], int(match[1])), match.end()
    if match := _MONTH_FIRST.search(text):
        return (int(match[3]), _MONTHS[match[1].lower()], int(match[2])), match.end()
    if match := _NUMBERS.search(text):
        return (int(match[3]), int(match[2]), int(match[1])), match.end()
    if match := _ISO.search(text):
        return (int(match[1]), int(match[2]), int(match[3])), match.end()
    return None


def _offset(text: str) -> timedelta | None:
    match = _ZONE.search(text)
    if match is None:
        return None
    if match[4]:
        return timedelta(hours=_ZONES[match[4]])
    hours = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return hours if match[1] == "+" else -hours
