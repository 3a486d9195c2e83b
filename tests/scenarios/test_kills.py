"""The worker killed at any moment between ring, round and sending: every alert reaches its people, none is doubled."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.flows.alerting.make import House, house
from tests.helpers import ROOT
from tocsin.base.alert import AlertState
from tocsin.base.settings import Settings

pytestmark = pytest.mark.slow

ALERTS = 6
WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from threading import Event
from tocsin.base.settings import load_settings
from tocsin.work import loop
loop.TICK_S = 0.05
ahead = timedelta(minutes=float(sys.argv[1]))
loop.run_worker(load_settings(), lambda: datetime.now(UTC) + ahead, Event(), lambda line: None)
"""


def worker(settings: Settings, ahead_min: float) -> subprocess.Popen[bytes]:
    """Start the real loop in a process of its own, on a clock that is so many minutes ahead."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")} | {
        "TOCSIN_DATA_DIR": str(settings.data_dir),
        "TOCSIN_SMTP_HOST": settings.smtp_host,
        "TOCSIN_SMTP_PORT": str(settings.smtp_port),
        "TOCSIN_SMTP_TLS": "false",
        "TOCSIN_MAIL_FROM": settings.mail_from,
        "TOCSIN_ALLOW_HOSTS": "127.0.0.1",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(ahead_min)], env=environment, cwd=ROOT)


def kill(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()


def until(said: object, seconds: float = 60.0) -> bool:
    """Wait until something holds; False when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if said():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def names(home: House) -> Counter[tuple[str, str]]:
    """Return how often each (person, Message-ID) arrived."""
    found = Counter()
    for mail in list(home.mails):
        to, name = (
            re.search(rb"^%b: (\S+)" % field, mail, re.MULTILINE | re.IGNORECASE) for field in (b"To", b"Message-ID")
        )
        assert to and name
        found[(to.group(1).decode(), name.group(1).decode())] += 1
    return found


def ring_all(home: House, now: datetime) -> None:
    home.route(gather_min=0)
    for number in range(ALERTS):
        home.ring(f"a{number}", at=now - timedelta(minutes=ALERTS - number))


def test_kills_lose_no_alert_and_what_is_sent_again_is_the_same_message(tmp_path: Path) -> None:
    dice = random.Random(4)
    with house(tmp_path) as home:
        home.give_phone("alice")
        home.route(gather_min=0)
        for turn in range(ALERTS // 2):
            now, before = datetime.now(UTC), len(home.mails) + len(home.calls)
            for number in (2 * turn, 2 * turn + 1):
                home.ring(f"a{number}", at=now + timedelta(minutes=11 * turn))
            # What a dead worker held comes back after ten minutes.
            child = worker(home.engine.settings, 11.0 * turn)
            until(partial(has_more, home, before), 6)
            time.sleep(dice.random() * 0.08)
            kill(child)
        last = worker(home.engine.settings, 11.0 * ALERTS)
        try:
            assert until(lambda: not home.store.alerting.due(datetime.now(UTC) + timedelta(minutes=11 * ALERTS), 1))
            assert until(lambda: all(told_all(home, f"a{number}") for number in range(ALERTS)))
        finally:
            kill(last)
        assert {call["to"] for call in home.calls} == {"alice"}
        sent = names(home)
    # A kill in mid-sending alone repeats a message, under its name.
    assert sum(count - 1 for count in sent.values()) <= ALERTS // 2


def has_more(home: House, before: int) -> bool:
    """Whether more has reached people than before."""
    return len(home.mails) + len(home.calls) > before


def told_all(home: House, number: str) -> bool:
    """Whether Alice was called and Bruno has his copy of an alert."""
    told = home.store.alerting.tellings([number])[number]
    return len(told) >= 2 and all(one.state.value == "done" for one in told if one.body.step == 0)


def test_two_workers_tell_nobody_twice(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        ring_all(home, datetime.now(UTC))
        both = [worker(home.engine.settings, 0.0) for _ in range(2)]
        try:
            assert until(lambda: all(told_all(home, f"a{number}") for number in range(ALERTS)))
            time.sleep(0.5)
        finally:
            for child in both:
                kill(child)
        assert max(names(home).values()) == 1
        told = [one for number in range(ALERTS) for one in home.store.alerting.tellings([f"a{number}"])[f"a{number}"]]
        assert Counter(one.tries for one in told) == {1: 2 * ALERTS}
        assert {home.store.alert(f"a{number}").step for number in range(ALERTS)} == {1}


def test_an_alert_that_is_taken_while_workers_run_is_escalated_by_none(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.ring(at=datetime.now(UTC))
        first = worker(home.engine.settings, 0.0)
        assert until(lambda: told_all(home, "a1"))
        home.store.set_alert_state("a1", AlertState.ACKNOWLEDGED, by="person:1", at=datetime.now(UTC))
        before = len(home.mails)
        later = worker(home.engine.settings, 45.0)
        time.sleep(2.5)
        kill(first)
        kill(later)
        assert len(home.mails) == before
