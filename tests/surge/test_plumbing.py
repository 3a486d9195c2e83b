"""What comes late, at once, twice or under a wrong clock is no surge; what really happened is told all the same."""

from __future__ import annotations

import random
from collections.abc import Iterable

import msgspec
import pytest

from tests.surge.minutes import ALBA, DAY, HOUR, START, TIMELINE, closed, fold_all, post, surges_of, usual_days
from tocsin.base.seam import BrandMinute, EventKind
from tocsin.base.story import MentionDigest
from tocsin.base.time import minute_of
from tocsin.surge.fold import SurgeFold
from tocsin.surge.plumbing.excluded import Excluded, Why
from tocsin.surge.state import SurgeState

NOON = 12 * HOUR
TODAY = START + 21 * DAY
LONG_AGO = 1_000_000  # numbers of posts that no other part of a test uses


def said(counts: dict[int, int], source: str = "feed", first: int = 0) -> list[MentionDigest]:
    """Return the posts of these counts, each heard in the minute in which it was written."""
    numbers = iter(range(first, 10**9))
    return [
        post(next(numbers), minute, written=minute, source=source)
        for minute, posts in sorted(counts.items())
        for _ in range(posts)
    ]


def heard(posts: Iterable[MentionDigest], at: int, source: str = "feed") -> list[MentionDigest]:
    """Return the posts as they are when all of them are heard at one minute."""
    return [msgspec.structs.replace(one, minute=at, source=source) for one in posts]


def minutes(posts: Iterable[MentionDigest]) -> list[BrandMinute]:
    """Return the posts as closed minutes, in order of time."""
    held: dict[int, list[MentionDigest]] = {}
    for one in posts:
        held.setdefault(one.minute, []).append(one)
    return [closed(minute, held[minute]) for minute in sorted(held)]


def spread(since: int, until: int, posts: int, *, seed: int = 3, first: int = LONG_AGO) -> list[MentionDigest]:
    """Return posts written evenly over a stretch of time."""
    draw = random.Random(seed)
    written = sorted(draw.randrange(since, until) for _ in range(posts))
    return [post(first + number, minute, written=minute) for number, minute in enumerate(written)]


def day_of(day: int, seed: int = 99, a_day: float = 240) -> dict[int, int]:
    return {minute + day * DAY: posts for minute, posts in usual_days(a_day, 1, seed).items()}


def today_until(minute: int) -> list[MentionDigest]:
    """Return an ordinary day up to a minute, heard in time."""
    return [one for one in said(day_of(21)) if one.minute < minute]


def excluded_of(state: bytes | None) -> list[Excluded]:
    assert state is not None
    return msgspec.msgpack.decode(state, type=SurgeState).excluded


@pytest.fixture(scope="module")
def known() -> bytes:
    """The memory after three ordinary weeks in which two sources were heard in time."""
    ordinary = said(usual_days(240, 21, weekend=0.4))
    ordinary += said({START + day * DAY + 600: 1 for day in range(21)}, "forum", 500_000)
    state, _ = fold_all(minutes(ordinary))
    assert state is not None
    return state


def test_posts_of_the_day_before_that_come_at_once_are_counted_at_their_own_time(known: bytes) -> None:
    late = heard(spread(TODAY - 26 * HOUR, TODAY + NOON - 3 * HOUR, 214), TODAY + NOON, "forum")
    state, events = fold_all(minutes([*today_until(TODAY + NOON), *late]), known)
    assert events == []
    memory = msgspec.msgpack.decode(state or b"", type=SurgeState)
    assert memory.counts.seen(2 * HOUR) < 50
    (told,) = memory.excluded
    assert (told.source, told.why, told.posts, told.rang) == ("forum", Why.LATE, 214, False)
    assert TODAY - 26 * HOUR <= told.since < told.until < TODAY + NOON - 3 * HOUR
    assert told.heard == TODAY + NOON


