"""Instagram: posts that tag an account, and comments under its own."""

from __future__ import annotations

from functools import partial

from tests.conformance.scripts.lists import page_of, stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _media(post: Standing) -> dict[str, object]:
    return {
        "id": f"178{post.number:08}",
        "caption": post.text,
        "timestamp": stamp(post.at).replace("Z", "+0000"),
        "username": post.author,
        "permalink": f"https://www.instagram.com/p/{post.number}/",
    }


def _comment(post: Standing) -> dict[str, object]:
    return {"id": f"178{post.number:08}", "text": post.text, "timestamp": stamp(post.at), "username": post.author}


def serve(asked: Asked, at_once: int) -> Answer:
    """Return the posts that tag, or one own post with all its comments, or one comment."""
    last = asked.path.rpartition("/")[2]
    if last == "media":
        own = {"id": "1780", "timestamp": "2026-01-05T09:00:00+0000", "permalink": "https://www.instagram.com/p/own/"}
        return asked.answer(
            {"data": [own | {"comments": {"data": [_comment(post) for post in reversed(asked.visible)]}}]}
        )
    if last != "tags":
        found = next((_comment(post) for post in asked.visible if f"178{post.number:08}" == last), None)
        return asked.answer(found or {"error": {"code": 100, "message": "no"}}, status=200 if found else 400)
    page, following = page_of(list(reversed(asked.visible)), asked.query.get("after", ""), at_once)
    rest = {"cursors": {"after": following}, "next": "https://graph.facebook.com/next"} if following else {}
    return asked.answer({"data": [_media(post) for post in page], "paging": rest})


def native_id(post: StoryPost) -> str:
    """Return the number of the post or comment."""
    return f"178{post.number:08}"


def _script(chosen: str, at_once: int) -> Script:
    options = {"account": "17841400000000000", "list": chosen, "every_minutes": "10"}
    return Script(
        source=Source(name="compte", adapter="instagram", options=options),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
    )


SCRIPTS = (_script("tags", 50), _script("tags", 3), _script("comments", 50))
