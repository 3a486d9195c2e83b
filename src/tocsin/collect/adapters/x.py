"""X (Twitter): posts that a search finds, at a price for each (API v2). Off until its owner sets a most to be spent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.time import iso
from tocsin.collect.about import About, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request
from tocsin.collect.lenient import Lenient, count, instant, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import APPROVAL, GONE, MOST_USD, Asked, OwnedApi, bearer, found_of, no_list
from tocsin.collect.web_api.sweep import Found

_API = "https://api.x.com/2"
_FIELDS = {
    "tweet.fields": "created_at,author_id,conversation_id,referenced_tweets,public_metrics,lang,entities",
    "expansions": "author_id",
    "user.fields": "username,name,created_at,verified,public_metrics",
}
_NOT_THERE = ("/resource-not-found", "/not-authorized-for-resource")
_RECENT = timedelta(days=7) - timedelta(minutes=5)  # the search goes back seven days, and refuses a second more


class _Reference(msgspec.Struct):
    kind: str = msgspec.field(default="", name="type")
    id: str = ""


class _Metrics(msgspec.Struct):
    shares: int | None = msgspec.field(default=None, name="retweet_count")
    replies: int | None = msgspec.field(default=None, name="reply_count")
    likes: int | None = msgspec.field(default=None, name="like_count")
    views: int | None = msgspec.field(default=None, name="impression_count")
    followers: int | None = msgspec.field(default=None, name="followers_count")


class _Link(msgspec.Struct):
    expanded: str = msgspec.field(default="", name="expanded_url")


class _Entities(msgspec.Struct):
    urls: tuple[_Link, ...] = ()


class _Tweet(msgspec.Struct):
    id: str
    text: str = ""
    author: str = msgspec.field(default="", name="author_id")
    at: str = msgspec.field(default="", name="created_at")
    conversation: str = msgspec.field(default="", name="conversation_id")
    references: tuple[_Reference, ...] = msgspec.field(default=(), name="referenced_tweets")
    metrics: _Metrics = msgspec.field(default_factory=_Metrics, name="public_metrics")
    entities: _Entities = msgspec.field(default_factory=_Entities)
    lang: str = ""


class _User(msgspec.Struct):
    id: str
    username: str = ""
    name: str = ""
    at: str = msgspec.field(default="", name="created_at")
    verified: bool | None = None
    metrics: _Metrics = msgspec.field(default_factory=_Metrics, name="public_metrics")


class _Includes(msgspec.Struct):
    users: tuple[_User, ...] = ()


class _Meta(msgspec.Struct):
    found: int | None = msgspec.field(default=None, name="result_count")
    next: str = msgspec.field(default="", name="next_token")


class _List(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    includes: _Includes = msgspec.field(default_factory=_Includes)
    meta: _Meta | None = None


class _Problem(msgspec.Struct):
    kind: str = msgspec.field(default="", name="type")


class _One(msgspec.Struct):
    data: msgspec.Raw | None = None
    includes: _Includes = msgspec.field(default_factory=_Includes)
    errors: tuple[_Problem, ...] = ()


_LISTS, _ONES, _TWEETS = Lenient(_List), Lenient(_One), Lenient(_Tweet)


class XAdapter(OwnedApi):
    """Searches the posts of the last seven days; option `query`, in the language of X."""

    name: ClassVar[str] = "x"
    platform: ClassVar[str] = "x"
    pause_s: ClassVar[int] = 15 * 60
    about: ClassVar[About] = About(
        title="X (Twitter)",
        what="Posts of X that a search finds. X asks half a cent for each post that is read.",
        setup=(
            "In the developer console of X, make an application, buy credits, and take its bearer token. Ask"
            " for little: words between quotation marks, a language, and -is:retweet spare money. 10,000 posts"
            " cost about 50 dollars."
        ),
        icon="brand-x",
        fields=(
            Field(
                name="query",
                label="What to look for, in the language of X",
                required=True,
                example='"maison alba" lang:fr -is:retweet',
            ),
            MOST_USD,
            APPROVAL,
            EVERY,
            Field(name="token", label="Bearer token", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://docs.x.com/developer-terms/agreement",
            deletes=Deletes.RECHECKED,
            hosts=("api.x.com",),
            pace=Pace(requests=300, per_s=900),
            approval=True,
            cost_a_post=0.005,
            recheck_hours=24,
        ),
        reads_past=True,
    )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of posts, newest first."""
        query = {"query": asked.options["query"], "max_results": "100", "sort_order": "recency", **_FIELDS}
        if asked.since is not None:
            query["start_time"] = iso(max(asked.since, asked.now - _RECENT))
        if asked.page:
            query["next_token"] = asked.page
        return _request(f"tweets/search/recent?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the posts of a page with their authors."""
        page = _LISTS.read(answer.body, Counter())
        if page is None or (page.data is None and page.meta is None):
            raise no_list(answer)
        users = {user.id: user for user in page.includes.users}
        return found_of(
            page.data or [], _TWEETS, lambda one: _post(one, users, answer.at), page.meta.next if page.meta else ""
        )

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one post; asked for again on the same day it costs nothing."""
        if not (native_id.isascii() and native_id.isdigit()):
            return None
        return _request(f"tweets/{native_id}?{urlencode(_FIELDS)}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the post; X says by a problem, not by a status, that one is not there."""
        page = _ONES.read(answer.body, Counter())
        if page is None:
            return None
        if page.data is None:
            is_gone = any(
                one.kind.endswith(("/resource-not-found", "/not-authorized-for-resource")) for one in page.errors
            )
            return Delete(platform=self.platform, native_id=native_id, reason=GONE) if is_gone else None
        tweet = _TWEETS.read(page.data, Counter())
        return _post(tweet, {user.id: user for user in page.includes.users}, answer.at) if tweet else None


def _request(rest: str) -> Request:
    return Request(url=f"{_API}/{rest}", headers=bearer("token"), accept="application/json", reads_status=(404,))


def _post(one: _Tweet, users: dict[str, _User], seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.at, seen_at)
    about = {reference.kind: reference.id for reference in one.references if reference.id}
    kind = PostKind.POST
    for name, other in (("replied_to", PostKind.REPLY), ("quoted", PostKind.QUOTE), ("retweeted", PostKind.SHARE)):
        if name in about:
            kind = other
    user = users.get(one.author)
    handle = user.username if user is not None and user.username else one.author
    links = tuple(dict.fromkeys(link.expanded for link in one.entities.urls if link.expanded.startswith("http")))
    return Post(
        platform="x",
        native_id=one.id,
        kind=kind,
        url=f"https://x.com/{user.username if user is not None and user.username else 'i'}/status/{one.id}",
        author=_author(handle, user) if handle else None,
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        text=one.text,
        links=links,
        lang_claimed=one.lang if one.lang not in ("", "und", "zxx") else None,
        parent_id=about.get("replied_to"),
        root_id=one.conversation if one.conversation not in ("", one.id) else None,
        shared_id=about.get("retweeted") or about.get("quoted"),
        engagement=Engagement(
            likes=count(one.metrics.likes),
            shares=count(one.metrics.shares),
            replies=count(one.metrics.replies),
            views=count(one.metrics.views),
        ),
    )


def _author(handle: str, user: _User | None) -> Author:
    if user is None:
        return Author(platform="x", handle=handle)
    return Author(
        platform="x",
        handle=handle,
        name=user.name or None,
        followers=count(user.metrics.followers),
        created_at=instant(user.at),
        verified=user.verified,
    )
