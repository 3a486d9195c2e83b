"""Every answer recorded from Bluesky, Mastodon and the fediverse is read, or refused in one sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.base.post import Post, PostKind
from tocsin.collect.adapter import Answer, Delete, DeleteAuthor, Frame, Frames, Page, Reject, Source
from tocsin.collect.adapters.bluesky import BlueskyAdapter
from tocsin.collect.adapters.mastodon import MastodonAdapter
from tocsin.collect.bluesky.post import did_of, native_id
from tocsin.collect.lenient import instant
from tocsin.collect.mastodon.activity import read_object

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SKY, TOOT = BlueskyAdapter(), MastodonAdapter()
STREAM = Source(name="s", adapter="bluesky", options={"mode": "stream", "stream": "wss://j.example/subscribe"})
SEARCH = Source(name="s", adapter="bluesky", options={"words": "x"})
SERVER = Source(name="s", adapter="mastodon", options={"server": "http://localhost:3000", "hashtags": "x"})
pytestmark = pytest.mark.shared


def _lines(name: str) -> list[str]:
    return [
        line for line in shared(f"payloads/bluesky/{name}").read_text("utf-8").splitlines() if line and line[0] != "#"
    ]


def _heard(name: str) -> tuple[Page, list[dict[str, Any]]]:
    lines = _lines(name)
    frames = Frames(frames=[Frame(body=line.encode()) for line in lines], at=NOW)
    return SKY.parse(STREAM, "", frames, NOW), [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", ["real/jetstream_v1.first.jsonl", "recorded/jetstream_v1.jsonl"])
def test_every_recorded_event_of_a_stream_is_read_or_counted(name: str) -> None:
    page, events = _heard(name)
    commits = [event["commit"] | {"did": event["did"]} for event in events if event["kind"] == "commit"]
    ours = [one for one in commits if one["collection"] in ("app.bsky.feed.post", "app.bsky.feed.repost")]
    gone = {_uri(one) for one in ours if one["operation"] == "delete"}
    written = {_uri(one): one["record"] for one in ours if one["operation"] != "delete" and _uri(one) not in gone}
    posts = {post.native_id: post for post in page.posts}
    assert posts.keys() == written.keys()
    assert {item.native_id for item in page.items if isinstance(item, Delete)} == gone
    ended = [event for event in events if event["kind"] == "account" and not event["account"]["active"]]
    assert sum(isinstance(item, DeleteAuthor) for item in page.items) == len(ended)
    assert not any(isinstance(item, Reject) for item in page.items)
    kinds = Counter(event["kind"] for event in events)
    assert page.notes.get("collection_other", 0) == len(commits) - len(ours)
    assert page.notes.get("identity", 0) == kinds["identity"]
    for uri, record in written.items():
        _says_what_the_record_says(posts[uri], record)


def _uri(commit: dict[str, Any]) -> str:
    return f"at://{commit['did']}/{commit['collection']}/{commit['rkey']}"


def _says_what_the_record_says(post: Post, record: dict[str, Any]) -> None:
    assert post.text.startswith(record.get("text", ""))
    assert post.created_at == instant(record["createdAt"]) and post.time_doubt is None
    assert post.lang_claimed == (record["langs"][0].lower() if record.get("langs") else None)
    if "subject" in record:
        assert (post.kind, post.shared_id) == (PostKind.SHARE, record["subject"]["uri"])
    if "reply" in record:
        assert (post.parent_id, post.root_id) == tuple(record["reply"][key]["uri"] for key in ("parent", "root"))
    links = [f["uri"] for facet in record.get("facets", []) for f in facet["features"] if "uri" in f]
    assert len(post.links) >= len(set(links))


def test_every_recorded_page_of_a_search_is_read_and_what_is_none_is_refused() -> None:
    folder = shared("payloads/bluesky/recorded")
    asked = SKY.plan(SEARCH, "", NOW)
    seen = refused = 0
    for file in sorted(folder.glob("*.json")):
        recorded = json.loads(file.read_text("utf-8"))
        for one in recorded if isinstance(recorded, list) else [recorded]:
            body = json.dumps(one["body"]).encode()
            answer = Answer(url=asked.url, status=one["status"], headers=one["headers"], body=body, at=NOW)  # type: ignore[union-attr]
            try:
                page = SKY.parse(SEARCH, "", answer, NOW)
            except SourceError as error:
                assert str(error)
                assert "posts" not in one["body"]
                refused += 1
                continue
            assert [post.native_id for post in page.posts] == [post["uri"] for post in one["body"]["posts"]]
            seen += len(page.posts)
    assert seen > 10 and refused >= 4


def test_a_deleted_or_deactivated_post_is_seen_to_be_gone() -> None:
    for name, gone in (("getPosts.with-deleted", False), ("getPosts.deactivated", True)):
        one = json.loads(shared(f"payloads/bluesky/recorded/{name}.json").read_text("utf-8"))
        posts = one["body"]["posts"]
        uri = posts[0]["uri"] if posts else "at://did:plc:x/app.bsky.feed.post/1"
        body = json.dumps(one["body"]).encode()
        answer = Answer(url="https://x.example", status=one["status"], headers={}, body=body, at=NOW)
        assert isinstance(SKY.parse_check(SEARCH, uri, answer, NOW), Delete) is gone


def test_names_and_times_are_read_as_the_protocol_says() -> None:
    for line in _lines("syntax/did_syntax_valid.txt"):
        if len(line) <= 200:
            assert native_id(line, "app.bsky.feed.post", "3k") is not None, line
    for line in _lines("syntax/recordkey_syntax_valid.txt"):
        assert native_id("did:plc:abc", "app.bsky.feed.post", line) is not None, line
    for line in _lines("syntax/datetime_syntax_valid.txt"):
        assert instant(line) is not None, line
    for line in _lines("syntax/datetime_parse_invalid.txt"):
        assert instant(line) is None, line
    assert not [line for line in _lines("syntax/aturi_syntax_invalid.txt") if did_of(line) is not None]


# Mastodon and the fediverse


def _recorded() -> Iterator[tuple[str, int, bytes]]:
    yaml = pytest.importorskip("yaml")
    for file in sorted(shared("payloads/mastodon").rglob("*.yaml")):
        for one in yaml.safe_load(file.read_text("utf-8"))["interactions"]:
            body = one["response"]["body"]["string"]
            raw = body if isinstance(body, bytes) else body.encode()
            yield f"{file.name} {one['request']['uri']}", one["response"]["status"]["code"], raw


def _is_status(value: object) -> bool:
    return isinstance(value, dict) and {"content", "visibility", "account"} <= value.keys()


def test_every_recorded_answer_of_a_server_is_read_or_refused() -> None:
    asked = TOOT.plan(SERVER, "", NOW)
    read = refused = 0
    for name, status, body in _recorded():
        answer = Answer(url=asked.url, status=status, headers={}, body=body, at=NOW)  # type: ignore[union-attr]
        try:
            page = TOOT.parse(SERVER, "", answer, NOW)
        except SourceError as error:
            assert str(error), name
            refused += 1
            continue
        written = json.loads(body)
        statuses = [one for one in written if _is_status(one)]
        assert {post.native_id for post in page.posts} >= {one["uri"] for one in statuses}, name
        rejects = sum(isinstance(item, Reject) for item in page.items)
        assert rejects == len(written) - len(statuses), name
        assert "field_unreadable" not in page.notes or rejects, (name, page.notes)
        read += len(page.posts)
    assert read >= 3 and refused > 50


def test_every_recorded_status_gives_its_post() -> None:
    found = 0
    for name, _, body in _recorded():
        try:
            value = json.loads(body)
        except ValueError:
            continue
        for one in _statuses(value):
            frame = Frame(body=json.dumps(one).encode(), event="update")
            page = TOOT.parse(SERVER, "", Frames(frames=[frame], at=NOW), NOW)
            (*_, post) = page.posts
            assert (post.native_id, page.notes) == (one["uri"], {}), name
            assert bool(post.text) == bool(one["content"] and not one["reblog"]), name
            assert post.author is not None and "@" in post.author.handle
            quote = one.get("quote")
            if quote and quote.get("quoted_status"):
                assert post.shared_id == quote["quoted_status"]["uri"]
            found += 1
    assert found > 60


def _statuses(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if _is_status(value):
            yield value
        for one in value.values():
            yield from _statuses(one)
    elif isinstance(value, list):
        for one in value:
            yield from _statuses(one)


def test_every_recorded_stream_is_read_or_counted() -> None:
    posts = others = 0
    for _, _, body in _recorded():
        if not body.startswith(b":)") and b"\nevent: " not in body:
            continue
        frames = []
        for block in body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":")
            if "event" in fields:
                frames.append(Frame(body=fields["data"].encode(), event=fields["event"]))
        page = TOOT.parse(SERVER, "", Frames(frames=frames, at=NOW), NOW)
        posts += len(page.posts)
        others += page.notes.get("event_other", 0)
        assert len(page.items) + sum(page.notes.values()) == len(frames)
    assert posts >= 1 and others >= 1


def test_every_recorded_object_of_the_fediverse_is_read_or_passed_over() -> None:
    read: list[Path] = []
    for file in sorted(shared("payloads/activitypub").rglob("*.json")):
        found = read_object(file.read_bytes(), NOW)
        value = json.loads(file.read_bytes())
        if value.get("type") in ("Note", "Page", "Article", "Video", "Event"):
            assert isinstance(found, Post), file
            assert found.native_id == value["id"] and (found.text or found.title), file
            assert found.author is not None, file
            read.append(file)
        if value.get("type") == "Tombstone":
            assert found == value["id"]
    assert len(read) >= 9
