"""Ten days of an invented company through the whole engine: what must ring rings, and calm days stay calm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.base.settings import Settings
from tocsin.collect.scenario import Expected, builtin_scenario, expected_between
from tocsin.flows.demo import DemoFrame, play_demo, start_demo

pytestmark = pytest.mark.slow

END = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> DemoFrame:
    folder: Path = tmp_path_factory.mktemp("demo")
    scenario = builtin_scenario("maison_alba")
    engine = start_demo(Settings(data_dir=folder), scenario)
    frames = list(play_demo(engine, scenario, END, seed=7, scale=1.0, live_hours=1))
    engine.store.close()
    return frames[-1]


def loud_expectations() -> list[object]:
    found = [one for one in expected_between(builtin_scenario("maison_alba"), END) if one.ring.value != "none"]
    return [pytest.param(one, id=f"{one.affair}-{one.ring.value}-{number}") for number, one in enumerate(found)]


@pytest.mark.parametrize("wanted", loud_expectations())
def test_every_affair_that_must_ring_rings_in_its_time(frame: DemoFrame, wanted: Expected) -> None:
    slack = timedelta(minutes=10)
    assert any(wanted.since <= alert.at <= wanted.until + slack for alert in frame.alerts), (
        f"nothing rang: {wanted.why}"
    )


def test_the_live_end_of_the_demo_has_an_alarm(frame: DemoFrame) -> None:
    assert any(alert.level in ("alarm", "danger") and END - alert.at < timedelta(hours=2) for alert in frame.alerts)


def test_calm_days_have_no_alarm(frame: DemoFrame) -> None:
    for wanted in expected_between(builtin_scenario("maison_alba"), END):
        if wanted.ring.value == "none":
            loud = [a for a in frame.alerts if wanted.since <= a.at <= wanted.until and a.level == "alarm"]
            assert not loud, f"{[(a.at, a.title) for a in loud]} during {wanted}"


def test_the_demo_tells_nobody(frame: DemoFrame) -> None:
    assert all(alert.timeline.startswith("replay:") for alert in frame.alerts)
