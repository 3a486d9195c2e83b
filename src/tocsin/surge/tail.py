"""Chance of a count at least this large under a Poisson or negative-binomial law, exact, and as a normal score."""

from __future__ import annotations

import math
from statistics import NormalDist

_TINY = 1e-300
_EPSILON = 1e-13
_MOST_STEPS = 20_000
_BOUND_STEPS = 8
_BOUND_ROUNDING = 1e-6
_NORMAL = NormalDist()


def log_tail(count: int, mean: float, size: float = math.inf) -> float:
    """Return ln P(X >= count), at most 0, for a mean and a size (shape) parameter.

    count: >= 0. mean: >= 0. size: > 0; variance = mean + mean²/size; infinity gives the Poisson law.
    Raises ValueError for a negative count or mean, or a size that is not positive.
    Method: regularised incomplete beta (P(X >= k) = I_p(k, size), p = mean / (mean + size)) and lower gamma functions,
    by their continued fractions and series (Abramowitz and Stegun 26.5.8, 6.5.29, 6.5.31; modified Lentz evaluation).

    >>> round(math.exp(log_tail(3, 1.0)), 6), round(math.exp(log_tail(2, 1.0, 1.0)), 6)
    (0.080301, 0.25)
    """
    if count < 0 or mean < 0 or size <= 0:
        raise ValueError(f"count={count}, mean={mean}, size={size} are not those of a count law")
    if count == 0:
        return 0.0
    if mean <= 0:
        return -math.inf
    if size > 1e9 * max(1.0, mean):
        return min(0.0, _log_lower_gamma(float(count), mean))
    return min(0.0, _log_beta_share(float(count), size, mean / (mean + size), size / (mean + size)))


def normal_score(log_p: float) -> float:
    """Return the z for which a normal variable exceeds z with probability exp(log_p); negative above one half.

    >>> round(normal_score(math.log(0.5)), 6), round(normal_score(math.log(0.001)), 3)
    (0.0, 3.09)
    """
    if log_p > -600.0:
        p = math.exp(log_p)
        return -_NORMAL.inv_cdf(p) if p < 1.0 else -math.inf
    # Below the smallest double: invert ln p = -z²/2 - ln(z √2π), whose next term is under 1/z² there.
    z = math.sqrt(-2.0 * log_p) if math.isfinite(log_p) else 1e6
    for _ in range(4):
        z = math.sqrt(max(1.0, -2.0 * (max(log_p, -5e11) + math.log(z * math.sqrt(2.0 * math.pi)))))
    return z


def most_normal_score(count: int, mean: float, size: float) -> float:
    """Return a score that `normal_score(log_tail(count, mean, size))` does not exceed, and mostly comes near to.

    count: > 0; finite size; infinity where no cheap bound is known. Method: the first terms of the tail one by one,
    and those after by a geometric series that is never larger; what rounding may add is taken off.
    """
    if mean <= 0 or size > 1e6:
        return math.inf
    share = mean / (mean + size)
    first = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1.0)
    first += count * math.log(share) + size * math.log(size / (mean + size))
    ratios = [(at + size) / (at + 1.0) * share for at in range(count, count + _BOUND_STEPS)]
    # Each ratio of a term to the one before lies between the last worked out here and its limit, `share`.
    terms = 1.0 / (1.0 - min(share, ratios[-1]))
    for ratio in reversed(ratios):
        terms = 1.0 + ratio * terms
    log_p = first + math.log(terms) - _BOUND_ROUNDING * (1.0 - first)
    return normal_score(log_p) if log_p > -600.0 else math.inf


def _log_lower_gamma(a: float, x: float) -> float:
    front = a * math.log(x) - x - math.lgamma(a)
    if x < a + 1.0:
        term = total = 1.0 / a
        for step in range(1, _MOST_STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _EPSILON:
                break
        return front + math.log(total)
    upper = math.exp(front + math.log(_gamma_fraction(a, x)))
    return math.log1p(-upper) if upper < 1.0 else -math.inf


def _gamma_fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    value = d
    for step in range(1, _MOST_STEPS):
        an = -step * (step - a)
        b += 2.0
        d = 1.0 / _not_zero(an * d + b)
        c = _not_zero(b + an / c)
        change = d * c
        value *= change
        if abs(change - 1.0) < _EPSILON:
            break
    return value


def _log_beta_share(a: float, b: float, x: float, rest: float) -> float:
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    if x < (a + 1.0) / (a + b + 2.0):
        return front + math.log(_beta_fraction(a, b, x) / a)
    other = math.exp(front) * _beta_fraction(b, a, rest) / b
    return math.log1p(-other) if other < 1.0 else -math.inf


def _beta_fraction(a: float, b: float, x: float) -> float:
    c = 1.0
    tiny, epsilon = _TINY, _EPSILON  # the guards stand in line: this loop is where the time of a busy hour goes
    d = 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for step in range(1, _MOST_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1.0) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1.0))
        d = 1.0 + even * d
        d = 1.0 / (d if d > tiny or d < -tiny else tiny)
        c = 1.0 + even / c
        c = c if c > tiny or c < -tiny else tiny
        value *= d * c
        d = 1.0 + odd * d
        d = 1.0 / (d if d > tiny or d < -tiny else tiny)
        c = 1.0 + odd / c
        c = c if c > tiny or c < -tiny else tiny
        change = d * c
        value *= change
        if -epsilon < change - 1.0 < epsilon:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
