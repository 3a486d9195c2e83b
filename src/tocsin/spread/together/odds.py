"""The odds against chance of a group of accounts: of all that they did at once, what would strangers do at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tocsin.spread.together.acts import DAY_S, LONGEST_S, SCALES_S, Acts, Ints
from tocsin.spread.together.chance import log_beta_binomial_tail, log_binomial_tail, log_choose
from tocsin.spread.together.rhythm import Rhythm

# How much likelier than by activity alone it is that an account acts on what others of its kind act on: people who
# follow the same pages see the same things. A choice; see docs/benchmarks/together.md for what it does.
ALIKE = 5.0
_ENLARGED = (1.0, 4.0, 16.0)
_STRAGGLE_S = 10.0


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
        found += _moments_on(acts, rhythm, group, thing, mine[low:high], least)
    return found


def _moments_on(acts: Acts, rhythm: Rhythm, group: Ints, thing: int, mine: Ints, least: int) -> list[Moment]:
    """The moments on one object: the least likely stretch, and on both sides of it again."""
    found: list[Moment] = []
    on_thing = 0.0
    todo = [(0, len(mine))]
    times = acts.at_s[mine].tolist()
    while todo:
        low, high = todo.pop()
        best: tuple[Moment, int, int] | None = None
        for start, end in _fullest(times, low, high, least):
            moment = _weigh(acts, rhythm, group, thing, mine, start, end)
            if best is None or (moment.log_p, -end + start) < (best[0].log_p, best[1] - best[2]):
                best = (moment, start, end)
        if best is not None:
            if not found:
                on_thing = _there_log_p(acts, group, thing, mine, times[best[1]])
            if best[0].log_p + on_thing >= 0.0:
                continue
            start, end = _drawn_out(times, (low, high), (best[1], best[2]))
            place = acts.between(thing, times[start], times[end - 1])
            found.append(replace(best[0], acts=tuple(mine[start:end].tolist()), low=place[0], high=place[1]))
            todo += [(low, start), (end, high)]
    if found:
        found[0] = replace(found[0], log_p=found[0].log_p + on_thing)
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


def _fullest(times: Sequence[float], low: int, high: int, least: int) -> set[tuple[int, int]]:
    """Of each scale, the stretch that holds most acts, the first of equals."""
    found = set()
    for scale in SCALES_S:
        start, best = low, (low, low)
        for end in range(low, high):
            while times[end] - times[start] > scale:
                start += 1
            if end + 1 - start > best[1] - best[0]:
                best = (start, end + 1)
        if best[1] - best[0] >= least:
            found.add(best)
    return found


def _weigh(acts: Acts, rhythm: Rhythm, group: Ints, thing: int, mine: Ints, start: int, end: int) -> Moment:
    members = np.unique(acts.account[mine[start:end]])
    count, start_s, end_s = len(members), float(acts.at_s[mine[start]]), float(acts.at_s[mine[end - 1]])
    span_s = max(1.0, end_s - start_s)
    low, high = acts.between(thing, start_s, end_s)
    whole = int(acts.starts[thing + 1] - acts.starts[thing]) - len(mine)
    usual_p, firm = rhythm.usual(span_s)
    near = _near(acts, thing, mine, (start_s, end_s), span_s)
    alpha, beta = near + firm * usual_p, max(0.0, whole - near) + firm * (1.0 - usual_p)
    tries = math.log(len(mine) * len(SCALES_S))
    by_rhythm = min(0.0, log_beta_binomial_tail(count - 1, len(mine) - 1, alpha, beta) + tries)
    return Moment(
        thing=thing,
        acts=tuple(int(one) for one in mine[start:end]),
        log_p=by_rhythm,
        rhythm_log_p=by_rhythm,
        low=low,
        high=high,
    )


def _there_log_p(acts: Acts, group: Ints, thing: int, mine: Ints, at_s: float) -> float:
    """The logarithm of the chance that so many of a group act on an object on the day around an instant."""
    low, high = acts.between(thing, at_s - DAY_S / 2, at_s + DAY_S / 2)
    there = mine[(mine >= low) & (mine < high)]
    own = acts.activity(group, at_s)
    expected = float(np.minimum(1.0, ALIKE * (high - low - 1) * own).sum())
    return log_binomial_tail(len(np.unique(acts.account[there])), len(group), expected / len(group))


def _near(acts: Acts, thing: int, mine: Ints, stretch: tuple[float, float], span_s: float) -> float:
    """How many acts of strangers stand in a stretch, or, if more, in a wider one divided by how much it is wider."""
    most = 0.0
    start_s, end_s = stretch
    for wider in _ENLARGED:
        more = (wider - 1.0) * span_s / 2
        low, high = acts.between(thing, start_s - more, end_s + more)
        inside = int(np.searchsorted(mine, high) - np.searchsorted(mine, low))
        most = max(most, (high - low - inside) / wider)
    return most


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
    """Return the logarithm of the chance that any such group is found, all that was tried counted (Bonferroni).

    candidates: accounts that could have stood in it. Two ways to count the groups, and the lesser counts, twice: any
    accounts out of all; or those found at one moment, of which then only the rhythm speaks.
    """
    if not moments:
        return 0.0
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
    return min(0.0, min(of_all, of_one) + math.log(2.0))
