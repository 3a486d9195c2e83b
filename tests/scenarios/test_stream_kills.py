"""A stream read while its reader is killed again and again: every post is there once, as it was last said."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flows.collecting.make import BRAND, NOON, Line, engine
from tests.flows.collecting.served import served
from tests.helpers import ROOT
from tocsin.collect.adapter import Source
from tocsin.flows.collecting.life import add
from tocsin.flows.engine import Engine

pytestmark = pytest.mark.slow

LINES, KILLS = 2_000, 3
PART = LINES // (KILLS + 1)  # said before each kill
WORKER = """
from datetime import UTC, datetime
from threading import Event
from tests.flows.collecting.make import register
from tocsin.base.settings import load_settings
from tocsin.work import loop
register()
loop.TICK_S = 0.2
loop.run_worker(load_settings(), lambda: datetime.now(UTC), Event(), lambda line: None)
"""


def script_of(dice: random.Random) -> tuple[list[Line], dict[str, str]]:
    """What the server says, and what must stand at the end: the words of each wanted post by its id."""
    lines: list[Line] = []
    standing: dict[str, str] = {}
    for n in range(1, LINES + 1):
        roll = dice.random()
        if roll < 0.05 and standing:
            gone = dice.choice(sorted(standing))
            lines.append(Line(n=n, op="delete", id=gone))
            del standing[gone]
        elif roll < 0.1 and standing:
            edited = dice.choice(sorted(standing))
            standing[edited] = f"Maison Alba, mot {n}"
            lines.append(Line(n=n, id=edited, text=standing[edited]))
        elif roll < 0.5:
            standing[f"p{n}"] = f"Maison Alba, livraison {n}"
            lines.append(Line(n=n, id=f"p{n}", text=standing[f"p{n}"]))
        else:
            lines.append(Line(n=n, id=f"p{n}", text=f"Autre chose {n}"))
    return lines, standing


def worker(home: Engine) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")} | {
        "TOCSIN_DATA_DIR": str(home.settings.data_dir),
        "TOCSIN_ALLOW_HOSTS": "127.0.0.1",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=ROOT)


def kill(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()


def reached(home: Engine) -> int:
    return int(home.store.cursor("live", "live") or 0)


def wait_for(home: Engine, cursor: int, seconds: float = 300.0) -> None:
    deadline = time.monotonic() + seconds
    while reached(home) < cursor:
        assert time.monotonic() < deadline, f"stands at {reached(home)} of {cursor}"
        time.sleep(0.02)


def test_no_post_edit_or_deletion_is_lost_by_kills(tmp_path: Path) -> None:
    dice = random.Random(7)
    lines, standing = script_of(dice)
    with engine(tmp_path) as home, served() as script:
        options = {"url": script.url, "wire": "socket"}
        add(home, BRAND, Source(name="live", adapter="script", options=options), {}, now=NOON)
        script.pace_s = 0.002
        child = worker(home)
        try:
            for turn in range(KILLS):
                script.say(*lines[turn * PART : (turn + 1) * PART])
                wait_for(home, turn * PART + 1)
                time.sleep(dice.random() * 0.5)
                kill(child)
                script.cut()
                child = worker(home)
            script.say(*lines[KILLS * PART :])
            wait_for(home, LINES)
        finally:
            kill(child)
        kept = home.store.latest_mentions(BRAND, limit=10 * LINES)
        assert len(kept) == len({row.post.native_id for row in kept})
        assert {row.post.native_id: row.post.text for row in kept} == standing
        assert len(script.asked) > KILLS
        assert home.store.doctor() == []
