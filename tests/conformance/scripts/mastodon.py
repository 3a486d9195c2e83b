"""Mastodon: hashtags asked now and then, and as they come; the server's ids tell the time, as the real ones do."""

from __future__ import annotations

import re

from tocsin.base.time import iso, to_ms
from tocsin.collect.adapter import Answer, Frame, Reply, Source, Subscribe
from tocsin.testing.script import Asked, Script, Standing, StoryPost, Verb

_VERBS = {Verb.WRITTEN: "update", Verb.EDITED: "status.update", Verb.REMOVED: "delete"}
_HOST = "mastodon.example"


def _number(post: Standing | StoryPost) -> int:
    return (to_ms(post.at) << 16) + post.number


def native_id(post: StoryPost) -> str:
    """Return the ActivityPub id of the post; the clock of its server is that of the story."""
    return f"https://{_HOST}/users/alice/statuses/{post.number}"


def _status(post: Standing, asked: Asked) -> dict[str, object]:
    parent = next((one for one in asked.story if one.number == post.parent), None)
    html = post.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br />")
    return {
        "id": str(_number(post)),
        "uri": f"https://{_HOST}/users/alice/statuses/{post.number}",
        "url": f"https://{_HOST}/@alice/{post.number}",
        "created_at": iso(post.at),
        "edited_at": None if post.edited_at is None else iso(post.edited_at),
        "in_reply_to_id": None if parent is None else str(_number(parent)),
        "spoiler_text": post.title,
        "content": f"<p>{html}</p>",
        "visibility": "public",
        "language": "fr",
        "account": {"acct": post.author, "display_name": post.author, "followers_count": 3},
        "media_attachments": [],
        "favourites_count": 1,
    }


def _page(asked: Asked) -> Answer:
    """Return a page as Mastodon does: the oldest after `min_id`, or the newest before `max_id`, the newest first."""
    query = asked.query
    found = [post for post in asked.visible if _number(post) < int(query.get("max_id", 2**70))]
    found.sort(key=_number)
    if "min_id" in query:
        found = [post for post in found if _number(post) > int(query["min_id"])][: int(query["limit"])]
    found = found[-int(query["limit"]) :]
    return asked.answer(
        [_status(post, asked) for post in reversed(found)],
        headers={"x-ratelimit-remaining": "299", "x-ratelimit-reset": iso(asked.now)},
    )


def serve(asked: Asked) -> Reply:
    """Answer a question, or tell what happened over the stream."""
    if isinstance(asked.plan, Subscribe):
        return asked.frames(
            [
                Frame(
                    body=str(_number(event.post)).encode()
                    if event.verb is Verb.REMOVED
                    else asked.answer(_status(event.post, asked)).body,
                    event=_VERBS[event.verb],
                )
                for event in asked.events()
            ]
        )
    if asked.path.endswith("/instance"):
        return asked.answer({"configuration": {"urls": {"streaming": f"wss://{_HOST}"}}})
    one = re.fullmatch(r"/api/v1/statuses/(\d+)", asked.path)
    if one:
        post = next((post for post in asked.visible if post.number == int(one[1])), None)
        return (
            asked.answer({"error": "Record not found"}, status=404)
            if post is None
            else asked.answer(_status(post, asked))
        )
    return _page(asked)


def _script(**options: str) -> Script:
    given = {"server": f"https://{_HOST}", "hashtags": "alba", "signed_in": "yes", **options}
    return Script(
        source=Source(name="toot", adapter="mastodon", options=given),
        serve=serve,
        native_id=native_id,
        sees_edits=options.get("live") == "yes",
    )


SCRIPTS = (_script(every_minutes="10"), _script(live="yes"))
