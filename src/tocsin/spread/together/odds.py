"""The odds against chance of a group of accounts: of all that they did at once, what would strangers do at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tocsin.spread.together.acts import DAY_S, LONGEST_ONCE_S, LONGEST_S, SCALES_S, Acts, Ints
from tocsin.spread.together.chance import log_beta_binomial_tail, log_binomial_tail, log_choose
from tocsin.spread.together.rhythm import Rhythm

# How much likelier than by activity alone it is that an account acts on what others of its kind act on: people who
# follow the same pages see the same things. A choice; see docs/benchmarks/together.md for what it does.
ALIKE = 5.0
_ENLARGED = (1.0, 4.0, 16.0)
_STRAGGLE_S = 10.0
# What is held of the pace of one topic before it shows its own: it is spoken of for a day, evenly; in acts.
_TOPIC_WEIGHT = 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Acts of a group on one object within minutes. acts: their places, oldest first.

    log_p: of the chance of it; rhythm_log_p: of what the object's rhythm says alone. low, high: where the acts of all
    on the object within it begin and end.
    """

    thing: int
    acts: tuple[int, ...]
    log_p: float
    rhythm_log_p: float
    low: int
    high: int


def find_moments(acts: Acts, rhythm: Rhythm, group: Ints, least: int = 3) -> list[Moment]:
    """Return the moments at which at least so many of a group acted on one object within ten minutes, by object.

    Two chances are multiplied: that so many of the group act on this object at all that day, each by its share of all
    acts and `ALIKE` times that; and that they then do so this near to each other, by the object's own rhythm without
    the group, which leans on that of the other objects where it is little known.
    """
    mine = acts.of(group)
    keys = acts.key[mine]
    near = np.flatnonzero(keys[least - 1 :] - keys[: len(keys) - least + 1] <= LONGEST_S)
    found = []
    for thing in dict.fromkeys(acts.object[mine[near]].tolist()):
        low, high = np.searchsorted(mine, acts.starts[thing : thing + 2])
        found += _moments_on(_Scene(acts, rhythm, group, mine[low:high], LONGEST_S), least)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A group's acts on one object, by their places oldest first, and how long a moment may last."""

    acts: Acts
    rhythm: Rhythm
    group: Ints
    mine: Ints
    longest_s: float

    @property
    def thing(self) -> int:
        return int(self.acts.object[self.mine[0]])


def _moments_on(scene: _Scene, least: int) -> list[Moment]:
    """The moments on one object: the least likely stretch, and on both sides of it again."""
    found: list[Moment] = []
    there_log_p = 0.0
    times = scene.acts.at_s[scene.mine].tolist()
    todo = [(0, len(times))]
    while todo:
        low, high = todo.pop()
        stretches = _fullest(times, (low, high), least, scene.longest_s)
        weighed = [(_weigh(scene, start, end), start, end) for start, end in stretches]
        if not weighed:
            continue
        best, start, end = min(weighed, key=lambda one: (one[0].log_p, one[1] - one[2], one[1]))
        if not found:
            there_log_p = _there_log_p(scene, times[start])
        if best.log_p + there_log_p < 0.0:
            start, end = _drawn_out(times, (low, high), (start, end))
            place = scene.acts.between(scene.thing, times[start], times[end - 1])
            found.append(replace(best, acts=tuple(scene.mine[start:end].tolist()), low=place[0], high=place[1]))
            todo += [(low, start), (end, high)]
    if found:
        found[0] = replace(found[0], log_p=found[0].log_p + there_log_p)
    return found


def _drawn_out(times: Sequence[float], most: tuple[int, int], stretch: tuple[int, int]) -> tuple[int, int]:
    """A stretch with whoever comes just before or after it: within half as long as it, or ten seconds."""
    start, end = stretch
    while end - start < most[1] - most[0]:
        span_s = times[end - 1] - times[start]
        gap_s = max(_STRAGGLE_S, span_s / 2)
        before = times[start] - times[start - 1] if start > most[0] else math.inf
        after = times[end] - times[end - 1] if end < most[1] else math.inf
        if min(before, after) > min(gap_s, LONGEST_S - span_s):
            break
        start, end = (start - 1, end) if before < after else (start, end + 1)
    return start, end


def _fullest(times: Sequence[float], part: tuple[int, int], least: int, longest_s: float) -> set[tuple[int, int]]:
    """Of each scale, the stretch that holds most acts, the first of equals."""
    found = set()
    for scale in SCALES_S:
        start, best = part[0], (part[0], part[0])
        for end in range(*part):
            while times[end] - times[start] > scale:
                start += 1
            if end + 1 - start > best[1] - best[0]:
                best = (start, end + 1)
        if scale <= longest_s and best[1] - best[0] >= least:
            found.add(best)
    return found


