"""Several processes at once, and processes that die: nothing fails, nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.store.child import SLICE
from tests.store.conftest import ENGINES, new_store
from tests.store.make import ALBA, START_MINUTE, WATCH
from tocsin.store.store import Store

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def child(job: str, store: Store, *rest: object) -> subprocess.Popen[bytes]:
    settings = store._db.settings
    command = [sys.executable, "-m", "tests.store.child", job, settings.database_url or str(settings.data_dir)]
    return subprocess.Popen([*command, *map(str, rest)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def done(process: subprocess.Popen[bytes]) -> str:
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error.decode()
    return out.decode()


def known_brand(store: Store) -> Store:
    store.save_brand(ALBA)
    store.save_watch(WATCH)
    return store


def stored(store: Store) -> list[str]:
    return sorted(row.post.native_id for row in store.latest_mentions("alba", limit=100_000))


@pytest.mark.parametrize("engine", ENGINES)
def test_three_writers_and_a_reader_get_along(tmp_path: Path, engine: str) -> None:
    store = known_brand(new_store(tmp_path / "data", engine))
    reader = child("read", store, tmp_path / "stop")
    writers = [child("write", store, f"source{number}", 6) for number in range(3)]
    for writer in writers:
        done(writer)
    (tmp_path / "stop").touch()
    longest_ms, reads = map(int, done(reader).split())
    assert reads > 0
    print(f"{engine}: longest of {reads} reads {longest_ms} ms")
    assert len(stored(store)) == 3 * 6 * SLICE
    assert store.doctor() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_two_runners_started_by_mistake_store_each_post_once(tmp_path: Path, engine: str) -> None:
    store = known_brand(new_store(tmp_path / "data", engine))
    for writer in [child("write", store, "feed", 6) for _ in range(2)]:
        done(writer)
    assert len(stored(store)) == len(set(stored(store))) == 6 * SLICE
    assert store.doctor() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_two_sources_of_the_same_posts_store_each_once(tmp_path: Path, engine: str) -> None:
    store = known_brand(new_store(tmp_path / "data", engine))
    for writer in [child("same", store, source, 4) for source in ("one", "two")]:
        done(writer)
    assert len(stored(store)) == len(set(stored(store))) == 4 * SLICE
    assert sum(store.minute_counts("alba", "live", 0, START_MINUTE + 10**6).values()) == 4 * SLICE
    assert store.doctor() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_any_moment_each_post_is_there_once(tmp_path: Path, engine: str) -> None:
    store = known_brand(new_store(tmp_path / "data", engine))
    dice = random.Random(7)
    for _ in range(3):
        begun = int(store.cursor("feed", "live") or 0)
        writer = child("write", store, "feed", 10_000)
        deadline = time.monotonic() + 60
        while int(store.cursor("feed", "live") or 0) == begun and time.monotonic() < deadline:
            assert writer.poll() is None
        time.sleep(dice.random() * 0.05)  # somewhere inside a later commit
        writer.kill()
        writer.communicate()
    cursor = int(store.cursor("feed", "live"))
    assert len(stored(store)) == len(set(stored(store))) == cursor * SLICE
    assert store.doctor() == []
    done(child("write", store, "feed", cursor + 2))
    assert len(stored(store)) == (cursor + 2) * SLICE
