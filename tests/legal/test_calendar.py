from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.legal.calendar import FIRST_YEAR, LAST_YEAR, calendar_of

PLACES = (
    "FR", "FR-57", "FR-67", "FR-68", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976", "FR-BL", "FR-MF", "FR-NC",
    "FR-PF", "FR-PM", "FR-WF", "GB-ENG", "CA-QC",
)  # fmt: skip
days = st.dates(date(1970, 1, 1), date(2099, 12, 31))


def test_france_has_eleven_holidays_on_the_mainland() -> None:
    assert len(calendar_of("FR").off(2026)) == 11


def test_alsace_and_moselle_have_december_26_and_good_friday_only_where_the_commune_keeps_it() -> None:
    for place in ("FR-57", "FR-67", "FR-68"):
        assert len(calendar_of(place).off(2026)) == 12
        assert len(calendar_of(place, good_friday=True).off(2026)) == 13
        assert not calendar_of(place).is_open(date(2025, 12, 26))


@pytest.mark.parametrize(
    ("place", "day"),
    [
        ("FR-971", date(2026, 5, 27)),
        ("FR-972", date(2026, 5, 22)),
        ("FR-973", date(2026, 6, 10)),
        ("FR-974", date(2027, 12, 20)),
        ("FR-976", date(2026, 4, 27)),
        ("FR-BL", date(2026, 10, 9)),
        ("FR-MF", date(2026, 5, 28)),
    ],
)
def test_overseas_keep_the_day_of_abolition_and_paris_does_not(place: str, day: date) -> None:
    assert not calendar_of(place).is_open(day)
    assert calendar_of("FR").is_open(day)


def test_a_day_kept_by_custom_alone_moves_no_end() -> None:
    guadeloupe = calendar_of("FR-971")
    for day in (date(2026, 3, 12), date(2026, 4, 3), date(2026, 7, 21)):
        assert not guadeloupe.is_working(day)
        assert guadeloupe.is_open(day)


def test_courts_of_quebec_rest_on_easter_monday_january_2_and_december_26() -> None:
    quebec = calendar_of("CA-QC")
    assert not any(map(quebec.is_working, (date(2026, 4, 6), date(2026, 1, 2), date(2025, 12, 26))))
    assert quebec.holiday(date(2026, 6, 24))


def test_saturday_is_never_a_working_day() -> None:
    assert not calendar_of("FR").is_working(date(2026, 4, 18))


def test_an_unknown_place_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match=r"FR-75 is not a place.*FR-974"):
        calendar_of("FR-75")


def test_a_place_is_read_in_any_case() -> None:
    assert calendar_of("fr-67").place == "FR-67"


def test_days_are_counted_between_working_days() -> None:
    france = calendar_of("FR")
    assert france.working_after(date(2026, 4, 30), 1) == date(2026, 5, 4)
    assert france.working_before(date(2026, 5, 4), 2) == date(2026, 4, 29)
    assert france.open_days(date(2026, 4, 30), date(2026, 5, 5)) == 2


@given(st.sampled_from(PLACES), days, st.booleans())
def test_working_days_are_found_on_the_right_side(place: str, day: date, good_friday: bool) -> None:
    calendar = calendar_of(place, good_friday=good_friday)
    safe, opening = calendar.last_working(day), calendar.first_open(day)
    assert safe <= day <= opening
    assert calendar.is_working(safe)
    assert calendar.is_open(opening)
    assert not any(calendar.is_working(safe + timedelta(days=step)) for step in range(1, (day - safe).days + 1))
    assert (opening - day).days <= 5


@pytest.mark.parametrize("place", PLACES)
def test_every_year_that_is_accepted_has_its_holidays(place: str) -> None:
    assert all(len(calendar_of(place).legal(year)) >= 6 for year in range(FIRST_YEAR, LAST_YEAR + 2))


def test_a_year_without_known_holidays_is_refused() -> None:
    with pytest.raises(InputError, match="2102"):
        calendar_of("FR").is_open(date(2102, 1, 4))


@given(st.sampled_from(PLACES), days)
def test_a_day_that_a_text_closes_is_never_a_working_day(place: str, day: date) -> None:
    calendar = calendar_of(place)
    assert calendar.is_open(day) or not calendar.is_working(day)
