"""A Discourse forum: fifty numbers at once, of which a page shows those that are public."""

from __future__ import annotations

import re
from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import STORY, Asked, Script, Standing, StoryPost

_SITE = "https://forum.example.org"


def _place_of(number: int) -> tuple[int, int]:
    """Return the thread of a post and its place there."""
    known: dict[int, tuple[int, int]] = {}
    last: dict[int, int] = {}
    for post in STORY:
        thread = known[post.parent][0] if post.parent else post.number
        last[thread] = last.get(thread, 0) + 1
        known[post.number] = (thread, last[thread])
    return known[number]


def _entry(post: Standing) -> dict[str, object]:
    thread, place = _place_of(post.number)
    html = post.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "id": post.number * 7,
        "name": post.author.title(),
        "username": post.author,
        "created_at": post.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "cooked": f"<p>{html}</p>",
        "post_number": place,
        "post_type": 1,
        "updated_at": (post.edited_at or post.at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "reply_count": 0,
        "reply_to_post_number": _place_of(post.parent)[1] if post.parent else None,
        "reads": 3,
        "topic_id": thread,
        "topic_slug": "sujet",
        "topic_title": post.title or "Sujet",
        "version": post.revision + 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    }


def serve(asked: Asked, span: int = 50) -> Answer:
    """Return a page of posts, or one of them."""
    one = re.fullmatch(r"/posts/by_number/(\d+)/(\d+)\.json", asked.path)
    if one:
        place = (int(one[1]), int(one[2]))
        entry = next((_entry(post) for post in asked.visible if _place_of(post.number) == place), None)
        return asked.answer(entry or {"errors": ["…"], "error_type": "not_found"}, status=200 if entry else 404)
    newest = max((post.number * 7 for post in asked.posts), default=0)
    before = int(asked.query.get("before", newest))
    shown = [post for post in reversed(asked.visible) if before - span < post.number * 7 <= before]
    return asked.answer({"latest_posts": [_entry(post) for post in shown]})


def native_id(post: StoryPost) -> str:
    """Return the address of the place in the thread, without the words of its title."""
    thread, place = _place_of(post.number)
    return f"{_SITE}/t/{thread}/{place}"


def _script(span: int) -> Script:
    options = {"url": f"{_SITE}/", "every_minutes": "20"}
    return Script(
        source=Source(name="forum", adapter="discourse", options=options),
        serve=partial(serve, span=span),
        native_id=native_id,
        sees_edits=True,
    )


SCRIPTS = (_script(50), _script(20))
