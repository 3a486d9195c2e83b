"""Read the instants written in files: ISO, RFC 2822, French and English words, epochs, Excel days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum

from tocsin.base.post import TimeDoubt

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  Excel days have no zone
_FIRST_PLAUSIBLE_YEAR = 1990
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119


class DateOrder(StrEnum):
    """How 02/03/2026 is read where the year does not come first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class OrderReason(StrEnum):
    """Why a date order was chosen."""

    PROVEN = "proven"  # a number above 12 leaves one reading
    CONTRADICTED = "contradicted"  # both readings are proven by some line: the more frequent one stands
    AMBIGUOUS = "ambiguous"  # nothing tells: the declared or the French order stands
    NOT_NEEDED = "not_needed"  # no date of the sample can be read in two ways


class TimeReader:
    """Reads one column of instants against a zone, a date order and the instant of reading."""

    __slots__ = ("_now", "_order", "_zone")

    def __init__(self, zone: tzinfo, order: DateOrder, now: datetime) -> None:
        """zone: for times without one. now: aware; later instants are brought back to it."""
        self._zone, self._order, self._now = zone, order, now.astimezone(UTC)

    def read(self, raw: object) -> tuple[datetime, TimeDoubt | None]:
        """Return the aware UTC instant and what is doubtful about it; an empty cell gives `now`, MISSING.

        Raises ValueError when something stands there that is no instant.
        """
        if raw is None or raw == "" or (isinstance(raw, str) and not raw.strip()):
            return self._now, TimeDoubt.MISSING
        at = parse_time(raw, self._order)
        doubt = None
        if at.tzinfo is None:
            at, doubt = at.replace(tzinfo=self._zone), TimeDoubt.NO_ZONE
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{raw!r} is out of range") from None
        if at > self._now:
            return self._now, TimeDoubt.FUTURE
        if at.year < _FIRST_PLAUSIBLE_YEAR:
            return at, TimeDoubt.IMPLAUSIBLE
        return at, doubt


def parse_time(raw: object, order: DateOrder) -> datetime:
    """Return what a cell says, aware or not as it says. Raises ValueError when it is no instant.

    >>> parse_time("17 févr. 2015 à 08h05", DateOrder.DAY_FIRST).isoformat()
    '2015-02-17T08:05:00'
    >>> parse_time("Fri Jan 09 12:29:56 +0000 2015", DateOrder.DAY_FIRST).isoformat()
    '2015-01-09T12:29:56+00:00'
    >>> parse_time("1424160000", DateOrder.DAY_FIRST).isoformat()
    '2015-02-17T08:00:00+00:00'
    """
    if isinstance(raw, str):
        text = raw.strip()
        if len(text) >= 10 and text[4] == "-":
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        return _from_text(text, order)
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime.combine(raw, time())
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _from_number(raw)
    raise ValueError(f"{raw!r} is no instant")


def join_date_and_time(day: object, hour: object) -> object:
    """Return one cell from a date column and a time column; a date that already says its hour stands alone."""
    if day is None or day == "" or hour is None or hour == "":
        return day
    if isinstance(day, datetime):
        if isinstance(hour, time) and day.time() == time():
            return datetime.combine(day.date(), hour)
        return day.isoformat(sep=" ") if day.time() != time() else f"{day.date().isoformat()} {hour}"
    written = str(day)
    return day if _CLOCK.search(written.lower()) else f"{written} {hour}"


def find_date_order(samples: Iterable[object], declared: DateOrder | None) -> tuple[DateOrder, OrderReason]:
    """Return the order in which a column of dates is to be read, decided on all samples together, and why.

    declared: the order that stands when the samples do not tell; the French one (day first) when None.
    """
    day_first = month_first = either = 0
    for raw in samples:
        match = _SHORT_DATE.match(raw.strip()) if isinstance(raw, str) else None
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        either += first <= 12 and second <= 12 and first != second
    if day_first and month_first:
        return (DateOrder.DAY_FIRST if day_first >= month_first else DateOrder.MONTH_FIRST), OrderReason.CONTRADICTED
    if day_first or month_first:
        return (DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST), OrderReason.PROVEN
    order = declared or DateOrder.DAY_FIRST
    return order, OrderReason.AMBIGUOUS if either else OrderReason.NOT_NEEDED


