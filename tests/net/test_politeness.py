from __future__ import annotations

import asyncio
import doctest
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import SourceError
from tocsin.net import politeness, robots, status
from tocsin.net.politeness import Buckets, HostPacer, HostRest, backoff_s
from tocsin.net.status import retry_after_s

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("module", [politeness, status, robots])
def test_the_examples_are_true(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("-5", 0.0),
        ("999999999", 86_400.0),
        ("Wed, 04 Mar 2026 12:10:00 GMT", 600.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("nan", None),
        ("bientôt", None),
        ("Wed, 99 Mar 2026", None),
    ],
)
def test_a_server_says_when_to_come_back_in_seconds_or_by_a_date(text: str, wait_s: float | None) -> None:
    assert retry_after_s({"retry-after": text}, NOON) == wait_s


@given(st.integers(0, 60), st.text(max_size=10))
def test_waits_grow_stay_bounded_and_are_the_same_for_the_same_seed(failures: int, seed: str) -> None:
    wait_s = backoff_s(failures, seed)
    assert wait_s == backoff_s(failures, seed)
    assert 0 <= wait_s <= 86_400
    assert failures == 0 or wait_s >= min(86_400, 60 * 2 ** min(failures - 1, 30)) * 0.1


def test_sources_that_fail_together_do_not_come_back_together() -> None:
    assert len({round(backoff_s(3, f"source-{number}")) for number in range(20)}) > 10


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, wait_s: float) -> None:
        self.now += wait_s


def test_a_host_has_one_request_at_a_time_a_second_apart_and_others_do_not_wait() -> None:
    clock = _Clock()
    pacer = HostPacer(clock=clock, sleep=clock.sleep)
    begun: list[tuple[str, float]] = []
    running: set[str] = set()

    async def ask(host: str, spacing_s: float | None = None) -> None:
        async with pacer.turn(host, spacing_s):
            assert host not in running
            running.add(host)
            begun.append((host, clock.now))
            await asyncio.sleep(0)
            running.remove(host)

    async def go() -> None:
        await asyncio.gather(ask("a"), ask("b"), ask("a", 5.0), ask("a"))

    asyncio.run(go())
    assert [at for host, at in begun if host == "a"] == [0.0, 1.0, 6.0]
    assert ("b", 0.0) in begun


def test_the_hosts_that_may_be_asked_at_once_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "_HOSTS_KEPT", 10)
    clock = _Clock()
    pacer = HostPacer(clock=clock, sleep=clock.sleep)

    async def go() -> None:
        for number in range(50):
            async with pacer.turn(f"{number}.example.org"):
                clock.now += 2

    asyncio.run(go())
    assert len(pacer._places) <= 11


def test_a_host_rests_after_five_failures_and_no_longer_once_it_answers() -> None:
    rest = HostRest()
    for _ in range(4):
        rest.failed("a", 0.0)
    assert rest.rests_s("a", 0.0) == 0
    rest.failed("a", 0.0)
    assert 0 < rest.rests_s("a", 0.0) <= 60 and rest.rests_s("a", 61.0) == 0 and rest.rests_s("b", 0.0) == 0
    rest.succeeded("a")
    assert rest.rests_s("a", 0.0) == 0


def _turns(clock: _Clock, paces: list[tuple[str, int, float]], every_s: float = 0.0) -> list[float]:
    """Return when each turn came, one asked for after the other."""
    buckets = Buckets(clock=clock, sleep=clock.sleep)
    taken: list[float] = []

    async def go() -> None:
        for key, requests, per_s in paces:
            await buckets.turn(key, requests, per_s, longest_s=1e9)
            taken.append(clock.now)
            clock.now += every_s

    asyncio.run(go())
    return taken


def test_a_credential_may_ask_so_often_and_then_waits_for_its_first_token() -> None:
    assert _turns(_Clock(), [("a", 3, 60.0)] * 7) == [0.0, 0.0, 0.0, 60.0, 60.0, 60.0, 120.0]
    assert _turns(_Clock(), [("a", 3, 60.0)] * 5, 10.0) == [0.0, 10.0, 20.0, 60.0, 70.0]
    assert _turns(_Clock(), [("a", 1, 2.0), ("b", 1, 2.0), ("a", 1, 2.0), ("b", 1, 2.0)]) == [0.0, 0.0, 2.0, 2.0]


@given(st.integers(1, 5), st.floats(0.1, 1e5), st.lists(st.floats(0, 1e5), max_size=30))
def test_no_stretch_of_the_period_holds_more_turns_than_allowed(requests: int, per_s: float, gaps: list[float]) -> None:
    clock = _Clock()
    buckets = Buckets(clock=clock, sleep=clock.sleep)
    taken: list[float] = []

    async def go() -> None:
        for gap_s in gaps:
            clock.now += gap_s
            await buckets.turn("a", requests, per_s, longest_s=1e9)
            taken.append(clock.now)

    asyncio.run(go())
    assert all(later - first >= per_s * (1 - 1e-9) for first, later in zip(taken, taken[requests:], strict=False))


def test_a_wait_that_is_too_long_is_told_and_takes_nothing() -> None:
    clock = _Clock()
    buckets = Buckets(clock=clock, sleep=clock.sleep)

    async def go() -> None:
        await buckets.turn("secret-of-alice", 1, 86_400.0)
        clock.now = 400.0
        for _ in range(2):
            with pytest.raises(SourceError, match="used up") as caught:
                await buckets.turn("secret-of-alice", 1, 86_400.0)
            assert caught.value.retry_after_s == 86_000.0 and not caught.value.permanent
            assert "alice" not in str(caught.value)
        assert buckets.wait_s("secret-of-alice", 1, 86_400.0) == 86_000.0
        assert buckets.wait_s("other", 1, 86_400.0) == 0
        assert buckets.wait_s("secret-of-alice", 2, 86_400.0) == 0

    asyncio.run(go())


def test_turns_come_in_the_order_they_were_asked_for_and_one_that_is_given_up_takes_nothing() -> None:
    clock, order = _Clock(), list[str]()

    async def sleep(wait_s: float) -> None:
        await asyncio.sleep(0)
        clock.now += wait_s

    buckets = Buckets(clock=clock, sleep=sleep)

    async def ask(name: str) -> None:
        await buckets.turn("a", 1, 10.0)
        order.append(name)

    async def go() -> None:
        tasks = [asyncio.create_task(ask(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(go())
    assert order == ["a", "c", "d"] and clock.now == 20.0


@pytest.mark.parametrize(("requests", "per_s"), [(0, 1.0), (-1, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))])
def test_a_pace_that_is_none_is_a_mistake(requests: int, per_s: float) -> None:
    with pytest.raises(ValueError, match="no pace"):
        asyncio.run(Buckets().turn("a", requests, per_s))


def test_full_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "_HOSTS_KEPT", 10)
    clock = _Clock()
    buckets = Buckets(clock=clock, sleep=clock.sleep)

    async def go() -> None:
        for number in range(50):
            await buckets.turn(f"{number}", 1, 1.0)
            clock.now += 2

    asyncio.run(go())
    assert len(buckets._buckets) <= 11
