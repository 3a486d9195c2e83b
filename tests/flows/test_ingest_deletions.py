"""What a source says is gone leaves the store: single posts, and with an account all that the source gave of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import DeleteAuthor, Page, PageItem, Source, Upsert
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.screen.query import parse_query

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(Settings(data_dir=tmp_path), migrate=True)
    engine.store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    engine.store.save_watch(Watch(brand="maison-alba", name="alba", query='"Maison Alba"'))
    engine.store.save_source(Source(name="sky", adapter="bluesky"))
    yield engine
    engine.store.close()


def post(number: int, handle: str, text: str = "Maison Alba ne répond plus") -> Upsert:
    author = Author(platform="bluesky", handle=handle)
    name = f"at://{handle}/app.bsky.feed.post/{number}"
    return Upsert(
        post=Post(platform="bluesky", native_id=name, created_at=NOON, seen_at=NOON, text=text, author=author)
    )


def read(engine: Engine, *items: PageItem) -> None:
    cursor = engine.store.cursor("sky", LIVE)
    page = Page(items=items, next_cursor=f"{cursor}.")
    assert ingest_page(engine, Place("sky", LIVE, cursor), page, NOON).accepted


def kept(engine: Engine) -> list[str]:
    found = engine.store.search("maison-alba", parse_query("maison"))
    return sorted(row.post.native_id.removeprefix("at://") for row in found)


ENDED = DeleteAuthor(platform="bluesky", handle="did:plc:a", reason="the account was deleted")


def test_with_an_account_go_all_its_posts_and_no_other(engine: Engine) -> None:
    read(engine, post(1, "did:plc:a"), post(2, "did:plc:b"), post(3, "did:plc:a"))
    read(engine, ENDED)
    assert kept(engine) == ["did:plc:b/app.bsky.feed.post/2"]
    assert engine.store.doctor() == []


def test_posts_before_the_end_of_an_account_go_and_those_after_it_stay(engine: Engine) -> None:
    read(engine, post(1, "did:plc:a"), ENDED, post(2, "did:plc:a"))
    assert kept(engine) == ["did:plc:a/app.bsky.feed.post/2"]


def test_what_waits_in_the_ring_goes_with_its_account(engine: Engine) -> None:
    read(engine, post(1, "did:plc:a", "rien à voir"), post(2, "did:plc:b", "rien à voir"))
    assert len(engine.store.posts_of_author("sky", "bluesky", "did:plc:a")) == 1
    read(engine, ENDED)
    assert engine.store.posts_of_author("sky", "bluesky", "did:plc:a") == []
    assert len(engine.store.posts_of_author("sky", "bluesky", "did:plc:b")) == 1
