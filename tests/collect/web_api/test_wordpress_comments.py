"""Comments of a WordPress site, the same rows as its comments feed gives."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Answer, Delete, Request
from tocsin.collect.adapters.feed import FeedAdapter
from tocsin.collect.adapters.wordpress_comments import WordPressCommentsAdapter

ADAPTER = WordPressCommentsAdapter()
SOURCE = source("wordpress_comments", url="https://blog.example.org")
ENTRY = {
    "id": 11,
    "post": 8,
    "parent": 9,
    "author_name": "Cl&#233;ment &#8211; Lyon",
    "date_gmt": "2026-03-01T10:00:00",
    "content": {"rendered": "<p>D&rsquo;accord.</p>\n"},
    "link": "https://blog.example.org/2026/03/four/comment-page-2/#comment-11",
    "status": "approved",
    "type": "comment",
}


def test_a_comment_has_the_short_address_that_no_setting_changes() -> None:
    (post,) = ADAPTER.parse(SOURCE, "", answer([ENTRY]), NOW).posts
    assert post.native_id == "https://blog.example.org/?p=8#comment-11"
    assert (post.parent_id, post.root_id) == (
        "https://blog.example.org/?p=8#comment-9",
        "https://blog.example.org/?p=8",
    )
    assert post.url == ENTRY["link"]
    assert (post.kind, post.text) == (PostKind.COMMENT, "D’accord.")
    assert post.author is not None and post.author.name == "Clément – Lyon"


def test_what_is_not_approved_is_counted_and_a_mention_by_another_blog_is_a_share() -> None:
    page = ADAPTER.parse(
        SOURCE, "", answer([{**ENTRY, "status": "hold"}, {**ENTRY, "id": 12, "type": "pingback"}]), NOW
    )
    assert page.notes == {"not_approved": 1}
    assert [post.kind for post in page.posts] == [PostKind.SHARE]


def test_a_site_without_readable_addresses_is_asked_in_its_other_way() -> None:
    plan = ADAPTER.plan(SOURCE, "", NOW)
    assert isinstance(plan, Request) and "/wp-json/wp/v2/comments?" in plan.url and 404 in plan.reads_status
    page = ADAPTER.parse(SOURCE, "", answer(b"<html>", status=404), NOW)
    assert page.more
    plan = ADAPTER.plan(SOURCE, page.next_cursor, NOW)
    assert isinstance(plan, Request) and "/?rest_route=/wp/v2/comments&per_page=100&" in plan.url
    with pytest.raises(SourceError, match="comments feed") as caught:
        ADAPTER.parse(SOURCE, page.next_cursor, answer(b"", status=404), NOW)
    assert caught.value.permanent


def test_a_site_that_has_closed_this_way_is_told() -> None:
    with pytest.raises(SourceError, match="status 401"):
        ADAPTER.parse(SOURCE, "", answer({"code": "rest_forbidden"}, status=401), NOW)


def test_pages_overlap_so_that_what_moves_up_is_not_missed() -> None:
    entries = [{**ENTRY, "id": number} for number in range(100, 0, -1)]
    page = ADAPTER.parse(SOURCE, "", answer(entries, headers={"x-wp-total": "240"}), NOW)
    plan = ADAPTER.plan(SOURCE, page.next_cursor, NOW)
    assert isinstance(plan, Request) and plan.url.endswith("offset=95")


@pytest.mark.parametrize(
    ("body", "status", "gone"),
    [
        ({"code": "rest_comment_invalid_id"}, 404, True),
        ({"code": "rest_cannot_read"}, 401, True),
        ({"code": "rest_login_required"}, 401, False),
        (b"<html>", 403, False),
        (b"<html>", 404, False),
    ],
)
def test_a_comment_that_is_gone_is_told_from_a_site_that_closed(body: object, status: int, gone: bool) -> None:
    native_id = "https://blog.example.org/?p=8#comment-11"
    assert ADAPTER.plan_check(SOURCE, native_id, "", NOW) is not None
    found = ADAPTER.parse_check(SOURCE, native_id, answer(body, status=status), NOW)
    assert isinstance(found, Delete) is gone


@pytest.mark.shared
def test_recorded_comments_are_the_rows_of_the_recorded_comments_feed() -> None:
    place = shared("payloads/wordpress/recorded")
    held = json.loads((place / "rest_route__wp_v2_comments.body").read_bytes())
    of = source("wordpress_comments", url="http://127.0.0.1:8088")
    page = ADAPTER.parse(of, "", answer(held, headers={"x-wp-total": "10"}), NOW.replace(month=12))
    assert len(page.posts) == len(held) == 10
    assert not page.notes and not page.more
    url = "http://127.0.0.1:8088/?feed=comments-rss2"
    body = (place / "feed_comments-rss2.body").read_bytes()
    fed = FeedAdapter().parse(
        source("feed", url=url),
        "",
        Answer(url=url, status=200, headers={}, body=body, at=NOW.replace(month=12)),
        NOW.replace(month=12),
    )
    texts = {post.key: post.text for post in page.posts}
    assert {post.key: post.text for post in fed.posts} == texts
    msgspec.json.encode(page)
