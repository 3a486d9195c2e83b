from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.surge.minutes import (
    ALBA,
    DAY,
    HOUR,
    START,
    TIMELINE,
    added,
    closed,
    fold_all,
    minutes_of,
    post,
    surges_of,
    usual_days,
)
from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.errors import InputError
from tocsin.base.seam import EventKind
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import minute_of
from tocsin.surge.count import MinuteTally
from tocsin.surge.fold import SurgeFold

NOON = 12 * HOUR


@pytest.fixture(scope="module")
def three_weeks() -> dict[int, int]:
    return usual_days(240, 21, weekend=0.4)


@pytest.fixture(scope="module")
def known(three_weeks: dict[int, int]) -> bytes:
    """The memory after three ordinary weeks."""
    state, _ = fold_all(minutes_of(three_weeks))
    assert state is not None
    return state


def _after(known: bytes, counts: dict[int, int]) -> list[Surge]:
    return surges_of(fold_all(minutes_of(counts), known)[1])


def _next_day(a_day: float = 240, seed: int = 99, day: int = 21) -> dict[int, int]:
    return {minute + day * DAY: posts for minute, posts in usual_days(a_day, 1, seed).items()}


def test_a_weekly_rhythm_is_not_a_surge(three_weeks: dict[int, int]) -> None:
    surges = surges_of(fold_all(minutes_of(three_weeks))[1])
    accepted = 2  # about one watch in two weeks is chance, and is what a watch costs
    assert sum(minute_of(surge.at) > START + 8 * DAY for surge in surges) <= accepted
    assert all(surge.level is SurgeLevel.WATCH for surge in surges)


def test_a_quiet_night_is_not_a_surge(known: bytes) -> None:
    night = {START + 21 * DAY + 2 * HOUR + 9 * at: 1 for at in range(4)}
    assert _after(known, night) == []


def test_an_ordinary_day_rings_nothing(known: bytes) -> None:
    assert _after(known, _next_day()) == []


def test_ten_times_the_usual_rings_an_alarm_within_half_an_hour(known: bytes) -> None:
    begins = START + 21 * DAY + NOON
    surges = _after(known, added(_next_day(), begins, 3 * HOUR, 160))
    first = next(surge for surge in surges if surge.level is SurgeLevel.ALARM)
    assert begins < minute_of(first.at) <= begins + 30
    assert begins - 15 <= minute_of(first.since) < minute_of(first.at)
    assert first.seen > 3 * first.expected
    assert first.excess_p < 1e-6
    assert not first.learning


def test_a_tripling_by_day_is_found_within_six_hours(known: bytes) -> None:
    begins = START + 21 * DAY + 10 * HOUR
    surges = _after(known, added(_next_day(), begins, 8 * HOUR, 32))
    assert surges
    assert minute_of(surges[0].at) <= begins + 6 * HOUR


def test_a_doubling_of_one_busy_hour_is_no_alarm(known: bytes) -> None:
    surges = _after(known, added(_next_day(), START + 21 * DAY + 18 * HOUR, HOUR, 20))
    assert all(surge.level is SurgeLevel.WATCH for surge in surges)


def test_a_surge_says_why(known: bytes) -> None:
    surges = _after(known, added(_next_day(), START + 21 * DAY + NOON, 3 * HOUR, 160))
    codes = {reason.code for reason in surges[0].reasons}
    assert f"surge.scale.{surges[0].window_min}" in codes
    assert {"surge.authors", "surge.record"} <= codes
    assert all(reason.words for reason in surges[0].reasons)


def test_one_account_posting_sixty_times_in_an_hour_is_no_alarm(known: bytes) -> None:
    begins = START + 21 * DAY + NOON
    minutes = [closed(begins + at, [post(at, begins + at, author=5)]) for at in range(60)]
    surges = surges_of(fold_all(minutes, known)[1])
    assert all(surge.level is SurgeLevel.WATCH for surge in surges)


def test_the_brands_own_posts_never_ring(known: bytes) -> None:
    begins = START + 21 * DAY + NOON
    minutes = [closed(begins + at, [post(at, begins + at, own=True, danger=True)] * 5) for at in range(60)]
    assert fold_all(minutes, known)[1] == []


