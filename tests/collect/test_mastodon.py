from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import SourceError
from tocsin.base.post import Audience, PostKind, TimeDoubt
from tocsin.collect.adapter import (
    Answer,
    Delete,
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
    Wire,
)
from tocsin.collect.adapters.mastodon import MastodonAdapter

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOST = "mastodon.example"
TOOT = MastodonAdapter()


def snowflake(minutes: float) -> int:
    """Return the id of a status written so many minutes after noon."""
    return int((NOON + timedelta(minutes=minutes)).timestamp() * 1000) << 16


def source(past: datetime | None = None, **options: str) -> Source:
    given = {"server": f"https://{HOST}", "hashtags": "#MaisonAlba", **options}
    return Source(name="toot", adapter="mastodon", options=given, past=past)


def status(minutes: float = -1, host: str = HOST, text: str = "<p>Une file de deux heures.</p>", **fields: Any) -> Any:
    number = snowflake(minutes)
    written = NOON + timedelta(minutes=minutes)
    return {
        "id": str(number),
        "created_at": written.isoformat().replace("+00:00", "Z"),
        "uri": f"https://{host}/users/alice/statuses/{number}",
        "url": f"https://{host}/@alice/{number}",
        "visibility": "public",
        "language": "fr",
        "spoiler_text": "",
        "content": text,
        "in_reply_to_id": None,
        "edited_at": None,
        "reblog": None,
        "account": {"acct": "alice", "display_name": "Alice", "followers_count": 12},
        "media_attachments": [],
        "favourites_count": 3,
        "reblogs_count": 1,
        "replies_count": 0,
        **fields,
    }


