"""Discourse forums: posts newest first, by their place in their thread."""

from __future__ import annotations

import json

import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Delete, Request
from tocsin.collect.adapters.discourse import DiscourseAdapter

ADAPTER = DiscourseAdapter()
SOURCE = source("discourse", url="https://forum.example.org/")
ENTRY = {
    "id": 15,
    "username": "chloe",
    "name": "Chloé",
    "created_at": "2026-03-01T10:00:00.000Z",
    "updated_at": "2026-03-01T11:00:00.000Z",
    "cooked": '<p>Le four <a href="/t/x/3">chauffe</a> trop.</p>',
    "post_number": 4,
    "post_type": 1,
    "reply_to_post_number": 2,
    "topic_id": 11,
    "topic_slug": "four",
    "topic_title": "Four",
    "version": 2,
}


def test_a_post_stands_at_its_place_in_its_thread() -> None:
    (post,) = ADAPTER.parse(SOURCE, "", answer({"latest_posts": [ENTRY]}), NOW).posts
    assert post.native_id == "https://forum.example.org/t/11/4"
    assert post.url == "https://forum.example.org/t/four/11/4"
    assert (post.parent_id, post.root_id) == ("https://forum.example.org/t/11/2", "https://forum.example.org/t/11/1")
    assert (post.kind, post.title, post.text) == (PostKind.REPLY, "", "Le four chauffe trop.")
    assert post.links == ("https://forum.example.org/t/x/3",)
    assert post.edited_at is not None and post.author is not None and post.author.name == "Chloé"


def test_the_start_of_a_thread_has_its_title() -> None:
    (post,) = ADAPTER.parse(SOURCE, "", answer({"latest_posts": [{**ENTRY, "post_number": 1}]}), NOW).posts
    assert (post.kind, post.title, post.parent_id) == (PostKind.POST, "Four", None)


def test_what_was_deleted_is_removed_and_what_no_person_wrote_is_counted() -> None:
    page = ADAPTER.parse(
        SOURCE,
        "",
        answer(
            {"latest_posts": [{**ENTRY, "user_deleted": True}, {**ENTRY, "post_type": 3}, {**ENTRY, "hidden": True}]}
        ),
        NOW,
    )
    assert list(page.items) == [
        Delete(platform="discourse", native_id="https://forum.example.org/t/11/4", reason="deleted")
    ]
    assert page.notes == {"hidden": 1, "no_words_of_a_person": 1}


def test_a_page_of_private_messages_does_not_end_the_way_back() -> None:
    page = ADAPTER.parse(SOURCE, "", answer({"latest_posts": [ENTRY]}), NOW)
    plan = ADAPTER.plan(SOURCE, page.next_cursor, NOW)
    assert isinstance(plan, Request) and plan.url.endswith("/posts.json?before=14")
    high = ADAPTER.parse(SOURCE, "", answer({"latest_posts": [{**ENTRY, "id": 200}]}), NOW)
    empty = ADAPTER.parse(SOURCE, high.next_cursor, answer({"latest_posts": []}), NOW)
    plan = ADAPTER.plan(SOURCE, empty.next_cursor, NOW)
    assert isinstance(plan, Request) and plan.url.endswith("/posts.json?before=149")


@pytest.mark.parametrize(
    ("status", "body", "gone"),
    [
        (404, {"errors": ["…"], "error_type": "not_found"}, True),
        (403, {"errors": ["…"], "error_type": "invalid_access"}, True),
        (403, {"errors": ["…"], "error_type": "not_logged_in"}, False),
        (404, b"<html>This domain is for sale", False),
    ],
)
def test_a_post_that_is_gone_is_told_from_a_forum_that_closed(status: int, body: object, gone: bool) -> None:
    native_id = "https://forum.example.org/t/11/4"
    plan = ADAPTER.plan_check(SOURCE, native_id, "", NOW)
    assert plan is not None and plan.url == "https://forum.example.org/posts/by_number/11/4.json"
    found = ADAPTER.parse_check(SOURCE, native_id, answer(body, status=status), NOW)
    assert isinstance(found, Delete) is gone
    assert ADAPTER.plan_check(SOURCE, "https://other.example.org/t/11/4", "", NOW) is None


def test_another_site_is_told() -> None:
    with pytest.raises(SourceError, match="no list of posts"):
        read_raw({"posts": []})


def read_raw(body: object) -> object:
    return ADAPTER.parse(SOURCE, "", answer(body), NOW)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), [("posts_latest", 4), ("posts_before", 3)])
def test_recorded_posts_are_all_read(name: str, count: int) -> None:
    held = json.loads(shared(f"payloads/discourse/{name}.json").read_bytes())
    page = ADAPTER.parse(SOURCE, "", answer(held), NOW)
    assert len(page.posts) == len(held["latest_posts"]) == count
    assert page.notes == {}
    for post, entry in zip(page.posts, held["latest_posts"], strict=True):
        assert post.native_id == f"https://forum.example.org/t/{entry['topic_id']}/{entry['post_number']}"
        assert post.author is not None and post.author.handle == entry["username"]
        assert post.text.split() == entry["raw"].split() or "http" in entry["raw"] or len(entry["raw"]) > 200


@pytest.mark.shared
def test_a_recorded_post_alone_is_read() -> None:
    held = json.loads(shared("payloads/discourse/post.json").read_bytes())
    native_id = f"https://forum.example.org/t/{held['topic_id']}/{held['post_number']}"
    found = ADAPTER.parse_check(SOURCE, native_id, answer(held), NOW)
    assert found is not None and not isinstance(found, Delete)
    assert found.post.text.startswith("The first paragraph of this pinned topic")
