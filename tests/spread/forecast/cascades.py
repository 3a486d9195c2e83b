"""Made-up cascades for the tests: attention that fades, as fast and as far as the dice say."""

from __future__ import annotations

import numpy as np

from tocsin.spread.forecast.features import Scene
from tocsin.spread.forecast.values import Past


def faded(number: int, seed: int = 7, *, clock: bool = True) -> list[Past]:
    """Return cascades whose posts thin out; those that began fast end large."""
    dice = np.random.default_rng(seed)
    made = []
    for place in range(number):
        size = int(dice.integers(20, 400))
        slow = 600 * 2 ** dice.normal(size=1)[0]
        times = np.sort(slow * (dice.random(size) ** -1.1 - 1) * (1 + size / 300))
        began = 1_500_000_000.0 + 5_000 * place if clock else None
        made.append(Past(times=np.round(times), scene=Scene(began_s=began)))
    return made
