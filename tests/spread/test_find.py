"""Rings in a stream of acts: who is told, who is not, and that one bridge joins no two."""

from __future__ import annotations

import numpy as np

from tocsin.spread.together.find import Found, find_together

DAY = 86_400.0


def stream(seed: int = 1, acts: int = 3_000) -> list[tuple[int, int, float]]:
    """Return acts of 600 strangers on 400 objects, each object within a day of its own, over twenty days."""
    rng = np.random.default_rng(seed)
    things = rng.integers(0, 400, acts)
    began = rng.uniform(0, 19 * DAY, 400)
    times = began[things] + rng.exponential(DAY / 4, acts)
    return list(zip(rng.integers(0, 600, acts).tolist(), things.tolist(), times.tolist(), strict=True))


def ring(first: int, members: int, things: range, there_p: float = 0.8, seed: int = 5) -> list[tuple[int, int, float]]:
    """Return the acts of a ring: on each object, within half a minute, those of its members who are there."""
    rng = np.random.default_rng(seed + first)
    return [
        (first + one, thing, float(rng.uniform(0, 30)) + 2 * DAY + (thing % 17) * DAY)
        for thing in things
        for one in range(members)
        if rng.random() < there_p
    ]


def found(acts: list[tuple[int, int, float]]) -> list[Found]:
    """Return the rings of these acts."""
    columns = [np.array(column) for column in zip(*acts, strict=True)]
    return find_together(*columns)


def test_strangers_are_no_ring() -> None:
    assert found(stream()) == []


def test_a_ring_is_told_though_some_members_stay_away_each_time() -> None:
    (told,) = found([*stream(), *ring(1_000, 9, range(500, 508), there_p=0.7)])
    assert set(told.accounts) <= set(range(1_000, 1_009)) and len(told.accounts) >= 8
    assert told.chance_p < 1e-9 and set(told.objects) <= set(range(500, 508))


def test_an_account_in_two_rings_does_not_make_them_one() -> None:
    bridge = [(1_000, thing, 2 * DAY + (thing % 17) * DAY + 5) for thing in range(520, 526)]
    told = found([*stream(), *ring(1_000, 9, range(500, 506)), *ring(2_000, 9, range(520, 526)), *bridge])
    assert len(told) == 2
    assert [sum(one >= 2_000 for one in each.accounts) >= 8 for each in told].count(True) == 1


def test_a_crowd_that_comes_at_once_for_once_is_told_only_where_nothing_else_does() -> None:
    rng = np.random.default_rng(3)
    bursts = [
        (int(one), thing, thing * 3_000.0 + float(rng.uniform(0, 40)))
        for thing in range(500, 620)
        for one in rng.integers(0, 600, 20)
    ]
    assert len(found([*stream(), *ring(1_000, 12, range(500, 501), there_p=1.0)])) == 1
    assert found([*stream(), *bursts]) == []


def test_the_order_of_the_acts_changes_nothing() -> None:
    acts = [*stream(), *ring(1_000, 9, range(500, 508))]
    (one,), (other,) = found(acts), found(acts[::-1])
    assert (one.accounts, one.objects, one.log_p) == (other.accounts, other.objects, other.log_p)


def test_few_acts_or_none_are_no_ring() -> None:
    empty = np.zeros(0, dtype=np.int64)
    assert find_together(empty, empty, empty.astype(float)) == []
    assert found([(0, 0, 0.0), (1, 0, 1.0)]) == []
