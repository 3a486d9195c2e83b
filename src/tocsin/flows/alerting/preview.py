"""Preview: who would be told of what at a given hour, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.person import Rhythm
from tocsin.base.routing import By, Level, Routing, Rule, Step, Team, When, foresee, hand_over, on_call
from tocsin.flows.alerting.team import Reach, reaches, team_of
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.flows.moments import Reader
from tocsin.flows.people.told import quiet_until

LEVELS = {
    Level.WATCH: N_("watch"),
    Level.ALARM: N_("alarm"),
    Level.DANGER: N_("dangerous post"),
    Level.SILENCE: N_("silent source"),
}
_NBSP = "\u00a0"
_SHOWN = ((Level.ALARM, 1, 11), (Level.ALARM, 5, 23), (Level.DANGER, 5, 23), (Level.WATCH, 5, 23))  # day, hour


class RoutingPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page shows of who is told. here: who is on call now, until when. previews: sentences."""

    routing: Routing
    team: Team
    reach: Mapping[int, Reach]
    labels: Mapping[str, str]
    here: tuple[str, ...]
    until: datetime | None
    previews: tuple[str, ...]


def routing_page(engine: Engine, brand: Brand, now: datetime, reader: Reader) -> RoutingPage:
    """Return who is told of a brand as it stands now, with a few hours of the coming week in words."""
    sight = sight_of(engine, brand)
    moment = (now, sight.zone)
    here = on_call(sight.routing, sight.team, *moment)
    ahead = [(level, _next(now, sight.zone, day, hour)) for level, day, hour in _SHOWN]
    return RoutingPage(
        routing=sight.routing,
        team=sight.team,
        reach=sight.reach,
        labels=sight.labels,
        here=tuple(sight.name(one) for one in here),
        until=hand_over(sight.routing, sight.team, *moment),
        previews=tuple(said_plan(sight, level, at, reader) for level, at in ahead),
    )


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What decides who is told of a brand. labels: of channels, by how the outbox names them."""

    routing: Routing
    team: Team
    reach: Mapping[int, Reach]
    labels: Mapping[str, str]
    zone: ZoneInfo
    house: int = 0

    def name(self, number: int) -> str:
        """Return how a person is called."""
        person = self.reach[number].person
        return person.name or person.email


def sight_of(engine: Engine, brand: Brand) -> Sight:
    """Return what decides who is told of a brand now."""
    routing = engine.store.alerting.routing(brand.slug).routing
    return Sight(
        routing=routing,
        team=team_of(engine, brand.slug, routing),
        reach=reaches(engine, brand.slug),
        labels={row.action: row.label for row in engine.store.alerting.channels()},
        zone=ZoneInfo(brand.time_zone),
        house=len(engine.settings.mail_to) + len(engine.settings.notify_urls),
    )


def said_plan(sight: Sight, level: Level, at: datetime, reader: Reader) -> str:
    """Return who is told when one level rings at an instant and nobody answers, in one sentence."""
    t, rule = reader.t, sight.routing.rule(level)
    local = Reader(t, sight.zone)  # hours on call are the brand's: so is this sentence
    head = t.text(
        N_("{day} {hour}, {level}: "), day=_capital(local.weekday(at)), hour=local.hour(at), level=t.text(LEVELS[level])
    )
    parts = list(_first(sight, rule, level, at, local))
    for instant, step in foresee(sight.routing, level, sight.team, (at, sight.zone))[1:]:
        parts.append(_later(sight, rule, step, instant == at + timedelta(minutes=rule.wait_min), local))
    return head + f"{_NBSP if t.language == 'fr' else ''}; ".join(parts or [t.text(N_("nobody is told"))]) + "."


def planned(sight: Sight, level: Level, at: datetime, reader: Reader) -> Iterator[dict[str, object]]:
    """Yield who would be told if one level rang at an instant and nobody answered: minutes after, who, by, at."""
    rule = sight.routing.rule(level)
    for instant, step in foresee(sight.routing, level, sight.team, (at, sight.zone)):
        wanted = [(one, rule.by, rule.wakes) for one in step.called] + [(one, By.MAIL, False) for one in step.copied]
        for number, by, wakes in wanted:
            reach = sight.reach[number]
            is_summary = rule.when is When.DIGEST and reach.person.digest is not Rhythm.OFF
            ways = [_way(sight, way, reader) for way in reach.by(by)]
            yield {
                "after_min": round((instant - at).total_seconds() / 60),
                "who": sight.name(number),
                "by": reader.t.text(N_("summary")) if is_summary else ", ".join(ways),
                "at": (None if wakes else quiet_until(reach.person, instant)) or instant,
            }


def _first(sight: Sight, rule: Rule, level: Level, at: datetime, reader: Reader) -> list[str]:
    """Who is told in the first round, and when, for quiet hours hold back what may not wake."""
    t = reader.t
    if rule.when is When.PAGE:
        return [t.text(N_("nobody is told, it stands on the page"))]
    step = foresee(sight.routing, level, sight.team, (at, sight.zone))
    if not step:
        return []
    first = step[0][1]
    parts = []
    if rule.when is When.DIGEST:
        summary = [one for one in first.copied if sight.reach[one].person.digest is not Rhythm.OFF]
        if summary:
            parts.append(t.text(N_("{who}, with the summary"), who=_names(sight, summary, reader)))
    for number in first.called:
        parts.append(_one(sight, number, rule.by, (at, rule.wakes), reader))
    for number in first.copied:
        if rule.when is not When.DIGEST or sight.reach[number].person.digest is Rhythm.OFF:
            parts.append(_one(sight, number, By.MAIL, (at, False), reader))
    if sight.house:
        parts.append(t.plural("the address of the settings", "the {n} addresses of the settings", sight.house))
    return parts


def _one(sight: Sight, number: int, by: By, moment: tuple[datetime, bool], reader: Reader) -> str:
    """One person: at once, or at the end of their quiet hours."""
    t, (at, wakes) = reader.t, moment
    reach = sight.reach[number]
    ways = ", ".join(_way(sight, way, reader) for way in reach.by(by)) or t.text(N_("cannot be reached"))
    morning = None if wakes else quiet_until(reach.person, at)
    if morning is None:
        return t.text(N_("{who} at once ({ways})"), who=sight.name(number), ways=ways)
    when = t.text(N_("{day} at {clock}"), day=reader.weekday(morning), clock=reader.clock(morning))
    return t.text(N_("{who} on {when} ({ways})"), who=sight.name(number), when=when, ways=ways)


def _later(sight: Sight, rule: Rule, step: Step, is_second: bool, reader: Reader) -> str:
    t = reader.t
    wait = f"{rule.wait_min}{_NBSP}min"
    if step.is_last:
        if len(step.called) == 1:
            return t.text(N_("without an answer within {wait}, {who} again"), wait=wait, who=sight.name(step.called[0]))
        return t.text(N_("without an answer within {wait}, everybody at once"), wait=wait)
    who = _names(sight, step.called, reader)
    if rule.wakes and is_second:
        return t.text(N_("if nobody answers within {wait}, {who} is told even at night"), wait=wait, who=who)
    return t.text(N_("{wait} later, {who}"), wait=wait, who=who)


def _way(sight: Sight, way: str, reader: Reader) -> str:
    return reader.t.text(N_("mail")) if way.startswith("mail:") else sight.labels.get(way, way)


def _names(sight: Sight, numbers: Sequence[int], reader: Reader) -> str:
    names = [sight.name(number) for number in numbers]
    if len(names) < 2:
        return "".join(names)
    return reader.t.text(N_("{first} and {last}"), first=", ".join(names[:-1]), last=names[-1])


def _next(now: datetime, zone: ZoneInfo, weekday: int, hour: int) -> datetime:
    local = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    day = local + timedelta(days=(weekday - local.weekday()) % 7)
    return (day if day > now else day + timedelta(days=7)).astimezone(now.tzinfo)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
