"""Play a scenario: from its values, a seed and an end to posts in the order of their time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.collect.scenario.affair import play_affair
from tocsin.collect.scenario.clock import instant, length, phase_at, weight
from tocsin.collect.scenario.people import Cast
from tocsin.collect.scenario.post import Cue, Played, Scene, can_carry, make_post, shown_source
from tocsin.collect.scenario.values import Chatter, Phase, Ring, Scenario

_HOUR = timedelta(hours=1)
_REGULARS = 1.7  # some speak often: the share of a person falls with rank at about this power
_MOST_DAYS = 400
_MOST_SCALE = 100


def play(scenario: Scenario, seed: int, end: datetime, days: float | None = None, scale: float = 1.0) -> Iterator[Post]:
    """Return an iterator over the posts of the last `days` days before `end`, sorted by created_at.

    The same arguments give the same posts, ids included, on any machine. Posts after the end are never made; what is
    made just before it is seen at the end at the latest. Counts shown are those of the first reading (see `reread`).
    days: of the scenario itself unless given; more than it has begins with more of its first phase.
    scale: multiplies all counts; affairs keep at least what their steps say.
    Raises ValueError if `end` is naive, InputError if `days` or `scale` is out of range.
    """
    return (played.post for played in play_labelled(scenario, seed, end, days, scale))


def play_labelled(
    scenario: Scenario, seed: int, end: datetime, days: float | None = None, scale: float = 1.0
) -> list[Played]:
    """Return the same posts as `play`, each with its source, its affair and whether it is about the brand."""
    if end.tzinfo is None:
        raise ValueError(f"{end!r} has no time zone")
    span = scenario.days if days is None else days
    if not 0 < span <= _MOST_DAYS:
        raise InputError(
            "A scenario cannot be played over {days} days. Ask for more than 0 and at most {most}.",
            days=span,
            most=_MOST_DAYS,
        )
    if not 0 < scale <= _MOST_SCALE:
        raise InputError(
            "A scenario cannot be played at scale {scale}. Ask for more than 0 and at most {most}.",
            scale=scale,
            most=_MOST_SCALE,
        )
    end = end.astimezone(UTC).replace(microsecond=0)
    scene = Scene(
        scenario=scenario,
        seed=seed,
        end=end,
        zone=ZoneInfo(scenario.time_zone),
        scale=scale,
        cast=Cast(scenario, seed, end),
    )
    start = end - timedelta(days=span)
    played = [*_all_chatter(scene, start), *_all_affairs(scene, start)]
    return sorted(played, key=lambda one: (one.post.created_at, one.post.platform, one.post.native_id))


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation of a scenario put on the clock of a play."""

    ring: Ring
    since: datetime
    until: datetime
    affair: str
    why: str


def expected_between(scenario: Scenario, end: datetime) -> list[Expected]:
    """Return what should ring and between which instants, for a play that ends at `end`."""
    zone, last = ZoneInfo(scenario.time_zone), end.astimezone(UTC).replace(microsecond=0)
    return [
        Expected(
            ring=one.ring,
            since=instant(one.since, last, zone),
            until=instant(one.until, last, zone),
            affair=one.affair,
            why=one.why,
        )
        for one in scenario.expected
    ]


def _all_affairs(scene: Scene, start: datetime) -> Iterator[Played]:
    told: dict[str, list[Played]] = {}
    for name in scene.scenario.affairs:
        yield from (played for played in play_affair(scene, name, told) if played.post.created_at >= start)


def _all_chatter(scene: Scene, start: datetime) -> Iterator[Played]:
    phases = tuple(
        sorted(
            ((instant(phase.since, scene.end, scene.zone), phase) for phase in scene.scenario.phases),
            key=lambda timed: timed[0],
        )
    )
    told: dict[str, list[Played]] = {}
    for name, chatter in scene.scenario.chatter.items():
        if chatter.on:
            told[name] = list(_answers(scene, name, chatter, told.get(chatter.on, [])))
        else:
            told[name] = list(_talk(scene, name, chatter, (start, phases)))
        yield from told[name]


def _talk(
    scene: Scene, name: str, chatter: Chatter, when: tuple[datetime, tuple[tuple[datetime, Phase], ...]]
) -> Iterator[Played]:
    """Yield the posts of one chatter, hour by hour; an hour has the same posts whatever hours are played around it."""
    start, phases = when
    curve = scene.scenario.curves.get(chatter.curve)
    hour = start.replace(minute=0, second=0)
    while hour <= scene.end:
        dice = scene.dice("talk", name, hour.isoformat())
        phase = phase_at(phases, hour)
        rate = chatter.per_day / 24 * scene.scale * (weight(curve, hour, scene.zone) if curve else 1.0)
        if phase:
            rate *= phase.factor * phase.factors.get(name, 1.0)
        for number in range(dice.poisson(rate)):
            at = hour + timedelta(seconds=math.floor(dice.share() * 3600))
            if start <= at <= scene.end:
                yield _said(scene, chatter, _Slot(name, f"{hour.isoformat()}/{number}", at), None)
        hour += _HOUR


def _answers(scene: Scene, name: str, chatter: Chatter, asked: list[Played]) -> Iterator[Played]:
    low, high = (length(text).total_seconds() for text in chatter.delay)
    for parent in asked:
        dice = scene.dice("answer", name, parent.post.native_id)
        at = parent.post.created_at + timedelta(seconds=round(dice.between_log(low, high)))
        if dice.share() < chatter.on_p and at <= scene.end and can_carry(scene, chatter, parent):
            yield _said(scene, chatter, _Slot(name, parent.post.native_id, at), parent)


class _Slot(msgspec.Struct, frozen=True):
    """Which post of a chatter, and when."""

    track: str
    number: str
    at: datetime


def _said(scene: Scene, chatter: Chatter, slot: _Slot, parent: Played | None) -> Played:
    dice = scene.dice("cue", slot.track, slot.number)
    source = shown_source(scene, chatter, parent, dice)
    speakers = scene.cast.speakers(chatter, scene.scenario.sources[source])
    speaker = speakers[int(dice.share() ** _REGULARS * len(speakers))]
    cue = Cue(track=slot.track, number=slot.number, source=source, speaker=speaker, at=slot.at, parent=parent)
    return make_post(scene, chatter, cue)
