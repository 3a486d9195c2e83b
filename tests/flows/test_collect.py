"""A feed on this machine, read twice through the guarded client: back-fill first, then live, each post once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tocsin.base.brand import Brand, Watch
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Source
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.engine import Engine, open_engine

NOON = datetime.now(UTC).replace(microsecond=0)  # the client stamps what it fetches with the real time


class FeedServer(HTTPServer):
    """Serves one feed whose items the test changes; `status` other than 200 is a failure."""

    items: list[str]
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        body = (
            "<?xml version='1.0'?><rss version='2.0'><channel><title>La Gazette</title>"
            f"<link>http://example.org/</link>{''.join(self.server.items)}</channel></rss>"
        ).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def item(number: int, at: datetime) -> str:
    return (
        f"<item><guid isPermaLink='false'>n{number}</guid><title>Maison Alba, épisode {number}</title>"
        f"<link>http://example.org/{number}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
    )


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    server = FeedServer(("127.0.0.1", 0), _Handler)
    server.items = [item(1, NOON - timedelta(hours=2))]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def engine(tmp_path: Path, feed: FeedServer) -> Iterator[Engine]:
    settings = Settings(data_dir=tmp_path, allow_hosts=("127.0.0.1",))
    engine = open_engine(settings, migrate=True)
    engine.store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    engine.store.save_watch(Watch(brand="maison-alba", name="alba", query='"Maison Alba"'))
    url = f"http://127.0.0.1:{feed.server_port}/feed"
    engine.store.save_source(Source(name="gazette", adapter="feed", options={"url": url}))
    yield engine
    engine.store.close()


def test_the_first_read_is_back_fill_and_the_next_is_live(engine: Engine, feed: FeedServer) -> None:
    with Reach(engine.settings) as reach:
        (first,) = collect_due(engine, reach, NOON)
        assert first.ingested is not None and first.ingested.mentions == 1
        assert engine.store.pending_minutes(LIVE, "maison-alba", 2**40, 100) == []
        assert len(engine.store.pending_minutes("backfill:gazette", "maison-alba", 2**40, 100)) == 1
        assert collect_due(engine, reach, NOON + timedelta(seconds=10)) == []
        feed.items.append(item(2, NOON + timedelta(hours=23)))
        (second,) = collect_due(engine, reach, NOON + timedelta(days=2))
    assert second.ingested is not None and second.ingested.mentions == 1
    (minute,) = engine.store.pending_minutes(LIVE, "maison-alba", 2**40, 100)
    assert [mention.title for mention in minute.mentions] == ["Maison Alba, épisode 2"]


def test_a_failing_source_is_told_and_tried_again_later(engine: Engine, feed: FeedServer) -> None:
    feed.status = 503
    with Reach(engine.settings) as reach:
        (failed,) = collect_due(engine, reach, NOON)
        assert failed.error is not None and not failed.error.permanent
        (row,) = engine.store.sources()
        assert row.failures == 1 and row.last_error and row.next_at is not None and row.next_at > NOON
        feed.status = 200
        (mended,) = collect_due(engine, reach, NOON + timedelta(days=1))
    assert mended.ingested is not None
    assert engine.store.sources()[0].last_error == ""
