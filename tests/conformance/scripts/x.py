"""X: the search of the last seven days, and posts one by one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.conformance.scripts.lists import page_of, stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _tweet(post: Standing) -> dict[str, object]:
    known: dict[str, object] = {
        "id": str(1_000 + post.number),
        "text": post.text,
        "author_id": f"5{len(post.author)}",
        "created_at": stamp(post.at),
        "conversation_id": str(1_000 + post.number),
        "lang": "fr",
        "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": 3, "impression_count": 400},
    }
    if post.parent:
        known["referenced_tweets"] = [{"type": "replied_to", "id": str(1_000 + post.parent)}]
    return known


def serve(asked: Asked, at_once: int) -> Answer:
    """Return a page of the search, newest first, or one post."""
    last = asked.path.rpartition("/")[2]
    if last != "recent":
        found = next((_tweet(post) for post in asked.visible if str(1_000 + post.number) == last), None)
        gone = {
            "errors": [{"type": "https://api.twitter.com/2/problems/resource-not-found", "title": "Not Found Error"}]
        }
        return asked.answer({"data": found} if found else gone)
    oldest = asked.query.get("start_time", "")
    recent = [
        post
        for post in reversed(asked.visible)
        if post.at > asked.now - timedelta(days=7) and stamp(post.at) >= oldest[:19]
    ]
    page, following = page_of(recent, asked.query.get("next_token", ""), at_once)
    meta = {"result_count": len(page), **({"next_token": following} if following else {})}
    users = [{"id": f"5{len(post.author)}", "username": post.author, "name": post.author} for post in page]
    data = {"data": [_tweet(post) for post in page], "includes": {"users": users}} if page else {}
    return asked.answer({**data, "meta": meta})


def native_id(post: StoryPost) -> str:
    """Return the number of the post."""
    return str(1_000 + post.number)


def _script(at_once: int) -> Script:
    options = {"query": "alba", "most_usd": "20", "approval": "Alice Martin, 2026-03-02", "every_minutes": "10"}
    return Script(
        source=Source(name="x", adapter="x", options=options),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
    )


SCRIPTS = (_script(100), _script(3))
