"""A blog with a feed of all its posts, and what it edits in place."""

from __future__ import annotations

from email.utils import format_datetime
from xml.sax.saxutils import escape

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost

_PLACE = "https://example.org/blog"


def _entry(post: Standing) -> str:
    text = escape(escape(post.text))
    return (
        f"<item><title>{escape(post.title)}</title><link>{_PLACE}/{post.number}</link>"
        f"<guid>{_PLACE}/{post.number}</guid><pubDate>{format_datetime(post.at)}</pubDate>"
        f"<author>{post.author}</author><description>{text}</description></item>"
    )


def serve(asked: Asked) -> Answer:
    """Return the feed, newest first."""
    entries = "".join(_entry(post) for post in reversed(asked.visible))
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>{entries}</channel></rss>'
    return asked.answer(body, headers={"content-type": "application/rss+xml", "cache-control": "max-age=300"})


def native_id(post: StoryPost) -> str:
    """Return the guid."""
    return f"{_PLACE}/{post.number}"


SCRIPT = Script(
    source=Source(name="blog", adapter="feed", options={"url": f"{_PLACE}/feed", "every_minutes": "10"}),
    serve=serve,
    native_id=native_id,
    sees_edits=True,
)
