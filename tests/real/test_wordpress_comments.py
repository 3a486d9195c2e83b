"""The comments of a real WordPress, by its own interface: new, edited, held back, deleted, and asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.real.places import open_folder
from tests.real.wordpress import WordPress
from tocsin.base.post import Post
from tocsin.collect.adapter import Answer, Delete, Done, Request, Source, Upsert
from tocsin.collect.adapters.feed import FeedAdapter
from tocsin.collect.adapters.wordpress_comments import WordPressCommentsAdapter
from tocsin.net.http import HttpClient
from tocsin.net.values import HttpRequest

pytestmark = pytest.mark.real
ADAPTER = WordPressCommentsAdapter()


@pytest.fixture(scope="module")
def blog() -> Iterator[WordPress]:
    with open_folder() as folder:
        wordpress = WordPress(folder)
        try:
            wordpress.start()
            yield wordpress
        finally:
            wordpress.stop()


def ask(blog: WordPress, plan: Request, now: datetime) -> Answer:
    async def fetch() -> Answer:
        async with HttpClient(allow_hosts=(f"127.0.0.1:{blog.port}",)) as client:
            got = await client.fetch(HttpRequest(url=plan.url, headers=plan.headers, accept=plan.accept))
            return Answer(url=got.url, status=got.status, headers=got.headers, body=got.body, at=now)

    return asyncio.run(fetch())


class Reader:
    """Reads the comments of a blog to the end of each round."""

    def __init__(self, blog: WordPress, past: datetime | None = None) -> None:
        self._blog = blog
        self.source = Source(name="c", adapter="wordpress_comments", options={"url": blog.home}, past=past)
        self.cursor = ""

    def read(self, now: datetime) -> dict[str, Post]:
        found: dict[str, Post] = {}
        while True:
            plan = ADAPTER.plan(self.source, self.cursor, now)
            if isinstance(plan, Done):
                return found
            page = ADAPTER.parse(self.source, self.cursor, ask(self._blog, plan, now), now)
            assert not page.notes
            found |= {post.native_id: post for post in page.posts}
            self.cursor = page.next_cursor
            if not page.more:
                return found

    def check(self, native_id: str, now: datetime) -> Upsert | Delete | None:
        plan = ADAPTER.plan_check(self.source, native_id, "", now)
        assert plan is not None
        answer = ask(self._blog, plan, now)
        assert answer.status < 400 or answer.status in plan.reads_status
        return ADAPTER.parse_check(self.source, native_id, answer, now)


@pytest.mark.parametrize("addresses", ["", "/%postname%/"], ids=["plain", "readable"])
def test_comments_are_read_edited_held_back_and_deleted(blog: WordPress, addresses: str) -> None:
    blog.call("update_option", "permalink_structure", addresses)
    now = datetime.now(UTC) + timedelta(minutes=1)
    article = blog.post("Le four", "Il arrive.")
    first = blog.comment(article, "Bruno", "Le <b>four</b> chauffe trop & l’émail s’écaille.")
    answering = blog.call(
        "wp_insert_comment",
        {
            "comment_post_ID": article,
            "comment_author": "Chloé",
            "comment_content": "Écrivez-nous.",
            "comment_approved": 1,
            "comment_parent": first,
        },
    )
    held = blog.call(
        "wp_insert_comment",
        {"comment_post_ID": article, "comment_author": "x", "comment_content": "…", "comment_approved": 0},
    )
    reader = Reader(blog)
    found = reader.read(now)
    root = f"{blog.home}/?p={article}"
    post = found[f"{root}#comment-{first}"]
    assert post.text == "Le four chauffe trop & l’émail s’écaille."
    assert found[f"{root}#comment-{answering}"].parent_id == post.native_id
    assert f"{root}#comment-{held}" not in found
    assert reader.read(now + timedelta(minutes=10)) == {}

    blog.call("wp_update_comment", {"comment_ID": first, "comment_content": "Le four chauffe bien."})
    edited = reader.read(now + timedelta(minutes=20))
    assert {name: one.text for name, one in edited.items()} == {post.native_id: "Le four chauffe bien."}
    standing = reader.check(post.native_id, now)
    assert isinstance(standing, Upsert) and standing.post.text == "Le four chauffe bien."

    blog.call("wp_set_comment_status", first, "hold")
    assert isinstance(reader.check(post.native_id, now), Delete)
    blog.call("wp_delete_comment", answering, True)
    assert isinstance(reader.check(f"{root}#comment-{answering}", now), Delete)


def test_the_past_of_a_blog_is_read_page_by_page_and_is_what_its_feed_shows(blog: WordPress) -> None:
    blog.call("update_option", "permalink_structure", "/%postname%/")
    # Written first and published later, as its editor does: from this its feed takes the ids of the comments.
    article = blog.call("wp_insert_post", {"post_title": "Le livre d’or", "post_content": "Écrivez.", "post_author": 1})
    blog.call("wp_publish_post", article)
    numbers = [blog.comment(article, "Alice", f"Avis {number}.") for number in range(12)]
    now = datetime.now(UTC) + timedelta(minutes=1)
    reader = Reader(blog, past=now - timedelta(days=1))
    found = reader.read(now)
    assert {f"{blog.home}/?p={article}#comment-{number}" for number in numbers} <= set(found)
    assert ADAPTER.plan(reader.source, reader.cursor, now) == Done()
    feed = Source(name="f", adapter="feed", options={"url": f"{blog.home}/?feed=comments-rss2"})
    plan = FeedAdapter().plan(feed, "", now)
    assert isinstance(plan, Request)
    fed = FeedAdapter().parse(feed, "", ask(blog, plan, now), now)
    under = {post.key: post.text for post in fed.posts if post.text.startswith("Avis ")}
    assert len(under) >= 8 and under.items() <= {post.key: post.text for post in found.values()}.items()
