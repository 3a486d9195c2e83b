"""Deadlines of cases: each with its days or its error, as rows, as a calendar file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import TocsinError
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.law.clock_words import ClockWords
from tocsin.legal.alarms import Alarm, alarms
from tocsin.legal.cases import cases_of, id_of, read_case
from tocsin.legal.clock import day_of, run
from tocsin.legal.ics import Entry, Ring, calendar_file
from tocsin.legal.packs import Law, doubts_of
from tocsin.legal.values import Clock

_RING_AT = time(9, 0)  # on the clocks of the rule's zone


class Outcome(msgspec.Struct, frozen=True):
    """What became of one case: its clock, or the error that kept it from having one."""

    id: str
    clock: Clock | None
    error: TocsinError | None = None


def deadlines(content: bytes, law: Law) -> Iterator[Outcome]:
    """Yield the outcome of each case of a file, in its order. Raises InputError if the file itself cannot be read."""
    for number, raw in enumerate(cases_of(content), 1):
        name = id_of(raw, number)
        try:
            yield Outcome(name, run(law, read_case(raw, law, name)))
        except TocsinError as error:
            yield Outcome(name, None, error)


def row_of(clock: Clock) -> dict[str, Any]:
    """Return the days of a clock: id, last_useful_day, extended_day, safe_day, and later_reading where there is one.

    A term in hours gives id, last_useful_instant and latest_reading. Days and instants are ISO.
    """
    term = clock.term
    if term.last_useful_instant is not None and term.latest_reading is not None:
        return {
            "id": clock.case_id,
            "last_useful_instant": term.last_useful_instant.isoformat(),
            "latest_reading": term.latest_reading.isoformat(),
        }
    row: dict[str, Any] = {
        "id": clock.case_id,
        "last_useful_day": term.last_useful_day.isoformat(),
        "extended_day": term.extended_day.isoformat() if term.extended_day else None,
        "safe_day": term.safe_day.isoformat(),
    }
    if term.later_reading is not None:
        row["later_reading"] = term.later_reading.isoformat()
    return row


def told_row(clock: Clock, words: ClockWords, now: datetime) -> dict[str, Any]:
    """Return the days of a clock with its rule, reasons, doubts, alarms still to come, and the clocks beside it."""
    today = day_of(now, clock.rule.zone)
    row = row_of(clock)
    row["rule"] = clock.rule.id
    row["article"] = clock.rule.article
    row["starts"] = clock.term.start.isoformat()
    row["state"] = clock.state(now).value
    row["reasons"] = list(words.reasons(clock))
    row["notes"] = words.notes(clock.rule)
    row["confidence"] = clock.rule.confidence.value
    row["doubts"] = list(words.doubts(clock.rule, doubts_of(clock.rule, today)))
    row["sources"] = list(clock.rule.sources)
    row["last_checked"] = clock.rule.last_checked.isoformat()
    if clock.notice_by is not None:
        row["notice_by"] = clock.notice_by.isoformat()
    row["alarms"] = [_alarm_row(alarm) for alarm in alarms(clock, now)]
    row["beside"] = [told_row(other, words, now) for other in clock.beside]
    return row


def _alarm_row(alarm: Alarm) -> dict[str, Any]:
    row = {"day": alarm.day.isoformat(), "kind": alarm.kind.value, "left": alarm.left}
    return row if alarm.at is None else {**row, "at": alarm.at.isoformat()}


def calendar_bytes(clocks: Sequence[Clock], law: Law, t: Translator, now: datetime) -> bytes:
    """Return a calendar file of clocks and those beside them: the safe day with its alarms, and the last useful day."""
    words = ClockWords(law, t)
    every = [one for clock in clocks for one in (clock, *clock.beside)]
    return calendar_file([entry for clock in every for entry in _entries(clock, words, t, now)], now)


def _entries(clock: Clock, words: ClockWords, t: Translator, now: datetime) -> Iterator[Entry]:
    zone = ZoneInfo(clock.rule.zone)
    name = words.name(clock.rule)
    told = "\n".join([clock.rule.article, *words.reasons(clock), words.notes(clock.rule)]).strip()
    rings = tuple(
        Ring(
            alarm.at or datetime.combine(alarm.day, _RING_AT, zone),
            t.text(N_("{name}: {what}"), name=name, what=words.alarm(alarm)),
        )
        for alarm in alarms(clock, now)
    )
    day: date | datetime = clock.term.last_useful_instant or clock.term.safe_day
    last = words.day(clock.term.last_useful_day)
    safe = t.text(N_("{name}: act by this day (last useful day {last})"), name=name, last=last)
    yield Entry(uid=_uid(clock, "safe"), day=day, summary=safe, description=told, rings=rings)
    if clock.term.last_useful_instant is None and clock.term.safe_day != clock.term.last_useful_day:
        end = t.text(N_("{name}: last useful day"), name=name)
        yield Entry(uid=_uid(clock, "last"), day=clock.term.last_useful_day, summary=end, description=told)


def _uid(clock: Clock, what: str) -> str:
    key = f"{clock.case_id}\n{clock.rule.id}\n{what}".encode()
    return f"{hashlib.sha256(key).hexdigest()[:32]}@tocsin"
