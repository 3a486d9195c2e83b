"""Chance that repeats: the same path of names gives the same throws on every machine and in every version."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from tocsin.base.ids import stable_int

T = TypeVar("T")


class Dice:
    """Throws named by a path. Only `Random.random` is used: Python promises it the same across versions.

    >>> Dice("a", "b").share() == Dice("a", "b").share()
    True
    """

    def __init__(self, *path: str) -> None:
        self._throw = random.Random(stable_int(*path)).random

    def share(self) -> float:
        """Return a number in [0, 1)."""
        return self._throw()

    def below(self, count: int) -> int:
        """Return a whole number in [0, count)."""
        return int(self._throw() * count)

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self._throw()

    def between_log(self, low: float, high: float) -> float:
        """Return a number in [low, high) whose size is even on a logarithmic scale; low >= 0."""
        return math.exp(self.between(math.log(low + 1), math.log(high + 1))) - 1

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of `choices`, which must not be empty."""
        return choices[int(self._throw() * len(choices))]

    def weigh(self, weights: Mapping[str, float]) -> str:
        """Return a key, with chances in proportion to the weights; order of the mapping counts."""
        left = self._throw() * sum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return next(reversed(list(weights)))

    def poisson(self, mean: float) -> int:
        """Return a Poisson count of this mean, 0 <= mean <= 500. Method: Knuth, product of uniforms."""
        floor, product, count = math.exp(-mean), self._throw(), 0
        while product > floor:
            product *= self._throw()
            count += 1
        return count

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """Return `choices` in another order. Method: Fisher and Yates."""
        mixed = list(choices)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
