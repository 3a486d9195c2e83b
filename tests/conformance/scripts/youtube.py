"""YouTube: threads of comments under the videos of a channel, and videos that a search finds."""

from __future__ import annotations

from functools import partial

from tests.conformance.scripts.lists import page_of, stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _comment(post: Standing) -> dict[str, object]:
    said: dict[str, object] = {
        "videoId": "video000001",
        "textOriginal": post.text,
        "textDisplay": post.text,
        "authorDisplayName": post.author,
        "authorChannelId": {"value": f"UC{post.author}"},
        "likeCount": 2,
        "publishedAt": stamp(post.at),
        "updatedAt": stamp(post.edited_at or post.at),
    }
    return {"kind": "youtube#comment", "id": f"Ugc{post.number}", "snippet": said}


def _video(post: Standing) -> dict[str, object]:
    said = {
        "publishedAt": stamp(post.at),
        "channelId": f"UC{post.author}",
        "title": post.title,
        "description": post.text,
        "channelTitle": post.author,
    }
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": f"v{post.number}"},
        "snippet": said,
    }


def serve(asked: Asked, at_once: int) -> Answer:
    """Return a page of comments or videos, or one of them."""
    query = asked.query
    if asked.path.endswith(("/comments", "/videos")):
        make = _video if asked.path.endswith("/videos") else _comment
        wanted = [post for post in asked.visible if query["id"] in (f"Ugc{post.number}", f"v{post.number}")]
        return asked.answer({"items": [make(post) for post in wanted]})
    page, following = page_of(list(reversed(asked.visible)), query.get("pageToken", ""), at_once)
    rest = {"nextPageToken": following} if following else {}
    if asked.path.endswith("/search"):
        return asked.answer({"items": [_video(post) for post in page], **rest})
    threads = [{"id": f"Ugc{post.number}", "snippet": {"topLevelComment": _comment(post)}} for post in page]
    return asked.answer({"items": threads, **rest})


def _script(options: dict[str, str], prefix: str, at_once: int) -> Script:
    def native_id(post: StoryPost) -> str:
        return f"{prefix}{post.number}"

    return Script(
        source=Source(name="chaîne", adapter="youtube", options={**options, "every_minutes": "10"}),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
        secrets={"key": "k3y-of-youtube"},
    )


SCRIPTS = (
    _script({"channel": "UC0123456789"}, "Ugc", 100),
    _script({"channel": "UC0123456789"}, "Ugc", 3),
    _script({"words": "alba"}, "yt:video:v", 50),
)
