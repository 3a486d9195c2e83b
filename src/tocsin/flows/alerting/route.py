"""Route: make the rounds of telling that are due, each in one transaction; a round made twice is made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.person import Rhythm
from tocsin.base.routing import Level, Routing, Rule, Step, Team, When, next_step
from tocsin.base.seam import Delivery, OutboxRow
from tocsin.base.time import from_ms
from tocsin.flows.alerting.team import Reach, house_ways, is_given_up, level_of, reaches, team_of
from tocsin.flows.engine import Engine
from tocsin.store.alerting.rows import Telling, TellingBody, ToldRow

AT_ONCE = 50
UNREACHED = "none:"  # the way of somebody who has none: kept, so that they count as called and it is seen
LOUDNESS = {Level.SILENCE: 0, Level.WATCH: 1, Level.ALARM: 2, Level.DANGER: 2}


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with all that decides who is told of it now."""

    alert: Alert
    level: Level
    routing: Routing
    team: Team
    reach: dict[int, Reach]
    told: Sequence[Telling]
    now: datetime

    @property
    def rule(self) -> Rule:
        return self.routing.rule(self.level)

    @property
    def called(self) -> frozenset[int]:
        return called_of(self.told)


def route_due(engine: Engine, now: datetime) -> int:
    """Make the rounds that are due; return how many. Nothing is sent here: tellings go into the outbox."""
    made = 0
    for alert in engine.store.alerting.due(now, AT_ONCE):
        made += _make_round(engine, alert, now)
    return made


def called_of(told: Sequence[Telling]) -> frozenset[int]:
    """Return the people who were called; a copy calls nobody."""
    return frozenset(one.body.person for one in told if one.body.person and not one.body.is_copy)


def _make_round(engine: Engine, alert: Alert, now: datetime) -> bool:
    alerting = engine.store.alerting
    case = _case(engine, alert, now)
    later = _reopened_until(engine, case)
    if later is not None:
        alerting.postpone(alert, later)
        return False
    moment = (now, ZoneInfo(engine.store.brand(alert.brand).time_zone))
    step = next_step(case.routing, case.level, case.team, case.called, moment)
    if step is None:
        alerting.postpone(alert, None)
        return False
    tellings = list(_tellings(engine, case, step))
    rows = _gathered(engine, case, tellings)
    return alerting.advance(alert, _next_at(case, step, tellings), rows, now)


def _case(engine: Engine, alert: Alert, now: datetime) -> _Case:
    routing = engine.store.alerting.routing(alert.brand).routing
    return _Case(
        alert=alert,
        level=level_of(alert),
        routing=routing,
        team=team_of(engine, alert.brand, routing),
        reach=reaches(engine, alert.brand),
        told=engine.store.alerting.tellings([alert.id])[alert.id],
        now=now,
    )


def _reopened_until(engine: Engine, case: _Case) -> datetime | None:
    """Return until when the next round waits because the alert was opened again not long ago: time to look at it."""
    if not case.alert.step or case.alert.state is not AlertState.OPEN:
        return None
    log = engine.store.alert_log(case.alert.id)
    until = log[-1].at + timedelta(minutes=case.rule.wait_min) if log and log[-1].state is AlertState.OPEN else None
    return until if until is not None and until > case.now else None


def _next_at(case: _Case, step: Step, tellings: list[tuple[str, TellingBody]]) -> datetime | None:
    """Return when the next round comes: at once where nobody who is called can be reached, None for never."""
    if step.is_last or not step.called or case.rule.when is not When.AT_ONCE or not case.rule.wait_min:
        return None
    is_heard = any(not body.is_copy and body.person and not way.startswith(UNREACHED) for way, body in tellings)
    return case.now + timedelta(minutes=case.rule.wait_min) if is_heard else case.now


def _tellings(engine: Engine, case: _Case, step: Step) -> Iterator[tuple[str, TellingBody]]:
    """Yield (way, body) of a round, no address twice whatever its case."""
    given_up = {fault.channel for fault in engine.store.alerting.faults() if is_given_up(fault, case.now)}
    seen: set[str] = set()
    people = [(number, False) for number in step.called] + [(number, True) for number in step.copied]
    for number, is_copy in people:
        for way in _ways(case, number, given_up, is_copy=is_copy):
            if way.lower() not in seen:
                seen.add(way.lower())
                yield way, _body(case, number, is_copy=is_copy)
    if case.alert.step == 0:
        for way in house_ways(engine):
            if way.lower() not in seen:
                yield way, _body(case, 0, is_copy=False)


def _ways(case: _Case, number: int, given_up: set[str], *, is_copy: bool) -> tuple[str, ...]:
    reach = case.reach.get(number)
    if reach is None or (case.rule.when is When.DIGEST and reach.person.digest is not Rhythm.OFF):
        return ()
    if is_copy:
        return reach.mail or (reach.ways[:1] if case.rule.when is When.DIGEST else ())
    ways = reach.by(case.rule.by)
    if given_up.issuperset(ways):
        ways = reach.ways  # none of those that are asked for works: all that there are
    return ways or (f"{UNREACHED}{number}",)


def _body(case: _Case, person: int, *, is_copy: bool) -> TellingBody:
    wakes = case.rule.wakes and not is_copy
    return TellingBody(alert=case.alert.id, person=person, step=case.alert.step, wakes=wakes, is_copy=is_copy)


def _gathered(engine: Engine, case: _Case, tellings: list[tuple[str, TellingBody]]) -> list[OutboxRow]:
    """Return the outbox rows of a round, each with the instant from which it may leave."""
    window = timedelta(minutes=case.routing.gather_min)
    recent: dict[str, list[ToldRow]] = {}
    if window:
        for told in engine.store.alerting.last_told(case.alert.brand, case.now - window):
            recent.setdefault(bare_way(told.way).lower(), []).append(told)
    had = {one.channel.lower() for one in case.told}
    rows = []
    for way, body in tellings:
        action = f"{way.replace(':', f'.{case.alert.step}:', 1)}" if way.lower() in had else way
        others = [told for told in recent.get(way.lower(), ()) if told.alert != case.alert.id]
        leaves_at = leave_at(case.level, others, case.now, window)
        rows.append(
            OutboxRow(
                event=case.alert.id,
                timeline=case.alert.timeline,
                action=action,
                delivery=Delivery.AT_LEAST_ONCE,
                body=msgspec.json.encode(body),
                not_before=leaves_at if leaves_at > case.now else None,
            )
        )
    return rows


def leave_at(level: Level, recent: Sequence[ToldRow], now: datetime, window: timedelta) -> datetime:
    """Return when a telling leaves: now, unless something as loud went the same way within the window before.

    recent: what went that way, or is about to. What is about to leave is joined; what left holds this back until the
    window is over, so that those that follow each other leave together. What is louder never waits.
    """
    as_loud = [told for told in recent if LOUDNESS[told.level] >= LOUDNESS[level] and from_ms(told.ms) <= now + window]
    if not as_loud:
        return now
    waiting = [from_ms(told.ms) for told in as_loud if not told.is_done]
    if waiting:
        return max(now, min(waiting))
    return max(now, max(from_ms(told.ms) for told in as_loud) + window)


def bare_way(action: str) -> str:
    """Return the way of an action, without the round that a second telling bears.

    >>> bare_way("mail.2:alice@example.org"), bare_way("phone:3")
    ('mail:alice@example.org', 'phone:3')
    """
    kind, colon, target = action.partition(":")
    return f"{kind.partition('.')[0]}{colon}{target}"
