"""Reddit: a search, new comments of communities, and things one by one."""

from __future__ import annotations

from functools import partial

from tests.conformance.scripts.lists import TOKEN, page_of, signed
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _thing(post: Standing, kind: str) -> dict[str, object]:
    said: dict[str, object] = {
        "name": f"{kind}_{post.number}",
        "author": "[deleted]" if post.is_gone else post.author,
        "created_utc": post.at.timestamp(),
        "edited": post.edited_at.timestamp() if post.edited_at else False,
        "permalink": f"/r/alba/comments/{post.number}/",
        "subreddit_name_prefixed": "r/alba",
        "score": 4,
    }
    words = "[removed]" if post.is_gone else post.text
    said |= (
        {"title": post.title, "selftext": words, "is_self": True}
        if kind == "t3"
        else {"body": words, "link_id": "t3_0"}
    )
    return {"kind": kind, "data": said}


def _list(asked: Asked, kind: str, at_once: int) -> Answer:
    if asked.path == "/api/info":
        page = [post for post in asked.posts if f"{kind}_{post.number}" == asked.query["id"]]
        following = ""
    else:
        page, following = page_of(list(reversed(asked.visible)), asked.query.get("after", ""), at_once)
    children = [_thing(post, kind) for post in page]
    return asked.answer({"kind": "Listing", "data": {"children": children, "after": following or None}})


def _script(options: dict[str, str], kind: str, at_once: int) -> Script:
    def native_id(post: StoryPost) -> str:
        return f"{kind}_{post.number}"

    common = {"approval": "Alice Martin, 2026-03-02", "every_minutes": "10"}
    return Script(
        source=Source(name="reddit", adapter="reddit", options={**options, **common}),
        serve=partial(signed, serve=partial(_list, kind=kind, at_once=at_once), token_path="/api/v1/access_token"),
        native_id=native_id,
        secrets={"session": TOKEN},
    )


SCRIPTS = (
    _script({"words": "alba"}, "t3", 100),
    _script({"words": "alba", "communities": "france+paris"}, "t3", 3),
    _script({"list": "comments", "communities": "france"}, "t1", 100),
)
