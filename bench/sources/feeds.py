"""A thousand feeds polled politely by one worker: what it takes of a core, and of memory.

`python -m bench.sources.feeds [--feeds 1000] [--seconds 120]` serves feeds on a hundred addresses of the loopback, lets
the real worker read each once, spreads their next reads over the quarter of an hour at which a feed is usually read,
and prints, as JSON, what the worker and its children took from then on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
from aiohttp import web

from bench.sources import process
from tocsin.base.brand import Brand, Watch
from tocsin.base.settings import Settings
from tocsin.base.time import to_ms
from tocsin.collect.adapter import Source
from tocsin.collect.feed.cursor import dump_cursor, read_cursor
from tocsin.store.connect import SQLITE_FILE, open_store

PORT, HOSTS, ITEMS = 8598, 100, 20
EVERY_S = 900.0
CORE, MEMORY_MB = 0.10, 300.0


class Feeds:
    """The server: every feed has twenty items, and a new one now and then."""

    def __init__(self) -> None:
        self.reads = 0
        self._began = datetime.now(UTC)

    async def answer(self, request: web.Request) -> web.Response:
        """Return a feed; one in two questions that name what they know are told that nothing changed."""
        self.reads += 1
        if request.headers.get("if-none-match") and self.reads % 2:
            return web.Response(status=304)
        new = int((datetime.now(UTC) - self._began).total_seconds() / 300)
        items = "".join(self._item(request.path, number) for number in range(new, new + ITEMS))
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>{request.path}</title>{items}</channel></rss>"
        return web.Response(text=body, content_type="application/rss+xml", headers={"etag": f'"{self.reads}"'})

    def _item(self, path: str, number: int) -> str:
        at = format_datetime(self._began - timedelta(hours=ITEMS - number))
        about = "Maison Alba" if number % 50 == 0 else "Autre chose"
        text = f"{about} : la ville se réveille sous la neige, numéro {number}. " * 5
        return (
            f"<item><guid isPermaLink='false'>{path}/{number}</guid><title>{about} {number}</title>"
            f"<link>http://example.org{path}/{number}</link><description>{text}</description><pubDate>{at}</pubDate></item>"
        )


def serve(feeds: Feeds) -> None:
    """Serve in a thread of this process, which is not weighed."""
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_get("/{tail:.*}", feeds.answer)

    async def start() -> None:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        for host in range(1, HOSTS + 1):
            await web.TCPSite(runner, f"127.0.0.{host}", PORT).start()

    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(start(), loop).result()


def prepare(folder: Path, feeds: int) -> None:
    """Make an installation with so many feeds."""
    store = open_store(Settings(data_dir=folder), migrate=True)
    store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    store.save_watch(Watch(brand="maison-alba", name="alba", query='"Maison Alba"'))
    for number in range(feeds):
        url = f"http://127.0.0.{number % HOSTS + 1}:{PORT}/feed/{number}"
        store.save_source(Source(name=f"feed-{number:04d}", adapter="feed", options={"url": url}))
    store.close()


def spread(folder: Path) -> None:
    """Spread the next reads over the usual interval, as they are once a worker has run for a while."""
    database = sqlite3.connect(folder / SQLITE_FILE, timeout=30)
    now_ms = to_ms(datetime.now(UTC))
    rows = database.execute(
        "select s.id, c.cursor from store_source s join store_cursor c on c.source_id = s.id join store_timeline t"
        " on t.id = c.timeline_id where t.name = 'live' order by s.id"
    ).fetchall()
    for at, (number, cursor) in enumerate(rows):
        due = now_ms + int(EVERY_S * 1000 * at / len(rows))
        moved = dump_cursor(msgspec.structs.replace(read_cursor(cursor), next_at=due))
        database.execute("update store_source set next_ms = ? where id = ?", (due, number))
        database.execute(
            "update store_cursor set cursor = ? where source_id = ? and cursor = ?", (moved, number, cursor)
        )
    database.commit()
    database.close()


def unclosed(folder: Path) -> int:
    """Return how many posts of the first round wait for their minute to be closed."""
    database = sqlite3.connect(f"file:{folder / SQLITE_FILE}?mode=ro", uri=True, timeout=30)
    (found,) = database.execute("select count(*) from store_mention where pending").fetchone()
    database.close()
    return int(found)


def measure(feeds: int, seconds: int, folder: Path) -> dict[str, float]:
    """Return the figures of one run."""
    server = Feeds()
    serve(server)
    prepare(folder, feeds)
    child = process.start(folder, " ".join(f"127.0.0.{host}" for host in range(1, HOSTS + 1)))
    try:
        begun = time.monotonic()
        while server.reads < feeds and time.monotonic() - begun < 300:
            time.sleep(0.5)
        first_s = time.monotonic() - begun
        while unclosed(folder) and time.monotonic() - begun < 300:
            time.sleep(1.0)
        time.sleep(10.0)
        spread(folder)
        reads, cpu_s, begun = server.reads, process.cpu_s(child.pid), time.monotonic()
        memory = 0.0
        while time.monotonic() - begun < seconds:
            time.sleep(2.0)
            memory = max(memory, process.memory_mb(child.pid))
        wall_s = time.monotonic() - begun
        core = (process.cpu_s(child.pid) - cpu_s) / wall_s
    finally:
        process.kill(child)
    return {
        "feeds": float(feeds),
        "first_round_s": first_s,
        "reads": float(server.reads - reads),
        "reads_wanted": feeds / EVERY_S * wall_s,
        "core": core,
        "memory_mb": memory,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--report", action="store_true", help="say what was reached, and never fail")
    given = parser.parse_args()
    process.unpin()
    with tempfile.TemporaryDirectory(prefix="tocsin-feeds-") as folder:
        figures = measure(given.feeds, given.seconds, Path(folder))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    reached = figures["reads"] >= 0.9 * figures["reads_wanted"]
    reached = reached and figures["core"] < CORE and figures["memory_mb"] < MEMORY_MB
    return 0 if given.report or reached else 1


if __name__ == "__main__":
    sys.exit(main())
