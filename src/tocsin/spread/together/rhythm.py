"""The rhythm of a stream's objects: how soon after one act on an object another account's act is usual."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from tocsin.spread.together.acts import SCALES_S, Acts

_LEAST_P = 1e-5
_LOOSEST, _FIRMEST = 1.0, 1_000.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """By scale of `SCALES_S`: how likely another act on the same object follows within it, and how alike objects are.

    within_p: mean over objects of the share of its other acts that follow one within the scale. firmness: how many
    acts on an object weigh as much as what is usual in the stream, when its own rhythm is estimated: small where
    some objects come all at once and others do not.
    """

    within_p: tuple[float, ...]
    firmness: tuple[float, ...]

    def usual(self, span_s: float) -> tuple[float, float]:
        """Return (within_p, firmness) for a stretch of so many seconds: of the scale that holds it."""
        at = min(bisect_left(SCALES_S, span_s), len(SCALES_S) - 1)
        return self.within_p[at], self.firmness[at]


def read_rhythm(acts: Acts) -> Rhythm:
    """Return the rhythm of all objects that two accounts acted on; each object weighs as its acts, at most fifty."""
    sizes = np.diff(acts.starts)
    size = sizes[acts.object] if len(acts) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(acts))
    weight = np.minimum(size, 50) / np.maximum(size, 1)
    pair, triple = size >= 2, size >= 3
    found = []
    for scale in SCALES_S:
        after = np.searchsorted(acts.key, acts.key + scale, "right") - place - 1
        found.append(_moments(after, size, weight, pair, triple))
    return Rhythm(within_p=tuple(p for p, _ in found), firmness=tuple(firm for _, firm in found))


def _moments(after: np.ndarray, size: np.ndarray, weight: np.ndarray, pair: np.ndarray, triple: np.ndarray) -> tuple[float, float]:
    """The mean share, and the firmness of the beta law with the mean of the shares and of their squares (triples)."""
    weighed = float(weight[pair].sum())
    near = float((weight[pair] * after[pair] / (size[pair] - 1)).sum())
    mean = (near + _LEAST_P) / (weighed + 1.0)
    heavy = float(weight[triple].sum())
    if not heavy:
        return max(_LEAST_P, mean), _LOOSEST
    a, n = after[triple].astype(np.float64), size[triple].astype(np.float64)
    first = float((weight[triple] * a / (n - 1)).sum()) / heavy
    square = float((weight[triple] * a * (a - 1) / ((n - 1) * (n - 2))).sum()) / heavy
    variance = square - first * first
    if first <= 0.0:
        return max(_LEAST_P, mean), math.sqrt(_LOOSEST * _FIRMEST)
    firm = (first * (1 - first) / variance - 1.0) if variance > 0 else _FIRMEST
    return max(_LEAST_P, mean), min(_FIRMEST, max(_LOOSEST, firm))
