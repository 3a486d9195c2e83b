from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.surge.tail import log_tail, most_normal_score, normal_score


def _summed(count: int, mean: float, size: float) -> float:
    """The tail term by term, slowly."""
    if math.isinf(size):
        terms = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count)]
    else:
        p = mean / (mean + size)
        terms = [
            math.exp(
                math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1) + size * math.log1p(-p) + k * math.log(p)
            )
            for k in range(count)
        ]
    return 1.0 - math.fsum(terms)


@given(
    count=st.integers(0, 60),
    mean=st.floats(0.05, 40.0),
    size=st.one_of(st.floats(0.1, 200.0), st.just(math.inf)),
)
def test_the_tail_is_the_sum_of_its_terms(count: int, mean: float, size: float) -> None:
    assert math.exp(log_tail(count, mean, size)) == pytest.approx(_summed(count, mean, size), abs=1e-9)


@given(count=st.integers(1, 100_000), mean=st.floats(0.01, 50_000.0), size=st.floats(0.05, 1e6))
def test_a_larger_count_is_never_likelier(count: int, mean: float, size: float) -> None:
    here, next_one = log_tail(count, mean, size), log_tail(count + 1, mean, size)
    assert next_one <= here + 1e-9
    assert here <= 0.0


def test_a_million_where_three_are_usual_is_far_but_finite() -> None:
    z = normal_score(log_tail(1_000_000, 3.0, 5.0))
    assert 100 < z < 100_000


def test_the_normal_score_goes_on_smoothly_below_the_smallest_double() -> None:
    scores = [normal_score(-float(p)) for p in range(560, 640, 5)]
    steps = [after - before for before, after in itertools.pairwise(scores)]
    assert all(0.1 < step < 0.2 for step in steps)


def test_nothing_can_come_where_nothing_is_expected() -> None:
    assert log_tail(0, 0.0) == 0.0
    assert log_tail(1, 0.0) == -math.inf


@pytest.mark.parametrize(("count", "mean", "size"), [(-1, 1.0, 1.0), (1, -1.0, 1.0), (1, 1.0, 0.0)])
def test_what_is_no_count_law_is_refused(count: int, mean: float, size: float) -> None:
    with pytest.raises(ValueError, match="count law"):
        log_tail(count, mean, size)


@given(st.integers(1, 5_000), st.floats(0.01, 5_000.0), st.floats(0.05, 100.0))
def test_the_cheap_bound_is_never_under_the_exact_score(count: int, mean: float, size: float) -> None:
    assert most_normal_score(count, mean, size) >= normal_score(log_tail(count, mean, size))


def test_the_cheap_bound_comes_near_to_the_exact_score() -> None:
    for count in (12, 30, 80, 300):
        exact = normal_score(log_tail(count, count / 3, 8.0))
        assert exact <= most_normal_score(count, count / 3, 8.0) <= exact + 0.25
