from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind, TimeDoubt
from tocsin.collect.adapter import (
    Answer,
    Delete,
    DeleteAuthor,
    Done,
    Frame,
    Frames,
    Gap,
    Page,
    Reject,
    Request,
    Source,
    Subscribe,
    Throttled,
    Upsert,
)
from tocsin.collect.adapters.bluesky import BlueskyAdapter

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
SKY = BlueskyAdapter()
ALICE, BRUNO = "did:plc:alice", "did:plc:bruno"
V1 = "wss://jetstream.example.org/subscribe"
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"


def source(mode: str = "search", **options: str) -> Source:
    return Source(name="sky", adapter="bluesky", options={"mode": mode, "words": "Maison Alba", **options})


def record(text: str = "Une file de deux heures.", **fields: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-03-04T11:59:00.5Z", **fields}


def commit(
    rkey: str = "3k1", operation: str = "create", at: float = -1, kind: str = "post", **fields: Any
) -> dict[str, Any]:
    body = {"rev": "3k", "operation": operation, "collection": f"app.bsky.feed.{kind}", "rkey": rkey}
    if operation != "delete":
        body |= {"cid": "bafy", "record": fields or record()}
    return {"did": ALICE, "time_us": NOON_US + int(at * 1e6), "kind": "commit", "commit": body}


def account(did: str, at: float = -1, **fields: Any) -> dict[str, Any]:
    return {"did": did, "time_us": NOON_US + int(at * 1e6), "kind": "account", "account": {"did": did, **fields}}


def frames(*events: Any, is_first: bool = False) -> Frames:
    bodies = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
    return Frames(frames=[Frame(body=body) for body in bodies], at=NOON, is_first=is_first)


def hear(*events: Any, cursor: str = "", is_first: bool = False, **options: str) -> Page:
    reply = frames(*events, is_first=is_first)
    return SKY.parse(source("stream", **{"stream": V1, **options}), cursor, reply, NOON)


def view(number: int = 1, did: str = ALICE, text: str = "Maison Alba, bravo", **fields: Any) -> dict[str, Any]:
    return {
        "uri": f"at://{did}/app.bsky.feed.post/3k{number}",
        "author": {"did": did, "handle": "alice.example.org", "displayName": "Alice"},
        "record": record(text, createdAt=f"2026-03-04T11:{number % 60:02}:00Z"),
        "indexedAt": f"2026-03-04T11:{number % 60:02}:01Z",
        "likeCount": 3,
        "repostCount": 2,
        "quoteCount": 1,
        "replyCount": 0,
        **fields,
    }


def answer(url: str, body: object, status: int = 200, at: datetime = NOON, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(url=url, status=status, headers=named, body=json.dumps(body).encode(), at=at)


def ask(src: Source, cursor: str, at: datetime = NOON) -> Request:
    plan = SKY.plan(src, cursor, at)
    assert isinstance(plan, Request)
    return plan


def read(src: Source, cursor: str, body: object, at: datetime = NOON, status: int = 200, **headers: str) -> Page:
    return SKY.parse(src, cursor, answer(ask(src, cursor, at).url, body, status, at, **headers), at)


def token(ends: datetime) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(ends.timestamp())}).encode()).decode().rstrip("=")
    return f"head.{claims}.sign"


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


# What the stream tells


