"""New accounts as a second sign: how old each is when it first acts, and whether a group holds too many new ones."""

from __future__ import annotations

import numpy as np

from tocsin.spread.together.acts import Acts, Floats, Ints
from tocsin.spread.together.chance import log_binomial_tail

NEW_S = 30 * 86_400.0
_NEW_SHARE, _NEW_WEIGHT = 0.03, 20.0  # what is held of new accounts before a stream shows its own: three in a hundred


def ages_of(acts: Acts, joined_s: Floats | None, origin_s: float) -> Floats | None:
    """Return the age of each account at its first act in seconds, nan where not known; None where none is.

    joined_s: by account, when it was made, nan where not known, on the clock on which the first act is at origin_s.
    """
    if joined_s is None:
        return None
    joined = np.asarray(joined_s, dtype=np.float64)
    if not np.isfinite(joined).any():
        return None
    first = np.full(len(joined), np.inf)
    np.minimum.at(first, acts.account, acts.at_s + origin_s)
    return np.asarray(first - joined, dtype=np.float64)


def new_log_p(ages: Floats, members: Ints) -> tuple[int, float]:
    """Return how many of these are new, and the logarithm of the chance of so many if drawn as all others are."""
    new, known = int((ages[members] < NEW_S).sum()), int(np.isfinite(ages[members]).sum())
    if not known:
        return new, 0.0
    rest, rest_new = int(np.isfinite(ages).sum()) - known, int((ages < NEW_S).sum()) - new
    return new, log_binomial_tail(new, known, (rest_new + _NEW_SHARE * _NEW_WEIGHT) / (rest + _NEW_WEIGHT))
