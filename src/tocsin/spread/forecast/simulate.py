"""Play cascades larger and of other speeds than those at hand, so that a model has an idea of what it never saw."""

from __future__ import annotations

import numpy as np

from tocsin.spread.forecast.features import Scene, Times
from tocsin.spread.forecast.values import Past

SMALLEST, LARGEST = 150, 20_000
_WEEK_S = 7 * 86_400.0
_DAY_S = 86_400.0
_BEGAN_S = 1_500_000_000.0
_NIGHT = 0.7  # how much of the activity goes between the liveliest hour and the dullest
_STEPS = 24 * 6


def simulate(number: int, seed: int) -> list[Past]:
    """Return so many played cascades of 150 to 20,000 posts within a week, the same for the same seed.

    Self-exciting: each post brings others after a delay whose tail is a power (as reshares were found to, Zhao et al.
    2015, SEISMIC), some far more than most; a beginning that brings 10 to 3,000 by itself, and in one of three cascades
    a second one later. A post brings 0.2 to 0.95 others in the mean; half of the delays are under a minute to two
    hours. Day and night stretch the clock. All ranges are wide on purpose and fitted to nothing.
    """
    dice = np.random.default_rng(seed)
    made: list[Past] = []
    while len(made) < number:
        began_s = _BEGAN_S + float(dice.random()) * _DAY_S * 7
        played = _play(dice)
        if SMALLEST <= len(played) <= LARGEST:
            times = _by_the_clock(np.sort(played), began_s)
            times = times[times <= _WEEK_S]
            if len(times) >= SMALLEST:
                made.append(Past(times=np.round(times), scene=Scene(began_s=began_s)))
    return made


def _play(dice: np.random.Generator) -> Times:
    """The times of all the posts of one play, in seconds of activity, in no order."""
    power = dice.uniform(0.25, 1.2)
    scale_s = 60 * 2 ** dice.uniform(0, 7) / (2 ** (1 / power) - 1)
    brings = dice.uniform(0.2, 0.95)
    starts = [(0.0, 10 ** dice.uniform(1, 3.5))]
    if dice.random() < 1 / 3:
        starts.append((600 * 2 ** dice.uniform(0, 8), 10 ** dice.uniform(1, 3)))
    told: list[Times] = []
    held = 0
    for at, fertility in starts:
        parents, means = np.asarray([at]), np.asarray([fertility])
        while len(parents) and held <= LARGEST:
            children = np.repeat(parents, np.minimum(dice.poisson(means), LARGEST))[: LARGEST + 1]
            children = children + scale_s * (dice.random(len(children)) ** (-1 / power) - 1)
            parents = children[children <= _WEEK_S]
            # Marks of mean one, of which few carry most: a lognormal of deviation 1.2.
            means = brings * dice.lognormal(-0.72, 1.2, len(parents))
            told.append(parents)
            held += len(parents)
    return np.concatenate(told)


def _by_the_clock(times: Times, began_s: float) -> Times:
    """The times with nights stretched and days drawn together: each tenth of an hour is as active as its hour is."""
    clock = np.arange(0, 2 * _WEEK_S, _DAY_S / _STEPS)
    active = 1 + _NIGHT * np.sin((clock + began_s) % _DAY_S * (2 * np.pi / _DAY_S))
    passed = np.concatenate([[0.0], np.cumsum(active[:-1])]) * (_DAY_S / _STEPS)
    return np.asarray(np.interp(times, passed, clock))