def answer(url: str, body: object, code: int = 200, at: datetime = NOON, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(url=url, status=code, headers=named, body=raw, at=at)


def ask(src: Source, cursor: str = "", at: datetime = NOON) -> Request:
    plan = TOOT.plan(src, cursor, at)
    assert isinstance(plan, Request)
    return plan


def read(src: Source, cursor: str, body: object, code: int = 200, at: datetime = NOON, **headers: str) -> Page:
    return TOOT.parse(src, cursor, answer(ask(src, cursor, at).url, body, code, at, **headers), at)


def frame(event: str, payload: object) -> Frame:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return Frame(body=text.encode(), event=event)


def hear(src: Source, cursor: str, *frames: Frame, is_first: bool = False, at: datetime = NOON) -> Page:
    return TOOT.parse(src, cursor, Frames(frames=frames, at=at, is_first=is_first), at)


def query(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


# What a status says


def test_a_status_becomes_a_post_with_all_that_it_says() -> None:
    text = (
        '<p>Vu <a href="https://example.org/a?utm_source=x"><span class="invisible">https://</span>example.org/a</a> '
        '<a href="https://mastodon.example/tags/alba" class="mention hashtag" rel="tag">#<span>alba</span></a> '
        '<a href="https://other.example/@bruno" class="u-url mention">@<span>bruno</span></a><br>&amp; fin</p>'
    )
    (post,) = read(
        source(),
        "",
        [
            status(
                text=text,
                spoiler_text="Attente",
                edited_at="2026-03-04T11:59:30Z",
                visibility="unlisted",
                poll={"options": [{"title": "Oui"}, {"title": "Non", "votes_count": 3}]},
                media_attachments=[{"type": "gifv", "url": "https://f.example/1.mp4", "description": " La file "}],
            )
        ],
    ).posts
    assert post.native_id == f"https://{HOST}/users/alice/statuses/{snowflake(-1)}"
    assert post.url == f"https://{HOST}/@alice/{snowflake(-1)}"
    assert post.text == "Vu https://example.org/a #alba @bruno\n& fin\n○ Oui\n○ Non"
    assert (post.title, post.links) == ("Attente", ("https://example.org/a",))
    assert post.author is not None
    assert (post.author.handle, post.author.name, post.author.followers) == (f"alice@{HOST}", "Alice", 12)
    assert post.edited_at == NOON - timedelta(seconds=30) and post.audience is Audience.UNLISTED
    assert [(one.kind, one.alt) for one in post.media] == [("video", "La file")]
    assert post.engagement is not None and post.engagement.likes == 3 and post.lang_claimed == "fr"


def test_two_servers_that_show_a_post_give_it_one_identity() -> None:
    far = status(host="far.example", account={"acct": "alice@far.example"})
    here = read(source(), "", [far]).posts[0]
    there = read(source(server="far.example"), "", [{**far, "id": "7", "account": {"acct": "alice"}}]).posts[0]
    assert (here.key, here.author and here.author.handle) == (there.key, there.author and there.author.handle)


def test_who_passes_a_post_on_shares_it_and_the_post_is_read_too() -> None:
    boost = status(-1, uri="https://far.example/users/bruno/statuses/9/activity", content="", reblog=status(-30))
    first, second = read(source(), "", [boost]).posts
    assert second.kind is PostKind.SHARE and second.shared_id == first.native_id
    assert first.text == "Une file de deux heures."


@pytest.mark.parametrize(
    "quote",
    [{"state": "accepted", "quoted_status": status(-30)}, status(-30)],
    ids=["as Mastodon writes it", "as Pleroma writes it"],
)
def test_a_quote_names_what_it_quotes(quote: Any) -> None:
    text = '<p class="quote-inline">RE: <a href="https://x.example">x</a></p><p>Édifiant</p>'
    (post,) = read(source(), "", [status(quote=quote, content=text)]).posts
    assert post.kind is PostKind.QUOTE and post.shared_id == status(-30)["uri"]
    assert (post.text, post.links) == ("Édifiant", ())


def test_an_answer_names_its_parent_where_that_was_seen() -> None:
    answers = status(-1, in_reply_to_id=str(snowflake(-5)))
    orphan = status(-2, in_reply_to_id="12")
    posts = read(source(), "", [answers, orphan, status(-5)]).posts
    assert [post.kind for post in posts] == [PostKind.POST, PostKind.REPLY, PostKind.REPLY]
    assert [post.parent_id for post in posts] == [None, None, status(-5)["uri"]]


def test_what_only_some_may_read_is_marked_so() -> None:
    posts = read(source(), "", [status(visibility="private"), status(-2, visibility="new kind")]).posts
    assert {post.audience for post in posts} == {Audience.RESTRICTED}


def test_wrong_fields_cost_only_themselves_and_junk_is_rejected() -> None:
    bent = status(-2, favourites_count="many", poll={"options": 4}, created_at="2031-01-01", account=[])
    page = read(source(), "", [status(), 17, bent, {"id": "3"}])
    assert [item.line for item in page.items if isinstance(item, Reject)] == [4, 2]
    (post, _) = page.posts
    assert post.time_doubt is TimeDoubt.FUTURE and post.author is None
    assert page.notes["field_unreadable"] >= 3


# How lists are read


def test_the_first_read_takes_the_newest_and_the_next_what_came_since() -> None:
    first = read(source(), "", [status(-1), status(-3)])
    assert first.first_read and not first.more and first.next_at == NOON + timedelta(minutes=2)
    assert TOOT.plan(source(), first.next_cursor, NOON) == Done(next_at=first.next_at)
    later = NOON + timedelta(minutes=2)
    again = ask(source(), first.next_cursor, later)
    assert again.url.startswith(f"https://{HOST}/api/v1/timelines/tag/maisonalba?")
    assert query(again.url) == {"limit": "40", "min_id": str(snowflake(-11))}
    assert not read(source(), first.next_cursor, [], at=later).first_read


def test_pages_are_read_on_until_nothing_is_new() -> None:
    cursor = read(source(), "", [status(-60)]).next_cursor
    at = NOON + timedelta(minutes=2)
    page = read(source(), cursor, [status(-30 + number / 2) for number in range(40)], at=at)
    assert page.more and query(ask(source(), page.next_cursor, at).url)["min_id"] == str(snowflake(-10.5))
    page = read(source(), page.next_cursor, [status(-5)], at=at)
    assert not page.more
    assert query(ask(source(), page.next_cursor, NOON + timedelta(minutes=5)).url)["min_id"] == str(snowflake(-15))


def test_a_server_that_gives_the_same_page_again_is_not_asked_for_ever() -> None:
    statuses = [status(-30 + number / 2) for number in range(40)]
    page = read(source(), "", statuses)
    for _ in range(3):
        page = read(source(), page.next_cursor, statuses, at=NOON + timedelta(minutes=2))
        if not page.more:
            break
    assert not page.more


def test_each_hashtag_is_a_list_of_its_own() -> None:
    src = source(hashtags="alba, #Lyon;alba")
    page = read(src, "", [status(-1)])
    assert page.more and page.first_read
    assert "/tag/lyon?" in ask(src, page.next_cursor).url
    page = read(src, page.next_cursor, [status(-2)])
    assert page.first_read and not page.more


def test_more_at_once_than_is_shown_leaves_a_gap() -> None:
    cursor = read(source(), "", []).next_cursor
    page = read(source(), cursor, [status(1 + number / 100) for number in range(40)], at=NOON + timedelta(minutes=2))
    (gap,) = [item for item in page.items if isinstance(item, Gap)]
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("options", "path", "fields"),
    [
        ({"reads": "local"}, "/api/v1/timelines/public", {"local": "true"}),
        ({"reads": "public"}, "/api/v1/timelines/public", {}),
        ({"reads": "search", "words": "maison alba", "signed_in": "yes"}, "/api/v2/search", {"q": "maison alba"}),
        ({"hashtags": "café"}, "/api/v1/timelines/tag/caf%C3%A9", {}),
    ],
)
def test_other_lists_are_asked_for(options: dict[str, str], path: str, fields: dict[str, str]) -> None:
    plan = ask(source(**options))
    assert urlsplit(plan.url).path == path and query(plan.url).items() >= fields.items()


def test_a_search_is_read_with_the_token() -> None:
    src = source(reads="search", words="alba", signed_in="yes")
    assert ask(src).headers == {"authorization": "Bearer {{secret:token}}"}
    assert len(read(src, "", {"accounts": [], "statuses": [status()], "hashtags": []}).posts) == 1


def test_the_past_is_read_from_the_newest_to_the_oldest_wanted() -> None:
    src = source(past=NOON - timedelta(hours=1), hashtags="alba, lyon")
    page = read(src, "", [status(-1), status(-30)])
    assert page.more and page.first_read
    assert query(ask(src, page.next_cursor).url)["max_id"] == str(snowflake(-30))
    page = read(src, page.next_cursor, [status(-70), status(-80)])
    assert "/tag/lyon?" in ask(src, page.next_cursor).url
    page = read(src, page.next_cursor, [])
    assert TOOT.plan(src, page.next_cursor, NOON) == Done()


def test_a_server_that_is_tired_is_left_alone() -> None:
    reset = "2026-03-04T12:05:00.691225Z"
    page = read(source(), "", [], x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    (item,) = page.items
    assert isinstance(item, Throttled) and item.until == NOON + timedelta(minutes=5, microseconds=691225)


def test_a_server_that_wants_a_token_or_is_none_is_told() -> None:
    with pytest.raises(SourceError, match="without an access token") as caught:
        read(source(), "", {"error": "This method requires an authenticated user"}, 422)
    assert caught.value.permanent
    for body in (b"<!doctype html>", {"a": 1}, b"", None):
        with pytest.raises(SourceError, match="no posts that can be read"):
            read(source(), "", body)


# What a stream tells

LIVE = {"live": "yes", "signed_in": "yes"}


def connected(src: Source) -> tuple[Subscribe, str]:
    """Return the connection, and the cursor with which it is opened."""
    page = read(src, "", [status(-20)])
    assert page.more
    instance = {"configuration": {"urls": {"streaming": "wss://streaming.mastodon.example"}}}
    page = read(src, page.next_cursor, instance)
    plan = TOOT.plan(src, page.next_cursor, NOON + timedelta(seconds=5))
    assert isinstance(plan, Subscribe)
    return plan, page.next_cursor


def test_a_stream_is_opened_where_the_server_says_once_all_before_it_is_read() -> None:
    plan, _ = connected(source(**LIVE))
    assert plan.url == "https://streaming.mastodon.example/api/v1/streaming/hashtag?tag=maisonalba"
    assert plan.wire is Wire.EVENTS and plan.headers == {"authorization": "Bearer {{secret:token}}"}
    plan, _ = connected(source(**LIVE, reads="local"))
    assert plan.url == "https://streaming.mastodon.example/api/v1/streaming/public/local"


def test_several_hashtags_come_over_one_connection() -> None:
    src = source(**LIVE, hashtags="alba, lyon", stream="wss://s.example/x")
    page = read(src, read(src, "", []).next_cursor, [])
    plan = TOOT.plan(src, page.next_cursor, NOON)
    assert (
        isinstance(plan, Subscribe) and plan.wire is Wire.WEB_SOCKET and plan.url == "wss://s.example/api/v1/streaming"
    )
    assert json.loads(plan.hello[1]) == {"type": "subscribe", "stream": "hashtag", "tag": "lyon"}
    message = {"stream": ["hashtag", "lyon"], "event": "update", "payload": json.dumps(status())}
    assert len(hear(src, page.next_cursor, Frame(body=json.dumps(message).encode())).posts) == 1


def test_posts_edits_and_deletions_are_told() -> None:
    src = source(**LIVE)
    _, cursor = connected(src)
    page = hear(src, cursor, frame("update", status(-1)), frame("update", status(-0.5)))
    cursor = page.next_cursor
    edited = status(-1, content="<p>Trois heures.</p>", edited_at="2026-03-04T11:59:30Z")
    page = hear(src, cursor, frame("status.update", edited), frame("delete", str(snowflake(-0.5))))
    change, gone = page.items
    assert isinstance(change, Upsert) and change.post.text == "Trois heures." and change.post.edited_at
    assert isinstance(gone, Delete) and gone.native_id == status(-0.5)["uri"]


def test_a_deletion_of_what_was_read_before_the_stream_or_not_at_all() -> None:
    src = source(**LIVE)
    _, cursor = connected(src)
    page = hear(src, cursor, frame("delete", str(snowflake(-20))), frame("delete", "12"), frame("filters_changed", ""))
    (gone,) = page.items
    assert isinstance(gone, Delete) and gone.native_id == status(-20)["uri"]
    assert page.notes == {"delete_unknown": 1, "event_other": 1}


def test_a_new_connection_catches_up_on_what_it_may_have_missed() -> None:
    src = source(**LIVE)
    _, cursor = connected(src)
    cursor = hear(src, cursor, frame("update", status(-1))).next_cursor
    page = hear(src, cursor, frame("update", status(30)), is_first=True, at=NOON + timedelta(minutes=31))
    assert page.more
    at = NOON + timedelta(minutes=31)
    assert query(ask(src, page.next_cursor, at).url)["min_id"] == str(snowflake(-121))
    page = read(src, page.next_cursor, [status(20), status(30)], at=at)
    assert len(page.posts) == 2 and not page.first_read
    page = read(src, page.next_cursor, [], at=at)
    assert page.more and isinstance(TOOT.plan(src, page.next_cursor, at), Subscribe)


def test_what_comes_before_the_catching_up_is_done_does_not_move_its_beginning() -> None:
    src = source(**LIVE)
    _, cursor = connected(src)
    page = hear(src, cursor, frame("update", status(30)), is_first=True, at=NOON + timedelta(minutes=31))
    page = hear(src, page.next_cursor, frame("update", status(31)), at=NOON + timedelta(minutes=31))
    assert query(ask(src, page.next_cursor, NOON + timedelta(minutes=31)).url)["min_id"] == str(snowflake(-140))


def test_a_connection_opened_again_catches_up_first() -> None:
    src = source(**LIVE)
    _, cursor = connected(src)
    assert isinstance(TOOT.plan(src, cursor, NOON + timedelta(minutes=3)), Request)


def test_the_cursor_stays_small_however_much_came() -> None:
    src, cursor = source(**LIVE), ""
    for round_ in range(4):
        many = [status(-round_ - number / 200, host=f"server{number}.example") for number in range(200)]
        cursor = hear(src, cursor, *(frame("update", one) for one in many)).next_cursor
    assert len(cursor) < 32_000
    assert len(hear(src, cursor, frame("delete", many[-1]["id"])).items) == 1


# Whether a post still stands


def test_a_post_of_the_server_is_asked_of_the_server() -> None:
    name = status()["uri"]
    plan = TOOT.plan_check(source(), name, "", NOON)
    assert plan is not None and plan.url == f"https://{HOST}/api/v1/statuses/{snowflake(-1)}"
    found = TOOT.parse_check(source(), name, answer(plan.url, status(content="<p>Autre</p>")), NOON)
    assert isinstance(found, Upsert) and found.post.text == "Autre"
    gone = TOOT.parse_check(source(), name, answer(plan.url, {"error": "Record not found"}, 404), NOON)
    assert isinstance(gone, Delete) and gone.native_id == name


def test_a_post_of_another_server_is_asked_of_that_server() -> None:
    name = "https://far.example/objects/7"
    plan = TOOT.plan_check(source(), name, "", NOON)
    assert plan is not None and (plan.url, plan.accept, plan.headers) == (name, "application/activity+json", {})
    note = {
        "type": "Note",
        "id": name,
        "published": "2026-03-04T11:00:00Z",
        "updated": "2026-03-04T11:30:00Z",
        "attributedTo": "https://far.example/users/bruno",
        "content": "<p>Trois heures</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://far.example/1.png", "name": "x"}],
        "inReplyTo": "https://far.example/objects/6",
    }
    found = TOOT.parse_check(source(), name, answer(name, note), NOON)
    assert isinstance(found, Upsert) and found.post.author is not None
    assert (found.post.text, found.post.author.handle) == ("Trois heures", "bruno@far.example")
    assert found.post.edited_at is not None and found.post.kind is PostKind.REPLY and len(found.post.media) == 1
    for body, code in (({"type": "Tombstone", "id": name}, 200), ({}, 410), ({}, 404)):
        assert isinstance(TOOT.parse_check(source(), name, answer(name, body, code), NOON), Delete)
    for body, code in (({**note, "id": "https://x.example/1"}, 200), ({}, 401), (b"<html>", 200), (b"[" * 9000, 200)):
        assert TOOT.parse_check(source(), name, answer(name, body, code), NOON) is None


