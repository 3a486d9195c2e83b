"""The live line: who may hear it, what it says and how soon, what a page that was away is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.web.world import BRAND, OTHER, World
from tocsin.base.brand import Watch
from tocsin.base.post import Post
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.ingest import Place, ingest_page
from tocsin.web.live import LIVE_PATH, Live, Mark

WAIT_S = 20.0  # far beyond what a slow machine needs; a test that waits so long has failed


class Line:
    """One open page's line to the server."""

    def __init__(self, live: Live, cookie: str, brand: str, last: str = "") -> None:
        self.status = 0
        self.heard: list[str] = []
        self._gone = asyncio.Event()
        self._more = asyncio.Condition()
        headers = [(b"cookie", f"tocsin_session={cookie}".encode())]
        if last:
            headers.append((b"last-event-id", last.encode()))
        scope = {
            "type": "http",
            "method": "GET",
            "path": LIVE_PATH,
            "query_string": f"brand={brand}".encode(),
            "headers": headers,
        }
        self._task = asyncio.create_task(live(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._more:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            else:
                self.heard.append(message.get("body", b"").decode())
            self._more.notify_all()

    async def until(self, is_enough: Callable[[Line], bool]) -> None:
        """Wait until the line has said what is waited for."""
        async with self._more:
            await asyncio.wait_for(self._more.wait_for(lambda: is_enough(self)), WAIT_S)

    async def close(self) -> None:
        """Go away, as a browser does."""
        self._gone.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def said(self, name: str) -> list[str]:
        """Return the messages of one name."""
        return [text for text in self.heard if f"event: {name}\n" in text]


def _cookie(world: World, name: str | None) -> str:
    client = world.as_(name)
    return client.cookies["tocsin_session"].value if name else ""


def _store(world: World, number: int) -> None:
    post = Post(
        platform="forum", native_id=str(number), created_at=world.now, seen_at=world.now, text=f"Maison Alba, {number}"
    )
    ingest_page(world.engine, Place("forum", LIVE), Page(items=[Upsert(post=post)], next_cursor=""), world.now)


def _run(talk: Callable[[Live], Awaitable[None]]) -> None:
    async def whole() -> None:
        live = Live(poll_s=0.01)
        try:
            await talk(live)
        finally:
            await live.stop()

    asyncio.run(whole())


def _watch(world: World) -> None:
    world.store.save_watch(Watch(brand=BRAND, name="La marque", query='"Maison Alba"'))


def test_a_stored_post_is_told_to_the_open_pages(web: World) -> None:
    _watch(web)
    cookie = _cookie(web, "bruno")

    async def talk(live: Live) -> None:
        line = Line(live, cookie, BRAND)
        await line.until(lambda line: bool(line.heard))
        assert line.status == 200
        await asyncio.to_thread(_store, web, 1)
        await line.until(lambda line: bool(line.said("mentions")))
        assert '"count": 1' in line.said("mentions")[0]
        assert "Maison" not in "".join(line.heard)
        await line.close()

    _run(talk)


def test_a_page_hears_its_own_brand_alone(web: World) -> None:
    _watch(web)
    cookie = _cookie(web, "alice")

    async def talk(live: Live) -> None:
        own, other = Line(live, cookie, BRAND), Line(live, cookie, OTHER)
        await own.until(lambda line: bool(line.heard))
        await other.until(lambda line: bool(line.heard))
        await asyncio.to_thread(_store, web, 1)
        await own.until(lambda line: bool(line.said("mentions")))
        assert other.said("mentions") == []
        await own.close()
        await other.close()

    _run(talk)


def test_a_stranger_and_somebody_without_a_role_hear_nothing(web: World) -> None:
    async def talk(live: Live) -> None:
        for cookie in ("", "x" * 32, denis):
            line = Line(live, cookie, BRAND)
            await line.until(lambda line: line.status != 0)
            assert line.status == 404
            await line.close()

    denis = _cookie(web, "denis")
    _run(talk)


def test_a_page_that_was_away_hears_what_it_missed(web: World) -> None:
    _watch(web)
    cookie = _cookie(web, "bruno")
    mark = Mark(web.store.last_event(), web.store.last_mention())
    _store(web, 1)

    async def talk(live: Live) -> None:
        line = Line(live, cookie, BRAND, str(mark))
        await line.until(lambda line: bool(line.said("mentions")))
        await line.close()

    _run(talk)


def test_a_mark_that_is_none_is_left_aside() -> None:
    assert Mark.read("12-7") == Mark(12, 7)
    assert Mark.read("") is None
    assert Mark.read("1e9-x") is None
    assert Mark.read(f"{'9' * 40}-1") is None
