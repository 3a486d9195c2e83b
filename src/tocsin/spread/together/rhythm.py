"""The rhythm of a stream's objects: how soon after one act on an object another account's act is usual."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from tocsin.spread.together.acts import SCALES_S, Acts, Floats

_MOST_WEIGHT = 50.0  # acts that one object counts for at most: a crowd's object tells of itself, not of the others
_LEAST_P = 1e-5
_FIRMEST = 1_000.0
# Before a stream shows its own: of two acts on one thing, the second comes within a scale with this chance; reaction
# times are spread evenly on a logarithmic axis from a minute to a day. It weighs as two acts.
_HELD = tuple(math.log1p(scale / 60.0) / math.log1p(86_400.0 / 60.0) for scale in SCALES_S)
_HELD_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """By scale of `SCALES_S`: how likely another act on the same object follows within it, and how alike objects are.

    within_p: mean over objects of the share of its other acts that follow one within the scale. firmness: how many
    acts on an object weigh as much as what is usual in the stream, when its own rhythm is estimated: small where
    some objects come all at once and others do not, and where few objects are known.
    """

    within_p: tuple[float, ...]
    firmness: tuple[float, ...]

    def usual(self, span_s: float) -> tuple[float, float]:
        """Return (within_p, firmness) for a stretch of so many seconds: of the scale that holds it."""
        at = min(bisect_left(SCALES_S, span_s), len(SCALES_S) - 1)
        return self.within_p[at], self.firmness[at]


class Rhythms:
    """What each object adds to the rhythm of the stream, so that it can be told without some of them."""

    def __init__(self, acts: Acts) -> None:
        sizes = np.diff(acts.starts).astype(np.float64)
        objects, place = len(sizes), np.arange(len(acts))
        size = sizes[acts.object] if len(acts) else np.zeros(0)
        weight = np.minimum(size, _MOST_WEIGHT) / np.maximum(size, 1.0)
        pair, triple = np.where(size >= 2, weight, 0.0), np.where(size >= 3, weight, 0.0)
        self._weights = np.stack([self._summed(acts, part, objects) for part in (pair, triple, (size >= 2) / size)])
        near = []
        for scale in SCALES_S:
            after = np.searchsorted(acts.key, acts.key + scale, "right") - place - 1.0
            share = after / np.maximum(size - 1, 1)
            square = share * (after - 1) / np.maximum(size - 2, 1)
            parts = (pair * share, triple * share, triple * square)
            near.append(np.stack([self._summed(acts, part, objects) for part in parts]))
        self._near = np.stack(near)  # (scales, 3, objects)
        self._weight, self._sums = self._weights.sum(axis=1), self._near.sum(axis=2)

    def apart_from(self, things: Sequence[int]) -> Rhythms:
        """Return the rhythms of a stream that these objects tell nothing of."""
        less = copy(self)
        left = np.unique(np.asarray(things, dtype=np.int64))
        less._weights, less._near = self._weights.copy(), self._near.copy()
        less._weights[:, left], less._near[:, :, left] = 0.0, 0.0
        less._weight, less._sums = less._weights.sum(axis=1), less._near.sum(axis=2)
        return less

    def without(self, things: Sequence[int]) -> Rhythm:
        """Return the rhythm of the other objects; each is named once."""
        left = list(things)
        weight = self._weight - self._weights[:, left].sum(axis=1)
        sums = self._sums - self._near[:, :, left].sum(axis=2)
        found = [_moments(at, weight, sums[at]) for at in range(len(SCALES_S))]
        return Rhythm(within_p=tuple(p for p, _ in found), firmness=tuple(firm for _, firm in found))

    @staticmethod
    def _summed(acts: Acts, part: Floats, objects: int) -> Floats:
        return np.asarray(np.bincount(acts.object, weights=part, minlength=objects), dtype=np.float64)


def _moments(at: int, weight: Floats, sums: Floats) -> tuple[float, float]:
    """The mean share within a scale, and the firmness of the beta law of the same mean and mean of squares."""
    pairs, triples, objects = (max(0.0, float(one)) for one in weight)
    near, first, square = (max(0.0, float(one)) for one in sums)
    mean = (near + _HELD_WEIGHT * _HELD[at]) / (pairs + _HELD_WEIGHT)
    most = min(_FIRMEST, 1.0 + objects)
    firm = most
    if triples > 0.0 and first > 0.0:
        share = first / triples
        variance = square / triples - share * share
        firm = share * (1.0 - share) / variance - 1.0 if variance > 0.0 else most
    return max(_LEAST_P, mean), min(most, max(1.0, firm))
