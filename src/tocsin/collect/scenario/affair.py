"""Play the affairs: each step in turn, every post knowing what it answers, shares or quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tocsin.collect.scenario.clock import Lively, instant, length, moments
from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.people import Speaker
from tocsin.collect.scenario.post import (
    Cue,
    Played,
    Scene,
    Wording,
    can_carry,
    make_post,
    may_stray,
    shown_source,
    word,
)
from tocsin.collect.scenario.values import Step

_AFTER = (20.0, 600.0)  # seconds after its parent at which a post falls that would else come before it


def play_affair(scene: Scene, name: str, told: dict[str, list[Played]]) -> Iterator[Played]:
    """Yield the posts of an affair, step by step, none after the end.

    told: posts of the steps already played, by "affair.step"; those of this affair are added.
    """
    for step in scene.scenario.affairs[name].steps:
        track = f"{name}.{step.name}"
        told[track] = list(_step(scene, name, step, _carried(scene, name, step, told)))
        yield from told[track]


def step_count(step: Step, scale: float) -> int:
    """Return how many posts a step has at this scale."""
    return max(min(step.at_least, step.count), round(step.count * scale))


def _carried(scene: Scene, affair: str, step: Step, told: dict[str, list[Played]]) -> list[Played]:
    if not step.on:
        return []
    parents = told.get(step.on if "." in step.on else f"{affair}.{step.on}", [])
    return [parent for parent in parents if can_carry(scene, step, parent)]


def _step(scene: Scene, affair: str, step: Step, carried: Sequence[Played]) -> Iterator[Played]:
    track = f"{affair}.{step.name}"
    dice = scene.dice("step", track)
    stretch = (instant(step.at, scene.end, scene.zone), length(step.over))
    lively = Lively(scene.scenario.curves.get(step.curve), scene.zone)
    rota = _Rota(scene, step, dice)
    same: Wording | None = None
    for number, at in enumerate(moments(dice, step_count(step, scene.scale), step.growth, stretch, lively)):
        parent, at = _parent(carried, at, dice)
        if at > scene.end or (step.on and parent is None):
            continue
        source = _own_source(scene, step, number) or shown_source(scene, step, parent, dice)
        speaker = rota.next(source)
        cue = Cue(track=track, number=str(number), source=source, speaker=speaker, at=at, affair=affair, parent=parent)
        if step.one_text and same is None:
            same = word(scene, step, cue, scene.dice("one text", track))
            same = Wording(title=same.title, text=same.text, family=same.family, copied=True)
        yield make_post(scene, step, cue, same)


def _parent(carried: Sequence[Played], at: datetime, dice: Dice) -> tuple[Played | None, datetime]:
    """Return what a post at this instant carries on, and its instant, moved if its parent came later."""
    if not carried:
        return None, at
    earlier = [played for played in carried if played.post.created_at < at]
    if earlier:
        return earlier[int(dice.share() ** 2 * len(earlier))], at  # the first posts of a thread draw most answers
    first = min(carried, key=lambda played: played.post.created_at)
    return first, first.post.created_at + timedelta(seconds=round(dice.between(*_AFTER)))


def _own_source(scene: Scene, step: Step, number: int) -> str:
    """Return where the people of `by` speak when they answer nobody: each in turn on their own platform; else ""."""
    if not step.by or not may_stray(step):
        return ""
    platform = scene.scenario.people[step.by[number % len(step.by)]].platform
    return next((name for name in step.sources if scene.scenario.sources[name].platform == platform), "")


class _Rota:
    """Who speaks next on each source: nobody twice in a step until all have spoken; the named in their order."""

    def __init__(self, scene: Scene, step: Step, dice: Dice) -> None:
        self._scene, self._step, self._dice = scene, step, dice
        self._waiting: dict[str, list[Speaker]] = {}

    def next(self, source: str) -> Speaker:
        waiting = self._waiting.get(source)
        if not waiting:
            speakers = self._scene.cast.speakers(self._step, self._scene.scenario.sources[source])
            named = list(reversed(speakers))
            waiting = self._waiting[source] = named if self._step.by else self._dice.shuffled(speakers)
        return waiting.pop()
