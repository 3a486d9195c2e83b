"""Run a rule of time on a case: the running term after the last act that counts, and why.

The reading is the strict one throughout: what is debated does not count, and is told with the later day it would give.
An act counts only within the term that runs when it is done: one day late, it revives nothing. A new publication of the
author is a new fact and starts a new term even after the first has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from tocsin.base.errors import InputError
from tocsin.legal.calendar import Calendar, calendar_of
from tocsin.legal.count import COUNTING, Counted, add_months, date_to_date, hours
from tocsin.legal.packs import Law
from tocsin.legal.values import (
    Act,
    ActRule,
    Case,
    Clock,
    ClockReason,
    Effect,
    Length,
    Remark,
    Republication,
    Residence,
    Rule,
    RuleKind,
    Several,
    Term,
    Unit,
    Words,
)


def run(law: Law, case: Case) -> Clock:
    """Return the clock of the case's ground, with the clocks of the rules that are shown beside it and have started.

    Raises NotFoundError for an unknown ground, InputError where no starting event, place or usable year is given.
    """
    rule = law.rule(case.ground)
    clock = _clock(law, rule, case)
    others = (law.rules[name] for name in rule.beside)
    beside = tuple(_clock(law, other, case) for other in others if any(name in case.events for name in other.starts))
    return Clock(
        rule=clock.rule,
        case_id=clock.case_id,
        term=clock.term,
        reasons=clock.reasons,
        beside=beside,
        notice_by=clock.notice_by,
        place=clock.place,
        good_friday=clock.good_friday,
    )


def day_of(at: date | datetime, zone: str) -> date:
    """Return the day of an instant on the clocks of `zone`; a day, or an instant without offset, is taken as it is.

    >>> day_of(datetime.fromisoformat("2026-01-14T23:30:00+00:00"), "Europe/Paris").isoformat()
    '2026-01-15'
    """
    if not isinstance(at, datetime):
        return at
    return (at if at.tzinfo is None else at.astimezone(ZoneInfo(zone))).date()


_Params = dict[str, str | int | date | Words]


class _Start(NamedTuple):
    first: date
    latest: date
    reasons: tuple[ClockReason, ...]


def _clock(law: Law, rule: Rule, case: Case) -> Clock:
    calendar = calendar_of(case.place or rule.place, good_friday=case.good_friday)
    if rule.kind is RuleKind.HOURS:
        return _hours_clock(rule, case, calendar)
    start = _start(rule, case)
    strict = _Walk(law, rule, case, calendar, counts_debated=False).through(start.first)
    widest = _Walk(law, rule, case, calendar, counts_debated=True).through(start.latest)
    later = _later(rule, strict, widest, calendar)
    last, extended = strict.counted
    term = Term(
        start=strict.start,
        last_useful_day=last,
        safe_day=calendar.last_working(last),
        extended_day=extended,
        later_reading=later,
    )
    notice_by = None
    if rule.notice_working_days:
        notice_by = calendar.working_before(term.safe_day, rule.notice_working_days + 1)
    reasons = (*start.reasons, *_unused(rule, case), *strict.reasons, *_end_reasons(rule, term, calendar, notice_by))
    return Clock(
        rule=rule,
        case_id=case.id,
        term=term,
        reasons=reasons,
        notice_by=notice_by,
        place=calendar.place,
        good_friday=case.good_friday,
    )


def _hours_clock(rule: Rule, case: Case, calendar: Calendar) -> Clock:
    name = next((name for name in rule.starts if name in case.events), None)
    if name is None:
        _refuse_start(rule)
    at = case.events[name]
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise InputError(
            "{event}={at} has no hour or no offset, which a term in hours needs; write 2026-11-20T17:40:00+01:00.",
            event=name,
            at=at,
        )
    counted = hours(at, rule.length.count)
    last = day_of(counted.last, rule.zone)
    term = Term(
        start=day_of(at, rule.zone),
        last_useful_day=last,
        safe_day=last,  # hours run on days when nobody works: there is no earlier day to aim at
        last_useful_instant=counted.last,
        latest_reading=counted.latest,
    )
    reasons = [ClockReason(Remark.STARTED, {"event": name, "day": term.start})]
    if not rule.statutory:
        reasons.append(ClockReason(Remark.NOT_STATUTORY))
    return Clock(
        rule=rule,
        case_id=case.id,
        term=term,
        reasons=tuple(reasons),
        place=calendar.place,
        good_friday=case.good_friday,
    )


def _start(rule: Rule, case: Case) -> _Start:
    days = {name: day_of(at, rule.zone) for name, at in case.events.items()}
    given = [name for name in rule.starts if name in days]
    if not given:
        name = next((name for name in rule.fallback if name in days), None)
        if name is None:
            _refuse_start(rule)
        reason = ClockReason(Remark.STARTED_BY_FALLBACK, {"event": name, "day": days[name], "wanted": rule.starts[0]})
        return _Start(days[name], days[name], (reason,))
    name = given[0] if rule.several is Several.FIRST_NAMED else min(given, key=lambda one: days[one])
    latest = max(given, key=lambda one: days[one]) if rule.several is Several.EARLIEST else name
    if days[latest] == days[name]:
        return _Start(days[name], days[name], (ClockReason(Remark.STARTED, {"event": name, "day": days[name]}),))
    params: _Params = {"event": name, "day": days[name], "other": latest, "other_day": days[latest]}
    return _Start(days[name], days[latest], (ClockReason(Remark.STARTED_EARLIEST, params),))


def _unused(rule: Rule, case: Case) -> Sequence[ClockReason]:
    """Return the events that were told and start nothing here: who counts on one of them must see it."""
    used = {*rule.starts, *rule.fallback, *(rule.cap.starts if rule.cap else ())}
    days = {name: day_of(at, rule.zone) for name, at in case.events.items() if name not in used}
    return [ClockReason(Remark.NOT_A_START, {"event": name, "day": day}) for name, day in days.items()]


def _refuse_start(rule: Rule) -> NoReturn:
    raise InputError(
        "{rule} starts with {events}; the case gives none of these.",
        rule=rule.id,
        events=" / ".join((*rule.starts, *rule.fallback)),
    )


@dataclass
class _Walk:
    """One passage through publications and acts, oldest first; `start` and `counted` are the running term."""

    law: Law
    rule: Rule
    case: Case
    calendar: Calendar
    counts_debated: bool

    def through(self, start: date) -> _Walk:
        """Walk from the first start to the last thing that happened, and return the walk itself."""
        self.reasons: list[ClockReason] = []
        self.opened, self.failed, self.cap_lifted = False, False, False
        self.cap = self._cap_of(self._fact_day(start))
        self._begin(start)
        events: list[tuple[date, int, Republication | Act]] = [(one.day, 0, one) for one in self.case.republications]
        events += [(one.day, 1, one) for one in self.case.acts]
        for _, _, one in sorted(events, key=lambda event: (event[0], event[1], event[2].kind)):
            if isinstance(one, Act):
                self._act(one)
            else:
                self._republication(one)
        self._say_limits()
        return self

    def _begin(self, start: date) -> None:
        lengths = [self.rule.length]
        months = {Residence.OVERSEAS: 1, Residence.ABROAD: 2}.get(self.case.residence, 0)
        if self.rule.distance and months:
            lengths.append(Length(months, Unit.MONTH))
        self.start = self.suspended_until = start
        self.counted = self._capped(COUNTING[self.rule.extension](start, lengths, self.calendar))

    def _capped(self, counted: Counted) -> Counted:
        if self.cap is None or self.cap_lifted or counted.last <= self.cap:
            return counted
        return Counted(self.cap, None)

    def _fact_day(self, start: date) -> date | None:
        cap = self.rule.cap
        if cap is None:
            return None
        name = next((name for name in cap.starts if name in self.case.events), None)
        return day_of(self.case.events[name], self.rule.zone) if name else None

    def _cap_of(self, fact: date | None) -> date | None:
        cap = self.rule.cap
        return date_to_date(fact, [cap.length], self.calendar) if cap and fact else None

    def _republication(self, one: Republication) -> None:
        known = next((again for again in self.rule.republications if again.kind == one.kind), None)
        params: _Params = {"republication": one.kind, "day": one.day}
        if known is not None:
            params["why"] = known.why
        if known is None or not known.restarts:
            self._say(Remark.NOT_REPUBLISHED, params)
        elif one.day < self.start:
            self._say(Remark.TOO_EARLY, params)
        else:
            self.opened, self.failed, self.cap_lifted = False, False, False
            self.cap = self._cap_of(one.day)
            self._begin(one.day)
            self._say(Remark.REPUBLISHED, params)

    def _act(self, act: Act) -> None:
        known = next((one for one in self.rule.acts if one.kind == act.kind), None)
        params: _Params = {"act": act.kind, "day": act.day}
        if known is None or known.effect is Effect.NOTHING:
            self._say(Remark.NO_EFFECT, params if known is None else {**params, "why": known.why})
            return
        params["why"] = known.why
        obstacle = self._obstacle(act, known)
        if obstacle is not None:
            self.failed = self.failed or known.opens
            self._say(obstacle.code, {**params, **obstacle.params})
        elif known.effect is Effect.SUSPENDS:
            self._suspend(act, params)
        elif known.effect is Effect.DEBATED and not self.counts_debated:
            self._say(Remark.DEBATED, params)
        else:
            self.opened = self.opened or known.opens
            self.cap_lifted = self.cap_lifted or known.lifts_cap
            self._begin(act.day)
            self._say(Remark.RESTARTED, params)
            self._say_needs(act, known)

    def _obstacle(self, act: Act, known: ActRule) -> ClockReason | None:
        """Return why an act that could count does not: out of the term, a defect, or an action that is void."""
        last = self.counted.extended or self.counted.last
        if act.day < self.start:
            return ClockReason(Remark.TOO_EARLY)
        if act.day > last:
            return ClockReason(Remark.TOO_LATE, {"last": last})
        flags = self.law.words.flags
        for name, holds in act.flags.items():
            if name in flags.bad and holds:
                return ClockReason(Remark.DEFECT, {"flag": name})
            if name not in flags.bad and not holds:
                return ClockReason(Remark.NOT_MET if name in flags.good else Remark.UNKNOWN_FLAG, {"flag": name})
        if known.follows and self.failed and not self.opened:
            return ClockReason(Remark.ACTION_VOID)
        return None

    def _suspend(self, act: Act, params: _Params) -> None:
        if act.until is None:
            self._say(Remark.SUSPENSION_OPEN, params)
            return
        since = max(act.day, self.suspended_until)  # days that two acts cover are suspended once
        longer = self.counted.last + max(act.until - since, timedelta(0))
        self.suspended_until = max(act.until, self.suspended_until)
        least = add_months(act.until, _LEAST_AFTER_SUSPENSION_MONTHS)
        self.counted = self._capped(Counted(max(longer, least), None))
        self._say(Remark.SUSPENDED, {**params, "until": act.until})

    def _say_limits(self) -> None:
        cap = self.rule.cap
        if cap is not None and not self.cap_lifted:
            if self.cap is None:
                self._say(Remark.CAP_UNCHECKED, {"article": cap.article, "event": cap.starts[-1]})
            elif self.counted.last == self.cap:
                self._say(Remark.CAPPED, {"article": cap.article, "day": self.cap})
        if self.rule.distance and self.case.residence is not Residence.SAME:
            self._say(Remark.DISTANCE, {})

    def _say_needs(self, act: Act, known: ActRule) -> None:
        untold = [flag for flag in known.needs if flag not in act.flags]
        for flag in untold:
            self._say(Remark.TAKEN_AS_MET, {"act": act.kind, "flag": flag})
        flags = self.law.words.flags
        for flag in act.flags:
            if flag not in flags.good and flag not in flags.bad:
                self._say(Remark.UNWEIGHED_FLAG, {"act": act.kind, "flag": flag})

    def _say(self, code: Remark, params: _Params) -> None:
        self.reasons.append(ClockReason(code, params))


_LEAST_AFTER_SUSPENSION_MONTHS = 6  # Code civil, art. 2238, last sentence


def _later(rule: Rule, strict: _Walk, widest: _Walk, calendar: Calendar) -> date | None:
    """Return the latest day that another reading gives, None where every reading gives the same day."""
    days = [widest.counted.last]
    if rule.later is not None:
        days.append(date_to_date(strict.start, [rule.length, rule.later], calendar))
    latest = max(days)
    return latest if latest > strict.counted.last else None


def _end_reasons(rule: Rule, term: Term, calendar: Calendar, notice_by: date | None) -> Sequence[ClockReason]:
    """Return what there is to say of the end of the term."""
    found = []
    if term.extended_day is not None:
        params: _Params = {"day": term.extended_day, "text": rule.extension.value}
        is_local = calendar_of(rule.place).is_open(term.last_useful_day)
        found.append(ClockReason(Remark.EXTENDED_LOCALLY if is_local else Remark.EXTENDED, params))
    elif term.safe_day != term.last_useful_day:
        found.append(ClockReason(Remark.NOT_EXTENDED, {"day": term.last_useful_day}))
    if term.safe_day < term.start:
        found.append(ClockReason(Remark.NO_WORKING_DAY, {"day": term.safe_day}))
    if rule.later is not None and term.later_reading is not None:
        found.append(ClockReason(Remark.LATER_LENGTH, {"day": term.later_reading}))
    if notice_by is not None:
        found.append(ClockReason(Remark.NOTICE_BY, {"day": notice_by}))
    if not rule.statutory:
        found.append(ClockReason(Remark.NOT_STATUTORY))
    return found
