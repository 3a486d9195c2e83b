"""Laws of chance by their logarithms, so that the smallest chances stay apart."""

from __future__ import annotations

import math
from collections.abc import Iterable

_LEAST_PART = -40.0  # of a sum: what is smaller changes no digit of it


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
    """Return the logarithm of the chance of at least `count` successes of `tries`, each of chance p; 0 up to the mean.

    >>> round(math.exp(log_binomial_tail(2, 2, 0.5)), 4)
    0.25
    """
    if count <= tries * p:
        return 0.0
    if p <= 0.0:
        return -math.inf
    log_p, log_q = math.log(p), math.log1p(-p)
    return _log_sum(log_choose(tries, k) + k * log_p + (tries - k) * log_q for k in range(count, tries + 1))


def log_beta_binomial_tail(count: int, tries: int, alpha: float, beta: float) -> float:
    """Return the logarithm of the same chance where p itself is only known by a beta law; 0 up to the mean.

    >>> round(math.exp(log_beta_binomial_tail(1, 1, 1.0, 3.0)), 4)
    0.25
    """
    if count <= tries * alpha / (alpha + beta):
        return 0.0
    base = math.lgamma(alpha) + math.lgamma(beta) - math.lgamma(alpha + beta) + math.lgamma(tries + alpha + beta)
    return _log_sum(
        log_choose(tries, k) + math.lgamma(k + alpha) + math.lgamma(tries - k + beta) - base
        for k in range(count, tries + 1)
    )


def _log_sum(logs: Iterable[float]) -> float:
    """The logarithm of a sum by the logarithms of its parts, which only fall from some part on."""
    top, whole, before = -math.inf, 0.0, -math.inf
    for one in logs:
        if one < top + _LEAST_PART and one < before:
            break
        if one > top:
            whole, top = whole * math.exp(top - one) + 1.0, one
        else:
            whole += math.exp(one - top)
        before = one
    return min(0.0, top + math.log(whole)) if whole else -math.inf
