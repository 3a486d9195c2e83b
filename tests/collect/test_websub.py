"""What a hub says and asks is checked before it is believed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tocsin.collect.adapter import Answer, Frames, Page, Request, Source
from tocsin.collect.adapters.feed import FeedAdapter, hub_of
from tocsin.collect.feed.websub import (
    Hub,
    Mode,
    Subscription,
    answer_intent,
    find_hub,
    granted,
    hub_request,
    is_signed,
    is_strong,
    pushed,
    renews_at,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://example.org/feed"
SOURCE = Source(name="blog", adapter="feed", options={"url": URL})
WANTED = Subscription(
    hub="https://hub.example/",
    topic="https://example.org/feed?a=1",
    callback="https://alba.example/hub/x7",
    secret="s" * 40,
)
FEED = """<?xml version="1.0"?><rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel><title>Blog</title>
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://example.org/feed?a=1"/>
{items}</channel></rss>"""


def _feed(*words: str) -> bytes:
    items = "".join(
        f"<item><guid>https://example.org/{word}</guid><title>{word}</title>"
        "<pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate></item>"
        for word in words
    )
    return FEED.format(items=items).encode()


def _read(body: bytes, cursor: str = "", at: datetime = NOW) -> Page:
    answer = Answer(url=URL, status=200, headers={"etag": '"1"'}, body=body, at=at)
    return FeedAdapter().parse(SOURCE, cursor, answer, at)


def _push(body: bytes, cursor: str, at: datetime) -> Page:
    return FeedAdapter().parse(SOURCE, cursor, Frames(frames=[pushed(body, "application/rss+xml")], at=at), at)


def test_a_hub_is_found_in_the_headers_or_in_the_feed() -> None:
    hub = Hub(url="https://hub.example/", topic="https://example.org/feed?a=1")
    assert find_hub({}, _feed(), URL) == hub
    link = '<https://other.example/>; rel="hub", <https://example.org/feed?a=1>; rel=self'
    assert find_hub({"link": link}, b"", URL) == Hub(url="https://other.example/", topic="https://example.org/feed?a=1")
    assert find_hub({"link": '<https://hub.example/>; rel="hub"'}, b"", URL) == Hub(
        url="https://hub.example/", topic=URL
    )


def test_what_is_no_web_address_is_no_hub() -> None:
    assert find_hub({"link": "<javascript:x>; rel=hub"}, b"<rss>", URL) is None


def test_a_reading_remembers_who_pushes_the_feed() -> None:
    page = _read(_feed("a"))
    assert hub_of(page.next_cursor) == Hub(url="https://hub.example/", topic="https://example.org/feed?a=1")
    unchanged = Answer(url=URL, status=304, headers={}, body=b"", at=NOW)
    assert hub_of(FeedAdapter().parse(SOURCE, page.next_cursor, unchanged, NOW).next_cursor) is not None
    assert hub_of("") is None and hub_of("x") is None


def test_the_question_to_a_hub_is_a_form() -> None:
    request = hub_request(WANTED)
    assert (request.url, request.headers["content-type"]) == (WANTED.hub, "application/x-www-form-urlencoded")
    fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert fields["hub.topic"] == WANTED.topic and fields["hub.mode"] == "subscribe"
    assert fields["hub.callback"] == WANTED.callback and fields["hub.secret"] == WANTED.secret
    assert b"secret" not in hub_request(WANTED, Mode.UNSUBSCRIBE).body


@pytest.mark.parametrize(
    ("changed", "wanted", "status", "lease_s"),
    [
        ({}, WANTED, 200, 3600),
        ({"hub.lease_seconds": "x"}, WANTED, 200, 864_000),
        ({"hub.lease_seconds": "1"}, WANTED, 200, 300),
        ({"hub.lease_seconds": "99999999999"}, WANTED, 200, 366 * 86_400),
        ({"hub.topic": "https://evil.example/"}, WANTED, 404, None),
        ({"hub.challenge": ""}, WANTED, 404, None),
        ({"hub.challenge": "x" * 3000}, WANTED, 404, None),
        ({"hub.mode": "unsubscribe"}, WANTED, 404, None),
        ({"hub.mode": "unsubscribe"}, None, 200, None),
        ({"hub.mode": "other"}, WANTED, 404, None),
        ({}, None, 404, None),
    ],
)
def test_only_what_was_meant_is_confirmed(
    changed: dict[str, str], wanted: Subscription | None, status: int, lease_s: int | None
) -> None:
    query = {"hub.mode": "subscribe", "hub.topic": WANTED.topic, "hub.challenge": "c", "hub.lease_seconds": "3600"}
    intent = answer_intent({**query, **changed}, wanted)
    assert (intent.status, intent.lease_s) == (status, lease_s)
    assert intent.body == ("c" if status == 200 else "")


def test_a_refusal_is_told_with_its_reason() -> None:
    query = {"hub.mode": "denied", "hub.topic": WANTED.topic, "hub.reason": "too many"}
    assert answer_intent(query, WANTED).denied == "too many"
    assert answer_intent({**query, "hub.topic": "x"}, WANTED).status == 404


def test_a_lease_is_renewed_before_it_ends() -> None:
    assert renews_at(granted(WANTED, 1000, NOW), NOW) == NOW + timedelta(seconds=800)
    assert renews_at(WANTED, NOW) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_what_is_signed_with_the_secret_is_believed_and_nothing_else(method: str) -> None:
    signature = f"{method}={hmac.new(b'key', b'news', getattr(hashlib, method)).hexdigest()}"
    assert is_signed(signature, b"news", "key")
    assert is_strong(signature) is (method != "sha1") and not is_strong(signature.replace(method, "md5"))
    for wrong in (signature[:-1], signature.replace(method, "md5"), "", f"{method}=é", signature.partition("=")[2]):
        assert not is_signed(wrong, b"news", "key")
    assert not is_signed(signature, b"other", "key") and not is_signed(signature, b"news", "")


def test_a_push_brings_news_at_once_and_leaves_the_usual_reading_as_it_was() -> None:
    first = _read(_feed("a", "b"))
    later = NOW + timedelta(minutes=3)
    push = _push(_feed("c"), first.next_cursor, later)
    assert [post.title for post in push.posts] == ["c"] and push.next_at == first.next_at
    adapter = FeedAdapter()
    before, after = (adapter.plan(SOURCE, one.next_cursor, NOW + timedelta(hours=22)) for one in (first, push))
    assert isinstance(after, Request) and after == before
    again = _read(_feed("a", "b", "c"), push.next_cursor, NOW + timedelta(hours=22))
    assert again.posts == []


def test_a_push_that_is_no_feed_is_counted() -> None:
    first = _read(_feed("a"))
    push = _push(b"<html><body>x</body></html>", first.next_cursor, NOW)
    assert (push.posts, push.notes) == ([], {"push_unreadable": 1})
