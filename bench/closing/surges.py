"""What a minute of surge tests costs with ten thousand brands, each from its stored bytes to its stored bytes.

As a close does: a fold is made for the brand, reads its memory, takes the minute, and writes the memory anew.

`python -m bench.closing.surges [BRANDS]` prints one JSON object. A process of its own, so that its memory is its own.
Beside it runs the least that anybody could do: hold every brand's last hour against its mean and deviation, in plain
Python.
"""

from __future__ import annotations

import json
import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from bench.corpus import SEED
from bench.measure import pin
from eval.traffic import MONDAY, WEEK, draw_minutes
from tocsin.base.brand import Brand
from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest
from tocsin.base.time import minute_start
from tocsin.surge.count import MinuteTally
from tocsin.surge.fold import SurgeFold

BRANDS = 10_000
# Share of the brands, and mentions a day of each: most are hardly spoken of, a few all day long; 43 a day on the mean.
MIX = ((0.50, 2), (0.30, 10), (0.15, 50), (0.04, 300), (0.01, 2_000))
PATTERNS = 4  # learned memories of each volume, shared out among its brands
LEARN_WEEKS = 4
MEASURED_MIN = 60
_FIRST = LEARN_WEEKS * WEEK + 11 * 60 + 30  # a Monday from 11 h 30: the busiest hour, and a new slot of the usual level
_TIMELINE = "live"

Memories = list[bytes]
Minutes = list[dict[int, int]]


def main(brands: int = BRANDS) -> dict[str, float]:
    """Return the figures: processor milliseconds a minute, their ratio to the plain loop, and bytes of memory."""
    pin()
    rss = _peak_mb()
    states = learned_states(brands)
    minutes = heard_minutes(brands)
    named = [_brand(number) for number in range(brands)]
    plain_ms = statistics.median(_timed(lambda: plain_tests(brands)) for _ in range(5))
    spent = []
    for at, heard in enumerate(minutes):
        closed = [(number, _minute(number, at, posts)) for number, posts in heard.items()]
        spent.append(_timed(lambda closed=closed: test_minute(named, states, closed)))  # type: ignore[misc]
    return {
        "brands": brands,
        "heard_a_minute": statistics.mean(map(len, minutes)),
        "mentions_a_minute": statistics.mean(sum(heard.values()) for heard in minutes),
        "ms_a_minute": statistics.mean(spent),
        "worst_ms": max(spent),
        "plain_ms": plain_ms,
        "over_plain": statistics.mean(spent) / plain_ms,
        "state_kb": statistics.mean(map(len, states)) / 1000,
        "grown_mb": _peak_mb() - rss,
    }


def learned_states(brands: int) -> Memories:
    """Return the stored memory of each brand after the weeks of learning; brands of one pattern begin alike."""
    states: Memories = []
    encoder = msgspec.msgpack.Encoder()
    for share, a_day in MIX:
        patterns = []
        for pattern in range(PATTERNS):
            fold = SurgeFold(_brand(pattern), _TIMELINE)
            memory = fold.begin(MONDAY)
            counts = draw_minutes(a_day, 0, _FIRST, (SEED, a_day, pattern))
            for at in np.flatnonzero(counts).tolist():
                fold.observe(memory, MONDAY + at, MinuteTally(int(counts[at]), voices=1 << (at % 512)))
            patterns.append(encoder.encode(memory))
        states += [bytes(bytearray(patterns[number % PATTERNS])) for number in range(round(share * brands))]
    return states


def heard_minutes(brands: int) -> Minutes:
    """Return, for each measured minute, how many mentions each brand that is heard in it has."""
    minutes: Minutes = [{} for _ in range(MEASURED_MIN)]
    number = 0
    for share, a_day in MIX:
        for _ in range(round(share * brands)):
            counts = draw_minutes(a_day, _FIRST, MEASURED_MIN, (SEED, a_day, number, 1))
            for at in np.flatnonzero(counts).tolist():
                minutes[at][number] = int(counts[at])
            number += 1
    return minutes


def test_minute(brands: Sequence[Brand], states: Memories, closed: Sequence[tuple[int, BrandMinute]]) -> None:
    """Fold one minute of every brand that is heard in it, from bytes to bytes."""
    for number, minute in closed:
        states[number], _ = SurgeFold(brands[number], _TIMELINE).merge(states[number], minute)


def plain_tests(brands: int) -> int:
    """Return how many brands stand three deviations over their mean: the least that anybody could do for each."""
    rung = 0
    for number in range(brands):
        mean = 0.1 + number % 50
        rung += number % 60 > mean + 3 * math.sqrt(mean + mean * mean / 4)
    return rung


def _brand(number: int) -> Brand:
    return Brand(slug=f"brand-{number}", name=f"Brand {number}")


def _minute(number: int, at: int, posts: int) -> BrandMinute:
    minute = MONDAY + _FIRST + at
    mentions = [_mention(number, minute, post) for post in range(posts)]
    slug = f"brand-{number}"
    return BrandMinute(brand=slug, timeline=_TIMELINE, minute=minute, mentions=mentions, stories=[""] * posts)


def _mention(number: int, minute: int, post: int) -> MentionDigest:
    name = f"{number}-{minute}-{post}"
    return MentionDigest(
        row=post,
        brand=f"brand-{number}",
        minute=minute,
        platform="example",
        native_id=name,
        at=minute_start(minute),
        text="",
        title="",
        language="fr",
        negative=False,
        severity=0,
        danger=False,
        kinds=(),
        source="bench",
        author=number * 31 + minute + post,
        reach=0,
        own=False,
        exact=number * 100_003 + minute * 10 + post,
        bands=(),
        terms=(),
        written=minute,
    )


def _timed(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return 1000 * (time.process_time() - begun)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
