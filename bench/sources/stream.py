"""A stream of 2,000 events a second read, screened and stored by the real worker, which is killed half-way.

`python -m bench.sources.stream [--rate 2000] [--seconds 60]` prints figures as JSON: wanted posts lost or doubled
against the server's own count, how far the stored cursor lags behind the server (the median and 99 in 100 of the looks
while it is level), how long it takes from the kill to being level again, and what it costs of a core.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.sources import process
from bench.sources.jetstream import standing
from tocsin.base.brand import Brand, Watch
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Source
from tocsin.store.connect import SQLITE_FILE, open_store

PORT = 8597
LEVEL_S = 2.0


class Lag:
    """How far the stored cursor is behind the server, looked at again and again."""

    def __init__(self, database: Path, rate: int) -> None:
        self._database = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
        self._rate = rate

    def look(self) -> float | None:
        """Return the lag in seconds, None before anything was stored."""
        row = self._database.execute("select cursor from store_cursor where cursor like '%\"us\":%'").fetchone()
        counted = ask("count")
        if row is None or counted is None:
            return None
        return counted["said"] / self._rate - (json.loads(row[0])["us"] - counted["begin_us"]) / 1e6

    def kept(self) -> Counter[int]:
        """Return how often each wanted post is stored, by its number."""
        rows = self._database.execute("select native_id from store_post").fetchall()
        return Counter(int(native_id.rpartition("/")[2]) for (native_id,) in rows)


def ask(what: str) -> dict[str, int] | None:
    """Ask the server to count, or to stop; None before it answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/{what}") as answer:
            told: dict[str, int] = json.load(answer)
            return told
    except OSError:
        return None


def prepare(folder: Path) -> None:
    """Make an installation that listens to the server."""
    store = open_store(Settings(data_dir=folder), migrate=True)
    store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    store.save_watch(Watch(brand="maison-alba", name="alba", query='"Maison Alba"'))
    options = {"mode": "stream", "stream": f"ws://127.0.0.1:{PORT}"}
    store.save_source(Source(name="stream", adapter="bluesky", options=options))
    store.close()


def watch(lag: Lag, until_s: float) -> list[tuple[float, float]]:
    """Look at the lag five times a second until an instant; return (second since the first look, lag)."""
    begun, looks = time.monotonic(), []
    while time.monotonic() < until_s:
        found = lag.look()
        if found is not None:
            looks.append((time.monotonic() - begun, found))
        time.sleep(0.2)
    return looks


def measure(rate: int, seconds: int, folder: Path) -> dict[str, float]:
    """Return the figures of one run."""
    prepare(folder)
    server = subprocess.Popen([sys.executable, "-m", "bench.sources.jetstream", str(PORT), str(rate), "3600"])
    child = None
    try:
        _until(lambda: ask("count") is not None)
        child = process.start(folder, "127.0.0.1")
        lag = Lag(folder / SQLITE_FILE, rate)
        _until(lambda: lag.look() is not None)
        begun, cpu_s = time.monotonic(), process.cpu_s(child.pid)
        first = watch(lag, begun + seconds / 2)
        core = (process.cpu_s(child.pid) - cpu_s) / (time.monotonic() - begun)
        process.kill(child)
        child = process.start(folder, "127.0.0.1")
        second = watch(lag, begun + seconds)
        memory = process.memory_mb(child.pid)
        said = (ask("stop") or {})["said"]
        _until(lambda: (lag.look() or 0.0) <= 1.5 / rate)
        kept = lag.kept()
    finally:
        if child is not None:
            process.kill(child)
        server.kill()
        server.wait()
    level = _level(first, 0.0)
    hump = next((at for at, behind in second if behind >= LEVEL_S), 0.0)
    again = _level(second, hump)
    settled = [behind for at, behind in first if at > level + 1.0]
    settled += [behind for at, behind in second if at > again + 1.0]
    # A new source begins with what is said when it is added: nothing before is asked of the server.
    wanted = {number for number in standing(said) if number >= min(kept)}
    return {
        "events": float(said),
        "wanted": float(len(wanted)),
        "lost": float(len(wanted - kept.keys())),
        "extra": float(len(kept.keys() - wanted)),
        "doubled": float(sum(times - 1 for times in kept.values())),
        "lag_s": _share(settled, 0.5),
        "lag_99_s": _share(settled, 0.99),
        "level_after_kill_s": again,
        "core": core,
        "memory_mb": memory,
    }


def _level(looks: list[tuple[float, float]], after: float) -> float:
    """Return when the worker was level with the server for the first time after an instant."""
    return next((at for at, behind in looks if at >= after and behind < LEVEL_S), float("inf"))


def _until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("inf")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--report", action="store_true", help="say what was reached, and never fail")
    given = parser.parse_args()
    process.unpin()
    with tempfile.TemporaryDirectory(prefix="tocsin-stream-") as folder:
        figures = measure(given.rate, given.seconds, Path(folder))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    kept = not figures["lost"] and not figures["doubled"] and not figures["extra"]
    return 0 if given.report or (kept and figures["lag_99_s"] < LEVEL_S) else 1


if __name__ == "__main__":
    sys.exit(main())
