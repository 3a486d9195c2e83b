"""YouTube: comments under the videos of a channel, and videos that speak of the brand (Data API v3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.time import iso
from tocsin.collect.about import About, Checked, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source, secret_ref
from tocsin.collect.lenient import Lenient, count, instant, when
from tocsin.collect.sanitise import clean_text
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import GONE, Asked, OwnedApi, found_of, no_list
from tocsin.collect.web_api.sweep import Found

_API = "https://www.googleapis.com/youtube/v3"
_VIDEO = "yt:video:"  # as the feeds of channels name their videos, so that one video is one post
_SEARCHES_APART_S = 20 * 60  # a hundred searches a day are allowed
_COMMENTS_APART_S = 10 * 60


class _ChannelId(msgspec.Struct):
    value: str = ""


class _Comment(msgspec.Struct):
    text_display: str = msgspec.field(default="", name="textDisplay")
    text_original: str = msgspec.field(default="", name="textOriginal")
    author: str = msgspec.field(default="", name="authorDisplayName")
    channel: _ChannelId = msgspec.field(default_factory=_ChannelId, name="authorChannelId")
    video: str = msgspec.field(default="", name="videoId")
    parent: str = msgspec.field(default="", name="parentId")
    likes: int | None = msgspec.field(default=None, name="likeCount")
    published: str = msgspec.field(default="", name="publishedAt")
    updated: str = msgspec.field(default="", name="updatedAt")


class _One(msgspec.Struct):
    id: str
    snippet: _Comment


class _Replies(msgspec.Struct):
    comments: list[msgspec.Raw] = []


class _ThreadSnippet(msgspec.Struct):
    top: msgspec.Raw = msgspec.field(name="topLevelComment")
    video: str = msgspec.field(default="", name="videoId")
    replies: int | None = msgspec.field(default=None, name="totalReplyCount")


class _Thread(msgspec.Struct):
    snippet: _ThreadSnippet
    replies: _Replies = msgspec.field(default_factory=_Replies)


class _VideoId(msgspec.Struct):
    video: str = msgspec.field(default="", name="videoId")


class _VideoSnippet(msgspec.Struct):
    title: str = ""
    description: str = ""
    channel: str = msgspec.field(default="", name="channelId")
    channel_title: str = msgspec.field(default="", name="channelTitle")
    published: str = msgspec.field(default="", name="publishedAt")


class _Video(msgspec.Struct):
    id: _VideoId | str
    snippet: _VideoSnippet


class _List(msgspec.Struct):
    items: list[msgspec.Raw]
    next: str = msgspec.field(default="", name="nextPageToken")


_LISTS, _THREADS, _ONES, _VIDEOS = Lenient(_List), Lenient(_Thread), Lenient(_One), Lenient(_Video)


class YouTubeAdapter(OwnedApi):
    """Reads the comments of one channel, or searches videos; options `channel` or `words`."""

    name: ClassVar[str] = "youtube"
    platform: ClassVar[str] = "youtube"
    about: ClassVar[About] = About(
        title="YouTube",
        what="Comments under the videos of your channel, or videos that speak of you. Live chats are not read.",
        setup=(
            "In Google Cloud, make a project, switch on the YouTube Data API v3, and make an API key restricted"
            " to it. The identifier of a channel begins with UC: it stands in the advanced settings of your"
            " YouTube account."
        ),
        icon="brand-youtube",
        fields=(
            Field(
                name="channel",
                label="Identifier of the channel whose comments are read",
                example="UC0123456789abcdefghijkl",
            ),
            Field(
                name="words",
                label="Or words to look for in videos",
                example="maison alba",
                help="A hundred searches a day are allowed: they are made every twenty minutes at most.",
            ),
            EVERY,
            Field(name="key", label="API key", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://developers.google.com/youtube/terms/developer-policies",
            retention_days=30,
            deletes=Deletes.RECHECKED,
            hosts=("www.googleapis.com",),
            pace=Pace(requests=400, per_s=3_600),
            recheck_hours=24,
        ),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError unless there is a channel or words, not both."""
        if bool(options["channel"]) == bool(options["words"]):
            raise SourceError(
                "The source {source} needs either a channel or words, not both; correct it.",
                permanent=True,
                source=source.name,
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of comments, or of videos."""
        options = asked.options
        query = {"part": "snippet", "maxResults": "50" if options["words"] else "100"}
        if options["words"]:
            query |= {"q": options["words"], "type": "video", "order": "date"}
            if asked.since is not None:
                query["publishedAfter"] = iso(asked.since)
            place = "search"
        else:
            query |= {"part": "snippet,replies", "allThreadsRelatedToChannelId": options["channel"], "order": "time"}
            place = "commentThreads"
        if asked.page:
            query["pageToken"] = asked.page
        return _request(place, query)

    def pause_of(self, options: Mapping[str, str]) -> int:
        """Return what the daily allowance bears: searches are few, comments cheap."""
        return _SEARCHES_APART_S if options["words"] else _COMMENTS_APART_S

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the comments with their replies, or the videos, of a page."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        if asked.options["words"]:
            return found_of(page.items, _VIDEOS, lambda one: _video(one, answer.at), page.next)
        raws: list[msgspec.Raw] = []
        replies: dict[str, int | None] = {}
        for raw in page.items:
            thread = _THREADS.read(raw, Counter())
            if thread is None:
                raws.append(raw)  # told as a reject below
                continue
            raws += [thread.snippet.top, *thread.replies.comments]
            first = _ONES.read(thread.snippet.top, Counter())
            if first is not None:
                replies[first.id] = thread.snippet.replies
        return found_of(raws, _ONES, lambda one: _comment(one, replies.get(one.id), answer.at), page.next)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one comment or video."""
        if native_id.startswith(_VIDEO):
            return _request("videos", {"part": "snippet", "id": native_id.removeprefix(_VIDEO)})
        return _request("comments", {"part": "snippet", "id": native_id})

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the comment or video; an empty list says that it is gone."""
        notes: Counter[str] = Counter()
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            return None
        if not page.items:
            return Delete(platform=self.name, native_id=native_id, reason=GONE)
        if native_id.startswith(_VIDEO):
            video = _VIDEOS.read(page.items[0], notes)
            post = _video(video, answer.at) if video else None
        else:
            one = _ONES.read(page.items[0], notes)
            post = _comment(one, None, answer.at) if one else None
        return post


def _request(place: str, query: dict[str, str]) -> Request:
    return Request(
        url=f"{_API}/{place}?{urlencode(query)}",
        headers={"x-goog-api-key": secret_ref("key")},
        accept="application/json",
        reads_status=(404,),
    )


def _comment(one: _One, replies: int | None, seen_at: datetime) -> Post | None:
    said = one.snippet
    if not one.id:
        return None
    created_at, doubt = when(said.published, seen_at)
    updated = instant(said.updated)
    video = f"https://www.youtube.com/watch?v={said.video}&lc={one.id}" if said.video else None
    return Post(
        platform="youtube",
        native_id=one.id,
        kind=PostKind.REPLY if said.parent else PostKind.COMMENT,
        url=video,
        author=_author(said.channel.value, said.author),
        created_at=created_at,
        time_doubt=doubt,
        edited_at=updated if updated is not None and created_at < updated <= seen_at else None,
        seen_at=seen_at,
        text=said.text_original or clean_text(said.text_display),
        parent_id=said.parent or None,
        root_id=_VIDEO + said.video if said.video else None,
        engagement=Engagement(likes=count(said.likes), replies=count(replies)),
    )


def _video(one: _Video, seen_at: datetime) -> Post | None:
    name = one.id if isinstance(one.id, str) else one.id.video
    if not name:
        return None
    said = one.snippet
    created_at, doubt = when(said.published, seen_at)
    return Post(
        platform="youtube",
        native_id=_VIDEO + name,
        url=f"https://www.youtube.com/watch?v={name}",
        author=_author(said.channel, said.channel_title),
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        title=clean_text(said.title),
        text=clean_text(said.description),
    )


def _author(channel: str, name: str) -> Author | None:
    return Author(platform="youtube", handle=channel or name, name=name or None) if channel or name else None