def test_after_a_ring_there_is_silence_unless_it_doubles(known: bytes) -> None:
    begins = START + 21 * DAY + 10 * HOUR
    steady = _after(known, added(_next_day(), begins, 10 * HOUR, 160))
    told = [minute_of(surge.at) for surge in steady if surge.level is SurgeLevel.ALARM]
    assert 1 <= len(told) <= 3, "the first ring comes early in the rise; the full height may be told once more"
    assert max(told) <= begins + 2 * HOUR
    higher = _after(known, added(added(_next_day(), begins, 10 * HOUR, 160), begins + 5 * HOUR, 5 * HOUR, 800))
    louder = [surge for surge in higher if minute_of(surge.at) > begins + 5 * HOUR]
    assert louder
    assert "surge.louder" in {reason.code for reason in louder[0].reasons}
    assert louder[0].id == higher[0].id, "an affair that grows is the same affair"


def test_folding_minute_by_minute_or_in_one_go_is_the_same(known: bytes) -> None:
    counts = added(_next_day(), START + 21 * DAY + NOON, 2 * HOUR, 160)
    minutes = list(minutes_of(counts))
    whole = fold_all(minutes, known)
    state, events = known, []
    for minute in minutes:  # a new fold each time, as after a restart
        state, found = SurgeFold(ALBA, TIMELINE).merge(state, minute)
        events += found
        state, none = SurgeFold(ALBA, TIMELINE).merge(state, closed(minute.minute + 1, []))
        assert none == []
    assert (state, events) == whole


def test_the_order_of_posts_within_a_minute_does_not_matter(known: bytes) -> None:
    begins = START + 21 * DAY + NOON
    posts = [post(at, begins, author=at % 7 + 1, negative=at % 2 == 0, source=f"feed-{at % 3}") for at in range(40)]
    one = fold_all([closed(begins, posts)], known)
    other = fold_all([closed(begins, reversed(posts))], known)
    assert one == other


def test_the_state_stays_small_even_after_a_million_mentions_in_a_minute(known: bytes) -> None:
    fold = SurgeFold(ALBA, TIMELINE)
    memory = fold._read(known, START)
    fold.observe(memory, START + 21 * DAY, MinuteTally(1_000_000, 400_000, (1 << 512) - 1, 7, {"a": 999_999, "b": 1}))
    fold.observe(memory, START + 22 * DAY, MinuteTally(2**40))
    assert len(msgspec.msgpack.encode(memory)) < 50_000


def test_an_interruption_and_its_catching_up_are_not_a_surge(known: bytes) -> None:
    silent_from, back_at = START + 21 * DAY + 9 * HOUR, START + 21 * DAY + 15 * HOUR
    day = _next_day()
    counts = {minute: posts for minute, posts in day.items() if not silent_from <= minute < back_at}
    counts[back_at] = sum(posts for minute, posts in day.items() if silent_from <= minute <= back_at)
    assert counts[back_at] > 50
    assert _after(known, dict(sorted(counts.items()))) == []


def test_a_month_without_news_then_ordinary_days_ring_nothing(known: bytes) -> None:
    counts = {minute + 51 * DAY: posts for minute, posts in usual_days(240, 2, 5).items()}
    assert _after(known, counts) == []


def test_a_late_minute_is_counted_and_rings_nothing(known: bytes) -> None:
    state, _ = fold_all(minutes_of({START + 21 * DAY + NOON: 1}), known)
    late = closed(START + 21 * DAY + NOON - 30, [post(at, START + 21 * DAY + NOON - 30) for at in range(500)])
    after, events = fold_all([late], state)
    assert events == []
    assert after != state


def test_a_clock_that_ran_ahead_is_set_back(known: bytes) -> None:
    wrong, _ = fold_all([closed(START + 9000 * DAY, [post(1, START + 9000 * DAY)])], known)
    counts = added(usual_days(240, 30), START + 28 * DAY + NOON, 3 * HOUR, 200)
    surges = surges_of(fold_all(minutes_of(counts), wrong)[1])
    assert any(minute_of(surge.at) > START + 28 * DAY for surge in surges)


