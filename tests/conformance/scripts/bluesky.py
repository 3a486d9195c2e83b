"""Bluesky: a search with a session and without, and both versions of the stream, which replays from a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from tocsin.base.time import iso, to_ms
from tocsin.collect.adapter import Answer, Frame, Reply, Source, Subscribe
from tocsin.testing.script import Asked, Event, Script, Standing, StoryPost, Verb

_VERBS = {Verb.WRITTEN: "create", Verb.EDITED: "update", Verb.REMOVED: "delete"}
_TOKEN = "h.eyJleHAiOjE3NzI0NTI4MDB9.s"  # ends on 2 March 2026 at 12:00
_V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"


def _did(author: str) -> str:
    return f"did:plc:{author.encode().hex()[:40]}"


def _uri(number: int, author: str) -> str:
    return f"at://{_did(author)}/app.bsky.feed.post/3k{number}"


def native_id(post: StoryPost) -> str:
    """Return the at-URI of the post."""
    return _uri(post.number, post.author)


def _record(post: Standing, asked: Asked) -> dict[str, object]:
    text = f"{post.title}\n{post.text}" if post.title else post.text
    record: dict[str, object] = {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": iso(post.at),
        "langs": ["fr"],
    }
    parent = next((one for one in asked.story if one.number == post.parent), None)
    if parent is not None:
        ref = {"uri": native_id(parent), "cid": "bafy"}
        record["reply"] = {"root": ref, "parent": ref}
    return record


def _view(post: Standing, asked: Asked) -> dict[str, object]:
    return {
        "uri": _uri(post.number, post.author),
        "author": {"did": _did(post.author), "handle": "handle.invalid", "displayName": post.author},
        "record": _record(post, asked),
        "likeCount": 2,
        "indexedAt": iso(post.at),
    }


def _us(at: datetime) -> int:
    return to_ms(at) * 1000


def _message(event: Event, asked: Asked, wire: int) -> bytes:
    commit: dict[str, object] = {
        "rev": "3k",
        "operation": _VERBS[event.verb],
        "collection": "app.bsky.feed.post",
        "rkey": f"3k{event.post.number}",
    }
    if event.verb is not Verb.REMOVED:
        commit["record"] = _record(event.post, asked)
    body: dict[str, object] = {"did": _did(event.post.author), "kind": "commit", "commit": commit}
    body["time_us"] = _us(event.at)
    if wire == 2:
        body = {"$type": "x#commit", "did": body["did"], "seq": 1, "time": iso(event.at), **commit}
        body = {"$type": "message", "payload": body}
    answer = asked.answer(body)
    return answer.body


def _listen(asked: Asked, wire: int) -> Reply:
    since = int(asked.query.get("cursor", 0))
    # A cursor of the future begins at what comes; the server looks a day and a half back.
    replays = asked.is_first and 0 < since <= _us(asked.since)
    wanted = asked.events(asked.now - timedelta(hours=36)) if replays else asked.events()
    wanted = [event for event in wanted if not replays or _us(event.at) >= since]
    return asked.frames([Frame(body=_message(event, asked, wire)) for event in wanted])


def _search(asked: Asked, at_once: int) -> Answer:
    since, until = asked.query.get("since", ""), asked.query.get("until", "9")
    found = [post for post in reversed(asked.visible) if since <= iso(post.at) < until]
    begin = int(asked.query.get("cursor", 0))
    page = found[begin : begin + at_once]
    mark = {"cursor": str(begin + at_once)} if begin + at_once < len(found) else {}
    return asked.answer({"posts": [_view(post, asked) for post in page], **mark})


def serve(asked: Asked, at_once: int = 100, wire: int = 1) -> Reply:
    """Answer a question, or tell what happened over the stream."""
    if isinstance(asked.plan, Subscribe):
        return _listen(asked, wire)
    if asked.path.endswith("createSession"):
        return asked.answer({"accessJwt": _TOKEN, "refreshJwt": "r", "did": "did:plc:a", "handle": "alba.example"})
    if asked.path == _V2:
        return asked.answer({"error": "x"}, status=404 if wire == 1 else 426)
    if asked.path.endswith("getPosts"):
        wanted = asked.query["uris"]
        posts = [post for post in asked.visible if _uri(post.number, post.author) == wanted]
        return asked.answer({"posts": [_view(post, asked) for post in posts]})
    return _search(asked, at_once)


def _script(mode: str, at_once: int = 100, wire: int = 1, **options: str) -> Script:
    return Script(
        source=Source(name="sky", adapter="bluesky", options={"mode": mode, "words": "alba", **options}),
        serve=partial(serve, at_once=at_once, wire=wire),
        native_id=native_id,
        sees_deletes=mode == "stream",
        sees_edits=mode == "stream",
        keeps_past=mode == "search",
    )


SCRIPTS = (
    _script("search"),
    _script("search", at_once=5, account="alba.example", server="https://pds.example"),
    _script("stream", account="alba.example", stream="wss://jetstream.example"),
    _script("stream", wire=2, account="alba.example", stream="jetstream.example"),
)
