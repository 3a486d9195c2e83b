from __future__ import annotations

import asyncio
import doctest
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.net import politeness, robots, status
from tocsin.net.politeness import HostPacer, HostRest, backoff_s
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
