"""Facebook: posts on a page with the comments that come with them, posts that tag it, recommendations."""

from __future__ import annotations

from functools import partial

from tests.conformance.scripts.lists import page_of, stamp
from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import Asked, Script, Standing, StoryPost

_PAGE = "10006400"


def _post(post: Standing) -> dict[str, object]:
    return {
        "id": f"{_PAGE}_{post.number}",
        "message": post.text,
        "created_time": stamp(post.at).replace("Z", "+0000"),
        "from": {"id": f"9{post.number}", "name": post.author},
        "permalink_url": f"https://www.facebook.com/{_PAGE}/posts/{post.number}",
    }


def _rating(post: Standing) -> dict[str, object]:
    return {
        "open_graph_story": {"id": f"{_PAGE}_{post.number}"},
        "reviewer": {"id": f"9{post.number}", "name": post.author},
        "review_text": post.text,
        "recommendation_type": "negative",
        "created_time": stamp(post.at),
    }


def serve(asked: Asked, at_once: int) -> Answer:
    """Return a page of the list, or one post; what is not there is an error of code 100."""
    last = asked.path.rpartition("/")[2]
    if last not in ("feed", "tagged", "ratings"):
        found = next((_post(post) for post in asked.visible if f"{_PAGE}_{post.number}" == last), None)
        gone = {"error": {"message": "Unsupported get request.", "type": "GraphMethodException", "code": 100}}
        return asked.answer(found or gone, status=200 if found else 400)
    page, following = page_of(list(reversed(asked.visible)), asked.query.get("after", ""), at_once)
    make = _rating if last == "ratings" else _post
    rest = {"cursors": {"after": following}, "next": f"https://graph.facebook.com/{following}"} if following else {}
    return asked.answer({"data": [make(post) for post in page], "paging": rest})


def native_id(post: StoryPost) -> str:
    """Return the number of the page and of the post."""
    return f"{_PAGE}_{post.number}"


def _script(chosen: str, at_once: int) -> Script:
    return Script(
        source=Source(name="page", adapter="facebook", options={"page": _PAGE, "list": chosen, "every_minutes": "10"}),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
    )


SCRIPTS = (_script("feed", 50), _script("feed", 3), _script("tagged", 50), _script("ratings", 50))
