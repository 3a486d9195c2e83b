"""Hacker News: stories and comments found by words through its search, and checked one by one at its source."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import msgspec

from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reject, Reply, Request, Source, Upsert, answered
from tocsin.collect.web_api.options import EVERY, check_options, choice_of, every_s_of, words_of
from tocsin.collect.web_api.sweep import Found, lane_now, load_memory, place_mark, since_of, take_page
from tocsin.collect.web_api.text import from_html
from tocsin.collect.web_api.values import (
    believed,
    flag_in,
    inside,
    instant_in,
    json_of,
    number_in,
    start_of,
    text_in,
    unlike,
)

PLATFORM = "hacker_news"
_ITEM = "https://news.ycombinator.com/item?id="
_SEARCH = "https://hn.algolia.com/api/v1/search_by_date"
_ONE = "https://hacker-news.firebaseio.com/v0/item/{}.json"
_AT_ONCE = 200
_LANES = ("all",)
_TAGS = {"all": "(story,comment,poll)", "stories": "(story,poll)", "comments": "comment"}


class HackerNewsAdapter:
    """Reads Hacker News by search; a post is asked for again at the source, whose search forgets what was removed."""

    name = "hacker_news"
    version = "1"
    about = About(
        title="Hacker News",
        what="Stories and comments of Hacker News that hold the words given.",
        icon="message",
        fields=(
            Field(
                name="query",
                label="Words to look for",
                help="All of them must be there; put an exact phrase between quotation marks.",
                example='"Maison Alba"',
                required=True,
            ),
            Field(
                name="kind",
                label="What to read",
                input=Input.CHOICE,
                default="all",
                choices=(
                    Choice(value="all", label="Stories and comments"),
                    Choice(value="stories", label="Submissions"),
                    Choice(value="comments", label="Comments"),
                ),
            ),
            EVERY,
        ),
        terms=Terms(
            url="https://github.com/HackerNews/API",
            deletes=Deletes.RECHECKED,
            pace=Pace(requests=60, per_s=60.0),
        ),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest posts, or for those before the last page."""
        memory = load_memory(cursor, _place(source))
        if memory.done:
            return Done()
        _, lane = lane_now(memory, _LANES)
        bounds = []
        since = source.past or since_of(memory, lane)
        if since is not None:
            bounds.append(f"created_at_i>={max(0, int(since.timestamp()))}")
        if lane.page:
            bounds.append(f"created_at_i<={lane.page}")
        asked = {
            "query": words_of(source, "query"),
            "tags": _TAGS[choice_of(source, self.about, "kind")],
            "hitsPerPage": str(_AT_ONCE),
            "advancedSyntax": "true",
            "typoTolerance": "false",
        }
        if bounds:
            asked["numericFilters"] = ",".join(bounds)
        return Request(url=f"{_SEARCH}?{urlencode(asked)}", accept="application/json")

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the posts found. Raises SourceError when the answer is no list of them."""
        answer = answered(reply)
        memory = load_memory(cursor, _place(source))
        is_first = not memory.read_at
        held = json_of(answer, is_first=is_first)
        hits = inside(held, "hits")
        if not isinstance(hits, list):
            raise unlike(answer, is_first=is_first)
        _, lane = lane_now(memory, _LANES)
        found = Found()
        for line, hit in enumerate(hits, start=1):
            _take(found, line, hit, answer.at)
        read = len({post.native_id for post in found.posts})
        if found.times and (len(hits) >= _AT_ONCE or (number_in(held, "nbHits") or 0) > read):
            oldest = int(min(found.times).timestamp())
            # Inclusive, since several posts share a second; a whole page of one second is left behind.
            found.onward = str(oldest if str(oldest) != lane.page else oldest - 1)
        return take_page(source, memory, _LANES, found, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one post, None for what is none of this platform."""
        number = native_id.removeprefix(_ITEM)
        if number == native_id or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        return Request(url=_ONE.format(number), accept="application/json")

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, or its removal. An item that is not there yet tells nothing."""
        item = json_of(answer, is_first=False)
        number = number_in(item, "id")
        if number is None or f"{_ITEM}{number}" != native_id:
            return None
        if flag_in(item, "deleted"):
            return Delete(platform=PLATFORM, native_id=native_id, reason="deleted")
        if flag_in(item, "dead"):
            return Delete(platform=PLATFORM, native_id=native_id, reason="removed by moderators")
        post = _post(number, _of_item(item), answer.at)
        return Upsert(post=post) if post else None


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What both of its interfaces say of a post, under one set of names."""

    is_comment: bool
    author: str
    title: str
    html: str
    url: str
    at: datetime | None
    parent: int | None
    root: int | None
    points: int | None
    replies: int | None


def _place(source: Source) -> str:
    check_options(source, HackerNewsAdapter.about)
    every_s_of(source)
    return place_mark(source, words_of(source, "query"), choice_of(source, HackerNewsAdapter.about, "kind"))


def _take(found: Found, line: int, hit: object, seen_at: datetime) -> None:
    number = number_in(hit, "objectID")
    if number is None:
        found.rejects.append(Reject(line=line, why="The entry has no number.", raw=start_of(hit)))
        return
    said = _of_hit(hit)
    if said.at is not None:
        found.times.append(said.at)
    else:
        found.notes["time_missing"] += 1
    post = _post(number, said, seen_at)
    if post is None:
        found.rejects.append(Reject(line=line, why="The entry has no title and no text.", raw=start_of(hit)))
    else:
        found.posts.append(post)


def _of_hit(hit: object) -> _Said:
    tags = inside(hit, "_tags")
    return _Said(
        is_comment=isinstance(tags, list) and "comment" in tags,
        author=text_in(hit, "author"),
        title=text_in(hit, "title"),
        html=text_in(hit, "comment_text") or text_in(hit, "story_text"),
        url=text_in(hit, "url"),
        at=instant_in(hit, "created_at_i") or instant_in(hit, "created_at"),
        parent=number_in(hit, "parent_id"),
        root=number_in(hit, "story_id"),
        points=number_in(hit, "points"),
        replies=number_in(hit, "num_comments"),
    )


def _of_item(item: object) -> _Said:
    return _Said(
        is_comment=text_in(item, "type") == "comment",
        author=text_in(item, "by"),
        title=text_in(item, "title"),
        html=text_in(item, "text"),
        url=text_in(item, "url"),
        at=instant_in(item, "time"),
        parent=number_in(item, "parent"),
        root=None,
        points=number_in(item, "score"),
        replies=number_in(item, "descendants"),
    )


def _post(number: int, said: _Said, seen_at: datetime) -> Post | None:
    title = from_html(said.title)[0]
    text, links = from_html(said.html)
    target = canonical_url(said.url)
    if not (title or text or target):
        return None
    created_at, doubt = believed(said.at, seen_at)
    root = said.root if said.root != number else None
    return Post(
        platform=PLATFORM,
        native_id=f"{_ITEM}{number}",
        kind=PostKind.COMMENT if said.is_comment else PostKind.POST,
        url=f"{_ITEM}{number}",
        author=Author(platform=PLATFORM, handle=said.author) if said.author else None,
        created_at=created_at,
        seen_at=seen_at,
        time_doubt=doubt,
        title=" ".join(title.split()),
        text=text,
        links=tuple(dict.fromkeys((*((target,) if target else ()), *links))),
        parent_id=f"{_ITEM}{said.parent}" if said.parent else None,
        root_id=f"{_ITEM}{root}" if root else None,
        engagement=Engagement(likes=said.points, replies=said.replies),
    )
