"""Robots that are killed: `python -m tests.flows.evidence.killed FOLDER HOSTS STEP_MS`.

Each trial forks a robot that asks for a capture and takes what waits, and kills it a little later than the one before,
sixteen times. The clock goes on by ten minutes a trial, so that leases of the dead are over.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.evidence.make import make_recording
from tests.flows.evidence.make import ALICE, HandClock, Page, robot
from tests.store.make import ALBA, START
from tocsin.base.settings import Settings
from tocsin.flows.engine import open_engine
from tocsin.flows.evidence.request import request_capture

MOST_TRIALS = 16


def work(settings: Settings, trial: int) -> None:
    """Ask for one capture and take two turns."""
    clock = HandClock(START + timedelta(minutes=10 * trial))
    engine = open_engine(settings)
    request_capture(engine, ALBA.slug, f"https://forum.example.org/fil/{trial}", ALICE, clock())
    machine = robot(engine, Page(), clock)
    machine.turn()
    machine.turn()
    engine.store.close()


def main() -> None:
    """Kill robots later and later; print how many were."""
    folder, hosts, step_ms = sys.argv[1:]
    settings = Settings(data_dir=Path(folder), allow_hosts=tuple(hosts.split(",")))
    make_recording()  # what costs time at first costs it before
    killed = 0
    for trial in range(MOST_TRIALS):
        child = os.fork()
        if child == 0:
            work(settings, trial)
            os._exit(0)
        time.sleep(trial * int(step_ms) / 1000)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status):
            break
    print(killed)


if __name__ == "__main__":
    main()
