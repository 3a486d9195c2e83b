"""Killed in the middle of an import and started again: every post is there exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.scenarios.make import write_posts

pytestmark = pytest.mark.slow

POSTS = 12_000


def prepare(data: Path) -> None:
    assert tocsin("init", data=data).code == 0
    assert tocsin("watch", "add", "--brand", "Maison Alba", "--query", '"Maison Alba"', data=data).code == 0


def kill_in_the_middle(file: Path, data: Path, stored: int) -> None:
    """Start an import and kill it as soon as the database holds something, a little later at each try."""
    environment = dict(os.environ) | {"TOCSIN_DATA_DIR": str(data)}
    child = subprocess.Popen(
        [sys.executable, "-m", "tocsin.cli.main", "import", str(file)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wal = data / "tocsin.sqlite3-wal"
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        if wal.exists() and wal.stat().st_size > stored:
            child.send_signal(signal.SIGKILL)
            break
    child.wait()


def test_no_post_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    file = write_posts(tmp_path / "posts.jsonl", POSTS, seed=1, prefix="p")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for data in (whole, broken):
        prepare(data)
    assert tocsin("import", file, data=whole).code == 0
    for stored in (100_000, 700_000, 1_500_000):
        kill_in_the_middle(file, broken, stored)
    ran = tocsin("import", file, data=broken)
    assert ran.code == 0, ran.err
    assert counts(broken) == counts(whole)
    assert tocsin("doctor", data=broken).code == 0


def counts(data: Path) -> dict[str, object]:
    """Return what must be equal: the number of mentions, and of stories with their posts."""
    found = tocsin("search", '"Maison Alba"', "--brand", "Maison Alba", "--limit", str(2 * POSTS), data=data).rows
    ids = [row["id"] for row in found]
    assert len(ids) == len(set(ids))
    stories = tocsin("stories", "--limit", "100000", data=data).rows
    return {"ids": sorted(ids), "stories": sorted((row["id"], row["posts"], row["title"]) for row in stories)}
