"""Series of counts that were collected elsewhere: read with care, scored causally, rung within a budget."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.errors import InputError
from tocsin.base.time import minute_of
from tocsin.surge.replay.series import Row, RowVerdict, read_series, replay_counts, replay_rows

FIRST = datetime(2026, 1, 5, tzinfo=UTC)


def _lines(values: list[int], step_min: int) -> Iterator[str]:
    yield "timestamp,value\n"
    for number, value in enumerate(values):
        yield f"{FIRST + timedelta(minutes=step_min * number):%Y-%m-%d %H:%M:%S},{value}\n"


def _counts(days: int, step_min: int, seed: int) -> list[int]:
    """Ordinary counts with a day curve, and a rise of an hour every five days."""
    draw = random.Random(seed)
    counts = []
    for number in range(days * 1440 // step_min):
        hour = number * step_min / 60
        mean = step_min * (1.0 if hour % 24 < 8 else 3.0) / 5
        high = 8.0 + seed % 5 if hour % 120 > 119 else 1.0
        counts.append(int(draw.gammavariate(4.0, high * mean / 4.0)))
    return counts


def _replayed(values: list[int], step_min: int = 5, budget: float = 1.0) -> list[RowVerdict]:
    brand = Brand(
        slug="alba",
        name="Alba",
        time_zone="UTC",
        budget=AlarmBudget(alarms_per_month=budget, watches_per_month=0),
    )
    return list(replay_rows(brand, read_series(_lines(values, step_min))))


@pytest.mark.parametrize("step_min", [5, 60, 1440])
def test_a_large_rise_rings_at_any_step(step_min: int) -> None:
    quiet = _counts(30 if step_min < 1440 else 60, step_min, 1)
    at = len(quiet) - max(2, 120 // step_min)
    values = [*quiet[:at], *[12 * max(quiet) + 60] * (len(quiet) - at)]
    rung = [place for place, verdict in enumerate(_replayed(values, step_min)) if verdict.surge is not None]
    assert [place for place in rung if place >= at][:1] in ([at], [at + 1])


def test_scores_lie_between_0_and_1_and_rest_on_the_past_alone() -> None:
    values = _counts(6, 5, 3)
    scores = [verdict.score for verdict in _replayed(values)]
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert max(scores) > 0.5
    half = len(values) // 2
    assert [verdict.score for verdict in _replayed(values[:half])] == scores[:half]
    assert [verdict.score for verdict in _replayed([*values[:half], *[9000] * half])][:half] == scores[:half]


@pytest.mark.parametrize("seed", range(2))
def test_a_larger_budget_never_rings_less(seed: int) -> None:
    values = _counts(40, 60, seed)
    rung = [sum(one.surge is not None for one in _replayed(values, 60, budget)) for budget in (0.5, 1, 2, 4, 8)]
    assert rung == sorted(rung)
    assert rung[-1] > 0


def test_counts_of_minutes_ring_as_the_rows_of_a_series_do() -> None:
    values = _counts(6, 1, 3)
    brand = Brand(slug="alba", name="Alba", time_zone="UTC")
    rows = replay_rows(brand, read_series(_lines(values, 1)))
    counts = ((minute_of(FIRST) + number, value) for number, value in enumerate(values))
    rung = list(replay_counts(brand, counts))
    assert rung
    assert rung == [verdict.surge for verdict in rows if verdict.surge]


def test_a_gap_is_counted_and_rings_nothing() -> None:
    lines = list(_lines(_counts(12, 5, 2), 5))
    del lines[2000:2100]
    rows = list(read_series(lines))
    assert [row.missing for row in rows if row.missing] == [100]


def test_instants_may_be_written_in_several_ways() -> None:
    for texts in (("2026-01-05", "2026-01-06"), ("2026-01-05T00:00:00+01:00", "2026-01-06T00:00:00+01:00")):
        rows = list(read_series(["timestamp,value", *(f"{text},3" for text in texts)]))
        assert [row.at for row in rows] == list(texts)
        assert [row.step_s for row in rows] == [86400.0, 86400.0]
    assert next(read_series(["value,timestamp", "3,1767571200", "4,1767571500"])) == Row(
        2, "1767571200", 1767571200.0, 3, 300.0
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "empty"),
        (["timestamp,value"], "no row"),
        (["timestamp,value", "2026-01-05,3"], "one row, on line 2"),
        (["time,value", "2026-01-05,3"], "no column timestamp"),
        (["timestamp,value", "2026-01-05,3", "2026-01-06"], "Line 3"),
        (["timestamp,value", "2026-01-05,3", "2026-01-06,-4"], "Line 3: '-4'"),
        (["timestamp,value", "2026-01-05,3", "2026-01-06,nan"], "Line 3: 'nan'"),
        (["timestamp,value", "2026-01-05,many"], "Line 2: 'many'"),
        (["timestamp,value", "yesterday,3"], "Line 2: 'yesterday'"),
        (["timestamp,value", "2026-01-05,3", "2026-01-04,3"], "not after '2026-01-05'"),
        (["timestamp,value", "2026-01-05,3", "2026-01-05,3"], "not after '2026-01-05'"),
        (["timestamp,value", "2026-01-05,3", "2026-01-06,3", "2026-01-06T05:00,3"], "the step is 86400 s"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line_and_value(lines: list[str], said: str) -> None:
    with pytest.raises(InputError) as error:
        list(read_series(lines))
    assert said in str(error.value)
