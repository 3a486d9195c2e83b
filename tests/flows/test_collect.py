"""A feed on this machine, read twice through the guarded client: back-fill first, then live, each post once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.feed_server import NOON, FeedServer, item
from tocsin.base.brand import Brand, Watch
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Source
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.engine import Engine, open_engine


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
