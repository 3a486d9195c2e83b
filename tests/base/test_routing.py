"""Who is called, in which order, at which hour: never nobody, never twice, and right when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.routing import (
    By,
    Dated,
    First,
    Level,
    Routing,
    Rule,
    Team,
    Turn,
    When,
    foresee,
    hand_over,
    next_step,
    on_call,
)

PARIS = ZoneInfo("Europe/Paris")
ALICE, BRUNO, CHLOE = 1, 2, 3
TEAM = Team(there=(ALICE, BRUNO, CHLOE), owners=(ALICE,), order=(ALICE, BRUNO))
NIGHTS = Turn(person=BRUNO, days=(0, 1, 2, 3, 4, 5, 6), start=22 * 60, end=6 * 60)
WEEKEND = Turn(person=ALICE, days=(5, 6), start=0, end=0)
SATURDAY = datetime(2026, 3, 7, 22, tzinfo=UTC)  # 23 h in Paris


def paris(*wall: int, fold: int = 0) -> datetime:
    return datetime(*wall, tzinfo=PARIS, fold=fold).astimezone(UTC)  # type: ignore[misc]


def test_nobody_on_call_leaves_the_owner() -> None:
    first = next_step(Routing(), Level.ALARM, TEAM, frozenset(), (SATURDAY, PARIS))
    assert first is not None
    assert (first.called, first.copied) == ((ALICE,), (BRUNO,))


def test_the_one_on_call_is_called_first_and_may_be_outside_the_order() -> None:
    routing = Routing(turns=(msgspec.structs.replace(NIGHTS, person=CHLOE),))
    rounds = foresee(routing, Level.ALARM, TEAM, (SATURDAY, PARIS))
    assert [step.called for _, step in rounds] == [(CHLOE,), (ALICE,), (BRUNO,), (ALICE, BRUNO, CHLOE)]
    assert [at - SATURDAY for at, _ in rounds] == [timedelta(minutes=30 * n) for n in range(4)]
    assert [step.is_last for _, step in rounds] == [False, False, False, True]


def test_a_shift_that_begins_meanwhile_is_called_before_the_order() -> None:
    routing = Routing(turns=(Turn(person=CHLOE, days=(5,), start=23 * 60 + 15, end=23 * 60 + 59),))
    assert [step.called for _, step in foresee(routing, Level.ALARM, TEAM, (SATURDAY, PARIS))][:2] == [
        (ALICE,),
        (CHLOE,),
    ]


def test_a_watch_is_never_called_nor_escalated() -> None:
    ((_, step),) = foresee(Routing(), Level.WATCH, TEAM, (SATURDAY, PARIS))
    assert (step.called, step.copied) == ((), (ALICE, BRUNO))
    assert not Routing().watch.wakes


def test_what_stands_on_the_page_alone_is_told_to_nobody() -> None:
    routing = Routing(watch=Rule(when=When.PAGE))
    assert next_step(routing, Level.WATCH, TEAM, frozenset(), (SATURDAY, PARIS)) is None


def test_an_absent_person_is_passed_over_and_a_holiday_has_its_own() -> None:
    christmas = date(2026, 12, 24)
    routing = Routing(
        turns=(WEEKEND,),
        dated=(
            Dated(person=ALICE, first=christmas, last=date(2026, 12, 27), is_away=True),
            Dated(person=CHLOE, first=date(2026, 12, 26), last=date(2026, 12, 26), is_away=False),
        ),
    )
    on_saturday = foresee(routing, Level.DANGER, TEAM, (paris(2026, 12, 26, 15), PARIS))
    assert [step.called for _, step in on_saturday] == [(CHLOE,), (BRUNO,), (BRUNO, CHLOE)]
    on_sunday = foresee(routing, Level.DANGER, TEAM, (paris(2026, 12, 27, 15), PARIS))
    assert on_sunday[0][1].called == (ALICE,)  # the only owner, away: better than nobody
    assert next_step(routing, Level.ALARM, TEAM, frozenset({ALICE}), (paris(2026, 12, 28, 9), PARIS)).called == (BRUNO,)


def test_a_night_shift_holds_through_the_hour_that_is_skipped() -> None:
    routing = Routing(turns=(NIGHTS,))
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 1:59, then 3:00
    assert on_call(routing, TEAM, before, PARIS) == on_call(routing, TEAM, after, PARIS) == (BRUNO,)
    assert hand_over(routing, TEAM, before, PARIS) == datetime(2026, 3, 29, 4, tzinfo=UTC)  # 6 h, an hour earlier
    assert on_call(routing, TEAM, datetime(2026, 3, 29, 4, tzinfo=UTC), PARIS) == ()


def test_a_night_shift_holds_through_the_hour_that_is_repeated() -> None:
    routing = Routing(turns=(NIGHTS,))
    for hour in (0, 1, 2, 3, 4):
        assert on_call(routing, TEAM, datetime(2026, 10, 25, hour, 30, tzinfo=UTC), PARIS) == (BRUNO,)
    assert hand_over(routing, TEAM, datetime(2026, 10, 25, 0, tzinfo=UTC), PARIS) == paris(2026, 10, 25, 6)
    assert paris(2026, 10, 25, 6) == datetime(2026, 10, 25, 5, tzinfo=UTC)


def test_a_shift_that_begins_in_the_skipped_hour_begins_with_the_next() -> None:
    routing = Routing(turns=(Turn(person=BRUNO, days=(6,), start=150, end=600),))
    assert on_call(routing, TEAM, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), PARIS) == ()
    assert hand_over(routing, TEAM, datetime(2026, 3, 29, 0, tzinfo=UTC), PARIS) is not None
    assert on_call(routing, TEAM, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), PARIS) == (BRUNO,)


people = st.lists(st.integers(1, 5), max_size=5, unique=True).map(tuple)
rules = st.builds(
    Rule,
    when=st.sampled_from(When),
    first=st.sampled_from(First),
    by=st.sampled_from(By),
    copies=st.booleans(),
    wait_min=st.sampled_from((0, 5, 30)),
    wakes=st.booleans(),
)
days = st.dates(date(2026, 3, 20), date(2026, 4, 5))
routings = st.builds(
    Routing,
    alarm=rules,
    turns=st.lists(
        st.builds(
            Turn,
            person=st.integers(1, 5),
            days=st.lists(st.integers(0, 6), unique=True).map(tuple),
            start=st.integers(0, 1439),
            end=st.integers(0, 1439),
        ),
        max_size=4,
    ).map(tuple),
    dated=st.lists(
        st.builds(Dated, person=st.integers(1, 5), first=days, last=days, is_away=st.booleans()), max_size=3
    ).map(tuple),
)
instants = st.integers(0, 8 * 1440).map(lambda minutes: datetime(2026, 3, 25, tzinfo=UTC) + timedelta(minutes=minutes))


@given(routings, people.filter(bool), instants)
def test_somebody_is_called_at_once_everybody_in_the_end_and_nobody_twice_before(
    routing: Routing, order: tuple[int, ...], at: datetime
) -> None:
    team = Team(there=(1, 2, 3, 4, 5), owners=order[:1], order=order)
    rounds = foresee(routing, Level.ALARM, team, (at, PARIS))
    if routing.alarm.when is not When.AT_ONCE:
        assert all(not step.called for _, step in rounds)
        return
    assert rounds[0][1].called
    if routing.alarm.wait_min == 0:
        assert len(rounds) == 1
        return
    before = [one for _, step in rounds if not step.is_last for one in step.called]
    assert len(before) == len(set(before))
    assert rounds[-1][1].is_last
    assert [at for at, _ in rounds] == sorted({at for at, _ in rounds})


@given(routings, instants)
def test_who_is_on_call_is_there_and_not_away_and_changes_at_the_hand_over_alone(
    routing: Routing, at: datetime
) -> None:
    there = on_call(routing, TEAM, at, PARIS)
    local = at.astimezone(PARIS).date()
    away = {one.person for one in routing.dated if one.is_away and one.first <= local <= one.last}
    assert set(there) <= set(TEAM.there) - away
    then = hand_over(routing, TEAM, at, PARIS)
    if then is not None and then - at > timedelta(minutes=2):
        assert then > at
        middle = at + (then - at) / 2
        assert on_call(routing, TEAM, middle, PARIS) == there


@pytest.mark.parametrize("level", Level)
def test_each_level_has_its_rule(level: Level) -> None:
    assert Routing().rule(level) == getattr(Routing(), level.value)


def test_what_is_kept_reads_back_the_same() -> None:
    routing = Routing(
        turns=(NIGHTS,),
        order=(BRUNO,),
        dated=(Dated(person=1, first=date(2026, 1, 1), last=date(2026, 1, 2), is_away=True),),
    )
    assert msgspec.json.decode(msgspec.json.encode(routing), type=Routing) == routing