def test_a_message_of_the_stream_becomes_a_post_with_all_that_its_record_says() -> None:
    facets = [
        {"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"uri": "https://example.org/a?utm_source=x"}]},
        {"index": {"byteStart": 4, "byteEnd": 9}, "features": [{"tag": "alba"}, {"did": BRUNO}]},
    ]
    picture = {"alt": "La file", "image": {"ref": {"$link": "bafkreiabcdef"}, "mimeType": "image/jpeg"}}
    embed = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"record": {"uri": f"at://{BRUNO}/app.bsky.feed.post/3q", "cid": "x"}},
        "media": {"$type": "app.bsky.embed.images", "images": [picture]},
    }
    refs = {"root": {"uri": f"at://{BRUNO}/app.bsky.feed.post/3r"}, "parent": {"uri": f"at://{BRUNO}/x.y.z/3p"}}
    said = record("Voir là #alba", langs=["fr-FR", "en"], facets=facets, embed=embed, reply=refs, tags=["Alba", "SAV"])
    (post,) = hear(commit(**said)).posts
    assert post.native_id == f"at://{ALICE}/app.bsky.feed.post/3k1"
    assert post.url == f"https://bsky.app/profile/{ALICE}/post/3k1"
    assert (post.kind, post.shared_id) == (PostKind.QUOTE, f"at://{BRUNO}/app.bsky.feed.post/3q")
    assert (post.parent_id, post.root_id) == (f"at://{BRUNO}/x.y.z/3p", f"at://{BRUNO}/app.bsky.feed.post/3r")
    assert post.text == "Voir là #alba\n#SAV"
    assert post.links == ("https://example.org/a",)
    assert post.lang_claimed == "fr-fr"
    assert post.author is not None and post.author.handle == ALICE
    assert [(one.kind, one.alt) for one in post.media] == [("image", "La file")]
    assert post.created_at == NOON - timedelta(seconds=59.5) and post.time_doubt is None


def test_the_page_that_a_post_shows_gives_its_title_and_its_link() -> None:
    card = {"external": {"uri": "https://example.org/presse", "title": "Maison Alba\n condamnée"}}
    (post,) = hear(commit(**record("Incroyable", embed=card))).posts
    assert (post.title, post.links) == ("Maison Alba condamnée", ("https://example.org/presse",))


def test_a_video_and_a_gallery_are_media() -> None:
    gallery = {"items": [{"alt": "1", "image": {"cid": "bafkreiabcdef"}}, {"alt": "2", "image": {}}]}
    film = {"video": {"ref": {"$link": "bafkreifilmfilm"}}, "alt": "Un film"}
    first, second = hear(commit(**record(embed=gallery)), commit("3k2", **record(embed=film))).posts
    assert [(one.kind, one.alt) for one in (*first.media, *second.media)] == [("image", "1"), ("video", "Un film")]


def test_a_repost_shares_the_post_it_names() -> None:
    said = {"subject": {"uri": f"at://{BRUNO}/app.bsky.feed.post/3q"}, "createdAt": "2026-03-04T11:00:00Z"}
    (post,) = hear(commit(kind="repost", **said)).posts
    assert (post.kind, post.shared_id) == (PostKind.SHARE, f"at://{BRUNO}/app.bsky.feed.post/3q")
    assert post.native_id == f"at://{ALICE}/app.bsky.feed.repost/3k1"


def test_edits_and_deletions_are_told_once_for_each_post() -> None:
    page = hear(
        commit(),
        commit(operation="update", at=-0.5, **record("Deux heures et demie.")),
        commit("3k2"),
        commit("3k2", "delete"),
    )
    edited, gone = page.items
    assert isinstance(edited, Upsert) and edited.post.text == "Deux heures et demie."
    assert edited.post.edited_at == NOON - timedelta(seconds=0.5)
    assert gone == Delete(
        platform="bluesky", native_id=f"at://{ALICE}/app.bsky.feed.post/3k2", reason="deleted by its author"
    )


@pytest.mark.parametrize("status", ["takendown", "deactivated", "deleted", "suspended"])
def test_an_account_that_ends_takes_its_posts_along(status: str) -> None:
    (item,) = hear(account(BRUNO, active=False, status=status)).items
    assert isinstance(item, DeleteAuthor) and item.handle == BRUNO


def test_an_account_that_stands_or_only_waits_takes_nothing_along() -> None:
    page = hear(account(BRUNO, active=True), account(BRUNO, active=False, status="throttled"))
    assert (page.items, page.notes) == ((), {"account": 2})