def test_a_source_first_heard_today_brings_its_past_without_a_ring(known: bytes) -> None:
    past = heard(spread(TODAY + 2 * HOUR, TODAY + NOON - HOUR, 200), TODAY + NOON, "bluesky")
    state, events = fold_all(minutes([*today_until(TODAY + NOON), *past]), known)
    assert events == []
    assert [(told.source, told.why, told.posts) for told in excluded_of(state)] == [
        ("bluesky", Why.NEW_SOURCE, sum(TODAY + NOON - one.written > 2 * HOUR for one in past if one.written))
    ]


def test_a_source_that_tells_the_day_alone_makes_no_rise_at_midnight(known: bytes) -> None:
    dated = [post(LONG_AGO + at, TODAY + NOON, written=TODAY - DAY, source="forum") for at in range(80)]
    state, events = fold_all(minutes([*today_until(TODAY + NOON), *dated]), known)
    assert events == []
    assert [told.why for told in excluded_of(state)] == [Why.DAY_ONLY]


def test_a_machine_that_was_off_for_ten_hours_catches_up_without_a_ring(known: bytes) -> None:
    back_at = TODAY + 19 * HOUR
    day = said(day_of(21))
    before = [one for one in day if one.minute < back_at - 10 * HOUR]
    missed = heard((one for one in day if back_at - 10 * HOUR <= one.minute < back_at), back_at)
    after = [one for one in day if one.minute >= back_at]
    assert len(missed) > 100
    state, events = fold_all(minutes([*before, *missed, *after]), known)
    assert events == []
    assert Why.INTERRUPTED in {told.why for told in excluded_of(state)}
    memory = msgspec.msgpack.decode(state or b"", type=SurgeState)
    history = memory.counts.history()
    assert abs(int(history[-288:].sum()) - len(day)) < 20, "what was said is known now, nothing stands for it"


def test_a_catching_up_in_pages_minutes_apart_rings_nothing(known: bytes) -> None:
    back_at = TODAY + 19 * HOUR
    day = said(day_of(21))
    missed = [one for one in day if back_at - 10 * HOUR <= one.minute < back_at]
    pages = [msgspec.structs.replace(one, minute=back_at + number % 7) for number, one in enumerate(missed)]
    before = [one for one in day if one.minute < back_at - 10 * HOUR]
    _, events = fold_all(minutes([*before, *pages]), known)
    assert events == []


def test_a_crisis_that_ran_while_the_machine_was_off_is_told_once_as_one_of_that_hour(known: bytes) -> None:
    back_at, begins = TODAY + 19 * HOUR, TODAY + 13 * HOUR
    day = said(day_of(21))
    crisis = spread(begins, begins + 2 * HOUR, 300)
    missed = [one for one in [*day, *crisis] if back_at - 10 * HOUR <= one.minute < back_at]
    pages = [msgspec.structs.replace(one, minute=back_at + number % 5) for number, one in enumerate(missed)]
    before = [one for one in day if one.minute < back_at - 10 * HOUR]
    after = [one for one in day if one.minute >= back_at + 5]
    state, events = fold_all(minutes([*before, *pages, *after]), known)
    (surge,) = surges_of(events)
    assert back_at < minute_of(surge.at) <= back_at + 6
    assert begins - 30 <= minute_of(surge.since) <= begins + 2 * HOUR
    assert "surge.heard_late" in {reason.code for reason in surge.reasons}
    assert any(told.rang for told in excluded_of(state))


def test_a_crisis_that_still_runs_when_the_machine_is_back_rings_as_ever(known: bytes) -> None:
    back_at = TODAY + 15 * HOUR
    crisis = spread(back_at - HOUR, back_at + 2 * HOUR, 500)
    posts = [msgspec.structs.replace(one, minute=max(one.minute, back_at)) for one in crisis]
    surges = surges_of(fold_all(minutes([*today_until(TODAY + 9 * HOUR), *posts]), known)[1])
    assert surges
    assert minute_of(surges[0].at) <= back_at + 30


def test_a_feed_that_returns_after_a_day_with_its_backlog_rings_nothing(known: bytes) -> None:
    silent_from, back_at = TODAY + 2 * HOUR, TODAY + 22 * HOUR
    feed = said(day_of(21))
    forum = said({TODAY + hour * HOUR: 1 for hour in range(23)}, "forum", 700_000)  # others go on: there is no gap
    held = [one if one.minute < silent_from else msgspec.structs.replace(one, minute=max(back_at, one.minute))
            for one in feed]  # fmt: skip
    state, events = fold_all(minutes([*held, *forum]), known)
    assert events == []
    assert [(told.source, told.why) for told in excluded_of(state)] == [("feed", Why.LATE)]