def _weigh(scene: _Scene, start: int, end: int) -> Moment:
    acts, mine = scene.acts, scene.mine
    count, start_s, end_s = end - start, float(acts.at_s[mine[start]]), float(acts.at_s[mine[end - 1]])
    span_s = max(1.0, end_s - start_s)
    low, high = acts.between(scene.thing, start_s, end_s)
    whole = acts.crowd(scene.thing, -math.inf, math.inf) - len(mine)
    usual_p, firm = scene.rhythm.usual(span_s)
    if acts.one_topic:
        usual_p, firm = span_s / max(DAY_S, acts.span_s), _TOPIC_WEIGHT
    near = _near(scene, (start_s, end_s), span_s)
    alpha, beta = near + firm * usual_p, max(0.0, whole - near) + firm * (1.0 - usual_p)
    tries = math.log(len(mine) * len(SCALES_S))
    log_p = min(0.0, log_beta_binomial_tail(count - 1, len(mine) - 1, alpha, beta) + tries)
    return Moment(
        thing=scene.thing,
        acts=tuple(mine[start:end].tolist()),
        log_p=log_p,
        rhythm_log_p=log_p,
        low=low,
        high=high,
    )


def _there_log_p(scene: _Scene, at_s: float) -> float:
    """The logarithm of the chance that so many of a group act on an object on the day around an instant."""
    acts, size = scene.acts, len(scene.group)
    low, high = acts.between(scene.thing, at_s - DAY_S / 2, at_s + DAY_S / 2)
    there = scene.mine[(scene.mine >= low) & (scene.mine < high)]
    own = acts.activity(scene.group, at_s)
    expected = float(np.minimum(1.0, ALIKE * (high - low - 1) * own).sum())
    return log_binomial_tail(len(np.unique(acts.account[there])), size, expected / size)


def _near(scene: _Scene, stretch: tuple[float, float], span_s: float) -> float:
    """How many acts of strangers stand in a stretch, or, if more, in a wider one divided by how much it is wider."""
    most, times = 0.0, scene.acts.at_s[scene.mine]
    for wider in _ENLARGED:
        more = (wider - 1.0) * span_s / 2
        start_s, end_s = stretch[0] - more, stretch[1] + more
        inside = int(((times >= start_s) & (times <= end_s)).sum())
        most = max(most, (scene.acts.crowd(scene.thing, start_s, end_s) - inside) / wider)
    return most


def find_burst(acts: Acts, rhythm: Rhythm, thing: int, least: int) -> tuple[Moment, float] | None:
    """Return the moment at which most acted on one object, and the logarithm of the odds of it anywhere in the stream.

    None where fewer acted within ten minutes. Of it only the rhythm speaks: a scan statistic (Naus 1965; Kulldorff
    1997) under the rhythm of the stream's other objects or, of one topic, of all that is said of it.
    """
    low, high = int(acts.starts[thing]), int(acts.starts[thing + 1])
    mine = np.arange(low, high)
    scene = _Scene(acts, rhythm, np.unique(acts.account[low:high]), mine, LONGEST_ONCE_S)
    times = acts.at_s[mine].tolist()
    weighed = [(_weigh(scene, *one), *one) for one in _fullest(times, (0, len(times)), least, LONGEST_ONCE_S)]
    if not weighed:
        return None
    best, start, end = min(weighed, key=lambda one: (one[0].log_p, one[1] - one[2], one[1]))
    start, end = _drawn_out(times, (0, len(times)), (start, end))
    return replace(best, acts=tuple(mine[start:end].tolist())), min(0.0, best.log_p + math.log(len(acts)))


def common_things(acts: Acts, group: Ints) -> list[int]:
    """Return the objects on which two of a group acted: they tell nothing of how strangers act."""
    things, times = np.unique(acts.object[acts.of(group)], return_counts=True)
    return [int(thing) for thing in things[times >= 2]]


def who_came(acts: Acts, moments: Sequence[Moment], least: int) -> list[int]:
    """Return the accounts that acted within so many of the moments."""
    crowds = [np.unique(acts.account[moment.low : moment.high]) for moment in moments]
    accounts, times = np.unique(np.concatenate(crowds), return_counts=True)
    return [int(one) for one in accounts[times >= least]]


def group_log_p(acts: Acts, group: Ints, moments: Sequence[Moment], candidates: int) -> float:
    """Return the logarithm of the expected number of such groups by chance, all that was tried counted (Bonferroni).

    It bounds the chance of one, and is above 0 where groups like this are many.

    candidates: accounts that could have stood in it. Two ways to count the groups, and the lesser counts, twice: any
    accounts out of all; or those found at one moment, of which then only the rhythm speaks.
    """
    if not moments:
        return math.inf
    size = len(group)
    spent = sum(moment.log_p for moment in moments)
    of_all = spent + log_choose(candidates, size)
    first = min(moments, key=lambda one: one.rhythm_log_p - one.log_p)
    at_first = len(set(acts.account[list(first.acts)].tolist()))
    of_one = (
        spent
        - first.log_p
        + first.rhythm_log_p
        + math.log(len(acts) * len(SCALES_S))
        + log_choose(max(first.high - first.low, at_first), at_first)
        + log_choose(candidates, size - at_first)
    )
    return min(of_all, of_one) + math.log(2.0)
