from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.legal.alarms import Alarm, AlarmKind, alarms
from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Clock, RuleKind

LAW = load_packs()
PRESS = "fr.1881.diffamation_publique"


def _clock(ground: str, **event: str) -> Clock:
    return run(LAW, read_case({"ground": ground, "event": event}, LAW, "A"))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(11), UTC)


def test_a_press_term_rings_at_half_thirty_fifteen_seven_and_two_days_and_for_the_draft() -> None:
    found = alarms(_clock(PRESS, first_online="2026-01-15"), _noon(date(2026, 1, 15)))
    assert [(alarm.day, alarm.kind, alarm.left) for alarm in found] == [
        (date(2026, 3, 1), AlarmKind.HALF, 45),
        (date(2026, 3, 16), AlarmKind.BEFORE, 30),
        (date(2026, 3, 31), AlarmKind.BEFORE, 15),
        (date(2026, 4, 3), AlarmKind.DRAFT, 12),  # Sunday 5 April is ten days before, Friday the last working day
        (date(2026, 4, 8), AlarmKind.BEFORE, 7),
        (date(2026, 4, 13), AlarmKind.BEFORE, 2),
    ]


def test_alarms_of_the_past_are_not_invented() -> None:
    clock = _clock(PRESS, first_online="2026-01-15")
    assert [alarm.left for alarm in alarms(clock, _noon(date(2026, 4, 8)))] == [7, 2]
    assert alarms(clock, _noon(date(2026, 4, 14))) == ()


def test_a_day_in_paris_begins_before_it_does_in_utc() -> None:
    clock = _clock(PRESS, first_online="2026-01-15")
    assert [alarm.left for alarm in alarms(clock, datetime(2026, 4, 13, 22, 30, tzinfo=UTC))] == []
    assert [alarm.left for alarm in alarms(clock, datetime(2026, 4, 12, 22, 30, tzinfo=UTC))] == [2]


def test_the_offer_of_proof_rings_on_the_eighth_day() -> None:
    clock = _clock("fr.1881.offre_de_preuve_55", summons_served="2026-09-01")
    assert Alarm(kind=AlarmKind.RULE, day=date(2026, 9, 9), left=2) in alarms(clock, _noon(date(2026, 9, 1)))


def test_the_next_act_of_the_claimant_rings_at_two_months_and_a_half() -> None:
    clock = _clock("fr.1881.acte_interruptif_65", last_claimant_act="2026-03-10")
    assert AlarmKind.RULE in [alarm.kind for alarm in alarms(clock, _noon(date(2026, 3, 10)))]


def test_a_term_in_hours_rings_in_hours() -> None:
    clock = _clock("eu.gdpr.art33_breach", aware_at="2026-11-20T17:40:00+01:00")
    found = alarms(clock, datetime(2026, 11, 20, 17, tzinfo=UTC))
    assert [(alarm.kind, alarm.left) for alarm in found] == [
        (AlarmKind.HALF, 36),
        (AlarmKind.BEFORE, 24),
        (AlarmKind.BEFORE, 6),
        (AlarmKind.BEFORE, 2),
    ]
    assert found[0].at == datetime.fromisoformat("2026-11-22T05:40:00+01:00")
    assert len(alarms(clock, datetime(2026, 11, 23, 9, tzinfo=UTC))) == 2


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        alarms(_clock(PRESS, first_online="2026-01-15"), datetime(2026, 1, 15))  # noqa: DTZ001


IN_DAYS = [rule for rule in LAW.rules.values() if rule.kind is not RuleKind.HOURS]


@given(st.sampled_from(IN_DAYS), st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(-10, 4000))
def test_alarms_lie_between_today_and_the_safe_day_one_a_day(rule, start: date, later: int) -> None:  # type: ignore[no-untyped-def]
    clock = _clock(rule.id, **{rule.starts[0]: start.isoformat()})
    today = start + timedelta(days=later)
    days = [alarm.day for alarm in alarms(clock, _noon(today))]
    assert days == sorted(set(days))
    assert all(max(today, clock.term.start + timedelta(days=1)) <= day <= clock.term.safe_day for day in days)
    assert all(alarm.left == (clock.term.safe_day - alarm.day).days for alarm in alarms(clock, _noon(today)))
