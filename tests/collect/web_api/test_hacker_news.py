"""Hacker News: hits of its search, and its items one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Delete, Request, Source, Upsert
from tocsin.collect.adapters.hacker_news import HackerNewsAdapter

ADAPTER = HackerNewsAdapter()
SOURCE = source("hacker_news", query='"Maison Alba"')
STORY = {
    "objectID": "41",
    "author": "alice",
    "created_at_i": 1772445600,
    "title": "Maison Alba &amp; its ovens",
    "url": "https://example.org/ovens?utm_source=hn",
    "points": 12,
    "num_comments": 3,
    "story_id": 41,
    "_tags": ["story"],
}
COMMENT = {
    "objectID": "42",
    "author": "bruno",
    "created_at_i": 1772449200,
    "comment_text": '<p>I have one.<p><i>Never again</i>, see <a href="https:&#x2F;&#x2F;example.org&#x2F;x">there</a>',
    "parent_id": 41,
    "story_id": 41,
    "_tags": ["comment", "author_bruno", "story_41"],
}


def asked(of: Source = SOURCE, cursor: str = "") -> dict[str, list[str]]:
    plan = ADAPTER.plan(of, cursor, NOW)
    assert isinstance(plan, Request)
    return parse_qs(urlsplit(plan.url).query)


def test_stories_and_comments_become_posts_with_their_thread() -> None:
    story, comment = ADAPTER.parse(SOURCE, "", answer({"hits": [STORY, COMMENT]}), NOW).posts
    assert (story.title, story.text, story.links) == ("Maison Alba & its ovens", "", ("https://example.org/ovens",))
    assert story.native_id == "https://news.ycombinator.com/item?id=41" and story.kind is PostKind.POST
    assert story.created_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (comment.kind, comment.parent_id, comment.root_id) == (PostKind.COMMENT, story.native_id, story.native_id)
    assert comment.text == "I have one.\nNever again, see there"
    assert comment.links == ("https://example.org/x",)


def test_a_second_read_asks_an_hour_further_back_than_the_newest() -> None:
    page = ADAPTER.parse(SOURCE, "", answer({"hits": [COMMENT, STORY]}), NOW)
    assert "numericFilters" not in asked()
    assert asked(cursor=page.next_cursor)["numericFilters"] == ["created_at_i>=1772445600"]
    assert asked()["query"] == ['"Maison Alba"']


def test_the_past_is_asked_from_its_instant() -> None:
    of = Source(name="s", adapter="hacker_news", options={"query": "a"}, past=NOW - timedelta(days=2))
    assert asked(of)["numericFilters"] == [f"created_at_i>={int((NOW - timedelta(days=2)).timestamp())}"]


def test_a_full_page_leads_on_from_its_oldest_and_beyond_one_second() -> None:
    hits = [{**COMMENT, "objectID": str(number)} for number in range(1, 201)]
    page = ADAPTER.parse(SOURCE, "", answer({"hits": hits}), NOW)
    assert asked(cursor=page.next_cursor)["numericFilters"] == ["created_at_i<=1772449200"]
    page = ADAPTER.parse(SOURCE, page.next_cursor, answer({"hits": hits}), NOW)
    assert asked(cursor=page.next_cursor)["numericFilters"] == ["created_at_i<=1772449199"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [({"id": 42, "deleted": True}, "deleted"), ({"id": 42, "dead": True, "by": "x"}, "removed by moderators")],
)
def test_an_item_that_is_gone_is_removed(item: dict[str, object], reason: str) -> None:
    native_id = "https://news.ycombinator.com/item?id=42"
    plan = ADAPTER.plan_check(SOURCE, native_id, "", NOW)
    assert plan is not None and plan.url == "https://hacker-news.firebaseio.com/v0/item/42.json"
    found = ADAPTER.parse_check(SOURCE, native_id, answer(item), NOW)
    assert found == Delete(platform="hacker_news", native_id=native_id, reason=reason)


def test_an_item_that_stands_is_given_as_it_reads_now_and_no_item_tells_nothing() -> None:
    native_id = "https://news.ycombinator.com/item?id=42"
    item = {"id": 42, "type": "comment", "by": "bruno", "time": 1772449200, "text": "Better now", "parent": 41}
    found = ADAPTER.parse_check(SOURCE, native_id, answer(item), NOW)
    assert isinstance(found, Upsert) and found.post.text == "Better now"
    assert ADAPTER.parse_check(SOURCE, native_id, answer(None), NOW) is None
    assert ADAPTER.plan_check(SOURCE, "https://example.org/42", "", NOW) is None
