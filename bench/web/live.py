"""How soon a stored post is on the open pages, and what two hundred of them cost one process.

`python -m bench.web.live [PAGES]` serves an installation in a process of its own, opens the live lines, stores posts,
and prints the delay until every page was told (at most 2 s) and the memory of that process, before and after (flat).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from tocsin.base.brand import Brand, Watch
from tocsin.base.person import Person
from tocsin.base.post import Post
from tocsin.base.settings import Settings

LIMIT_S = 2.0
GROWTH = 1.25
ROUNDS = 20
BRAND = "maison-alba"
PORT = 8499


def main(pages: int) -> int:
    """Measure, print, and return 1 if a promise is broken."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tocsin.web.settings import configure

    with tempfile.TemporaryDirectory(prefix="tocsin-live-") as folder:
        settings = Settings(data_dir=Path(folder))
        configure(settings)
        from tocsin.flows.engine import open_engine
        from tocsin.web.installation import Installation, serve

        engine = open_engine(settings, migrate=True)
        engine.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
        engine.store.save_watch(Watch(brand=BRAND, name="La marque", query='"Maison Alba"'))
        alice = engine.store.people.add(
            Person(id=0, email="alice@example.org", name="Alice", is_owner=True), datetime.now(UTC)
        )
        serve(Installation(engine))
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(get_user_model().objects.get(pk=alice.id))
        cookie = browser.cookies["tocsin_session"].value
        environment = {**os.environ, "TOCSIN_DATA_DIR": folder}
        server = subprocess.Popen([sys.executable, "-m", "tocsin.web", "127.0.0.1", str(PORT)], env=environment)
        try:
            delays, before, after = asyncio.run(_crowd(engine, pages, cookie, server.pid))
        finally:
            server.terminate()
            server.wait(timeout=30)
            engine.store.close()
    slowest, middle = max(delays), statistics.median(delays)
    print(f"{pages} open pages, {ROUNDS} posts: told after {middle:.2f} s (median), {slowest:.2f} s (slowest page);")
    print(
        f"memory of the process: {before:.0f} MB with the pages open, {after:.0f} MB at the end, {after / before:.2f} ×"
    )
    return 1 if slowest > LIMIT_S or after > GROWTH * before else 0


async def _crowd(engine: object, pages: int, cookie: str, pid: int) -> tuple[list[float], float, float]:
    connector = aiohttp.TCPConnector(limit=0)
    jar = {"tocsin_session": cookie}
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, cookies=jar, timeout=timeout) as session:
        address = f"http://127.0.0.1:{PORT}"
        await _until_up(session, f"{address}/healthz")
        lines = [await session.get(f"{address}/live?brand={BRAND}") for _ in range(pages)]
        assert all(line.status == 200 for line in lines), {line.status for line in lines}
        delays: list[float] = []
        await _round(engine, lines, 0)
        before = _memory_mb(pid)
        for number in range(1, ROUNDS + 1):
            delays += await _round(engine, lines, number)
        after = _memory_mb(pid)
        for line in lines:
            line.close()
        return delays, before, after


async def _round(engine: object, lines: list[aiohttp.ClientResponse], number: int) -> list[float]:
    await asyncio.to_thread(_store, engine, number)
    begun = time.perf_counter()
    return await asyncio.gather(*(_told(line, begun) for line in lines))


async def _told(line: aiohttp.ClientResponse, begun: float) -> float:
    async for raw in line.content:
        if raw.startswith(b"event: mentions"):
            return time.perf_counter() - begun
    raise AssertionError("the line was closed")


def _store(engine: object, number: int) -> None:
    from tocsin.base.seam import LIVE
    from tocsin.collect.adapter import Page, Upsert
    from tocsin.flows.ingest import Place, ingest_page

    now = datetime.now(UTC)
    text = f"Maison Alba, message numéro {number}"
    post = Post(platform="forum", native_id=str(number), created_at=now, seen_at=now, text=text)
    ingest_page(engine, Place("bench", LIVE), Page(items=[Upsert(post=post)], next_cursor=""), now)  # type: ignore[arg-type]


async def _until_up(session: aiohttp.ClientSession, address: str) -> None:
    for _ in range(300):
        try:
            async with session.get(address) as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    raise AssertionError("the pages did not come up")


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
