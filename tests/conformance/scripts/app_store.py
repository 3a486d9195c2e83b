"""App Store: the public feed of reviews, fifty a page and ten pages."""

from __future__ import annotations

import re
from functools import partial

from tests.conformance.scripts.lists import stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _entry(post: Standing) -> dict[str, object]:
    return {
        "id": {"label": f"7{post.number:09}"},
        "author": {
            "name": {"label": post.author},
            "uri": {"label": f"https://itunes.apple.com/fr/reviews/id{post.number}"},
        },
        "updated": {"label": stamp(post.edited_at or post.at)},
        "title": {"label": post.title},
        "content": {"label": post.text},
        "im:rating": {"label": "1"},
        "im:voteSum": {"label": "0"},
    }


def serve(asked: Asked, at_once: int) -> Answer:
    """Return a page, newest first; one entry stands bare, as the real feed gives it."""
    number = int(re.search(r"page=(\d+)", asked.path)[1])  # type: ignore[index]
    newest = list(reversed(asked.visible))[(number - 1) * at_once : number * at_once]
    entries = [_entry(post) for post in newest]
    feed: dict[str, object] = {"updated": {"label": stamp(asked.now)}}
    if entries:
        feed["entry"] = entries if len(entries) > 1 else entries[0]
    return asked.answer({"feed": feed})


def native_id(post: StoryPost) -> str:
    """Return the number of the review."""
    return f"7{post.number:09}"


def _script(at_once: int) -> Script:
    return Script(
        source=Source(name="appli", adapter="app_store", options={"app": "123456789", "every_minutes": "10"}),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
    )


SCRIPTS = (_script(50), _script(4))
