"""Sources read with a key of their owner, held against answers recorded from the platforms."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind, TimeDoubt
from tocsin.collect.adapter import Answer, Done, Page, Reject, Request, Source, Throttled
from tocsin.collect.adapters.google_reviews import original
from tocsin.collect.registry import load_adapter

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPTIONS = {
    "app_store": {"app": "123456789"},
    "facebook": {"page": "19292868552"},
    "google_play": {"package": "org.example.app"},
    "google_reviews": {"place": "accounts/1/locations/2"},
    "instagram": {"account": "17841400000000000", "list": "comments"},
    "reddit": {"list": "comments", "communities": "kakapo", "approval": "Alice, 2026-03-02"},
    "trustpilot": {"unit": "46d6a890000064000500e0c3"},
    "x": {"query": "alba", "most_usd": "20", "approval": "Alice, 2026-03-02"},
    "youtube": {"channel": "UC0"},
}


def source(adapter: str, **options: str) -> Source:
    return Source(name="s", adapter=adapter, options={**OPTIONS[adapter], **options})


def answer(body: bytes, *, status: int = 200, url: str = "https://example.org/list", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(url=url, status=status, headers=named, body=body, at=NOW)


def read(adapter: str, payload: str | bytes, **options: str) -> Page:
    body = shared(f"payloads/{payload}").read_bytes() if isinstance(payload, str) else payload
    return load_adapter(adapter).parse(source(adapter, **options), "", answer(body), NOW)


def test_the_comments_of_a_channel_are_read_as_recorded() -> None:
    page = read("youtube", "youtube/comment_threads/comment_threads_by_channel.json")
    assert (page.posts[0].text, page.posts[0].kind) == ("Hello", PostKind.COMMENT)
    assert page.posts[0].author is not None and page.posts[0].author.name == "DevRagz"
    assert page.posts[0].created_at == datetime(2019, 6, 23, 2, 49, tzinfo=UTC)


@pytest.mark.parametrize("name", ["comment_threads_all_to_me", "comment_threads_multi", "comment_threads_with_search"])
def test_every_thread_gives_its_comments(name: str) -> None:
    place = f"youtube/comment_threads/{name}.json"
    held = json.loads(shared(f"payloads/{place}").read_bytes())
    expected = sum(1 + len(thread.get("replies", {}).get("comments", [])) for thread in held["items"])
    assert len(read("youtube", place).posts) == expected


def test_videos_that_a_search_finds_are_posts_of_their_channels() -> None:
    page = read("youtube", "youtube/search/search_by_keywords_p1.json", channel="", words="surf")
    assert len(page.posts) == 25
    assert all(post.native_id.startswith("yt:video:") and post.title for post in page.posts)


def test_the_feed_of_a_page_is_read_as_recorded() -> None:
    place = "meta/facebook/apidata/posts/feeds_default_fields_p1.json"
    page = read("facebook", place)
    assert len(page.posts) == len(json.loads(shared(f"payloads/{place}").read_bytes())["data"]) > 3
    first = page.posts[0]
    assert first.native_id == "19292868552_10158349356748553"
    assert first.created_at == datetime(2021, 7, 9, 19, 9, 52, tzinfo=UTC)
    assert first.engagement is not None and first.engagement.shares == 10


def test_comments_of_an_account_are_read_beneath_its_posts() -> None:
    comments = json.loads(shared("payloads/meta/instagram/apidata/medias/comments_p1.json").read_bytes())
    body = json.dumps({"data": [{"id": "17", "timestamp": "2020-06-01T09:00:00+0000", "comments": comments}]}).encode()
    page = read("instagram", body)
    assert [post.text for post in page.posts] == ["Beautiful!", "Beautiful!"]
    assert {post.root_id for post in page.posts} == {"17"}
    assert page.notes["comments_left_out"] == 1


def test_comments_of_a_community_are_read_as_recorded() -> None:
    held = json.loads(shared("payloads/reddit/TestSubredditStreams.test_comments__with_pause.json").read_bytes())
    listing = next(one for one in held["interactions"] if "limit=100" in one["request"]["uri"])
    body = listing["response"]["body"]["string"].encode()
    page = read("reddit", body)
    children = json.loads(body)["data"]["children"]
    assert len(page.posts) + page.notes.get("not_a_post", 0) == len(children) > 10
    assert all(post.native_id.startswith("t1_") and post.text for post in page.posts)


def test_a_recorded_search_of_x_is_read_or_refused(tmp_path: Path) -> None:
    for path in sorted(shared("payloads/x").iterdir()):
        try:
            read("x", path.read_bytes())
        except SourceError as error:
            assert not error.permanent


def test_a_session_is_asked_for_and_then_shown() -> None:
    adapter, of = load_adapter("google_reviews"), source("google_reviews")
    asked = adapter.plan(of, "", NOW)
    assert isinstance(asked, Request) and asked.url == "https://oauth2.googleapis.com/token"
    assert b"refresh_token={{secret:refresh_token}}" in asked.body
    got = adapter.parse(of, "", answer(b'{"access_token":"abc","expires_in":3599}', url=asked.url), NOW)
    assert got.secrets == {"session": "abc"} and got.more and "abc" not in got.next_cursor
    after = adapter.plan(of, got.next_cursor, NOW)
    assert isinstance(after, Request) and after.headers["authorization"] == "Bearer {{secret:session}}"
    late = adapter.plan(of, got.next_cursor, NOW + timedelta(hours=1))
    assert isinstance(late, Request) and late.url == asked.url


def test_a_session_that_ended_early_is_asked_for_again_after_a_minute() -> None:
    adapter, of = load_adapter("google_reviews"), source("google_reviews")
    token = "https://oauth2.googleapis.com/token"
    signed = adapter.parse(of, "", answer(b'{"access_token":"abc"}', url=token), NOW).next_cursor
    refused = adapter.parse(of, signed, answer(b"{}", status=401), NOW)
    assert not refused.more and refused.next_at == NOW + timedelta(minutes=1)
    again = adapter.plan(of, refused.next_cursor, NOW)
    assert isinstance(again, Request) and again.url == token


def test_keys_that_are_refused_stop_the_source_with_a_sentence() -> None:
    adapter, of = load_adapter("google_reviews"), source("google_reviews")
    with pytest.raises(SourceError) as caught:
        adapter.parse(
            of, "", answer(b'{"error":"invalid_grant"}', status=400, url="https://oauth2.googleapis.com/token"), NOW
        )
    assert caught.value.permanent and "make new ones" in str(caught.value)


@pytest.mark.parametrize(("code", "permanent"), [(190, True), (10, True), (4, False), (1, False)])
def test_what_meta_says_is_told_to_the_owner(code: int, permanent: bool) -> None:
    body = json.dumps({"error": {"code": code, "message": "Error validating access token"}}).encode()
    with pytest.raises(SourceError) as caught:
        read("facebook", body)
    assert caught.value.permanent is permanent
    assert "Error validating access token" in str(caught.value)


def test_a_server_that_has_no_answers_left_is_left_alone_until_it_has() -> None:
    until = str(int(NOW.timestamp()) + 600)
    got = load_adapter("x").parse(
        source("x"),
        "",
        answer(b'{"meta":{"result_count":0}}', x_rate_limit_remaining="0", x_rate_limit_reset=until),
        NOW,
    )
    assert Throttled(until=NOW + timedelta(seconds=600)) in got.items


def test_the_past_of_x_ends_at_the_seven_days_it_gives() -> None:
    of = Source(name="s", adapter="x", options=OPTIONS["x"], past=NOW - timedelta(days=60))
    asked = load_adapter("x").plan(of, "", NOW)
    assert isinstance(asked, Request) and "start_time=2026-02-23T09%3A05%3A00" in asked.url
    done = load_adapter("x").parse(of, "", answer(b'{"meta":{"result_count":0}}'), NOW)
    assert load_adapter("x").plan(of, done.next_cursor, NOW) == Done()


@pytest.mark.parametrize(
    ("adapter", "wrong"),
    [
        ("youtube", {"channel": ""}),
        ("youtube", {"words": "alba"}),
        ("google_reviews", {"place": "Lyon"}),
        ("google_play", {"package": "app"}),
        ("app_store", {"app": "Alba"}),
        ("app_store", {"country": "France"}),
        ("trustpilot", {"unit": "alba.example"}),
        ("facebook", {"page": "MaisonAlba"}),
        ("instagram", {"account": "maisonalba"}),
        ("x", {"most_usd": "0"}),
        ("x", {"approval": ""}),
        ("reddit", {"communities": "r/france"}),
        ("reddit", {"list": "search"}),
    ],
)
def test_options_that_cannot_be_are_refused_with_their_value(adapter: str, wrong: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        load_adapter(adapter).plan(source(adapter, **wrong), "", NOW)
    assert caught.value.permanent


def test_a_member_that_is_none_costs_no_other() -> None:
    page = read("trustpilot", b'{"reviews":[{"id":"a1","stars":"five","createdAt":7},{"text":"no id"},3,{"id":"b2"}]}')
    assert [post.native_id for post in page.posts] == ["a1", "b2"]
    assert sum(isinstance(item, Reject) for item in page.items) == 2
    assert {post.time_doubt for post in page.posts} == {TimeDoubt.MISSING}


def test_what_google_translates_is_left_out() -> None:
    assert original("(Translated by Google) Bad!\n\n(Original)\nNul !") == "Nul !"
    assert original("Nul !\n\n(Translated by Google)\nBad!") == "Nul !"


@pytest.mark.parametrize("adapter", sorted(OPTIONS))
def test_secrets_go_to_the_platform_alone(adapter: str) -> None:
    loaded = load_adapter(adapter)
    asked = loaded.plan(source(adapter), "", NOW)
    assert isinstance(asked, Request)
    if loaded.about.secrets:
        assert urlsplit(asked.url).hostname in loaded.about.terms.hosts
