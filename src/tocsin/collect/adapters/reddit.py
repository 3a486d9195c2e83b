"""Reddit: posts and comments of some communities, or that a search finds. Only with an approval of Reddit for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.time import iso
from tocsin.collect.about import About, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source
from tocsin.collect.lenient import Lenient, count, instant, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import APPROVAL, GONE, Asked, OwnedApi, bearer, found_of, no_list
from tocsin.collect.web_api.session import SESSION, OAuth
from tocsin.collect.web_api.sweep import Found

_API = "https://oauth.reddit.com"
_SITE = "https://www.reddit.com"
_REMOVED = ("[deleted]", "[removed]")
_PLACE = re.compile(r"[A-Za-z0-9_]{2,21}(?:\+[A-Za-z0-9_]{2,21}){0,19}")


class _Thing(msgspec.Struct):
    name: str
    author: str = ""
    title: str = ""
    body: str = ""
    selftext: str = ""
    link: str = msgspec.field(default="", name="permalink")
    url: str = ""
    is_self: bool = True
    created: float = msgspec.field(default=0.0, name="created_utc")
    edited: float | bool = False
    parent: str = msgspec.field(default="", name="parent_id")
    root: str = msgspec.field(default="", name="link_id")
    score: int | None = None
    replies: int | None = msgspec.field(default=None, name="num_comments")
    removed_by: str | None = msgspec.field(default=None, name="removed_by_category")
    place: str = msgspec.field(default="", name="subreddit_name_prefixed")


class _Child(msgspec.Struct):
    data: _Thing


class _Data(msgspec.Struct):
    children: list[msgspec.Raw]
    after: str | None = None


class _List(msgspec.Struct):
    data: _Data


_LISTS, _CHILDREN = Lenient(_List), Lenient(_Child)


class RedditAdapter(OwnedApi):
    """Reads new posts, new comments, or a search; options `list`, `communities`, `words`."""

    name: ClassVar[str] = "reddit"
    platform: ClassVar[str] = "reddit"
    pause_s: ClassVar[int] = 5 * 60
    oauth: ClassVar[OAuth | None] = OAuth.of_client(f"{_SITE}/api/v1/access_token")
    about: ClassVar[About] = About(
        title="Reddit",
        what="Posts or comments of communities that you name, or posts that a search finds.",
        setup=(
            "Since the end of 2025 Reddit gives access on request only, and a company needs a contract. Ask for"
            " it by the form of its Responsible Builder Policy; when it says yes, take the identifier and the"
            " secret of the application. Without it, do not add this source."
        ),
        icon="brand-reddit",
        fields=(
            Field(
                name="list",
                label="What is read",
                input=Input.CHOICE,
                default="search",
                choices=(
                    Choice(value="search", label="Posts that hold some words"),
                    Choice(value="new", label="New posts of communities"),
                    Choice(value="comments", label="New comments of communities"),
                ),
            ),
            Field(name="words", label="Words to look for", example='"maison alba"'),
            Field(
                name="communities",
                label="Communities, joined by a plus sign",
                example="france+paris",
                help="Left empty, a search covers all of them.",
            ),
            APPROVAL,
            EVERY,
            Field(name="client_id", label="Identifier of the application", input=Input.SECRET, required=True),
            Field(name="client_secret", label="Secret of the application", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://redditinc.com/policies/data-api-terms",
            deletes=Deletes.RECHECKED,
            hosts=("oauth.reddit.com", "www.reddit.com"),
            pace=Pace(requests=90, per_s=60),
            approval=True,
            recheck_hours=12,
        ),
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError when there is nothing to look for, or a community is none."""
        if not options["words" if options["list"] == "search" else "communities"]:
            raise SourceError(
                "The source {source} needs words for a search, and communities for their posts; fill them in.",
                permanent=True,
                source=source.name,
            )
        if options["communities"] and not _PLACE.fullmatch(options["communities"]):
            raise SourceError(
                "{communities!r} are not names of communities; write them as france+paris.",
                permanent=True,
                communities=options["communities"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page, newest first."""
        options = asked.options
        query = {"limit": "100", "raw_json": "1"}
        if asked.page:
            query["after"] = asked.page
        place = f"r/{options['communities']}/" if options["communities"] else ""
        if options["list"] == "search":
            query |= {"q": options["words"], "sort": "new", "type": "link"}
            if place:
                query["restrict_sr"] = "1"
        return _request(f"{place}{options['list']}?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the posts or comments of a page; those removed already are gone."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        return found_of(page.data.children, _CHILDREN, lambda one: _post(one.data, answer.at), page.data.after or "")

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one post or comment."""
        return _request(f"api/info?{urlencode({'id': native_id, 'raw_json': '1'})}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the post; one that lost its author or its words is gone."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            return None
        child = next((_CHILDREN.read(raw, Counter()) for raw in page.data.children), None)
        if child is None or _is_removed(child.data):
            return Delete(platform=self.platform, native_id=native_id, reason=GONE)
        return _post(child.data, answer.at)


def _request(rest: str) -> Request:
    return Request(url=f"{_API}/{rest}", headers=bearer(SESSION), accept="application/json", reads_status=(401,))


def _is_removed(one: _Thing) -> bool:
    return bool(one.removed_by) or one.author == "[deleted]" or (one.body or one.selftext) in _REMOVED


def _post(one: _Thing, seen_at: datetime) -> Post | None:
    if not one.name or _is_removed(one):
        return None
    created_at, doubt = when(_said(one.created), seen_at)
    edited = instant(_said(one.edited))
    is_comment = one.name.startswith("t1_")
    return Post(
        platform="reddit",
        native_id=one.name,
        kind=PostKind.COMMENT if is_comment else PostKind.POST,
        url=f"{_SITE}{one.link}" if one.link.startswith("/") else None,
        author=Author(platform="reddit", handle=one.author) if one.author else None,
        created_at=created_at,
        time_doubt=doubt,
        edited_at=edited if edited is not None and created_at < edited <= seen_at else None,
        seen_at=seen_at,
        title=one.title,
        text=one.body or one.selftext,
        links=(one.url,) if not one.is_self and one.url.startswith("http") else (),
        parent_id=one.parent or None,
        root_id=one.root or None,
        place=one.place or None,
        engagement=Engagement(likes=count(one.score), replies=count(one.replies)),
    )


def _said(seconds: float | bool) -> str:
    """Return seconds since 1970 as an ISO time, "" for what is none."""
    try:
        return iso(datetime.fromtimestamp(seconds, UTC)) if seconds and seconds is not True else ""
    except (ValueError, OverflowError, OSError):
        return ""
