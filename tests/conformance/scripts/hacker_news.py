"""Hacker News: its search, which gives few hits at once and forgets what was removed, and its items one by one."""

from __future__ import annotations

import re
from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _hit(post: Standing, root: int) -> dict[str, object]:
    html = post.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    known: dict[str, object] = {
        "objectID": str(post.number),
        "author": post.author,
        "created_at": post.at.isoformat().replace("+00:00", "Z"),
        "created_at_i": int(post.at.timestamp()),
        "story_id": root,
        "_tags": ["comment" if post.parent else "story", f"author_{post.author}", f"story_{root}"],
    }
    if post.parent:
        return known | {"comment_text": f"<p>{html}", "parent_id": post.parent, "story_title": "…"}
    return known | {"title": post.title, "story_text": html, "url": None, "points": 12, "num_comments": 3}


def _item(post: Standing) -> dict[str, object]:
    known: dict[str, object] = {"id": post.number, "time": int(post.at.timestamp()), "type": "story"}
    if post.is_gone:
        return known | {"deleted": True}
    html = post.text.replace("&", "&#x26;").replace("<", "&lt;").replace("'", "&#x27;")
    known |= {"by": post.author, "text": html, "kids": [98, 99]}
    return known | ({"type": "comment", "parent": post.parent} if post.parent else {"title": post.title, "score": 5})


def serve(asked: Asked, at_once: int = 1_000) -> Answer:
    """Return the hits within the bounds asked, newest first, or one item."""
    one = re.fullmatch(r"/v0/item/(\d+)\.json", asked.path)
    if one:
        item = next((_item(post) for post in asked.posts if post.number == int(one[1])), None)
        return asked.answer(item)
    bounds = dict(re.findall(r"created_at_i([<>]=)(\d+)", asked.query.get("numericFilters", "")))
    wanted = [
        post
        for post in reversed(asked.visible)
        if int(bounds.get(">=", 0)) <= int(post.at.timestamp()) <= int(bounds.get("<=", 2**40))
    ]
    roots = {post.number: post.number for post in asked.posts}
    for post in asked.posts:
        roots[post.number] = roots[post.parent] if post.parent else post.number
    at_once = min(int(asked.query["hitsPerPage"]), at_once)
    hits = [_hit(post, roots[post.number]) for post in wanted[:at_once]]
    return asked.answer({"hits": hits, "nbHits": len(wanted), "page": 0, "hitsPerPage": at_once})


def native_id(post: StoryPost) -> str:
    """Return the address of the item."""
    return f"https://news.ycombinator.com/item?id={post.number}"


def _script(at_once: int) -> Script:
    options = {"query": "alba", "every_minutes": "20"}
    return Script(
        source=Source(name="hn", adapter="hacker_news", options=options),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
    )


SCRIPTS = (_script(1_000), _script(3))
