from __future__ import annotations

from tests.surge.minutes import DAY, HOUR, START, added, closed, fold_all, minutes_of, post, surges_of, usual_days
from tocsin.base.surge import SurgeLevel
from tocsin.base.time import minute_of


def test_thirty_mentions_by_many_within_the_first_hours_ring_a_learning_watch() -> None:
    counts = added({START: 1}, START + 3 * HOUR, HOUR, 40)
    surges = surges_of(fold_all(minutes_of(counts))[1])
    assert [surge.level for surge in surges] == [SurgeLevel.WATCH]
    assert surges[0].learning
    assert surges[0].seen >= 30
    assert "surge.cold_rise" in {reason.code for reason in surges[0].reasons}


def test_twenty_mentions_in_the_first_hour_ring_nothing() -> None:
    assert fold_all(minutes_of(added({}, START, HOUR, 20)))[1] == []


def test_four_people_cannot_make_an_absolute_rise() -> None:
    minutes = [closed(START + at, [post(at, START + at, author=at % 4 + 1)]) for at in range(60)]
    assert fold_all(minutes)[1] == []


def test_a_brand_that_always_speaks_much_rings_once_at_most_in_its_first_day() -> None:
    surges = surges_of(fold_all(minutes_of(added({}, START, DAY, 100)))[1])
    assert len(surges) <= 1


def test_a_nearly_silent_brand_rings_an_alarm_when_hundreds_speak_after_days() -> None:
    quiet = {START + day * DAY + 600: 1 for day in range(5)}
    begins = START + 5 * DAY
    surges = surges_of(fold_all(minutes_of(added(quiet, begins, 2 * HOUR, 100)))[1])
    assert surges[0].level is SurgeLevel.ALARM
    assert begins < minute_of(surges[0].at) < begins + 30


def test_after_some_days_a_rise_rings_and_says_that_it_is_learning() -> None:
    counts = added(usual_days(200, 5), START + 4 * DAY + 12 * HOUR, 3 * HOUR, 200)
    surges = surges_of(fold_all(minutes_of(counts))[1])
    risen = [surge for surge in surges if minute_of(surge.at) > START + 4 * DAY + 12 * HOUR]
    assert risen
    assert all(surge.learning for surge in surges)


def test_the_second_day_of_an_ordinary_brand_is_not_an_alarm() -> None:
    for seed in range(3):
        surges = surges_of(fold_all(minutes_of(usual_days(300, 4, seed)))[1])
        assert all(surge.level is SurgeLevel.WATCH for surge in surges)
        assert len(surges) <= 2
