"""Working days and holidays by place: when a bailiff serves an act, and which days move the end of a term.

Two calendars stand behind each place. `is_working` knows every day on which one should not count on people, local
custom included: it makes the safe day. `is_open` knows only the days that a text makes a holiday: it makes the
extended day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from tocsin.base.errors import InputError

FIRST_YEAR, LAST_YEAR = 1970, 2099  # the `holidays` package knows no day after 2100, and says so to nobody
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one place. Saturdays and Sundays never are (CPC art. 642; Regulation 1182/71 art. 2(2))."""

    place: str
    off: Callable[[int], Mapping[date, str]]  # year -> days on which nobody should be counted on
    legal: Callable[[int], Mapping[date, str]]  # year -> days that a text makes a holiday here

    def is_working(self, day: date) -> bool:
        """Return whether acts can be counted on being served on `day`."""
        return day.weekday() < _SATURDAY and day not in self.off(day.year)

    def is_open(self, day: date) -> bool:
        """Return whether a term may end on `day` as the texts on extension see it."""
        return day.weekday() < _SATURDAY and day not in self.legal(day.year)

    def holiday(self, day: date) -> str | None:
        """Return the name of the holiday that falls on `day`, in the language of the place."""
        return self.off(day.year).get(day)

    def last_working(self, day: date) -> date:
        """Return the last working day on or before `day`."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def first_open(self, day: date) -> date:
        """Return the first day on or after `day` on which a term may end."""
        while not self.is_open(day):
            day += _DAY
        return day

    def working_after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`, count >= 1."""
        for _ in range(count):
            day = day + _DAY
            while not self.is_working(day):
                day += _DAY
        return day

    def working_before(self, day: date, count: int) -> date:
        """Return the `count`-th working day before `day`, count >= 1."""
        for _ in range(count):
            day = self.last_working(day - _DAY)
        return day

    def open_days(self, after: date, until: date) -> int:
        """Return how many days on which a term may end stand after `after` and up to `until`, both days of one term."""
        span = (until - after).days
        return sum(self.is_open(after + timedelta(days=days)) for days in range(1, span + 1))


@lru_cache(maxsize=64)
def calendar_of(place: str, *, good_friday: bool = False) -> Calendar:
    """Return the calendar of a place: FR, FR-57, FR-67, FR-68, FR-971 to FR-976, FR-BL … FR-WF, GB-ENG, CA-QC.

    good_friday: a commune of Alsace-Moselle where Good Friday is a holiday (those with a Protestant church or a mixed
    church); elsewhere it changes nothing. Raises InputError for a place that is not known: a holiday is not guessed.
    """
    code = place.upper()
    named = _PLACES.get(code)
    if named is None:
        raise InputError(
            "{place} is not a place whose holidays are known; write one of {places}.",
            place=place,
            places=", ".join(_PLACES),
        )
    country, subdivision = named
    is_alsace = code in _ALSACE_MOSELLE

    @lru_cache(maxsize=512)
    def off(year: int) -> Mapping[date, str]:
        days = _days(country, subdivision, year)
        drops = is_alsace and not good_friday
        return {day: name for day, name in days.items() if not (drops and name == _GOOD_FRIDAY)}

    @lru_cache(maxsize=512)
    def legal(year: int) -> Mapping[date, str]:
        custom = _CUSTOM - {_GOOD_FRIDAY} if is_alsace else _CUSTOM
        return {day: name for day, name in off(year).items() if name not in custom}

    return Calendar(code, off, legal)


# Place -> country and subdivision of the `holidays` package. Alsace has one calendar for its two departments.
_PLACES: dict[str, tuple[str, str | None]] = {
    "FR": ("FR", None),
    "FR-57": ("FR", "57"),
    "FR-67": ("FR", "6AE"),
    "FR-68": ("FR", "6AE"),
    "FR-971": ("FR", "971"),
    "FR-972": ("FR", "972"),
    "FR-973": ("FR", "973"),
    "FR-974": ("FR", "974"),
    "FR-976": ("FR", "976"),
    "FR-BL": ("FR", "BL"),
    "FR-MF": ("FR", "MF"),
    "FR-NC": ("FR", "NC"),
    "FR-PF": ("FR", "PF"),
    "FR-PM": ("FR", "PM"),
    "FR-WF": ("FR", "WF"),
    "GB-ENG": ("GB", "ENG"),
    "CA-QC": ("CA", "QC"),
}
_ALSACE_MOSELLE = {"FR-57", "FR-67", "FR-68"}
_GOOD_FRIDAY = "Vendredi saint"
# Days kept overseas by custom or agreement, which no text read makes a holiday of article 642: safe day only.
_CUSTOM = {_GOOD_FRIDAY, "Mi-Carême", "Fête de Victor Schoelcher"}


def _days(country: str, subdivision: str | None, year: int) -> dict[date, str]:
    if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:
        raise InputError(
            "The year {year} is outside what the calendars know; write a day from {first} to {last}.",
            year=year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    language = {"FR": "fr", "CA": "fr"}.get(country)
    days = dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language=language))
    return days | _court_days(days, year) if country == "CA" else days


def _court_days(days: Mapping[date, str], year: int) -> dict[date, str]:
    """Return when Québec's courts do not sit besides its public holidays (C.p.c., art. 82, 83; own knowledge)."""
    good_friday = next(day for day in days if day.month in (3, 4))
    return {
        date(year, 1, 2): "Lendemain du jour de l’an",
        good_friday + 3 * _DAY: "Lundi de Pâques",
        date(year, 12, 26): "Lendemain de Noël",
    }