def test_the_second_version_reads_as_the_first() -> None:
    commons = {"seq": 7, "did": ALICE, "time": "2026-03-04T11:59:59.000000Z", "rev": "3k"}
    written = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3k1", "record": record()}
    name = "network.bsky.jetstream.subscribeEvents"
    bare = {"$type": f"{name}#commit", **commons, **written}
    wrapped = {"$type": "message", "payload": bare}
    ended = {"$type": f"{name}#account", **commons, "account": {"active": False, "status": "deleted", "seq": 2}}
    first = hear(commit())
    for event in (bare, wrapped):
        assert hear(event).items == first.items
    assert hear(event).next_cursor == first.next_cursor
    assert isinstance(hear({"$type": "message", "payload": ended}).items[0], DeleteAuthor)


def test_what_is_no_event_is_told_and_costs_no_post() -> None:
    page = hear(b'{"did": ', [], 17, commit(), {"kind": "sync", "did": ALICE}, commit(kind="like"))
    assert len(page.posts) == 1
    assert [item.line for item in page.items if isinstance(item, Reject)] == [1, 2, 3]
    assert page.notes == {"collection_other": 1, "sync": 1}


def test_half_characters_and_wrong_fields_cost_only_themselves() -> None:
    raw = json.dumps(commit(**record("Une file \ud83d ici", langs=17, facets=[{"features": [{"uri": 4}]}]))).encode()
    page = hear(raw)
    assert page.posts[0].text == "Une file \ufffd ici"
    assert page.notes["text_mended"] == 1 and page.notes["field_unreadable"] >= 2


def test_times_that_cannot_be_are_doubted() -> None:
    said = {"3k1": "", "3k2": "2031-01-01T00:00:00Z", "3k3": "1970-01-01T00:00:00Z", "3k4": "0001-01-01T00:00:00+23:00"}
    posts = hear(*(commit(rkey, **record(createdAt=time)) for rkey, time in said.items())).posts
    assert [post.time_doubt for post in posts] == [
        TimeDoubt.MISSING,
        TimeDoubt.FUTURE,
        TimeDoubt.IMPLAUSIBLE,
        TimeDoubt.MISSING,
    ]
    assert all(post.created_at <= post.seen_at for post in posts)


# Where the stream goes on


def test_a_stream_begins_now_and_goes_on_a_little_before_where_it_was_heard() -> None:
    src = source("stream", stream=V1)
    first = SKY.plan(src, "", NOON)
    assert isinstance(first, Subscribe) and "cursor" not in query(first.url)
    assert query(first.url)["wantedCollections"] == ["app.bsky.feed.post", "app.bsky.feed.repost"]
    page = hear(commit(at=-2), commit("3k2", at=-3))
    again = SKY.plan(src, page.next_cursor, NOON)
    assert isinstance(again, Subscribe) and query(again.url)["cursor"] == [str(NOON_US - 7_000_000)]


def test_the_version_is_asked_once_a_day_where_the_address_does_not_tell_it() -> None:
    src = source("stream", stream="jetstream.example.org")
    probe = ask(src, "")
    assert probe.url == f"https://jetstream.example.org{V2_PATH}"
    for status, path in ((404, "/subscribe"), (400, V2_PATH), (426, V2_PATH)):
        page = SKY.parse(src, "", answer(probe.url, {}, status), NOON)
        plan = SKY.plan(src, page.next_cursor, NOON + timedelta(hours=1))
        assert page.more and isinstance(plan, Subscribe)
        assert plan.url.startswith(f"wss://jetstream.example.org{path}?")
        assert isinstance(SKY.plan(src, page.next_cursor, NOON + timedelta(days=2)), Request)
    other = source("stream", stream="other.example.org")
    assert isinstance(SKY.plan(other, page.next_cursor, NOON), Request)


def test_the_last_event_sent_again_tells_that_nothing_was_missed() -> None:
    cursor = hear(commit(at=-3_600)).next_cursor
    page = hear(commit(at=-3_600), commit("3k2", at=-1), cursor=cursor, is_first=True)
    assert [type(item) for item in page.items] == [Upsert, Upsert] and not page.more


