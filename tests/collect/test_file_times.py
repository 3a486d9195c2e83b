"""Instants are read as people and tools write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.post import TimeDoubt
from tocsin.collect.file.times import (
    DateOrder,
    OrderReason,
    TimeReader,
    find_date_order,
    join_date_and_time,
    parse_time,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2015-02-17T08:00:00Z", "2015-02-17T08:00:00+00:00"),
        ("2015-02-17 08:00:00 UTC", "2015-02-17T08:00:00+00:00"),
        ("2015-02-17 08:00:00+01:00", "2015-02-17T08:00:00+01:00"),
        ("2015-02-17 08:00:00 +0100", "2015-02-17T08:00:00+01:00"),
        ("2015-02-17", "2015-02-17T00:00:00"),
        ("2015/02/17 8:05", "2015-02-17T08:05:00"),
        ("20150217", "2015-02-17T00:00:00"),
        ("20150217T080000Z", "2015-02-17T08:00:00+00:00"),
        ("20150217080000", "2015-02-17T08:00:00"),
        ("Tue, 17 Feb 2015 08:00:00 GMT", "2015-02-17T08:00:00+00:00"),
        ("Tue, 17 Feb 2015 08:00:00 -0800", "2015-02-17T08:00:00-08:00"),
        ("Fri Jan 09 12:29:56 +0000 2015", "2015-01-09T12:29:56+00:00"),
        ("17/02/2015 08:00", "2015-02-17T08:00:00"),
        ("17.02.15", "2015-02-17T00:00:00"),
        ("17-Feb-2015 08:12PM", "2015-02-17T20:12:00"),
        ("Feb 17, 2015 12:05 am", "2015-02-17T00:05:00"),
        ("February 17, 2015 at 8 a.m.", "2015-02-17T08:00:00"),
        ("17 février 2015", "2015-02-17T00:00:00"),
        ("mar. 17 févr. 2015 à 08h05", "2015-02-17T08:05:00"),
        ("Mardi 1er août 2023, 18 h 30", "2023-08-01T18:30:00"),
        ("le 3 DÉCEMBRE 2022 à 9h", "2022-12-03T09:00:00"),
        ("mar 17 mars 2015 10:00 (CET)", "2015-03-17T10:00:00+01:00"),
        ("1424160000", "2015-02-17T08:00:00+00:00"),
        ("1424160000.5", "2015-02-17T08:00:00.500000+00:00"),
        (1424160000000, "2015-02-17T08:00:00+00:00"),
        (1424160000000000, "2015-02-17T08:00:00+00:00"),
        ("42052.3333333333", "2015-02-17T08:00:00"),
        (42052, "2015-02-17T00:00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
        (date(2015, 2, 17), "2015-02-17T00:00:00"),
    ],
)
def test_instants_are_read_as_written(written: object, iso: str) -> None:
    assert parse_time(written, DAY).isoformat() == iso


@pytest.mark.parametrize(
    "written",
    [
        "hier",
        "il y a 3 heures",
        "17/13/2015",
        "32/01/2015",
        "25:00",
        "abc",
        "12",
        "-5",
        "99999999999999999999999",
        "1/2",
        "2/3/20260102",
        "2026-99999999999999999999-02 10:00",
        "février 2015 17 2016",
        "2015-02-30",
        "x" * 500,
        True,
        [],
        "nan",
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_no_instant_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(written, DAY)


def test_the_order_of_day_and_month_is_obeyed() -> None:
    assert parse_time("02/03/2026", DAY).date() == date(2026, 3, 2)
    assert parse_time("02/03/2026", MONTH).date() == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("samples", "declared", "expected"),
    [
        (["02/03/2026", "13/03/2026"], None, (DAY, OrderReason.PROVEN)),
        (["02/03/2026", "03/13/2026 10:00"], None, (MONTH, OrderReason.PROVEN)),
        (["02/03/2026"], None, (DAY, OrderReason.AMBIGUOUS)),
        (["02/03/2026"], MONTH, (MONTH, OrderReason.AMBIGUOUS)),
        (["13/03/2026", "14/03/2026", "03/15/2026"], None, (DAY, OrderReason.CONTRADICTED)),
        (["2026-03-02", "03/03/2026", None, 5], None, (DAY, OrderReason.NOT_NEEDED)),
    ],
)
def test_the_order_is_decided_on_the_whole_column(
    samples: list[object], declared: DateOrder | None, expected: tuple[DateOrder, OrderReason]
) -> None:
    assert find_date_order(samples, declared) == expected


def test_doubtful_instants_say_why() -> None:
    read = TimeReader(PARIS, DAY, NOW).read
    assert read("2026-02-01 10:00") == (datetime(2026, 2, 1, 9, tzinfo=UTC), TimeDoubt.NO_ZONE)
    assert read("2026-02-01T10:00Z") == (datetime(2026, 2, 1, 10, tzinfo=UTC), None)
    assert read("2031-02-01") == (NOW, TimeDoubt.FUTURE)
    assert read("0") == (datetime(1970, 1, 1, tzinfo=UTC), TimeDoubt.IMPLAUSIBLE)
    assert read("  ") == (NOW, TimeDoubt.MISSING)
    assert read(None) == (NOW, TimeDoubt.MISSING)


def test_the_year_one_and_the_year_9999_do_not_break() -> None:
    read = TimeReader(PARIS, DAY, NOW).read
    assert read("9999-12-31T23:59:59")[1] is TimeDoubt.FUTURE
    with pytest.raises(ValueError, match="out of range"):
        TimeReader(ZoneInfo("Asia/Tokyo"), DAY, NOW).read("0001-01-01T00:00:00")


def test_a_day_and_an_hour_in_two_columns_are_joined() -> None:
    assert join_date_and_time("17/02/2015", "08:00") == "17/02/2015 08:00"
    assert join_date_and_time("17/02/2015 07:00", "08:00") == "17/02/2015 07:00"
    assert join_date_and_time("17/02/2015", "") == "17/02/2015"
    assert join_date_and_time(datetime(2015, 2, 17), time(8)) == datetime(2015, 2, 17, 8)  # noqa: DTZ001


@given(st.datetimes(datetime(1991, 1, 1), datetime(2025, 12, 31)))  # noqa: DTZ001
def test_every_way_to_write_an_instant_gives_it_back(naive: datetime) -> None:
    at = naive.replace(microsecond=0, tzinfo=UTC)
    months = [
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    forms = [
        at.isoformat(),
        at.isoformat(sep=" "),
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        format_datetime(at),
        at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        at.strftime("%d/%m/%Y %H:%M:%S UTC"),
        at.strftime("%d %B %Y %I:%M:%S %p GMT"),
        f"{at.day} {months[at.month - 1]} {at.year} à {at.hour}h{at:%M}:{at:%S} UTC",
        str(int(at.timestamp())),
        int(at.timestamp()) * 1000,
    ]
    read = TimeReader(PARIS, DAY, NOW).read
    assert {read(form) for form in forms} == {(at, None)}
    paris = at.astimezone(PARIS)
    if paris.fold == 0 and (paris + timedelta(hours=1)).utcoffset() == paris.utcoffset():
        assert read(paris.strftime("%d/%m/%Y %H:%M:%S")) == (at, TimeDoubt.NO_ZONE)


@given(st.text())
def test_no_text_breaks_the_reader(written: str) -> None:
    try:
        at, _ = TimeReader(PARIS, DAY, NOW).read(written)
    except ValueError:
        return
    assert at.tzinfo is UTC
    assert at <= NOW
