"""What grouping a mention into its story costs, over traffic like that of a busy brand.

`python -m bench.closing.stories [MENTIONS]` prints one JSON object. The traffic: a fortnight of one brand, real texts
where the development data lie beside the project, three posts in ten of them near-copies of one of the hot posts of the
day. Beside it runs the least that anybody could do: look the keys of near-copies up in dictionaries.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bench.corpus import SEED
from bench.measure import pin
from bench.texts import posts_texts
from tocsin.base.brand import Brand
from tocsin.base.story import MentionDigest
from tocsin.base.time import minute_of
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features
from tocsin.screen.language import detect_language
from tocsin.story.group import Grouper

MENTIONS = 20_000
DAYS = 14
COPIES = 0.30
HOT = 40  # posts a day that are copied
CLOSE_MIN = 3  # how often live minutes are closed
RUNS = 3
BRAND = Brand(slug="maison-alba", name="Maison Alba")
_START = datetime(2026, 1, 5, tzinfo=UTC)
_BATCH = 2_000


def main(mentions: int = MENTIONS) -> dict[str, float]:
    """Return the figures: processor microseconds a mention, and their ratio to the plain look-ups."""
    pin()
    posts, source = digests(mentions)
    plain, grouped, stories = [], [], 0
    for _ in range(RUNS):
        begun = time.process_time()
        look_up(posts)
        plain.append(time.process_time() - begun)
        begun = time.process_time()
        stories = group(posts)
        grouped.append(time.process_time() - begun)
    return {
        "mentions": len(posts),
        "real_texts": float(source.startswith("real")),
        "stories": stories,
        "us_a_mention": 1e6 * statistics.median(grouped) / len(posts),
        "plain_us": 1e6 * statistics.median(plain) / len(posts),
        "over_plain": statistics.median(grouped) / statistics.median(plain),
    }


def group(posts: Sequence[MentionDigest]) -> int:
    """Group the posts as the closing does, a few minutes at a time; return how many stories there are."""
    grouper = Grouper(BRAND, "live", ())
    named: set[str] = set()
    for _, run in groupby(posts, key=lambda post: post.minute // CLOSE_MIN):
        named.update(grouper.place(list(run)))
        grouper.changed()
    return len(named)


def look_up(posts: Sequence[MentionDigest]) -> int:
    """Give each post the first that shares its exact key or a band; return how many have none."""
    exact: dict[int, int] = {}
    bands: dict[tuple[int, int], int] = {}
    first = 0
    for number, post in enumerate(posts):
        found = exact.setdefault(post.exact, number)
        for place, band in enumerate(post.bands):
            found = min(found, bands.setdefault((place, band), number))
        first += found == number
    return first


def digests(mentions: int) -> tuple[list[MentionDigest], str]:
    """Return the mentions of the fortnight in order of time, and where their texts come from."""
    texts, source = posts_texts(SEED)
    draw = random.Random(SEED)
    hot: list[str] = []
    said: list[str] = []
    a_day = mentions // DAYS
    for number in range(mentions):
        if number % a_day == 0:
            hot = [texts[(number + at * 7) % len(texts)] for at in range(HOT)]
        if draw.random() < COPIES:
            text = hot[min(int(draw.paretovariate(1.0)) - 1, HOT - 1)]
            said.append(
                text if draw.random() < 0.5 else f"RT {text} {draw.choice(('😡', '!!', 'https://example.org/x'))}"
            )
        else:
            said.append(texts[number % len(texts)])
    times = sorted(_START + timedelta(days=DAYS * draw.random()) for _ in range(mentions))
    found = []
    for start in range(0, mentions, _BATCH):
        chunk = said[start : start + _BATCH]
        keys = copy_keys(read_features(chunk, frozenset()), [frozenset[str]()] * len(chunk))
        for number, (text, key) in enumerate(zip(chunk, keys, strict=True), start):
            found.append(_digest(number, times[number], text, (key.exact, key.bands, key.terms)))
    return found, source


def _digest(number: int, at: datetime, text: str, keys: tuple[int, tuple[int, ...], tuple[str, ...]]) -> MentionDigest:
    exact, bands, terms = keys
    return MentionDigest(
        row=number,
        brand=BRAND.slug,
        minute=minute_of(at),
        platform="example",
        native_id=f"{number:08}",
        at=at,
        text=text,
        title="",
        language=detect_language(text).language,
        negative=False,
        severity=0,
        danger=False,
        kinds=("neutral",),
        source="bench",
        author=number % 5_000 + 1,
        reach=0,
        own=False,
        exact=exact,
        bands=bands,
        terms=terms,
    )


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
