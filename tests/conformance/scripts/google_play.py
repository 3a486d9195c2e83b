"""Google Play: reviews of the last week."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.conformance.scripts.lists import TOKEN, page_of, signed
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost


def _review(post: Standing) -> dict[str, object]:
    said = {
        "text": f"{post.title}\t{post.text}",
        "starRating": 1,
        "reviewerLanguage": "fr",
        "lastModified": {"seconds": str(int((post.edited_at or post.at).timestamp()))},
    }
    return {"reviewId": f"gp{post.number}", "authorName": post.author, "comments": [{"userComment": said}]}


def _list(asked: Asked, at_once: int) -> Answer:
    one = asked.path.rpartition("/reviews/")[2]
    if one.startswith("gp"):
        found = next((_review(post) for post in asked.visible if f"gp{post.number}" == one), None)
        return asked.answer(found or {}, status=200 if found else 404)
    recent = [post for post in asked.visible if post.at > asked.now - timedelta(days=7)]
    newest = sorted(recent, key=lambda post: (post.edited_at or post.at, post.number), reverse=True)
    page, following = page_of(newest, asked.query.get("token", ""), at_once)
    rest = {"tokenPagination": {"nextPageToken": following}} if following else {}
    return asked.answer({"reviews": [_review(post) for post in page], **rest})


def native_id(post: StoryPost) -> str:
    """Return the id of the review."""
    return f"gp{post.number}"


def _script(at_once: int) -> Script:
    options = {"package": "org.example.app", "every_minutes": "10"}
    return Script(
        source=Source(name="appli", adapter="google_play", options=options),
        serve=partial(signed, serve=partial(_list, at_once=at_once), token_path="/token"),
        native_id=native_id,
        secrets={"session": TOKEN},
        sees_edits=True,
    )


SCRIPTS = (_script(100), _script(3))
