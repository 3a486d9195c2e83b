"""Measure fairly: one core, runs in turn (A B A B), processor time and wall time, and what the machine was."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

MEASURED_PACKAGES = ("msgspec", "hyperscan", "numpy", "Django", "vaderSentiment")


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the work. `prepare` returns the run to be timed, which returns how many posts it kept."""

    name: str
    posts: int
    prepare: Callable[[], Callable[[], int]]


@dataclass(slots=True)
class Timing:
    """The times of one contestant's runs, in seconds, in the order of the runs."""

    name: str
    posts: int
    kept: int = 0
    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    @property
    def us_per_post(self) -> float:
        """Processor time of the median run, in microseconds a post."""
        return 1e6 * statistics.median(self.cpu_s) / self.posts

    @property
    def posts_per_s(self) -> float:
        """Posts per second of processor time, of the median run."""
        return 1e6 / self.us_per_post

    @property
    def wall_posts_per_s(self) -> float:
        """Posts per second of wall time, of the median run."""
        return self.posts / statistics.median(self.wall_s)

    @property
    def spread(self) -> float:
        """(slowest - fastest) / median, of processor time."""
        return (max(self.cpu_s) - min(self.cpu_s)) / statistics.median(self.cpu_s)


def interleaved(contestants: Sequence[Contestant], runs: int) -> dict[str, Timing]:
    """Warm everyone up once, then run all in turn, `runs` times over, so that a slow minute hurts all alike."""
    timings = {one.name: Timing(one.name, one.posts) for one in contestants}
    for one in contestants:
        timings[one.name].kept = one.prepare()()
    for _ in range(runs):
        for one in contestants:
            run = one.prepare()
            gc.collect()
            cpu, wall = time.process_time(), time.perf_counter()
            kept = run()
            timing = timings[one.name]
            timing.cpu_s.append(time.process_time() - cpu)
            timing.wall_s.append(time.perf_counter() - wall)
            if kept != timing.kept:
                raise AssertionError(f"{one.name} kept {kept} posts, and {timing.kept} the first time")
    return timings


def pin() -> int | None:
    """Keep this process on one core and return its number, or None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def machine() -> dict[str, str | float]:
    """Return what the figures depend on: processor, load, versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return {
        "processor": model,
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
        "python": sys.version.split()[0],
        **{name: version(name) for name in MEASURED_PACKAGES},
    }
