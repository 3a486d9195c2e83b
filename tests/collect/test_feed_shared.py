"""Every recorded feed beside the project gives entries or one clear sentence, never fewer than feedparser finds."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Page, Source
from tocsin.collect.adapters.feed import FeedAdapter

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.shared


def _parse(file: Path) -> Page | SourceError:
    url = f"https://example.org/{file.name}"
    source = Source(name="s", adapter="feed", options={"url": url})
    answer = Answer(url=url, status=200, headers={}, body=file.read_bytes(), at=NOW)
    try:
        return FeedAdapter().parse(source, "", answer, NOW)
    except SourceError as error:
        return error


def _feeds(folder: str) -> list[Path]:
    return sorted(file for file in shared(f"payloads/feeds/{folder}").rglob("*") if file.is_file())


def _entries_of_feedparser(file: Path) -> int:
    found = feedparser.parse(io.BytesIO(file.read_bytes()), sanitize_html=False, resolve_relative_uris=False)
    return len(found.entries)


@pytest.mark.filterwarnings("ignore")
def test_every_recorded_feed_gives_at_least_the_entries_that_feedparser_finds() -> None:
    fewer, unclear = [], []
    for file in _feeds("."):
        page = _parse(file)
        if isinstance(page, SourceError):
            if _entries_of_feedparser(file):
                fewer.append(file.name)
            if file.name not in str(page):
                unclear.append(file.name)
        elif len(page.items) + page.notes.get("entry_repeated", 0) < _entries_of_feedparser(file):
            fewer.append(file.name)
    assert (fewer, unclear) == ([], [])


def test_the_real_feeds_all_give_posts_with_text_address_and_time() -> None:
    posts = []
    for file in _feeds("real"):
        page = _parse(file)
        assert isinstance(page, Page) and page.posts, file.name
        assert len({post.native_id for post in page.posts}) == len(page.posts)
        posts += page.posts
    assert len(posts) == 690  # 691 entries, one of them twice
    assert sum(1 for post in posts if post.url) / len(posts) > 0.99
    assert sum(1 for post in posts if post.text or post.title) / len(posts) > 0.99
    assert sum(1 for post in posts if post.time_doubt is None) / len(posts) > 0.95


def test_the_feeds_of_a_real_wordpress_are_read_with_its_comments() -> None:
    found = {}
    for name in ("atom", "comments-rss2", "rdf", "rss2"):
        page = _parse(shared(f"payloads/wordpress/recorded/feed_{name}.body"))
        assert isinstance(page, Page)
        found[name] = page.posts
    assert {str(post.kind) for post in found["comments-rss2"]} == {"comment"}
    assert {str(post.kind) for name in ("atom", "rdf", "rss2") for post in found[name]} == {"article"}
    assert [post.url for post in found["atom"]] == [post.url for post in found["rss2"]]
    assert [post.text for post in found["rdf"]] == [post.text for post in found["rss2"]]
