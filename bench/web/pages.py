"""How long the server takes for each page over a full store, and how a crowd of open pages is kept up to date.

`python -m bench.web.pages [MENTIONS] [--keep FOLDER]` (100,000 unless said; the promise is made for 1,000,000) prints a
table and fails when a page takes longer than it may. Each page is asked twice to warm up, then seven times; the median
counts. The time of the processor stands beside it, and the bare sign of life (`/healthz`) at the end, so that a busy
machine shows. With --keep the store stays in the folder and a later run asks it again without filling.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.corpus import SEED
from bench.texts import posts_texts
from tests.addresses import filled, ids_of
from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Author, Post
from tocsin.base.settings import Settings

LIMIT_MS = 200
TURNS = 7
DAYS = 90
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRAND = "maison-alba"
_LISTS = {
    "everything": "state=all",
    "the gravest first": "state=all&order=gravest",
    "a word": "state=all&q=service",
    "a rare word under filters": "state=all&q=plastique&tone=negative&lang=fr",
}
_PEOPLE = {"an account": "account1234", "many accounts": "account", "nobody": "zorglub"}
_PLATFORMS = ("bluesky", "mastodon", "x", "forum", "reviews", "press")


def main(mentions: int, keep: Path | None = None) -> int:
    """Fill a store, ask every page, print the times; return 1 if one is too slow. keep: where the store stays."""
    from tocsin.web.settings import configure

    with contextlib.ExitStack() as ends:
        folder = keep or Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-pages-")))
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(data_dir=folder)
        configure(settings)
        logging.disable(logging.WARNING)  # forms' ends that are only opened are told there
        world = _World(settings, mentions)
        slow = _report(mentions, world.times())
        world.close()
    return 1 if slow else 0


class _World:
    def __init__(self, settings: Settings, mentions: int) -> None:
        from django.contrib.auth import get_user_model
        from django.test import Client

        from tocsin.base.person import Person
        from tocsin.flows.engine import open_engine
        from tocsin.web.installation import Installation, serve

        self.engine = open_engine(settings, migrate=True)
        self.engine.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
        self.engine.store.save_watch(Watch(brand=BRAND, name="La marque", query='"Maison Alba"'))
        people = self.engine.store.people
        if not people.everybody():
            people.add(Person(id=0, email="alice@example.org", name="Alice", is_owner=True), NOW)
            _fill(self.engine, mentions)
        serve(Installation(self.engine, lambda: NOW))
        self.browser = Client(SERVER_NAME="localhost")
        self.browser.force_login(get_user_model().objects.get(pk=people.everybody()[0].id))

    def times(self) -> dict[str, tuple[float, float, int]]:
        """Return (median milliseconds, of which the processor, bytes) of each page."""
        from tocsin.web.watches.jobs import JOBS

        found = {}
        asked = list(_pages(self.browser, self.engine))
        # The first look at the alarm record replays the whole past in a thread of this process, for minutes.
        begun = time.perf_counter()
        JOBS.wait()
        print(f"the record was replayed after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        for name, address in asked:
            answer = self.browser.get(address)
            found[name] = (*self._median_ms(address), len(answer.content))
        found["(sign of life)"] = (*self._median_ms("/healthz"), 2)
        return found

    def _median_ms(self, address: str) -> tuple[float, float]:
        times, busy = [], []
        for _ in range(TURNS):
            begun, begun_busy = time.perf_counter(), time.process_time()
            self.browser.get(address)
            times.append(1000 * (time.perf_counter() - begun))
            busy.append(1000 * (time.process_time() - begun_busy))
        return statistics.median(times), statistics.median(busy)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.store.close()


def _pages(browser: Any, engine: Any) -> Iterator[tuple[str, str]]:
    """Yield each page and part that a person may read, once, with ids of the store filled in."""
    for name, address in filled(BRAND, ids_of(engine.store, BRAND)):
        if browser.get(address).status_code == 200:  # the others are the ends of forms, or lead elsewhere
            yield name, address
    for said, more in _LISTS.items():
        yield f"stream:list, {said}", f"/b/{BRAND}/stream/?{more}"
    for said, words in _PEOPLE.items():
        yield f"personal:page, {said}", f"/b/{BRAND}/personal/?q={words}"
    loudest = engine.store.personal.find(BRAND, "account1")[0]  # half of all posts are by this account
    yield "personal:author, the loudest", f"/b/{BRAND}/personal/authors/{loudest.number}"


def _fill(engine: Any, mentions: int) -> None:
    """Store the mentions over ninety days: the last one live, the others as a back-fill, with a rise at the end."""
    from tocsin.base.seam import LIVE
    from tocsin.base.time import minute_of
    from tocsin.collect.adapter import Page, Source, Upsert
    from tocsin.flows.close import close_timeline
    from tocsin.flows.ingest import Place, ingest_page

    engine.store.save_source(Source(name="bench", adapter="file"), BRAND)
    engine.store.ensure_timeline("backfill:bench")
    begun, batch, timeline = time.perf_counter(), [], "backfill:bench"
    for number, post in enumerate(_posts(mentions), 1):
        wanted = LIVE if post.created_at >= NOW - timedelta(days=1) else "backfill:bench"
        if batch and (len(batch) >= 4_000 or wanted != timeline):
            ingest_page(engine, Place("bench", timeline), Page(items=batch, next_cursor=""), NOW)
            batch = []
        timeline = wanted
        batch.append(Upsert(post=post))
        if number % 100_000 == 0:
            print(f"{number:,} posts after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    ingest_page(engine, Place("bench", timeline), Page(items=batch, next_cursor=""), NOW)
    for name in ("backfill:bench", LIVE):
        close_timeline(engine, name, minute_of(NOW), NOW)
    print(f"the store was full after {time.perf_counter() - begun:.0f} s", file=sys.stderr)


def _posts(count: int) -> Iterator[Post]:
    rng = random.Random(SEED)
    texts, _ = posts_texts(SEED)
    for number in range(count):
        # The last hundredth falls into the last two hours: a rise to be seen.
        share = number / count
        minutes = DAYS * 1440 * share / 0.99 if share < 0.99 else DAYS * 1440 - 120 + 120 * (share - 0.99) * 100
        at = NOW - timedelta(days=DAYS) + timedelta(minutes=min(minutes, DAYS * 1440 - 0.01))
        platform = _PLATFORMS[min(int(rng.paretovariate(1.2)) - 1, len(_PLATFORMS) - 1)]
        author = f"account{min(int(rng.paretovariate(0.7)), 200_000)}"
        yield Post(
            platform=platform,
            native_id=f"post-{number}",
            url=f"https://example.org/{number}",
            created_at=at,
            seen_at=at,
            text=f"Maison Alba : {texts[number % len(texts)]}" + (f" {number}" if number % 5 else ""),
            author=Author(platform=platform, handle=author, name=author, followers=rng.randrange(5_000)),
        )


def _report(mentions: int, times: dict[str, tuple[float, float, int]]) -> list[str]:
    print(
        f"{mentions:,} mentions; median of {TURNS}, milliseconds of the server and of its processor; at most"
        f" {LIMIT_MS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    for name, (took_ms, busy_ms, size) in sorted(times.items(), key=lambda entry: -entry[1][0]):
        mark = " TOO SLOW" if took_ms > LIMIT_MS else ""
        print(f"{took_ms:8.1f} ms {busy_ms:8.1f} ms {size / 1024:8.1f} KB  {name}{mark}")
    return [name for name, (took_ms, _, _) in times.items() if took_ms > LIMIT_MS]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.web.pages")
    parser.add_argument("mentions", type=int, nargs="?", default=100_000)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(**vars(_arguments())))
