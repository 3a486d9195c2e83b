"""A real WordPress read by its feeds: what is new, what is edited, and the edits that its server hides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.real.places import open_folder
from tests.real.wordpress import WordPress
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Answer, Done, Page, Source
from tocsin.collect.adapters.feed import FeedAdapter
from tocsin.net.http import HttpClient
from tocsin.net.values import Fetched, HttpRequest

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def blog() -> Iterator[WordPress]:
    with open_folder() as folder:
        wordpress = WordPress(folder)
        try:
            wordpress.start()
            yield wordpress
        finally:
            wordpress.stop()


class Collector:
    """Reads one feed at the hours it is told; the last status that the server gave stands in `status`."""

    def __init__(self, blog: WordPress, feed: str, **options: str) -> None:
        self._source = Source(name="blog", adapter="feed", options={"url": f"{blog.home}/?feed={feed}", **options})
        self._allowed = (f"127.0.0.1:{blog.port}",)
        self._adapter = FeedAdapter()
        self.cursor = ""
        self.status = 0

    def read(self, now: datetime) -> Page | None:
        """Return what the feed gives at an instant; None when it is not time to ask."""
        plan = self._adapter.plan(self._source, self.cursor, now)
        if isinstance(plan, Done):
            return None
        request = HttpRequest(url=plan.url, headers=plan.headers, accept=plan.accept)
        fetched = asyncio.run(self._get(request))
        self.status = fetched.status
        answer = Answer(
            url=fetched.url, status=fetched.status, headers=fetched.headers, body=fetched.body, at=now, moved_to=None
        )
        page = self._adapter.parse(self._source, self.cursor, answer, now)
        self.cursor = page.next_cursor
        return page

    async def _get(self, request: HttpRequest) -> Fetched:
        async with HttpClient(allow_hosts=self._allowed) as client:
            return await client.get(request)


def _texts(page: Page | None) -> list[str]:
    assert page is not None
    return [post.text for post in page.posts]


def test_an_article_is_read_when_new_and_when_edited(blog: WordPress) -> None:
    start = datetime.now(UTC) + timedelta(minutes=1)
    number = blog.post("La nouvelle crème", "<p>Elle <b>arrive</b> lundi.</p>")
    collector = Collector(blog, "rss2", every_minutes="60")
    page = collector.read(start)
    assert page is not None and page.first_read
    (post,) = [post for post in page.posts if post.title == "La nouvelle crème"]
    assert (post.kind, post.text) == (PostKind.ARTICLE, "Elle arrive lundi.")
    assert _texts(collector.read(start + timedelta(days=2))) == []
    blog.call("wp_update_post", {"ID": number, "post_content": "Elle arrive mardi."})
    later = collector.read(start + timedelta(days=2, hours=6))
    assert later is not None and collector.status == 200
    (edited,) = later.posts
    assert (edited.native_id, edited.text) == (post.native_id, "Elle arrive mardi.")


def test_a_comment_edited_behind_an_unchanged_answer_is_found_within_a_day(blog: WordPress) -> None:
    number = blog.post("Retours", "Dites-nous tout.")
    gone = blog.comment(number, "Chloé", "Rien à dire.")
    said = blog.comment(number, "Bruno", "Elle m’a brûlé la peau.")
    start = datetime.now(UTC) + timedelta(minutes=1)
    collector = Collector(blog, "comments-rss2")
    assert "Elle m’a brûlé la peau." in _texts(collector.read(start))

    blog.call("wp_update_comment", {"comment_ID": said, "comment_content": "Elle m’a brûlé, j’ai consulté."})
    blog.call("wp_delete_comment", gone, True)
    # The trap: asked whether something changed, the server says no.
    page = collector.read(start + timedelta(hours=23))
    assert page is not None and (collector.status, page.items) == (304, ())

    page = collector.read(start + timedelta(hours=47))
    assert collector.status == 200
    assert _texts(page) == ["Elle m’a brûlé, j’ai consulté."]
    # What left the feed is no deletion: it may only have made room.
    assert page is not None and all(type(item).__name__ == "Upsert" for item in page.items)


def test_in_a_crisis_an_edited_comment_is_found_within_the_hour(blog: WordPress) -> None:
    number = blog.post("Crise", "Nous cherchons.")
    said = blog.comment(number, "Bruno", "Toujours rien.")
    start = datetime.now(UTC) + timedelta(minutes=1)
    collector = Collector(blog, "comments-rss2", crisis="yes")
    assert "Toujours rien." in _texts(collector.read(start))
    blog.call("wp_update_comment", {"comment_ID": said, "comment_content": "Toujours rien, et c’est grave."})
    assert _texts(collector.read(start + timedelta(minutes=30))) == []
    assert collector.status == 304
    assert _texts(collector.read(start + timedelta(minutes=61))) == ["Toujours rien, et c’est grave."]


def test_two_feeds_of_one_blog_share_a_validator_and_are_not_mixed_up(blog: WordPress) -> None:
    start = datetime.now(UTC) + timedelta(minutes=1)
    articles, comments = Collector(blog, "rss2"), Collector(blog, "comments-rss2")
    assert articles.read(start) and comments.read(start)
    both = [msgspec.json.decode(collector.cursor) for collector in (articles, comments)]
    assert both[0]["etag"] and both[0]["validated"] != both[1]["validated"]