# Options, cursors, and whatever else comes


@pytest.mark.parametrize(
    "options",
    [
        {"server": ""},
        {"server": "ftp://x"},
        {"server": "http://["},
        {"hashtags": ""},
        {"hashtags": "a/b"},
        {"reads": "all"},
        {"reads": "search", "words": "alba"},
        {"reads": "search", "words": "", "signed_in": "yes"},
        {"live": "perhaps"},
        {"every_minutes": "-1"},
        {"token": "x"},
    ],
)
def test_options_that_cannot_be_are_told(options: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        TOOT.plan(source(**options), "", NOON)
    assert caught.value.permanent


@pytest.mark.parametrize("cursor", ["{", "[]", '{"v":9}', '{"v":1,"latest":{"a":"b c"}}', '{"v":1,"next":-1}'])
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    assert TOOT.plan(source(), cursor, NOON) == TOOT.plan(source(), "", NOON)


@given(st.binary(max_size=200), st.sampled_from(["", "update", "delete", "status.update"]))
def test_no_message_raises(body: bytes, event: str) -> None:
    assert hear(source(**LIVE), "", Frame(body=body, event=event)).posts == []


_VALUES = st.none() | st.integers() | st.text(max_size=9) | st.lists(st.none(), max_size=2)


@given(st.dictionaries(st.sampled_from(sorted(status())), _VALUES))
def test_no_bent_status_raises_or_gives_a_post_of_the_future(bend: dict[str, Any]) -> None:
    page = read(source(), "", [{**status(), **bend}])
    assert all(post.created_at <= post.seen_at and "://" in post.native_id for post in page.posts)
    assert len(page.items) >= 1
