"""Trustpilot: reviews of a company by numbered pages, and one by one."""

from __future__ import annotations

from tests.conformance.scripts.lists import stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _review(post: Standing) -> dict[str, object]:
    return {
        "id": f"{post.number:024x}",
        "consumer": {"id": f"c-{post.author}", "displayName": post.author},
        "stars": 2,
        "title": post.title,
        "text": post.text,
        "language": "fr",
        "createdAt": stamp(post.at),
        "updatedAt": None if post.edited_at is None else stamp(post.edited_at),
        "numberOfLikes": 0,
    }


def serve(asked: Asked) -> Answer:
    """Return a page, newest first, or one review."""
    if asked.path.startswith("/v1/reviews/"):
        wanted = asked.path.rpartition("/")[2]
        found = next((_review(post) for post in asked.visible if f"{post.number:024x}" == wanted), None)
        return asked.answer(found or {}, status=200 if found else 404)
    at_once, number = int(asked.query["perPage"]), int(asked.query["page"])
    newest = list(reversed(asked.visible))[(number - 1) * at_once : number * at_once]
    return asked.answer({"reviews": [_review(post) for post in newest], "links": []})


def native_id(post: StoryPost) -> str:
    """Return the id of the review."""
    return f"{post.number:024x}"


SCRIPT = Script(
    source=Source(
        name="avis", adapter="trustpilot", options={"unit": "46d6a890000064000500e0c3", "every_minutes": "10"}
    ),
    serve=serve,
    native_id=native_id,
    sees_edits=True,
)
