"""Days and instants as letters write them: in full, with the offset they were given with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def say_day(day: date, language: str) -> str:
    """Return a day in full.

    >>> say_day(date(2026, 6, 1), "fr").replace("\\u00a0", " ")
    '1er juin 2026'
    """
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number}\u00a0{_MONTHS[language][day.month - 1]}\u00a0{day.year}"


def say_instant(at: datetime, language: str) -> str:
    """Return an instant in full, to the second, with its offset where it has one.

    >>> say_instant(datetime.fromisoformat("2026-06-12T09:31:07+02:00"), "en").replace("\\u00a0", " ")
    '12 June 2026 at 09:31:07 (UTC+02:00)'
    """
    offset = at.utcoffset()
    zone = "" if offset is None else f" ({_say_offset(offset)})"
    if language == "fr":
        clock = f"{at.hour}\u00a0h\u00a0{at.minute:02d}\u00a0min\u00a0{at.second:02d}\u00a0s"
        return f"{say_day(at, language)} à {clock}{zone}"
    return f"{say_day(at, language)} at {at.hour:02d}:{at.minute:02d}:{at.second:02d}{zone}"


def _say_offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "\u2212"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
