"""Accounts that meet time and again: pairs that act on the same objects within minutes, and groups of such pairs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tocsin.spread.together.acts import LONGEST_S, Acts, Floats, Ints
from tocsin.spread.together.chance import log_choose

_NEXT = 200  # an act is paired with so many next ones on its object; in a crowd, more tell nothing
_MOST_PAIRS = 8_000_000  # in all: beyond, acts are paired with fewer next ones; 60 bytes a pair
_LEAST_WEIGHT = 5.0  # of a pair kept: lower is what chance brings; only who is looked at depends on it, not the odds
_MOST_KEPT = 200_000
_LINKED = 3  # an account joins a group when it is tied to one in three of it
_MOST_GROUP = 400
_MOST_GROUPS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Pairs of accounts that met on at least two occasions. first, second, weight: shape (n,), heaviest first."""

    first: Ints
    second: Ints
    weight: Floats


def tie_accounts(acts: Acts) -> Ties:
    """Return who met whom at least twice within ten minutes on the same object.

    weight: sum over the meetings of minus the logarithm of the chance that one of so many acts of the object is the
    other account's, by its share of all acts of that day. Bounded: 8 million meetings are read at most.
    """
    place = np.arange(len(acts))
    after = np.searchsorted(acts.key, acts.key + LONGEST_S, "right") - place - 1
    most = _NEXT
    while most > 8 and int(np.minimum(after, most).sum()) > _MOST_PAIRS:
        most = most * 3 // 4
    count = np.minimum(after, most)
    total = int(count.sum())
    left = np.repeat(place, count)
    rank = np.arange(total) - np.repeat(np.cumsum(count) - count, count) + 1
    right = left + rank
    own = _own_share(acts)
    a, b = acts.account[left], acts.account[right]
    chance = np.minimum(1.0, 2.0 * rank * np.sqrt(own[left] * own[right]))
    other = a != b
    first, second, weight = np.minimum(a, b)[other], np.maximum(a, b)[other], -np.log(chance[other])
    accounts = int(acts.account.max()) + 1 if len(acts) else 1
    pair, inverse, times = np.unique(first * accounts + second, return_inverse=True, return_counts=True)
    summed = np.bincount(inverse, weights=weight, minlength=len(pair))
    kept = np.flatnonzero((times >= 2) & (summed >= _LEAST_WEIGHT))
    kept = kept[np.lexsort((pair[kept], -summed[kept]))][:_MOST_KEPT]
    return Ties(
        first=pair[kept] // accounts, second=pair[kept] % accounts, weight=np.asarray(summed[kept], dtype=np.float64)
    )


def _own_share(acts: Acts) -> Floats:
    """Of each act: the share of its account in all acts of the day around it."""
    if not len(acts):
        return np.zeros(0)
    shares = np.empty(len(acts))
    day = np.floor(acts.at_s / 86_400.0).astype(np.int64)
    days = int(day.max()) + 1
    whole = np.bincount(day, minlength=days)
    _, inverse, counts = np.unique(acts.account * days + day, return_inverse=True, return_counts=True)
    shares[:] = counts[inverse] / np.maximum(whole[day], 50)
    return shares


def group_accounts(ties: Ties, candidates: int) -> list[tuple[float, list[int]]]:
    """Return groups of three accounts or more, each tied to a third of the others, at most 300, the heaviest first.

    A group grows from its heaviest pair by whoever is tied most; the ties within it are then spent, so that an
    account may stand in two groups, and one account between two groups does not make them one. With each stands its
    weight: all its ties beside the logarithm of the number of groups of that size among so many candidates.
    """
    near: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for a, b, weight in zip(ties.first.tolist(), ties.second.tolist(), ties.weight.tolist(), strict=True):
        near[a][b] = near[b][a] = weight
    groups: list[tuple[float, list[int]]] = []
    for a, b in zip(ties.first.tolist(), ties.second.tolist(), strict=True):
        if b not in near[a]:
            continue
        group = _grown(a, b, near)
        weight = sum(near[one].pop(other, 0.0) for one in group for other in group) / 2
        if len(group) > 2:
            number = log_choose(max(candidates, len(group)), len(group))
            groups.append((weight / max(1.0, number), sorted(group)))
    groups.sort(key=lambda one: (-one[0], one[1]))
    return groups[:_MOST_GROUPS]


def _grown(a: int, b: int, near: dict[int, dict[int, float]]) -> set[int]:
    group = {a, b}
    links: defaultdict[int, int] = defaultdict(int)
    weight: defaultdict[int, float] = defaultdict(float)
    newest = [a, b]
    while len(group) < _MOST_GROUP:
        for one in newest:
            for other, heavy in near[one].items():
                if other not in group:
                    links[other] += 1
                    weight[other] += heavy
        least = max(1 if len(group) < 3 else 2, -(-len(group) // _LINKED))
        best = max(
            (one for one, times in links.items() if times >= least),
            key=lambda one: (weight[one], -one),
            default=None,
        )
        if best is None:
            return group
        group.add(best)
        newest = [best]
        del links[best], weight[best]
    return group
