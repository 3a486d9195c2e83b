"""Facebook: what is said on one's own page, and where it is tagged (Graph API)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.collect.about import About, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source
from tocsin.collect.lenient import Lenient, count, when
from tocsin.collect.web_api.meta import MetaList, Paged, graph_error, graph_request, is_gone
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import Asked, OwnedApi, found_of, no_list
from tocsin.collect.web_api.sweep import Found

_COMMENT = "id,message,created_time,from,permalink_url,parent{id},like_count,comment_count"
_POST = "id,message,story,created_time,from,permalink_url,shares"
_FIELDS = {
    "feed": f"{_POST},comments.limit(50).order(reverse_chronological){{{_COMMENT}}}",
    "tagged": _POST,
    "ratings": "created_time,reviewer,review_text,recommendation_type,open_graph_story{id}",
}


class _Who(msgspec.Struct):
    id: str = ""
    name: str = ""


class _Shares(msgspec.Struct):
    count: int | None = None


class _Post(msgspec.Struct):
    id: str
    message: str = ""
    story: str = ""
    created: str = msgspec.field(default="", name="created_time")
    who: _Who = msgspec.field(default_factory=_Who, name="from")
    link: str = msgspec.field(default="", name="permalink_url")
    parent: _Who = msgspec.field(default_factory=_Who)
    shares: _Shares = msgspec.field(default_factory=_Shares)
    likes: int | None = msgspec.field(default=None, name="like_count")
    replies: int | None = msgspec.field(default=None, name="comment_count")


class _WithComments(msgspec.Struct):
    id: str
    comments: Paged = msgspec.field(default_factory=Paged)


class _Rating(msgspec.Struct):
    story: _Who = msgspec.field(default_factory=_Who, name="open_graph_story")
    reviewer: _Who = msgspec.field(default_factory=_Who)
    text: str = msgspec.field(default="", name="review_text")
    kind: str = msgspec.field(default="", name="recommendation_type")
    created: str = msgspec.field(default="", name="created_time")


_LISTS, _POSTS, _FULL, _RATINGS = Lenient(MetaList), Lenient(_Post), Lenient(_WithComments), Lenient(_Rating)


class FacebookAdapter(OwnedApi):
    """Reads one page of the owner; options `page` (its number) and `list`."""

    name: ClassVar[str] = "facebook"
    platform: ClassVar[str] = "facebook"
    pause_s: ClassVar[int] = 5 * 60
    about: ClassVar[About] = About(
        title="Your Facebook page",
        what="Posts and comments on your own page, posts that tag it, and what people say who recommend it or not.",
        setup=(
            "In Meta for Developers, make an application of type Business, and ask for the permissions"
            " pages_read_engagement and pages_read_user_content. With an account that manages the page, make a"
            " page token that lasts sixty days or has no end, and write its end here so that you are told in"
            " time."
        ),
        icon="brand-facebook",
        fields=(
            Field(name="page", label="Number of the page", required=True, example="100064000000000"),
            Field(
                name="list",
                label="What is read",
                input=Input.CHOICE,
                default="feed",
                choices=(
                    Choice(value="feed", label="Posts on the page, and their comments"),
                    Choice(value="tagged", label="Posts that tag the page"),
                    Choice(value="ratings", label="Recommendations of the page"),
                ),
            ),
            EVERY,
            Field(name="token", label="Page token", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://developers.facebook.com/terms/",
            deletes=Deletes.RECHECKED,
            hosts=("graph.facebook.com",),
            pace=Pace(requests=180, per_s=3_600),
            recheck_hours=24,
        ),
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError for a page that is no number."""
        if not re.fullmatch(r"[0-9]{3,25}", options["page"]):
            raise SourceError(
                "{page!r} is not the number of a page; it stands in the page's settings.",
                permanent=True,
                page=options["page"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of the list."""
        chosen = asked.options["list"]
        query = {"fields": _FIELDS[chosen], "limit": "50"}
        if asked.page:
            query["after"] = asked.page
        return graph_request(f"{asked.options['page']}/{chosen}?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the posts of a page with the comments that came with them."""
        page = _LISTS.read(answer.body, Counter())
        if page is None or page.data is None:
            raise graph_error(answer) or no_list(answer)
        if asked.options["list"] == "ratings":
            return found_of(page.data, _RATINGS, lambda one: _rating(one, answer.at), page.onward)
        found = found_of(page.data, _POSTS, lambda one: _post(one, "", answer.at), page.onward)
        for raw in page.data:
            full = _FULL.read(raw, Counter())
            if full is None or not full.comments.data:
                continue
            comments = found_of(full.comments.data, _POSTS, lambda one, root=full.id: _post(one, root, answer.at))  # type: ignore[misc]
            found.posts += comments.posts
            found.rejects += comments.rejects
            found.notes += comments.notes
            found.notes["comments_left_out"] += bool(full.comments.onward)
        return found

    def is_gone(self, answer: Answer) -> bool:
        """Say whether the answer tells that the post is not there any more."""
        return is_gone(answer)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one post or comment."""
        return graph_request(f"{native_id}?{urlencode({'fields': 'id,message,created_time,from,permalink_url'})}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the post or comment."""
        one = _POSTS.read(answer.body, Counter())
        return _post(one, "", answer.at) if one and one.created else None


def _post(one: _Post, root: str, seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.created, seen_at)
    return Post(
        platform="facebook",
        native_id=one.id,
        kind=PostKind.COMMENT if root else PostKind.POST,
        url=one.link or f"https://www.facebook.com/{one.id}",
        author=Author(platform="facebook", handle=one.who.id or one.who.name, name=one.who.name or None)
        if one.who.id or one.who.name
        else None,
        created_at=created_at,
        time_doubt=doubt,
        # `updated_time` moves with each comment: whether the text changed is told by the text alone.
        seen_at=seen_at,
        text=one.message or one.story,
        parent_id=one.parent.id or None,
        root_id=root or None,
        engagement=Engagement(likes=count(one.likes), shares=count(one.shares.count), replies=count(one.replies)),
    )


def _rating(one: _Rating, seen_at: datetime) -> Post | None:
    if not one.story.id:
        return None
    created_at, doubt = when(one.created, seen_at)
    liked = {"positive": 1.0, "negative": 0.0}.get(one.kind)
    name = one.reviewer.name
    return Post(
        platform="facebook",
        native_id=one.story.id,
        kind=PostKind.REVIEW,
        author=Author(platform="facebook", handle=one.reviewer.id or name, name=name or None)
        if one.reviewer.id or name
        else None,
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        text=one.text,
        stars=liked,
        stars_max=None if liked is None else 1.0,
    )
