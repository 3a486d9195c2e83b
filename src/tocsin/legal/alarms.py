"""When to ring before a term ends: at half of it, 30, 15, 7 and 2 days before the safe day, and for the draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from tocsin.legal.calendar import calendar_of
from tocsin.legal.clock import day_of
from tocsin.legal.values import Clock, RuleKind

DAYS_BEFORE = (30, 15, 7, 2)
HOURS_BEFORE = (24, 6, 2)
DRAFT_DAYS = 10  # a lawyer needs the draft at least so many days before the act


class AlarmKind(StrEnum):
    """Why to ring."""

    HALF = "half"
    BEFORE = "before"  # `left` days (or hours, for a term in hours) before the safe day
    DRAFT = "draft"  # last working day for the draft to reach the lawyer
    RULE = "rule"  # a day of the term that the rule itself names


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm: its day in the rule's zone, what is left to the safe day, and its instant for a term in hours.

    left: days before the safe day, or hours before the last instant where `at` is given; >= 0.
    """

    kind: AlarmKind
    day: date
    left: int
    at: datetime | None = None


def alarms(clock: Clock, now: datetime) -> tuple[Alarm, ...]:
    """Return the alarms still to come, soonest first: none of a day before `now`, none before the term began.

    now: aware instant. Two alarms never share a day (or an instant): the one with the least left is kept, a draft or a
    day that the rule names before any other. Raises ValueError if `now` has no offset.
    """
    if now.utcoffset() is None:
        raise ValueError(f"{now!r} has no offset")
    if clock.rule.kind is RuleKind.HOURS:
        return _in_hours(clock, now)
    today = day_of(now, clock.rule.zone)
    kept: dict[date, Alarm] = {}
    for alarm in _in_days(clock):
        if alarm.day >= today and clock.term.start < alarm.day <= clock.term.safe_day:
            kept.setdefault(alarm.day, alarm)
    return tuple(kept[day] for day in sorted(kept))


def _in_days(clock: Clock) -> Iterator[Alarm]:
    """Yield every alarm of a term in days, those that win a shared day first."""
    safe, start = clock.term.safe_day, clock.term.start
    if clock.rule.alarm_day is not None:
        day = start + timedelta(days=clock.rule.alarm_day)
        yield Alarm(kind=AlarmKind.RULE, day=day, left=(safe - day).days)
    draft = calendar_of(clock.place, good_friday=clock.good_friday).last_working(safe - timedelta(days=DRAFT_DAYS))
    yield Alarm(kind=AlarmKind.DRAFT, day=draft, left=(safe - draft).days)
    for left in reversed(DAYS_BEFORE):
        yield Alarm(kind=AlarmKind.BEFORE, day=safe - timedelta(days=left), left=left)
    half = start + timedelta(days=(safe - start).days // 2)
    yield Alarm(kind=AlarmKind.HALF, day=half, left=(safe - half).days)


def _in_hours(clock: Clock, now: datetime) -> tuple[Alarm, ...]:
    last = clock.term.last_useful_instant
    if last is None:
        return ()
    length_h = clock.rule.length.count
    wanted = {length_h // 2: AlarmKind.HALF} | dict.fromkeys(HOURS_BEFORE, AlarmKind.BEFORE)
    found = []
    for left in sorted(wanted, reverse=True):
        at = last - timedelta(hours=left)
        if now <= at and left < length_h:
            found.append(Alarm(kind=wanted[left], day=day_of(at, clock.rule.zone), left=left, at=at))
    return tuple(found)
