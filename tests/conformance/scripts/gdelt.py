"""GDELT's document search, which gives few articles at once, each with the instant at which it was first seen."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import STORY, Asked, Script, Standing, StoryPost

_STAMP = "%Y%m%d%H%M%S"
# It tells of articles alone, by their title; and keeps what it saw.
_ARTICLES = tuple(
    StoryPost(number=post.number, at=post.at.replace(second=0), author="", title=f"Article {post.number}", text="")
    for post in STORY
)


def _entry(post: Standing) -> dict[str, str]:
    return {
        "url": f"https://presse.example.org/{post.number}",
        "url_mobile": "",
        "title": post.title,
        "seendate": post.at.strftime("%Y%m%dT%H%M%SZ"),
        "socialimage": "https://presse.example.org/image.jpg",
        "domain": "presse.example.org",
        "language": "French",
        "sourcecountry": "France",
    }


def serve(asked: Asked, at_once: int = 250) -> Answer:
    """Return the articles within the bounds asked, newest first."""
    start = datetime.strptime(asked.query.get("startdatetime", "19900101000000"), _STAMP).replace(tzinfo=UTC)
    end = datetime.strptime(asked.query.get("enddatetime", "20991231000000"), _STAMP).replace(tzinfo=UTC)
    wanted = [_entry(post) for post in reversed(asked.posts) if start <= post.at <= end]
    if not wanted:
        return asked.answer({})
    shown = wanted[:at_once]
    if len(wanted) > at_once:
        shown += [shown[-1]] * (250 - at_once)  # so that a short page counts as a full one
    return asked.answer({"articles": shown})


def native_id(post: StoryPost) -> str:
    """Return the address of the article."""
    return f"https://presse.example.org/{post.number}"


def _script(at_once: int) -> Script:
    options = {"query": '"Maison Alba"', "country": "fr", "language": "french", "every_minutes": "20"}
    return Script(
        source=Source(name="press", adapter="gdelt", options=options),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
        story=_ARTICLES,
    )


SCRIPTS = (_script(250), _script(4))
