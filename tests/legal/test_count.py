from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.legal.calendar import calendar_of
from tocsin.legal.count import COUNTING, add_months, date_to_date, european, hours, press, procedure
from tocsin.legal.values import Extension, Length, Unit

FR = calendar_of("FR")
days = st.dates(date(1970, 1, 1), date(2090, 12, 31))
lengths = st.builds(
    Length,
    st.integers(1, 60),
    st.sampled_from([Unit.DAY, Unit.MONTH]),
)


def test_months_are_counted_before_days() -> None:
    assert date_to_date(date(2026, 1, 31), [Length(1, Unit.DAY), Length(1, Unit.MONTH)], FR) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2027, 1, 29), 1, date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_number_or_on_its_last_day(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_a_press_term_that_ends_on_a_holiday_stays_there() -> None:
    assert press(date(2026, 10, 1), [Length(3, Unit.MONTH)], FR) == (date(2027, 1, 1), None)


def test_a_procedural_term_steps_over_a_bridge() -> None:
    assert procedure(date(2026, 4, 16), [Length(15, Unit.DAY)], FR) == (date(2026, 5, 1), date(2026, 5, 4))


def test_a_european_term_of_two_days_holds_two_working_days() -> None:
    # Thursday 24 December: Friday is a holiday, then the week-end. Art. 3(4) gives Monday, art. 3(5) Tuesday.
    assert european(date(2026, 12, 24), [Length(2, Unit.DAY)], FR) == (date(2026, 12, 26), date(2026, 12, 29))


def test_a_european_term_of_one_day_is_only_moved_to_a_working_day() -> None:
    assert european(date(2026, 12, 24), [Length(1, Unit.DAY)], FR) == (date(2026, 12, 25), date(2026, 12, 28))


def test_hours_run_through_a_change_of_the_clock_even_in_a_named_zone() -> None:
    start = datetime(2026, 3, 27, 17, 40, tzinfo=ZoneInfo("Europe/Paris"))
    assert hours(start, 72).last.astimezone(ZoneInfo("Europe/Paris")).isoformat() == "2026-03-30T18:40:00+02:00"


def test_an_event_on_the_hour_does_not_count_that_hour_on_the_later_reading() -> None:
    assert hours(datetime.fromisoformat("2026-11-20T17:00:00+01:00"), 72).latest.hour == 18


def test_hours_without_offset_are_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        hours(datetime(2026, 1, 1, 12), 72)  # noqa: DTZ001


def test_a_year_that_no_calendar_knows_is_refused() -> None:
    with pytest.raises(InputError, match="outside what the calendars know"):
        date_to_date(date(2097, 6, 1), [Length(5, Unit.YEAR)], FR)
    with pytest.raises(InputError, match="outside what the calendars know"):
        date_to_date(date(2099, 12, 1), [Length(90, Unit.DAY)], FR)


@given(days, st.integers(0, 108))
def test_months_added_are_the_months_between(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day <= start.day
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@given(days, days, st.integers(1, 108))
def test_a_term_that_starts_later_never_ends_earlier(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@given(st.sampled_from(Extension), days, lengths, st.sampled_from(["FR", "FR-57", "FR-974", "GB-ENG", "CA-QC"]))
def test_every_way_of_counting_keeps_its_order(how: Extension, start: date, length: Length, place: str) -> None:
    calendar = calendar_of(place)
    counted = COUNTING[how](start, [length], calendar)
    assert start < counted.last
    assert (counted.extended is None) or (counted.last < counted.extended and calendar.is_open(counted.extended))
    if how is Extension.NONE:
        assert counted.extended is None
    elif counted.extended is None:
        assert calendar.is_open(counted.last)
    if how is Extension.EU_1182_71 and (counted.last - start).days >= 2:
        assert calendar.open_days(start, counted.extended or counted.last) >= 2


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.integers(1, 400),
)
def test_hours_are_exact_and_keep_the_offset(naive: datetime, offset_min: int, count: int) -> None:
    start = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    counted = hours(start, count)
    assert counted.last - start == timedelta(hours=count)
    assert timedelta(0) < counted.latest - counted.last <= timedelta(hours=1)
    assert counted.latest.minute == 0
    assert counted.last.utcoffset() == start.utcoffset()
