"""Measure the reading of feeds as real servers serve them, beside feedparser, and hold it against goals and floors.

`python -m bench.feeds` takes half a minute. The feeds lie in ../shared/data/payloads/feeds/real (TOCSIN_SHARED says
where else), and without them it says so and measures nothing. Ratios are of processor time, of the fastest of several
runs in turn, one warm-up aside. Feeds that fell back to the tolerant reader are counted apart, with --all those of the
ill-formed ones too. Exit code 1: a ratio under its floor, or fewer entries than feedparser finds.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from bench.measure import Contestant, interleaved, machine, pin
from tocsin.base.errors import SourceError
from tocsin.base.url import canonical_url
from tocsin.collect.adapter import Answer, Page, Source
from tocsin.collect.adapters.feed import FeedAdapter
from tocsin.collect.feed.decode import decode_feed
from tocsin.collect.feed.read import read_feed

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RUNS = 5
PASSES = 8  # of ours in a run, so that a run is no shorter than one of feedparser


@dataclass(frozen=True, slots=True)
class Ratio:
    """One promise: how many times less processor time than feedparser, its goal, and the floor that a run must keep."""

    name: str
    value: float
    goal: float
    floor: float


@dataclass(frozen=True, slots=True)
class Kinds:
    """The feeds of a folder by what came of them. errors: those that gave one clear sentence and no entry."""

    feeds: int
    entries: int
    fell_back: int
    errors: int
    fewer: tuple[str, ...]


def measure(bodies: Sequence[bytes]) -> list[Ratio]:
    """Return the two ratios over all the bodies."""
    contestants = [
        Contestant("feedparser", len(bodies), lambda: lambda: sum(map(_feedparser, bodies))),
        Contestant("parse", len(bodies), lambda: lambda: max(sum(map(_parse, bodies)) for _ in range(PASSES))),
        Contestant("whole", len(bodies), lambda: lambda: max(_whole(bodies) for _ in range(PASSES))),
    ]
    gc.collect()
    gc.freeze()  # what the process holds besides is not walked again and again in any run
    times = interleaved(contestants, RUNS)
    gc.unfreeze()
    fastest = {name: min(timing.cpu_s) for name, timing in times.items()}
    return [
        Ratio("parse alone", PASSES * fastest["feedparser"] / fastest["parse"], 50, 25),
        Ratio("with cleaning and text", PASSES * fastest["feedparser"] / fastest["whole"], 10, 5),
    ]


def sort_out(files: Sequence[Path]) -> Kinds:
    """Return what came of the feeds, and which gave fewer entries than feedparser finds."""
    entries = fell_back = errors = 0
    fewer = []
    for file in files:
        body = file.read_bytes()
        expected = _feedparser(body)
        try:
            page = _page(body, file.name)
        except SourceError:
            errors += 1
            found = 0
        else:
            found = len(page.items) + page.notes.get("entry_repeated", 0)
            fell_back += "tolerant_reader" in page.notes
        entries += found
        if found < expected:
            fewer.append(file.name)
    return Kinds(feeds=len(files), entries=entries, fell_back=fell_back, errors=errors, fewer=tuple(fewer))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was measured; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="count all recorded feeds, ill-formed ones too")
    wanted = parser.parse_args(arguments)
    folder = Path(os.environ.get("TOCSIN_SHARED", "../shared")) / "data/payloads/feeds"
    real = sorted(file for file in (folder / "real").glob("*") if file.is_file())
    if not real:
        print(f"feeds: skipped, there are no recorded feeds in {folder / 'real'}")
        return 0
    warnings.simplefilter("ignore")
    pin()
    print("  ".join(f"{name} {value}" for name, value in machine().items()))
    good = _print_kinds("as served", sort_out(real))
    if wanted.all:
        everything = sorted(file for file in folder.rglob("*") if file.is_file())
        good = _print_kinds("all recorded", sort_out(everything)) and good
    for ratio in measure([file.read_bytes() for file in real]):
        holds = ratio.value >= ratio.floor
        reached = "reached" if ratio.value >= ratio.goal else "not reached"
        print(f"{ratio.name:24} {ratio.value:5.1f} x  goal {ratio.goal:g} x {reached}, floor {ratio.floor:g} x")
        good = good and holds
    return 0 if good else 1


def _print_kinds(name: str, kinds: Kinds) -> bool:
    fewer = f", fewer than feedparser finds in {', '.join(kinds.fewer)}" if kinds.fewer else ""
    print(
        f"{name}: {kinds.feeds} feeds, {kinds.entries} entries, {kinds.fell_back} read by the tolerant reader, "
        f"{kinds.errors} refused with a sentence{fewer}"
    )
    return not kinds.fewer


def _feedparser(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body)).entries)


def _parse(body: bytes) -> int:
    feed = read_feed(decode_feed(body).body)
    return len(feed.entries) if feed else 0


def _whole(bodies: Sequence[bytes]) -> int:
    canonical_url.cache_clear()  # what one pass leaves must not help the next
    return sum(len(_page(body, str(number)).items) for number, body in enumerate(bodies))


def _page(body: bytes, name: str) -> Page:
    url = f"https://example.org/{name}"
    source = Source(name="bench", adapter="feed", options={"url": url})
    return FeedAdapter().parse(source, "", Answer(url=url, status=200, headers={}, body=body, at=NOW), NOW)


if __name__ == "__main__":
    sys.exit(main())
