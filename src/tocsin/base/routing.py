"""Routing: who is told of what, when and how; who is on call; and who is next when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

DAY_MIN = 1440
_AHEAD_DAYS = 9  # a week with its edges: every change of a weekly table lies within


class Level(StrEnum):
    """What may ring, each with a rule of its own."""

    WATCH = "watch"
    ALARM = "alarm"
    DANGER = "danger"
    SILENCE = "silence"


class When(StrEnum):
    """When people are told."""

    AT_ONCE = "at_once"
    DIGEST = "digest"  # with the summary; who gets none is mailed in their waking hours, so that nothing is lost
    PAGE = "page"  # nobody is told: it stands on the page


class First(StrEnum):
    """Who is called first."""

    ON_CALL = "on_call"
    EVERYBODY = "everybody"


class By(StrEnum):
    """By what people are called; whoever has no phone channel is always mailed."""

    MAIL = "mail"
    PHONE = "phone"
    BOTH = "both"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when one level rings.

    copies: those who are not called get a mail all the same, in their waking hours.
    wait_min: minutes without an answer after which the next person is called, 0 for never.
    wakes: whether a call passes through quiet hours.
    """

    when: When = When.AT_ONCE
    first: First = First.ON_CALL
    by: By = By.BOTH
    copies: bool = True
    wait_min: int = 30
    wakes: bool = True


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's hours on call each week, on the brand's clock.

    days: 0 for Monday to 6. start, end: minutes of the local day; an end at or before the start lies on the next day.
    """

    person: int
    days: tuple[int, ...]
    start: int
    end: int


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """Days of the brand's calendar, both included, on which somebody is on call instead of the week, or away."""

    person: int
    first: date
    last: date
    is_away: bool


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """All that a brand says about who is told. order: in which people are called, () for owners, then managers.

    gather_min: alerts that follow another within so many minutes leave together, 0 for each by itself.
    """

    watch: Rule = Rule(when=When.DIGEST, first=First.EVERYBODY, by=By.MAIL, copies=False, wait_min=0, wakes=False)
    alarm: Rule = Rule()
    danger: Rule = Rule(wait_min=15)
    silence: Rule = Rule(by=By.MAIL, copies=False, wait_min=0, wakes=False)
    order: tuple[int, ...] = ()
    turns: tuple[Turn, ...] = ()
    dated: tuple[Dated, ...] = ()
    gather_min: int = 10

    def rule(self, level: Level) -> Rule:
        """Return the rule of a level."""
        found: Rule = getattr(self, level.value)
        return found


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """The people of a brand by their numbers. there: all; owners: part of them; order: in which they are called."""

    there: tuple[int, ...]
    owners: tuple[int, ...]
    order: tuple[int, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One round of telling. called: by the means of the rule; copied: by mail, in their waking hours.

    is_last: everybody has been called by then; nobody is left for another round.
    """

    called: tuple[int, ...] = ()
    copied: tuple[int, ...] = ()
    is_last: bool = False


def on_call(routing: Routing, team: Team, at: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Return who is on call at an instant, () for nobody. Dated days stand before the weekly table.

    Only the wall clock of the brand counts, so that an hour that is skipped or repeated has its person too.
    """
    local = at.astimezone(zone)
    away = _away(routing, local.date())
    dated = [one.person for one in routing.dated if not one.is_away and one.first <= local.date() <= one.last]
    weekly = [turn.person for turn in routing.turns if _covers(turn, local)]
    for listed in (dated, weekly):
        found = tuple(dict.fromkeys(one for one in listed if one in team.there and one not in away))
        if found:
            return found
    return ()


def hand_over(routing: Routing, team: Team, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first instant after `at` at which somebody else is on call, None if that never changes."""
    present = on_call(routing, team, at, zone)
    for instant in _edges(routing, at, zone):
        if on_call(routing, team, instant, zone) != present:
            return instant
    return None


def next_step(
    routing: Routing, level: Level, team: Team, called: frozenset[int], moment: tuple[datetime, ZoneInfo]
) -> Step | None:
    """Return whom to tell now, None for nobody any more.

    called: who was called before, nobody at the first round. moment: the instant, and the zone of the brand.
    """
    rule = routing.rule(level)
    at, zone = moment
    away = _away(routing, at.astimezone(zone).date())
    order = tuple(one for one in team.order if one not in away) or team.order
    if not called:
        return _first_step(rule, order, on_call(routing, team, at, zone) or _owners(team, away) or order[:1])
    if rule.wait_min == 0 or rule.when is not When.AT_ONCE:
        return None
    waiting = [one for one in (*on_call(routing, team, at, zone), *order) if one not in called]
    if waiting:
        return Step(called=(waiting[0],))
    everybody = tuple(dict.fromkeys((*order, *(one for one in team.there if one in called and one not in away))))
    return Step(called=everybody, is_last=True) if everybody else None


def foresee(
    routing: Routing, level: Level, team: Team, moment: tuple[datetime, ZoneInfo]
) -> list[tuple[datetime, Step]]:
    """Return when each round comes if nobody ever answers, the first at the instant of `moment`."""
    at, zone = moment
    rounds: list[tuple[datetime, Step]] = []
    called: frozenset[int] = frozenset()
    while step := next_step(routing, level, team, called, (at, zone)):
        rounds.append((at, step))
        if step.is_last or not step.called:
            break
        called |= frozenset(step.called)
        at += timedelta(minutes=routing.rule(level).wait_min)
    return rounds


def _first_step(rule: Rule, order: tuple[int, ...], first: tuple[int, ...]) -> Step | None:
    if rule.when is When.PAGE:
        return None
    if rule.when is When.DIGEST:
        return Step(copied=order, is_last=True)
    if rule.first is First.EVERYBODY:
        return Step(called=order)
    rest = tuple(one for one in order if one not in first) if rule.copies else ()
    return Step(called=first, copied=rest)


def _owners(team: Team, away: frozenset[int]) -> tuple[int, ...]:
    """The first owner of the order who is there; one who is away rather than nobody."""
    listed = [one for one in (*team.order, *team.there) if one in team.owners]
    return tuple([one for one in listed if one not in away] or listed)[:1]


def _away(routing: Routing, day: date) -> frozenset[int]:
    return frozenset(one.person for one in routing.dated if one.is_away and one.first <= day <= one.last)


def _covers(turn: Turn, local: datetime) -> bool:
    minute, day = local.hour * 60 + local.minute, local.weekday()
    if turn.start < turn.end:
        return day in turn.days and turn.start <= minute < turn.end
    return (day in turn.days and minute >= turn.start) or ((day - 1) % 7 in turn.days and minute < turn.end)


def _edges(routing: Routing, at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which the person on call may change, in order: of the week ahead, and of dated days."""
    today = at.astimezone(zone).date()
    week = [today + timedelta(days=ahead) for ahead in range(-1, _AHEAD_DAYS)]
    walls = {(day, minute) for turn in routing.turns for day in week for minute in (turn.start, turn.end % DAY_MIN)}
    walls |= {(day, 0) for one in routing.dated for day in (one.first, one.last + timedelta(days=1))}
    instants = {datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC) for day, minute in walls}
    yield from sorted(instant for instant in instants if instant > at)
