"""A WordPress site with readable addresses, one without, and one that gives few comments at once."""

from __future__ import annotations

import re
from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost

_SITE = "https://blog.example.org"
_ARTICLE = 8
_PLACE = re.compile(r"/wp/v2/comments(?:/(\d+))?")


def _entry(post: Standing) -> dict[str, object]:
    html = post.text.replace("&", "&#038;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#8217;")
    return {
        "id": post.number,
        "post": _ARTICLE,
        "parent": post.parent or 0,
        "author": 0,
        "author_name": post.author,
        "author_url": "",
        "date": post.at.replace(tzinfo=None).isoformat(),
        "date_gmt": post.at.replace(tzinfo=None).isoformat(timespec="seconds"),
        "content": {"rendered": f"<p>{html}</p>\n"},
        "link": f"{_SITE}/article/#comment-{post.number}",
        "status": "approved",
        "type": "comment",
    }


def serve(asked: Asked, at_once: int = 100, is_pretty: bool = True) -> Answer:
    """Return the comments, newest first, or one of them."""
    route = asked.query.get("rest_route") or asked.path.removeprefix("/wp-json")
    place = _PLACE.fullmatch(route)
    if place is None or not (is_pretty or "rest_route" in asked.query):
        return asked.answer("<!doctype html><title>Not found</title>", status=404)
    if place[1]:
        entry = next((_entry(post) for post in asked.visible if post.number == int(place[1])), None)
        return asked.answer(entry or {"code": "rest_comment_invalid_id"}, status=200 if entry else 404)
    start = int(asked.query.get("offset", 0))
    shown = asked.visible[::-1]
    headers = {"x-wp-total": str(len(shown)), "x-wp-totalpages": str(-(-len(shown) // at_once))}
    return asked.answer([_entry(post) for post in shown[start : start + at_once]], headers=headers)


def native_id(post: StoryPost) -> str:
    """Return the short address of the comment, as its feed gives it."""
    return f"{_SITE}/?p={_ARTICLE}#comment-{post.number}"


def _script(at_once: int = 100, is_pretty: bool = True) -> Script:
    return Script(
        source=Source(name="blog", adapter="wordpress_comments", options={"url": _SITE, "every_minutes": "20"}),
        serve=partial(serve, at_once=at_once, is_pretty=is_pretty),
        native_id=native_id,
        sees_edits=True,
    )


SCRIPTS = (_script(), _script(is_pretty=False), _script(at_once=7))
