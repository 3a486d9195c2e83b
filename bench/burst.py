"""The worst hour: every post is about the brand. Run as a process of its own, so that its memory is its own.

`python -m bench.burst POSTS` prints one JSON object: rate of stored mentions, highest memory, and the times of the two
questions that people ask most of a full store.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from bench.corpus import SEED
from bench.jetstream import START, envelope
from bench.measure import pin
from bench.product import Installation
from bench.texts import posts_texts
from tocsin.base.brand import Brand, Watch
from tocsin.base.time import minute_of
from tocsin.screen.query import parse_query
from tocsin.screen.rules import snapshot
from tocsin.screen.stage import ScreenStage

BRAND = Brand(slug="maison-alba", name="Maison Alba")
BATCH = 2048
QUESTIONS = 50
_DAY_MIN = 24 * 60


def main(posts: int) -> dict[str, float]:
    """Store `posts` mentions of one brand and ask the store; return the figures."""
    pin()
    watch = Watch(brand=BRAND.slug, name="brand", query='"Maison Alba"')
    installation = Installation(ScreenStage(snapshot([BRAND], [watch])))
    stored, cpu_s, wall_s = 0, 0.0, 0.0
    for batch in _batches(posts):
        cpu, wall = time.process_time(), time.perf_counter()
        stored += installation.take(batch)
        cpu_s += time.process_time() - cpu
        wall_s += time.perf_counter() - wall
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "posts": posts,
        "stored": stored,
        "stored_per_s": stored / cpu_s,
        "stored_per_wall_s": stored / wall_s,
        "peak_mb": peak_mb,
        **_questions(installation),
    }
    installation.close()
    return figures


def _batches(posts: int) -> Iterator[list[bytes]]:
    """Yield lines whose texts all name the brand; made batch by batch, so that they do not count as memory."""
    texts, _ = posts_texts(SEED)
    rng = random.Random(SEED)
    batch: list[bytes] = []
    for number in range(posts):
        batch.append(envelope(f"{texts[number % len(texts)]} Maison Alba {number}", number, rng))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _questions(installation: Installation) -> dict[str, float]:
    """Return the median time of each question, in milliseconds: a brand and a word, and the counts of a day."""
    store = installation.store
    first = minute_of(START)
    words = [parse_query(word) for word in ("news", "police", "Obama", "Paris")]
    return {
        "search_ms": _median_ms(lambda turn: store.search(BRAND.slug, words[turn % len(words)], limit=50)),
        "dashboard_ms": _median_ms(lambda turn: store.tones(BRAND.slug, first + turn, first + turn + _DAY_MIN)),
    }


def _median_ms(ask: Callable[[int], object]) -> float:
    times = []
    for turn in range(QUESTIONS):
        begun = time.perf_counter()
        ask(turn)
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
