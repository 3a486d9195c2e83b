"""How terms are counted: pure arithmetic of days, one function for each kind of rule.

The day of the event is never counted. Months and years end on the same day number, or on the last day of the month that
lacks it (CPC art. 641; Regulation 1182/71 art. 3(2)(c); for press terms no decision was found, the same is taken).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple, NoReturn

from tocsin.base.errors import InputError
from tocsin.legal.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from tocsin.legal.values import Extension, Length, Unit

_HOUR = timedelta(hours=1)
_TWO_DAYS = 2


class Counted(NamedTuple):
    """A last day on the strict reading, and where a text moves it (None: it does not)."""

    last: date
    extended: date | None


class CountedHours(NamedTuple):
    """A last instant on the strict reading, and the latest that another reading gives; offset of the start."""

    last: datetime
    latest: datetime


def date_to_date(start: date, lengths: Sequence[Length], calendar: Calendar) -> date:
    """Return the last day of a term of `lengths` that starts on `start`: months and years first, then days.

    Raises InputError outside the years that the calendars know.

    >>> from tocsin.legal.calendar import calendar_of
    >>> date_to_date(date(2026, 8, 31), [Length(6, Unit.MONTH)], calendar_of("FR")).isoformat()
    '2027-02-28'
    """
    months = sum(one.count * _MONTHS[one.unit] for one in lengths if one.unit in _MONTHS)
    end = add_months(start, months)
    days = sum(one.count for one in lengths if one.unit is Unit.DAY)
    end = _within(end.toordinal() + days)
    working = sum(one.count for one in lengths if one.unit is Unit.WORKING_DAY)
    return calendar.working_after(end, working) if working else end


def add_months(start: date, months: int) -> date:
    """Return the same day number `months` later, or the last day of that month where it has no such day.

    >>> add_months(date(2024, 2, 29), 12).isoformat()
    '2025-02-28'
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        _refuse(year)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def press(start: date, lengths: Sequence[Length], calendar: Calendar) -> Counted:
    """Return the end of a press term, never extended, nor is a civil or penal one.

    Sources: L. 29 July 1881 art. 65 (TGI Paris 8 April 1998; CA Paris 2 May 2007); Code civil art. 2228, 2229 (Cass.
    2e civ., 7 April 2016, 15-12.960); criminal prescription is treated alike. Read on 22 November 2026.
    """
    return Counted(date_to_date(start, lengths, calendar), None)


def procedure(start: date, lengths: Sequence[Length], calendar: Calendar) -> Counted:
    """Return the end of a procedural term, moved to the next working day (CPC art. 642; CPP art. 801)."""
    last = date_to_date(start, lengths, calendar)
    end = calendar.first_open(last)
    return Counted(last, end if end != last else None)


def european(start: date, lengths: Sequence[Length], calendar: Calendar) -> Counted:
    """Return the end of a term of the Union: moved as art. 3(4) says, then to hold two working days (3(5)).

    Art. 3(5) concerns terms of two days or more. Regulation 1182/71; 3(5) from own knowledge, medium confidence.
    """
    last = date_to_date(start, lengths, calendar)
    end = calendar.first_open(last)
    if (last - start).days >= _TWO_DAYS:
        while calendar.open_days(start, end) < _TWO_DAYS:
            end = calendar.first_open(_within(end.toordinal() + 1))
    return Counted(last, end if end != last else None)


def hours(start: datetime, count: int) -> CountedHours:
    """Return the end of `count` continuous hours from `start`, whatever the clocks do meanwhile.

    The strict end is counted from the instant itself. On the other reading the hour in which the event falls is not
    counted (Regulation 1182/71 art. 3(1)), so that the term starts with the next full hour. Raises ValueError if
    `start` has no offset.

    >>> hours(datetime.fromisoformat("2026-11-20T17:40:00+01:00"), 72).latest.isoformat()
    '2026-11-23T18:00:00+01:00'
    """
    offset = start.utcoffset()
    if offset is None:
        raise ValueError(f"{start!r} has no offset")
    fixed = start.astimezone(timezone(offset))  # a named zone would add hours of the wall clock, not of time
    full = fixed.replace(minute=0, second=0, microsecond=0) + _HOUR
    return CountedHours(fixed + count * _HOUR, full + count * _HOUR)


# The kind of a rule names its family; the text that extends it decides how its last day is found.
COUNTING: dict[Extension, Callable[[date, Sequence[Length], Calendar], Counted]] = {
    Extension.NONE: press,
    Extension.FR_CPC_642: procedure,
    Extension.FR_CPP_801: procedure,
    Extension.EU_1182_71: european,
}

_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


def _within(ordinal: int) -> date:
    if ordinal > date(LAST_YEAR, 12, 31).toordinal():
        _refuse(LAST_YEAR + 1)
    return date.fromordinal(ordinal)


def _refuse(year: int) -> NoReturn:
    raise InputError(
        "The year {year} is outside what the calendars know; write a day from {first} to {last}.",
        year=year,
        first=FIRST_YEAR,
        last=LAST_YEAR,
    )