def test_a_spent_budget_still_lets_the_largest_ring(three_weeks: dict[int, int]) -> None:
    brand = Brand(slug="maison-alba", name="Maison Alba", budget=AlarmBudget(alarms_per_month=1, watches_per_month=0))
    known, _ = fold_all(minutes_of(three_weeks), brand=brand)
    counts: dict[int, int] = {}
    for day in range(21, 31):
        counts |= _next_day(seed=day, day=day)
    for number, height in ((0, 300), (3, 320), (6, 60), (9, 1500)):
        counts = added(counts, START + (21 + number) * DAY + NOON, HOUR, height)
    surges = surges_of(fold_all(minutes_of(counts), known, brand)[1])
    days = {(minute_of(surge.at) - START) // DAY for surge in surges}
    assert days == {21, 24, 30}
    assert {surge.level for surge in surges} == {SurgeLevel.ALARM}


def test_a_memory_begun_by_a_back_fill_keeps_the_usual_and_forgets_what_was_told(three_weeks: dict[int, int]) -> None:
    filled = SurgeFold(ALBA, "backfill:past")
    state = None
    for minute in minutes_of(added(three_weeks, START + 20 * DAY + NOON, 3 * HOUR, 100)):
        state, _ = filled.merge(state, minute)
    live = surges_of(fold_all(minutes_of(added(_next_day(), START + 21 * DAY + NOON, 3 * HOUR, 400)), state)[1])
    assert live
    assert not live[0].learning
    assert all("surge.louder" not in {r.code for r in live[0].reasons} for _ in live[:1])


def test_a_memory_that_cannot_be_read_says_what_to_do() -> None:
    with pytest.raises(InputError, match="learns anew"):
        SurgeFold(ALBA, TIMELINE).merge(b"\x00nonsense", closed(START, [post(1, START)]))


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InputError, match="Europe/Nowhere"):
        SurgeFold(Brand(slug="x", name="x", time_zone="Europe/Nowhere"), TIMELINE)


def test_events_have_stable_ids_and_name_their_surge(known: bytes) -> None:
    counts = added(_next_day(), START + 21 * DAY + NOON, 3 * HOUR, 160)
    first, second = (fold_all(minutes_of(counts), known)[1] for _ in range(2))
    assert first == second
    assert len({event.id for event in first}) == len(first)
    assert all(event.kind is EventKind.SURGE and event.brand == ALBA.slug for event in first)


@given(cuts=st.lists(st.integers(1, 120), max_size=4))
def test_many_minutes_in_one_go_are_what_one_after_the_other_would_be(known: bytes, cuts: list[int]) -> None:
    counts = added(_next_day(), START + 21 * DAY + NOON, 2 * HOUR, 160)
    minutes = [minute for minute in minutes_of(counts) if minute.minute < START + 21 * DAY + 14 * HOUR]
    minutes.insert(3, closed(minutes[2].minute + 1, []))
    state, events = known, []
    fold = SurgeFold(ALBA, TIMELINE)
    for start, stop in pairwise([0, *sorted(set(cuts)), len(minutes)]):
        state, found = fold.merge_many(state, minutes[start:stop])
        events += found
    assert (state, events) == fold_all(minutes, known)
    assert events


def test_the_first_minutes_may_be_merged_in_one_go(known: bytes) -> None:
    minutes = [closed(START, []), closed(START + 1, []), *minutes_of(_next_day(day=0))]
    assert SurgeFold(ALBA, TIMELINE).merge_many(None, minutes) == fold_all(minutes)
    assert SurgeFold(ALBA, TIMELINE).merge_many(known, minutes[:2]) == (known, [])
    with pytest.raises(ValueError, match="no minute"):
        SurgeFold(ALBA, TIMELINE).merge_many(known, [])


def test_a_fold_that_merges_an_older_state_again_answers_the_same(known: bytes) -> None:
    fold = SurgeFold(ALBA, TIMELINE)
    minute = closed(START + 21 * DAY + NOON, [post(at, START + 21 * DAY + NOON) for at in range(60)])
    first = fold.merge(known, minute)
    assert fold.merge(known, minute) == first
    assert fold.merge(first[0], minute) == SurgeFold(ALBA, TIMELINE).merge(first[0], minute)