def test_a_dangerous_post_rings_however_late_it_is_heard(known: bytes) -> None:
    late = post(1, TODAY + NOON, written=TODAY - 20 * HOUR, danger=True, severity=95)
    _, events = fold_all([closed(TODAY + NOON, [late])], known)
    assert [event.kind for event in events] == [EventKind.DANGER]


def test_a_feed_that_is_always_an_hour_behind_still_rings_for_a_rise(known: bytes) -> None:
    begins = TODAY + NOON
    rise = spread(begins, begins + 4 * HOUR, 500)
    slow = [msgspec.structs.replace(one, minute=one.minute + HOUR) for one in rise]
    surges = surges_of(fold_all(minutes(slow), known)[1])
    assert surges
    assert minute_of(surges[0].at) <= begins + 2 * HOUR


def test_the_same_posts_in_any_number_of_folds_give_the_same_memory(known: bytes) -> None:
    late = heard(spread(TODAY - 26 * HOUR, TODAY + NOON - 3 * HOUR, 214), TODAY + NOON, "forum")
    rest = said({TODAY + NOON + at: 2 for at in range(0, 90, 3)})
    whole = fold_all(minutes([*late, *rest]), known)
    state, events = known, []
    for minute in minutes([*late, *rest]):
        state, found = SurgeFold(ALBA, TIMELINE).merge(state, minute)
        events += found
    assert (state, events) == whole


def test_a_clock_that_ran_ahead_keeps_what_an_hour_of_the_week_holds(known: bytes) -> None:
    state, _ = fold_all([closed(START + 9000 * DAY, [post(1, START + 9000 * DAY)])], known)
    counts = {minute: posts for day in range(21, 25) for minute, posts in day_of(day, seed=day).items()}
    state, events = fold_all(minutes(said(counts)), state)
    assert events == []
    assert Why.CLOCK in {told.why for told in excluded_of(state)}


def test_a_clock_that_goes_back_by_an_hour_rings_nothing(known: bytes) -> None:
    posts = said(day_of(21))
    first = [one for one in posts if one.minute < TODAY + 15 * HOUR]
    again = [msgspec.structs.replace(one, minute=one.minute - HOUR) for one in posts if one.minute >= TODAY + 15 * HOUR]
    state, events = fold_all(minutes(first), known)
    for minute in minutes(again):
        state, found = fold_all([minute], state)
        events += found
    assert events == []


def test_a_brand_with_one_mention_a_week_rings_for_none_of_them() -> None:
    weekly = said({START + week * 7 * DAY + NOON + week * 37: 1 for week in range(30)})
    state, events = fold_all(minutes(weekly))
    assert events == []
    assert state is not None
    assert len(state) < 40_000


def test_a_million_in_one_hour_ring_once_or_twice_and_leave_a_small_memory(known: bytes) -> None:
    fold = SurgeFold(ALBA, TIMELINE)
    crowd = [post(at, TODAY, written=TODAY, exact=at) for at in range(2_000)]
    state, surges = known, []
    for at in range(HOUR):
        minute = TODAY + NOON + at
        state, events = fold.merge(state, closed(minute, [msgspec.structs.replace(one, minute=minute, written=minute)
                                                          for one in crowd]))  # fmt: skip
        surges += surges_of(events)
    assert 1 <= len(surges) <= 3
    assert len(state) < len(known) + 30_000


def test_a_thousand_sources_and_a_month_of_late_posts_leave_a_small_memory(known: bytes) -> None:
    state: bytes | None = known
    for day in range(30):
        late = [
            post(day * 1000 + at, TODAY + day * DAY + NOON, written=TODAY + day * DAY - at * 7, source=f"s{day}-{at}")
            for at in range(1, 40)
        ]
        state, events = fold_all(minutes(late), state)
        assert events == []
    assert state is not None
    assert len(state) < len(known) + 12_000
    assert len(excluded_of(state)) == 16
