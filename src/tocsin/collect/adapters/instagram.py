"""Instagram: where one's own business account is tagged, and the comments under its posts (Graph API)."""

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

_COMMENTS = "comments.limit(50){id,text,timestamp,username,from,like_count,parent_id}"
_MEDIA = "id,caption,timestamp,username,permalink,like_count,comments_count"
_PLACES = {
    "tags": ("tags", _MEDIA),
    "comments": ("media", f"id,permalink,timestamp,{_COMMENTS}"),
}


class _Media(msgspec.Struct):
    id: str
    caption: str = ""
    at: str = msgspec.field(default="", name="timestamp")
    username: str = ""
    link: str = msgspec.field(default="", name="permalink")
    likes: int | None = msgspec.field(default=None, name="like_count")
    replies: int | None = msgspec.field(default=None, name="comments_count")
    comments: Paged = msgspec.field(default_factory=Paged)


class _Comment(msgspec.Struct):
    id: str
    text: str = ""
    at: str = msgspec.field(default="", name="timestamp")
    username: str = ""
    parent: str = msgspec.field(default="", name="parent_id")
    likes: int | None = msgspec.field(default=None, name="like_count")


_LISTS, _MEDIAS, _SAID = Lenient(MetaList), Lenient(_Media), Lenient(_Comment)


class InstagramAdapter(OwnedApi):
    """Reads one account of the owner; options `account` (its number) and `list`."""

    name: ClassVar[str] = "instagram"
    platform: ClassVar[str] = "instagram"
    pause_s: ClassVar[int] = 5 * 60
    about: ClassVar[About] = About(
        title="Your Instagram account",
        what="Posts that tag your business account, or the comments under your posts. Stories are not given.",
        setup=(
            "Make the account a business account tied to your Facebook page. In Meta for Developers, make an"
            " application with the permissions instagram_basic and instagram_manage_comments, and a token of the"
            " page. Write its end here so that you are told in time."
        ),
        icon="brand-instagram",
        fields=(
            Field(name="account", label="Number of the Instagram account", required=True, example="17841400000000000"),
            Field(
                name="list",
                label="What is read",
                input=Input.CHOICE,
                default="tags",
                choices=(
                    Choice(value="tags", label="Posts that tag the account"),
                    Choice(value="comments", label="Comments under its posts"),
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
        """Raise SourceError for an account that is no number."""
        if not re.fullmatch(r"[0-9]{3,25}", options["account"]):
            raise SourceError(
                "{account!r} is not the number of an account; ask the Graph API for instagram_business_account.",
                permanent=True,
                account=options["account"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of the list."""
        edge, fields = _PLACES[asked.options["list"]]
        query = {"fields": fields, "limit": "50"}
        if asked.page:
            query["after"] = asked.page
        return graph_request(f"{asked.options['account']}/{edge}?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the posts that tag the account, or the comments under its own."""
        page = _LISTS.read(answer.body, Counter())
        if page is None or page.data is None:
            raise graph_error(answer) or no_list(answer)
        if asked.options["list"] == "tags":
            return found_of(page.data, _MEDIAS, lambda one: _media(one, answer.at), page.onward)
        found = Found(onward=page.onward)
        for raw in page.data:
            media = _MEDIAS.read(raw, Counter())
            if media is None:
                found.notes["not_a_post"] += 1
                continue
            own_at, doubt = when(media.at, answer.at)
            if doubt is None:
                found.times.append(own_at)  # the list is in the order of the account's own posts
            under = found_of(media.comments.data, _SAID, lambda one, to=media: _comment(one, to, answer.at))  # type: ignore[misc]
            found.posts += under.posts
            found.rejects += under.rejects
            found.notes += under.notes
            found.notes["comments_left_out"] += bool(media.comments.onward)
        return found

    def is_gone(self, answer: Answer) -> bool:
        """Say whether the answer tells that the post is not there any more."""
        return is_gone(answer)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one comment of the owner's posts; a post of others cannot be asked for by its id."""
        if asked.options["list"] != "comments":
            return None
        return graph_request(f"{native_id}?{urlencode({'fields': 'id,text,timestamp,username'})}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the comment."""
        one = _SAID.read(answer.body, Counter())
        return _comment(one, None, answer.at) if one and one.at else None


def _media(one: _Media, seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.at, seen_at)
    return Post(
        platform="instagram",
        native_id=one.id,
        url=one.link or None,
        author=_author(one.username),
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        text=one.caption,
        engagement=Engagement(likes=count(one.likes), replies=count(one.replies)),
    )


def _comment(one: _Comment, media: _Media | None, seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.at, seen_at)
    return Post(
        platform="instagram",
        native_id=one.id,
        kind=PostKind.COMMENT,
        url=(media.link or None) if media else None,
        author=_author(one.username),
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        text=one.text,
        parent_id=one.parent or None,
        root_id=media.id if media else None,
        engagement=Engagement(likes=count(one.likes)),
    )


def _author(username: str) -> Author | None:
    return Author(platform="instagram", handle=username) if username else None