def test_a_stream_that_begins_later_than_asked_leaves_a_gap() -> None:
    cursor = hear(commit(at=-3_600)).next_cursor
    page = hear(commit("3k2", at=-1_800), cursor=cursor, is_first=True)
    (gap,) = [item for item in page.items if isinstance(item, Gap)]
    assert (gap.since, gap.until) == (NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    assert not [item for item in hear(commit("3k2", at=-1_800), cursor=cursor).items if isinstance(item, Gap)]


def test_a_stream_that_says_it_begins_later_leaves_a_gap() -> None:
    info = {"$type": "message", "payload": {"$type": "x#info", "name": "OutdatedCursor", "message": "from 7"}}
    cursor = hear(commit(at=-20)).next_cursor
    page = hear(info, commit("3k2", at=-10), cursor=cursor, is_first=True)
    assert any(isinstance(item, Gap) for item in page.items) and page.notes == {"server_info": 1}


def test_with_an_account_the_gap_is_searched_and_the_stream_goes_on() -> None:
    src = source("stream", stream=V1, account="alice.example.org", words='"Maison Alba", alba')
    cursor = SKY.parse(src, "", frames(commit(at=-3_600)), NOON).next_cursor
    page = SKY.parse(src, cursor, frames(commit("3k2", at=-1_800), is_first=True), NOON)
    assert page.more and not [item for item in page.items if isinstance(item, Gap)]
    page = read(src, page.next_cursor, {"accessJwt": token(NOON + timedelta(hours=2)), "refreshJwt": "r"})
    asked = query(ask(src, page.next_cursor).url)
    assert asked["since"] == ["2026-03-04T11:00:00Z"] and asked["until"] == ["2026-03-04T11:30:00Z"]
    page = read(src, page.next_cursor, {"posts": [view(10)], "cursor": "2"})
    assert query(ask(src, page.next_cursor).url)["cursor"] == ["2"]
    page = read(src, page.next_cursor, {"posts": []})
    assert query(ask(src, page.next_cursor).url)["q"] == ["alba"]
    page = read(src, page.next_cursor, {"posts": [view(11)]})
    assert page.more and not page.first_read
    again = SKY.plan(src, page.next_cursor, NOON)
    assert isinstance(again, Subscribe) and query(again.url)["cursor"] == [str(NOON_US - 1_805_000_000)]


def test_a_clock_ahead_of_ours_does_not_move_the_cursor_over_what_is_to_come() -> None:
    page = hear(commit(at=86_400))
    again = SKY.plan(source("stream", stream=V1), page.next_cursor, NOON)
    assert isinstance(again, Subscribe) and query(again.url)["cursor"] == [str(NOON_US - 5_000_000)]
    assert page.notes == {"time_of_the_future": 1}


# What a search finds


def test_a_search_without_account_shows_who_wrote_and_what_it_had() -> None:
    src = source()
    plan = ask(src, "")
    assert plan.url.startswith("https://api.bsky.app/xrpc/app.bsky.feed.searchPosts?") and not plan.headers
    page = read(src, "", {"posts": [view()]})
    (post,) = page.posts
    assert post.author is not None and (post.author.handle, post.author.name) == ("alice.example.org", "Alice")
    assert post.engagement is not None and (post.engagement.likes, post.engagement.shares) == (3, 3)
    assert post.native_id == f"at://{ALICE}/app.bsky.feed.post/3k1" and page.first_read


def test_the_same_post_has_one_identity_from_the_stream_and_from_a_search() -> None:
    heard, found = hear(commit()).posts[0], read(source(), "", {"posts": [view()]}).posts[0]
    assert (heard.key, heard.url) == (found.key, found.url)


def test_the_next_search_reads_a_little_more_than_what_is_new() -> None:
    src = source(every_minutes="5")
    page = read(src, "", {"posts": [view()], "cursor": "2"})
    assert not page.more and page.next_at == NOON + timedelta(minutes=5)
    assert SKY.plan(src, page.next_cursor, NOON) == Done(next_at=page.next_at)
    later = ask(src, page.next_cursor, NOON + timedelta(minutes=5))
    assert query(later.url)["since"] == ["2026-03-04T10:46:01Z"]
    assert not read(src, page.next_cursor, {"posts": []}, NOON + timedelta(minutes=5)).first_read


def test_a_page_that_does_not_reach_back_to_the_last_search_leaves_a_gap() -> None:
    cursor = read(source(), "", {"posts": [view(1)]}, NOON - timedelta(minutes=50)).next_cursor
    page = read(source(), cursor, {"posts": [view(40), view(50)], "cursor": "2"})
    (gap,) = [item for item in page.items if isinstance(item, Gap)]
    assert (gap.since, gap.until) == (datetime(2026, 3, 4, 11, 1, 1, tzinfo=UTC), NOON - timedelta(minutes=20))
    known = read(source(), cursor, {"posts": [view(0, did=BRUNO), view(40)], "cursor": "2"})
    assert len(known.items) == 2


def test_a_server_that_does_not_say_when_it_indexed_is_read_by_its_newest_page() -> None:
    src = source(account="alice.example.org")
    page = read(src, "", {"accessJwt": token(NOON + timedelta(hours=2))})
    for minutes, said in ((0, "soon"), (60, None), (65, 17)):
        at = NOON + timedelta(minutes=minutes)
        page = read(src, page.next_cursor, {"posts": [view(1, indexedAt=said)], "cursor": "2"}, at)
        assert not page.more


def test_each_word_is_a_search_of_its_own() -> None:
    src = source(words='"Maison Alba", alba.example')
    page = read(src, "", {"posts": [view(1)]})
    assert page.more and page.first_read
    assert query(ask(src, page.next_cursor).url)["q"] == ["alba.example"]
    page = read(src, page.next_cursor, {"posts": [view(2)]})
    assert not page.more and page.first_read


def test_an_account_signs_in_once_and_pages_on() -> None:
    src = source(account="@alice.example.org", server="https://pds.example.org")
    plan = ask(src, "")
    assert plan.url == "https://pds.example.org/xrpc/com.atproto.server.createSession"
    assert json.loads(plan.body) == {"identifier": "alice.example.org", "password": "{{secret:app_password}}"}
    page = read(src, "", {"accessJwt": token(NOON + timedelta(hours=2)), "refreshJwt": "r", "did": ALICE})
    assert page.more and set(page.secrets) == {"session"} and "head" not in page.next_cursor
    search = ask(src, page.next_cursor)
    assert search.headers == {"authorization": "Bearer {{secret:session}}"}
    first = read(src, page.next_cursor, {"posts": [view(i) for i in range(3)]})
    later = NOON + timedelta(minutes=2)
    second = read(src, first.next_cursor, {"posts": [view(50)], "cursor": "next"}, later)
    assert second.more and query(ask(src, second.next_cursor, later).url)["cursor"] == ["next"]
    assert "createSession" in ask(src, first.next_cursor, NOON + timedelta(hours=2)).url


def test_a_session_that_is_refused_is_opened_anew_and_a_password_that_is_refused_is_told() -> None:
    src = source(account="alice.example.org")
    cursor = read(src, "", {"accessJwt": token(NOON + timedelta(hours=2))}).next_cursor
    page = read(src, cursor, {"error": "ExpiredToken"}, status=400)
    assert page.more and "createSession" in ask(src, page.next_cursor).url
    with pytest.raises(SourceError, match=r"alice\.example\.org or its app password") as caught:
        read(src, page.next_cursor, {"error": "AuthenticationRequired"}, status=401)
    assert caught.value.permanent


def test_a_search_that_is_refused_is_told() -> None:
    for status, permanent in ((400, False), (403, True)):
        with pytest.raises(SourceError) as caught:
            read(source(), "", {"error": "no"}, status=status)
        assert caught.value.permanent is permanent


def test_the_past_is_read_to_its_end_on_a_cursor_of_its_own() -> None:
    src = Source(
        name="sky",
        adapter="bluesky",
        options={"words": "alba", "account": "alice.example.org"},
        past=NOON - timedelta(days=30),
    )
    page = read(src, "", {"accessJwt": token(NOON + timedelta(hours=2))})
    assert query(ask(src, page.next_cursor).url)["since"] == ["2026-02-02T12:00:00Z"]
    page = read(src, page.next_cursor, {"posts": [view(1)], "cursor": "2"})
    assert page.first_read and page.more
    page = read(src, page.next_cursor, {"posts": [view(2)]})
    assert SKY.plan(src, page.next_cursor, NOON) == Done()


def test_a_server_that_is_tired_is_left_alone() -> None:
    reset = str(int((NOON + timedelta(seconds=90)).timestamp()))
    page = read(source(), "", {"posts": []}, ratelimit_remaining="0", ratelimit_reset=reset)
    assert page.items == (Throttled(until=NOON + timedelta(seconds=90)),)
    for strange in ("nan", "1e999", "soon"):
        assert read(source(), "", {"posts": []}, ratelimit_remaining=strange, ratelimit_reset=strange).items == ()


def test_what_is_no_page_of_posts_is_told() -> None:
    for body in ({}, [], {"posts": 3}, "x", None):
        with pytest.raises(SourceError, match="no posts that can be read"):
            read(source(), "", body)


def test_junk_amid_the_posts_is_rejected_and_costs_no_post() -> None:
    page = read(source(), "", {"posts": [view(1), 17, {"uri": "at://x"}, {**view(2), "likeCount": "many"}]})
    assert len(page.posts) == 2 and page.notes == {"field_unreadable": 1}
    assert [item.line for item in page.items if isinstance(item, Reject)] == [2, 3]


# Whether a post still stands


def test_a_post_asked_for_again_stands_or_is_gone() -> None:
    name = f"at://{ALICE}/app.bsky.feed.post/3k1"
    plan = SKY.plan_check(source(), name, "", NOON)
    assert plan is not None and query(plan.url)["uris"] == [name]
    found = SKY.parse_check(source(), name, answer(plan.url, {"posts": [view(1, text="Autre")]}), NOON)
    assert isinstance(found, Upsert) and found.post.text == "Autre"
    gone = SKY.parse_check(source(), name, answer(plan.url, {"posts": []}), NOON)
    assert isinstance(gone, Delete) and gone.native_id == name
    assert SKY.parse_check(source(), name, answer(plan.url, {"posts": [view(2)]}), NOON) is None
    assert SKY.parse_check(source(), name, answer(plan.url, {"error": "x"}, 400), NOON) is None
    assert SKY.plan_check(source(), f"at://{ALICE}/app.bsky.feed.repost/3k1", "", NOON) is None


# Options, cursors, and whatever else comes


@pytest.mark.parametrize(
    "options",
    [
        {"words": ""},
        {"mode": "all"},
        {"every_minutes": "0"},
        {"every_minutes": "often"},
        {"server": "ftp://example.org"},
        {"stream": "ftp://example.org", "mode": "stream"},
        {"account": "alice example"},
        {"token": "x"},
        {"words": ",".join("abcdefghijkl")},
    ],
)
def test_options_that_cannot_be_are_told(options: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        SKY.plan(source(**options), "", NOON)
    assert caught.value.permanent


@pytest.mark.parametrize("cursor", ["{", "[]", '{"v":2,"us":5}', '{"v":1,"us":-4}', '{"v":1,"high":99999999999999999}'])
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    assert SKY.plan(source(), cursor, NOON) == SKY.plan(source(), "", NOON)


@given(st.binary(max_size=200), st.sampled_from(["", '{"v":1,"us":1772625600000000}']))
def test_no_message_raises(body: bytes, cursor: str) -> None:
    page = hear(body, b"[" * 5_000, cursor=cursor, is_first=True)
    assert all(isinstance(item, Reject) for item in page.items)


@given(st.dictionaries(st.sampled_from(sorted(commit()["commit"])), st.none() | st.integers() | st.text(max_size=9)))
def test_no_bent_commit_raises_or_gives_a_post_of_the_future(bend: dict[str, Any]) -> None:
    event = commit()
    event["commit"] |= bend
    assert all(post.created_at <= post.seen_at and post.native_id.startswith("at://") for post in hear(event).posts)
