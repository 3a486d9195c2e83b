"""A source is silent by its own clock: asleep is not silent, fresh is not silent, unread is not silent."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.base.rhythm import LEAST_H, Hour, expected_posts, silence, together

PARIS = ZoneInfo("Europe/Paris")
START = int(datetime(2026, 2, 2, tzinfo=UTC).timestamp()) // 3600  # a Monday
WEEKS = 6


def instant(hour: float) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def newspaper(hours: int, *, seed: int = 1, mean: float = 4.0, first: int = START) -> list[Hour]:
    """A source that speaks from 7 to 22 in Paris, half as much on Sundays, over-dispersed, never at night."""
    dice = random.Random(seed)
    found = []
    for hour in range(first, first + hours):
        local = instant(hour).astimezone(PARIS)
        rate = 0.0 if not 7 <= local.hour < 22 else mean * (0.5 if local.weekday() == 6 else 1.0)
        level = dice.gammavariate(4, rate / 4) if rate else 0.0
        found.append(Hour(hour, sum(dice.random() < level / 40 for _ in range(40))))
    return found


def last_spoke(past: list[Hour]) -> datetime:
    return instant(max(one.hour for one in past if one.posts) + 0.9)


def test_a_source_that_stops_at_noon_is_strange_within_hours() -> None:
    past = newspaper(WEEKS * 168)
    noon = past[-1].hour + 1 + 11
    spoken = past + newspaper(12, first=past[-1].hour + 1, seed=2)
    quiet = [Hour(spoken[-1].hour + 1 + n, 0) for n in range(30)]
    strange = [
        n
        for n in range(1, 30)
        if silence(spoken + quiet[:n], (last_spoke(spoken), instant(noon + n)), PARIS).is_strange
    ]
    assert 3 <= strange[0] <= 9


def test_a_source_that_sleeps_at_night_rings_on_no_night_of_a_quarter() -> None:
    rang = 0
    for seed in range(2):
        year = newspaper(17 * 168, seed=seed)
        past = year[: 4 * 168]
        spoke = last_spoke(past)
        for one in year[4 * 168 : 17 * 168]:
            past.append(one)
            if one.posts:
                spoke = instant(one.hour + 0.5)
            elif one.hour % 4 == 0:
                found = silence(past[-8 * 168 :], (spoke, instant(one.hour + 1)), PARIS)
                rang += found is not None and found.is_strange
    assert rang == 0


@pytest.mark.parametrize("hours", [1, 24, LEAST_H - 1])
def test_too_little_past_says_nothing(hours: int) -> None:
    past = newspaper(hours)
    assert expected_posts(past, PARIS) is None
    assert silence(past, (instant(START), instant(START + hours + 40)), PARIS) is None


def test_a_source_of_a_post_a_week_says_nothing() -> None:
    rare = [Hour(START + n, int(n % 168 == 10)) for n in range(WEEKS * 168)]
    assert silence(rare, (instant(START + 1), instant(START + 1)), PARIS) is None


def test_hours_in_which_it_was_not_asked_are_no_silence() -> None:
    past = newspaper(WEEKS * 168)
    found = silence(past, (last_spoke(past), instant(past[-1].hour + 200)), PARIS)
    assert found is not None
    assert found.missed < 12


def test_the_night_of_a_source_is_exactly_nothing_and_its_week_adds_up() -> None:
    expected = expected_posts(newspaper(WEEKS * 168), PARIS)
    assert expected is not None
    assert all(expected[24 * day + hour] == 0 for day in range(7) for hour in range(5))
    assert 300 < sum(expected) < 460


def test_a_machine_that_was_off_heard_nothing_in_those_hours() -> None:
    one, other = newspaper(WEEKS * 168), newspaper(WEEKS * 168, seed=3)
    last = one[-1].hour + 30
    whole = together({"a": one, "b": other}, START, last)
    assert len(whole) == WEEKS * 168 + 30
    found = silence(whole, (last_spoke(one), instant(last + 1)), PARIS)
    assert found is not None and found.is_strange


def test_a_day_that_is_an_hour_short_or_long_moves_nothing() -> None:
    for begin in (datetime(2026, 2, 16, tzinfo=UTC), datetime(2026, 9, 14, tzinfo=UTC)):
        first = int(begin.timestamp()) // 3600
        past = newspaper(8 * 168, first=first)
        spoke = last_spoke(past[: 5 * 168])
        for number in range(5 * 168, 6 * 168 + 48):
            if past[number].posts:
                spoke = instant(past[number].hour + 0.5)
            found = silence(past[: number + 1], (spoke, instant(past[number].hour + 1)), PARIS)
            assert found is not None and not found.is_strange
