"""What is usual at an hour, said to people."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.surge.count import MinuteTally
from tocsin.surge.expect import count_quantile, read_expectation
from tocsin.surge.fold import SurgeFold

PARIS = ZoneInfo("Europe/Paris")
START = 29_000_160


def memory(days: float, every: int = 5) -> bytes:
    import msgspec

    fold = SurgeFold(Brand(slug="alba", name="Maison Alba"), "live")
    state = fold.begin(START)
    for minute in range(START, START + int(days * 1440), every):
        fold.observe(state, minute, MinuteTally(posts=1, negative=minute % 10 == 0))
    return msgspec.msgpack.encode(state)


def test_nothing_is_usual_before_a_day_of_past() -> None:
    assert read_expectation(memory(0.5), PARIS) is None


def test_the_band_of_a_steady_brand_holds_what_it_does_each_hour() -> None:
    usual = read_expectation(memory(16), PARIS)
    assert usual is not None and not usual.is_learning
    band = usual.band(START + 16 * 1440)
    assert band.low <= 12 <= band.high
    assert band.middle == pytest.approx(12, rel=0.25)


def test_the_band_is_wider_while_the_usual_is_learned() -> None:
    young, old = read_expectation(memory(5), PARIS), read_expectation(memory(16), PARIS)
    assert young is not None and old is not None and young.is_learning
    at = START + 5 * 1440
    assert young.band(at).high > old.band(at).middle
    assert young.band(at).high - young.band(at).low >= old.band(at).high - old.band(at).low


def test_a_memory_that_cannot_be_read_is_said() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_expectation(b"\xc1", PARIS)


@given(st.floats(0, 5_000), st.floats(0.5, 100))
def test_the_bounds_stand_around_the_mean(mean: float, size: float) -> None:
    low, high = count_quantile(0.05, mean, size), count_quantile(0.95, mean, size)
    assert 0 <= low <= high
    assert low <= mean <= high + 1


@given(st.floats(20, 60), st.floats(2, 50), st.sampled_from([0.05, 0.5, 0.95]))
def test_both_ways_of_reckoning_agree_where_they_meet(mean: float, size: float, p: float) -> None:
    from tocsin.surge import expect

    exact = count_quantile(p, min(mean, expect._EXACT_MEAN), size)
    near = count_quantile(p, max(mean, expect._EXACT_MEAN + 1e-6), size)
    ratio = max(mean, expect._EXACT_MEAN) / min(mean, expect._EXACT_MEAN)
    assert near >= exact - 2 and near <= exact * ratio * 1.2 + 4
