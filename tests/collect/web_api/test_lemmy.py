"""Lemmy: the same rows whichever server of the network is asked."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Delete, Request, Upsert
from tocsin.collect.adapters.lemmy import LemmyAdapter

ADAPTER = LemmyAdapter()
SOURCE = source("lemmy", server="lemmy.example.org", community="!four@other.example.org")
POST = {
    "post": {
        "id": 7,
        "ap_id": "https://other.example.org/post/70",
        "name": "Four",
        "body": "**Chaud** [ici](https://example.org/a)",
        "url": "https://example.org/four",
        "published": "2026-03-01T10:00:00.123456Z",
        "updated": "2026-03-01T11:00:00Z",
        "deleted": False,
        "removed": False,
    },
    "creator": {"name": "alice", "display_name": "Alice", "actor_id": "https://other.example.org/u/alice"},
    "counts": {"score": -2, "comments": 5},
}
COMMENT = {
    "comment": {
        "id": 9,
        "ap_id": "https://third.example.org/comment/90",
        "content": "Moi aussi.",
        "published": "2026-03-01T12:00:00Z",
        "path": "0.9",
    },
    "post": {"ap_id": "https://other.example.org/post/70"},
    "creator": {"name": "bruno", "actor_id": "https://third.example.org/u/bruno"},
}


def asked(cursor: str = "", **options: str) -> tuple[str, dict[str, list[str]]]:
    of = source("lemmy", **({"server": "lemmy.example.org"} | options)) if options else SOURCE
    plan = ADAPTER.plan(of, cursor, NOW)
    assert isinstance(plan, Request)
    return urlsplit(plan.url).path, parse_qs(urlsplit(plan.url).query)


def test_a_post_is_known_by_its_address_where_it_was_written() -> None:
    (post,) = ADAPTER.parse(SOURCE, "", answer({"posts": [POST]}), NOW).posts
    assert post.native_id == "https://other.example.org/post/70"
    assert (post.title, post.text) == ("Four", "Chaud ici")
    assert post.links == ("https://example.org/four", "https://example.org/a")
    assert post.author is not None and (post.author.handle, post.author.name) == ("alice@other.example.org", "Alice")
    assert post.edited_at is not None and post.engagement is not None
    assert (post.engagement.likes, post.engagement.replies) == (None, 5)


def test_posts_then_comments_are_read() -> None:
    page = ADAPTER.parse(SOURCE, "", answer({"posts": [POST]}), NOW)
    assert page.more and asked()[0] == "/api/v3/post/list"
    path, query = asked(page.next_cursor)
    assert path == "/api/v3/comment/list"
    assert (query["community_name"], query["sort"]) == (["four@other.example.org"], ["New"])
    page = ADAPTER.parse(SOURCE, page.next_cursor, answer({"comments": [COMMENT]}), NOW)
    (comment,) = page.posts
    assert (comment.kind, comment.parent_id) == (PostKind.COMMENT, "https://other.example.org/post/70")
    assert not page.more


def test_the_parent_of_a_nested_comment_is_not_guessed() -> None:
    nested = {**COMMENT, "comment": {**COMMENT["comment"], "path": "0.5.9"}}
    of = source("lemmy", server="https://lemmy.example.org", kind="comments")
    (comment,) = ADAPTER.parse(of, "", answer({"comments": [nested]}), NOW).posts
    assert (comment.parent_id, comment.root_id) == (None, "https://other.example.org/post/70")


def test_words_are_asked_of_the_search() -> None:
    path, query = asked(query="Maison Alba", kind="comments")
    assert path == "/api/v3/search"
    assert (query["q"], query["type_"], query["listing_type"]) == (["Maison Alba"], ["Comments"], ["All"])


def test_a_server_of_the_fourth_interface_is_asked_by_it() -> None:
    page = ADAPTER.parse(SOURCE, "", answer(b"", status=404), NOW)
    path, query = asked(page.next_cursor)
    assert path == "/api/v4/post/list" and query["type_"] == ["all"]
    page = ADAPTER.parse(SOURCE, page.next_cursor, answer({"items": [POST], "next_page": "P7f"}), NOW)
    assert asked(page.next_cursor)[1]["page_cursor"] == ["P7f"]


def test_what_was_deleted_or_removed_is_gone() -> None:
    removed = {**POST, "post": {**POST["post"], "removed": True}}
    (item,) = ADAPTER.parse(SOURCE, "", answer({"posts": [removed]}), NOW).items
    assert item == Delete(platform="lemmy", native_id="https://other.example.org/post/70", reason="removed")


def test_a_post_pinned_to_the_top_does_not_end_the_reading() -> None:
    pinned = {**POST, "post": {**POST["post"], "featured_community": True, "published": "2020-01-01T00:00:00Z"}}
    page = ADAPTER.parse(SOURCE, "", answer({"posts": [pinned], "next_page": "x"}), NOW)
    assert page.more and asked(page.next_cursor)[0] == "/api/v3/post/list"


def test_a_post_is_asked_for_again_where_it_was_written() -> None:
    native_id = "https://other.example.org/post/70"
    plan = ADAPTER.plan_check(SOURCE, native_id, "", NOW)
    assert plan is not None and plan.url == "https://other.example.org/api/v3/post?id=70"
    assert isinstance(ADAPTER.parse_check(SOURCE, native_id, answer({"post_view": POST}), NOW), Upsert)
    gone = answer({"error": "couldnt_find_post"}, status=404)
    assert isinstance(ADAPTER.parse_check(SOURCE, native_id, gone, NOW), Delete)
    other = answer({"error": "rate_limit_error"}, status=400)
    assert ADAPTER.parse_check(SOURCE, native_id, other, NOW) is None
    assert ADAPTER.plan_check(SOURCE, "https://masto.example.org/users/a/statuses/1", "", NOW) is None


@pytest.mark.parametrize("community", ["a b", "x@y@z", "../admin", "😡"])
def test_a_community_that_cannot_be_is_told(community: str) -> None:
    with pytest.raises(SourceError, match="no community"):
        ADAPTER.plan(source("lemmy", server="lemmy.example.org", community=community), "", NOW)


@pytest.mark.shared
def test_recorded_addresses_of_the_network_are_those_that_can_be_asked_again() -> None:
    place = shared("payloads/activitypub/lemmy/activities")
    note = json.loads((place / "create_or_update" / "create_comment.json").read_bytes())["object"]
    for native_id in (note["id"], note["inReplyTo"]):
        plan = ADAPTER.plan_check(SOURCE, native_id, "", NOW)
        assert plan is not None and plan.url.startswith("http://ds9.lemmy.ml/api/v3/")
