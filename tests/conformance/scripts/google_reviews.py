"""Google Business Profile: reviews in the order in which they were last changed."""

from __future__ import annotations

from functools import partial

from tests.conformance.scripts.lists import TOKEN, page_of, signed, stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost

_PLACE = "accounts/1/locations/2"


def _review(post: Standing) -> dict[str, object]:
    return {
        "name": f"{_PLACE}/reviews/r{post.number}",
        "reviewId": f"r{post.number}",
        "reviewer": {"displayName": post.author},
        "starRating": "TWO",
        "comment": post.text,
        "createTime": stamp(post.at),
        "updateTime": stamp(post.edited_at or post.at),
    }


def _list(asked: Asked, at_once: int) -> Answer:
    one = asked.path.rpartition("/reviews/")[2]
    if one.startswith("r"):
        found = next((_review(post) for post in asked.visible if f"r{post.number}" == one), None)
        return asked.answer(found or {"error": {"code": 404}}, status=200 if found else 404)
    newest = sorted(asked.visible, key=lambda post: (post.edited_at or post.at, post.number), reverse=True)
    page, following = page_of(newest, asked.query.get("pageToken", ""), at_once)
    return asked.answer({"reviews": [_review(post) for post in page], "nextPageToken": following})


def native_id(post: StoryPost) -> str:
    """Return the id of the review."""
    return f"r{post.number}"


def _script(at_once: int) -> Script:
    return Script(
        source=Source(name="avis", adapter="google_reviews", options={"place": _PLACE, "every_minutes": "10"}),
        serve=partial(signed, serve=partial(_list, at_once=at_once), token_path="/token"),
        native_id=native_id,
        secrets={"session": TOKEN},
        sees_edits=True,
    )


SCRIPTS = (_script(50), _script(3))
