"""Killed at any moment: what was recorded is sealed once, whole; nothing half done is left; nobody is told twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.evidence.authority import Authority
from tests.flows.evidence.killed import MOST_TRIALS
from tests.flows.evidence.make import HandClock, Page, robot
from tests.helpers import ROOT
from tests.store.make import START
from tocsin.evidence.values import EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.check import check_vault
from tocsin.store.evidence.rows import CaptureScope, CaptureState

STEP_MS = 50


@pytest.mark.slow
def test_robots_killed_later_and_later_lose_nothing_and_do_nothing_twice(
    sqlite_engine: Engine, stampers: Sequence[Authority]
) -> None:
    folder, hosts = sqlite_engine.settings.data_dir, ",".join(sqlite_engine.settings.allow_hosts)
    sqlite_engine.store.close()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.flows.evidence.killed", str(folder), hosts, str(STEP_MS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) >= 3  # how many kills fit before a turn comes to its end depends on the machine
    evidence = sqlite_engine.store.evidence
    last = HandClock(START + timedelta(minutes=10 * MOST_TRIALS))
    machine = robot(sqlite_engine, Page(), last)
    while evidence.is_due(last()):
        machine.turn()
        last.later(minutes=30)
    captures = evidence.captures(CaptureScope(limit=1000))
    assert len(captures) >= int(ran.stdout) // 2
    assert {one.state for one in captures} <= {CaptureState.SEALED, CaptureState.FAILED}
    assert all(one.error for one in captures if one.state is CaptureState.FAILED)
    seals = [entry.capture for entry in evidence.entries(limit=10_000) if entry.kind is EntryKind.CAPTURE]
    assert sorted(seals) == sorted(one.number for one in captures if one.state is CaptureState.SEALED)
    assert sorted(evidence.vault.folders()) == sorted(one.folder for one in captures if one.folder)
    assert list(evidence.vault.root.glob("*/.part-*")) == []
    assert check_vault(sqlite_engine, last()) == []
