"""The odds against chance of a group of accounts: of all that they did at once, what would strangers do at once."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tocsin.spread.together.acts import DAY_S, LONGEST_S, SCALES_S, Acts, Floats, Ints
from tocsin.spread.together.rhythm import Rhythm

# How much likelier than by activity alone it is that an account acts on what others of its kind act on: people who
# follow the same pages see the same things. A choice; see docs/benchmarks/together.md for what it does.
ALIKE = 5.0
_ENLARGED = (1.0, 4.0, 16.0)
_BY_CHANCE = 0.1
_STRAGGLE_S = 10.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Acts of a group on one object within minutes. acts: their places, oldest first.

    log_p: of the chance of it; rhythm_log_p: of what the object's rhythm says alone; one_log_p: of a stranger's act on
    the object falling in it. low, high: where the acts of all on the object within it begin and end.
    """

    thing: int
    acts: tuple[int, ...]
    log_p: float
    rhythm_log_p: float
    one_log_p: float
    low: int
    high: int


def find_moments(acts: Acts, rhythm: Rhythm, group: Ints, least: int = 3) -> list[Moment]:
    """Return the moments at which at least so many of a group acted on one object within ten minutes, by object.

    Two chances are multiplied: that so many of the group act on this object at all that day, each by its share of all
    acts and `ALIKE` times that; and that they then do so this near to each other, by the object's own rhythm without
    the group, which leans on that of the other objects where it is little known.
    """
    mine = acts.of(group)
    things, first = np.unique(acts.object[mine], return_index=True)
    ends = np.append(first[1:], len(mine))
    found = []
    for thing, low, high in zip(things.tolist(), first.tolist(), ends.tolist(), strict=True):
        if high - low >= least:
            found += _moments_on(acts, rhythm, group, thing, mine[low:high], least)
    return found


def _moments_on(acts: Acts, rhythm: Rhythm, group: Ints, thing: int, mine: Ints, least: int) -> list[Moment]:
    """The moments on one object: the least likely stretch, and on both sides of it again."""
    found: list[Moment] = []
    on_thing = 0.0
    todo = [(0, len(mine))]
    times = acts.at_s[mine]
    while todo:
        low, high = todo.pop()
        best: tuple[Moment, int, int] | None = None
        for start, end in _fullest(times, low, high, least):
            moment = _weigh(acts, rhythm, group, thing, mine, start, end)
            if best is None or (moment.log_p, -end + start) < (best[0].log_p, best[1] - best[2]):
                best = (moment, start, end)
        if best is not None:
            if not found:
                on_thing = _there_log_p(acts, group, thing, mine, float(times[best[1]]))
            if best[0].log_p + on_thing >= 0.0:
                continue
            start, end = _drawn_out(times, (low, high), (best[1], best[2]))
            place = acts.between(thing, float(times[start]), float(times[end - 1]))
            found.append(replace(best[0], acts=tuple(mine[start:end].tolist()), low=place[0], high=place[1]))
            todo += [(low, start), (end, high)]
    if found:
        found[0] = replace(found[0], log_p=found[0].log_p + on_thing)
    return found


def _drawn_out(times: Floats, most: tuple[int, int], stretch: tuple[int, int]) -> tuple[int, int]:
    """A stretch with whoever comes just before or after it: within half as long as it, or ten seconds."""
    start, end = stretch
    while end - start < most[1] - most[0]:
        span_s = float(times[end - 1] - times[start])
        gap_s = max(_STRAGGLE_S, span_s / 2)
        before = float(times[start] - times[start - 1]) if start > most[0] else math.inf
        after = float(times[end] - times[end - 1]) if end < most[1] else math.inf
        if min(before, after) > min(gap_s, LONGEST_S - span_s):
            break
        start, end = (start - 1, end) if before < after else (start, end + 1)
    return start, end


def _fullest(times: Floats, low: int, high: int, least: int) -> set[tuple[int, int]]:
    """Of each scale, the stretch that holds most acts."""
    found = set()
    part = times[low:high]
    for scale in SCALES_S:
        ends = np.searchsorted(part, part + scale, "right")
        count = ends - np.arange(len(part))
        if len(part) and int(count.max()) >= least:
            start = int(count.argmax())
            found.add((low + start, low + int(ends[start])))
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
        one_log_p=math.log(alpha / (alpha + beta)),
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


def who_came(acts: Acts, moments: Sequence[Moment], least: int, candidates: int) -> list[int]:
    """Return the accounts that came to so many of the moments, and that too often to have come by chance.

    candidates: accounts that could have; one of them in ten streams may come by chance.
    """
    times: Counter[int] = Counter()
    spent: defaultdict[int, float] = defaultdict(float)
    for moment in moments:
        for one in set(acts.account[moment.low : moment.high].tolist()):
            times[one] += 1
            spent[one] += moment.one_log_p
    most = math.log(_BY_CHANCE / max(1, candidates))
    return sorted(one for one, often in times.items() if often >= least and spent[one] <= most)


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


def fisher(a: float, b: float) -> float:
    """Return the logarithm of the chance of two signs that have nothing to do with each other, from theirs (Fisher).

    >>> fisher(0.0, 0.0)
    0.0
    """
    both = a + b
    return min(0.0, both + math.log1p(-both))


def log_choose(whole: int, part: int) -> float:
    """Return the logarithm of the number of ways to take so many out of a whole."""
    part = min(part, whole)
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def log_binomial_tail(count: int, tries: int, p: float) -> float:
    """Return the logarithm of the chance of at least `count` successes of `tries`, each of chance p.

    >>> round(math.exp(log_binomial_tail(2, 2, 0.5)), 4)
    0.25
    """
    if count <= 0 or p >= 1.0:
        return 0.0
    if p <= 0.0:
        return -math.inf
    log_p, log_q = math.log(p), math.log1p(-p)
    return _log_sum([log_choose(tries, k) + k * log_p + (tries - k) * log_q for k in range(count, tries + 1)])


def log_beta_binomial_tail(count: int, tries: int, alpha: float, beta: float) -> float:
    """Return the logarithm of the same chance where p itself is only known by a beta law.

    >>> round(math.exp(log_beta_binomial_tail(1, 1, 1.0, 3.0)), 4)
    0.25
    """
    if count <= 0:
        return 0.0
    base = math.lgamma(alpha) + math.lgamma(beta) - math.lgamma(alpha + beta)
    return _log_sum(
        [
            log_choose(tries, k)
            + math.lgamma(k + alpha)
            + math.lgamma(tries - k + beta)
            - math.lgamma(tries + alpha + beta)
            - base
            for k in range(count, tries + 1)
        ]
    )


def _log_sum(logs: Sequence[float]) -> float:
    top = max(logs, default=-math.inf)
    if top == -math.inf:
        return -math.inf
    return min(0.0, top + math.log(sum(math.exp(value - top) for value in logs)))
