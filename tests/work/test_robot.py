"""The worker's robot with a real browser: pages are captured beside its work, and given back when it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import msgspec
import pytest

from tests.evidence.authority import Authority, authorities
from tests.flows.evidence.make import ALICE, installed
from tests.net.browser.site import site
from tests.store.make import ALBA
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.check import check_vault
from tocsin.flows.evidence.request import request_capture
from tocsin.net.browser import available
from tocsin.store.evidence.rows import CaptureState
from tocsin.work.robot import RobotThread, robot_once

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(available() is not None, reason="no page can be captured on this machine"),
]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def stampers() -> Iterator[tuple[Authority, ...]]:
    with authorities("alpha", "beta") as both:
        yield both


@pytest.fixture
def home(tmp_path: Path, stampers: Sequence[Authority]) -> Iterator[tuple[Engine, str]]:
    """An installation that may capture a site on loopback, and the address of the site."""
    with site() as made:
        engine = installed(tmp_path / "data", stampers)
        hosts = (*engine.settings.allow_hosts, made.base.split("/")[2])
        engine.settings = msgspec.structs.replace(engine.settings, allow_hosts=hosts, capture_clocks=())
        yield engine, made.base
        engine.store.close()


def test_a_queued_page_is_captured_sealed_and_stamped(home: tuple[Engine, str]) -> None:
    engine, base = home
    one = request_capture(engine, ALBA.slug, f"{base}/social", ALICE, now())
    said: list[str] = []
    robot_once(engine, now, said.append)
    row = engine.store.evidence.capture(one.number)
    assert (row.state, row.outcome, row.title) == (CaptureState.SEALED, "whole", "Un message")
    assert said == ["captures recorded=1 failed=0 sealed=1 stamped=1"]
    assert check_vault(engine, now()) == []


def test_a_visit_that_goes_on_when_the_worker_ends_is_given_back(home: tuple[Engine, str]) -> None:
    engine, base = home
    one = request_capture(engine, ALBA.slug, f"{base}/endless", ALICE, now())
    with RobotThread(engine, now, Event(), lambda _: None):
        until = time.monotonic() + 30
        while engine.store.evidence.capture(one.number).state is CaptureState.QUEUED and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1.0)
        begun = time.monotonic()
    assert time.monotonic() - begun < 20
    row = engine.store.evidence.capture(one.number)
    assert row.state is CaptureState.QUEUED
    assert (row.tries, engine.store.evidence.vault.folders()) == (1, [])