# Clocks: 8:05, 08:05:12.5, 8h05, 8h, 8:05 PM, 8 am.
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})\s?(?:[:h]\s?(\d{2})(?:\s?[:m]\s?(\d{2})(?:[.,](\d{1,9}))?)?s?(?:\s*([ap])\.?m\b\.?)?"
    r"|h(?!\w)|\s*([ap])\.?m\b\.?)"
)
_OFFSET = re.compile(r"[\s(]*([a-z]{1,4}\b)?\s*(?:([+-])(\d{2}):?(\d{2})?(?!\d))?\)?")
_TOKEN = re.compile(r"[a-z]+|\d+")
_SHORT_DATE = re.compile(r"(\d{1,2})\s?[/.\- ]\s?(\d{1,2})\s?[/.\- ]\s?(\d{4}|\d{2})(?!\d)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# The zones met in exports; "cst" is the American one.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "cet": 60, "mez": 60, "bst": 60, "west": 60, "cest": 120, "eet": 120,
    "eest": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_MONTHS = {
    "jan": 1, "janv": 1, "january": 1, "janvier": 1, "feb": 2, "fev": 2, "fevr": 2, "february": 2, "fevrier": 2,
    "mar": 3, "mars": 3, "march": 3, "apr": 4, "avr": 4, "april": 4, "avril": 4, "may": 5, "mai": 5,
    "jun": 6, "juin": 6, "june": 6, "jul": 7, "juil": 7, "juill": 7, "july": 7, "juillet": 7,
    "aug": 8, "aou": 8, "aout": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "septembre": 9,
    "oct": 10, "october": 10, "octobre": 10, "nov": 11, "november": 11, "novembre": 11,
    "dec": 12, "december": 12, "decembre": 12,
}  # fmt: skip
_IDLE_WORDS = frozenset({
    "mon", "monday", "tue", "tues", "tuesday", "wed", "wednesday", "thu", "thur", "thurs", "thursday", "fri",
    "friday", "sat", "saturday", "sun", "sunday", "lun", "lundi", "mardi", "mer", "mercredi", "jeu", "jeudi",
    "ven", "vendredi", "sam", "samedi", "dim", "dimanche", "le", "a", "at", "of", "the", "er", "st", "nd", "rd",
    "th", "t", "on",
})  # fmt: skip


def _from_number(value: float) -> datetime:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, or Excel days since 1900, told apart by size."""
    size = abs(value)
    try:
        if size == 0 or 10**8 <= size < 10**11:
            return _EPOCH + timedelta(seconds=value)
        if 10**11 <= size < 10**14:
            return _EPOCH + timedelta(milliseconds=value)
        if 10**14 <= size < 10**17:
            return _EPOCH + timedelta(microseconds=value)
        if 10**17 <= size < 10**20:
            return _EPOCH + timedelta(microseconds=value // 1000)
        if int(value) in _EXCEL_DAYS:
            return _EXCEL_ZERO + timedelta(seconds=round(value * 86_400))
    except (OverflowError, ValueError):
        pass
    raise ValueError(f"{value!r} is no instant")


def _from_text(text: str, order: DateOrder) -> datetime:
    if _NUMBER.fullmatch(text):
        if len(text) in (8, 12, 14) and text[:2] in ("19", "20") and text.isdigit() and len(text) != 12:
            return datetime.strptime(text, "%Y%m%d%H%M%S" if len(text) == 14 else "%Y%m%d")  # noqa: DTZ007
        return _from_number(float(text) if "." in text else int(text))
    folded = text.lower()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if len(folded) > 80:
        raise ValueError("too long for an instant")
    if len(folded) > 10 and folded[8] == "t" and folded[:8].isdigit():
        return datetime.fromisoformat(folded.upper())
    if len(folded) > 10 and folded[10] == "t" and folded[:4].isdigit():
        folded = f"{folded[:10]} {folded[11:]}"
    clock = _CLOCK.search(folded)
    if clock is None:
        return datetime.combine(_day(folded, order), time())
    offset = _OFFSET.match(folded, clock.end())
    zone, end = _zone(offset) if offset else (None, clock.end())
    day = _day(f"{folded[: clock.start()]} {folded[end:]}", order)
    return datetime.combine(day, _clock(clock), zone)


def _clock(match: re.Match[str]) -> time:
    hour = int(match[1])
    half = match[5] or match[6]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} {half}m is no hour")
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(match[2] or 0), int(match[3] or 0), int((match[4] or "0")[:6].ljust(6, "0")))


def _zone(match: re.Match[str]) -> tuple[tzinfo | None, int]:
    """Return the zone written after a clock, and where the rest begins; a word that is no zone stays in the rest."""
    word = match[1]
    if word and word not in _ZONES:
        return None, match.start()
    if match[2]:
        minutes = int(match[3]) * 60 + int(match[4] or 0)
        return timezone(timedelta(minutes=-minutes if match[2] == "-" else minutes)), match.end()
    if word:
        return timezone(timedelta(minutes=_ZONES[word])), match.end()
    return None, match.start()


def _day(text: str, order: DateOrder) -> date:
    months: list[str] = []
    numbers: list[str] = []
    for token in _TOKEN.findall(text):
        if token.isdigit() and len(token) <= 4:
            numbers.append(token)
        elif token in _MONTHS:
            months.append(token)
        elif token not in _IDLE_WORDS:
            raise ValueError(f"{token!r} is no part of a date")
    if len(months) > 1 and "mar" in months:
        months.remove("mar")  # the short form of mardi
    if len(months) == 1 and len(numbers) == 2:
        day, year = numbers if len(numbers[0]) < 3 else reversed(numbers)
        return date(_year(year), _MONTHS[months[0]], int(day))
    if months or len(numbers) != 3:
        raise ValueError(f"{text!r} is no date")
    first, second, third = numbers
    if len(first) == 4:
        return date(int(first), int(second), int(third))
    if order is DateOrder.MONTH_FIRST:
        first, second = second, first
    return date(_year(third), int(second), int(first))


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(f"{digits!r} is no year")
    return int(digits) + (1900 if int(digits) > 68 else 2000)
