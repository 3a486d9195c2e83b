"""Preview a query on what is there: a file, stored mentions, or the posts that no watch wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tocsin.base.post import Post
from tocsin.base.text import fold_text
from tocsin.collect.file import plan_file, read_pages
from tocsin.flows.engine import Engine
from tocsin.screen.match import Matcher
from tocsin.screen.query import parse_query
from tocsin.screen.stage import facts_of

LOOK_AT_POSTS = 20_000
_HANDLE = re.compile(r"(?<!\w)@(\w{2,30})")
_FREQUENT_SHARE = 0.02


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a query would bring.

    shown: the newest matching posts. per_day: hits a day over the days the posts span.
    missing_handles: (handle, share of the posts that hold it) of accounts whose name resembles the brand's and which
    the query does not catch: without its handle a brand is half deaf.
    """

    shown: tuple[Post, ...]
    hits: int
    looked_at: int
    per_day: float
    missing_handles: tuple[tuple[str, float], ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return the shown posts as rows to print."""
        return [
            {
                "created_at": post.created_at,
                "platform": post.platform,
                "author": post.author.handle if post.author else "",
                "text": " ".join(f"{post.title} {post.text}".split())[:200],
                "url": post.url,
            }
            for post in self.shown
        ]


def preview_query(engine: Engine, query: str, brand: str, *, file: Path | None, limit: int, now: datetime) -> Preview:
    """Return what a query would bring from a file, or else from the posts that are stored. Raises QueryError."""
    posts = _posts_of_file(file, now) if file else engine.store.recent_posts(LOOK_AT_POSTS)
    return preview_posts(posts, query, brand, limit)


def preview_posts(posts: Sequence[Post], query: str, brand: str, limit: int) -> Preview:
    """Return what a query would bring from these posts."""
    matcher = Matcher.compile([parse_query(query)])
    hits = matcher.scan(
        [post.text for post in posts],
        [post.title for post in posts],
        lambda index: facts_of(posts[index], ""),
    )
    matched = {hit.post for hit in hits}
    newest = sorted((posts[index] for index in matched), key=lambda post: post.created_at, reverse=True)
    return Preview(
        shown=tuple(newest[:limit]),
        hits=len(matched),
        looked_at=len(posts),
        per_day=_per_day(newest),
        missing_handles=missing_handles(posts, matched, brand),
    )


def missing_handles(posts: Sequence[Post], matched: set[int], brand: str) -> tuple[tuple[str, float], ...]:
    """Return frequent handles that resemble the brand and stand in posts the query leaves out, commonest first."""
    words = [word for word in fold_text(brand).split() if len(word) >= 4]
    found: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for index, post in enumerate(posts):
        if index in matched:
            continue
        for handle in {handle.lower(): handle for handle in _HANDLE.findall(post.text)}.values():
            found[handle.lower()] += 1
            spelling.setdefault(handle.lower(), handle)
    floor = max(2, _FREQUENT_SHARE * len(posts))
    return tuple(
        (spelling[handle], count / len(posts))
        for handle, count in found.most_common(50)
        if count >= floor and any(word in handle.replace("_", "") for word in words)
    )[:5]


def _posts_of_file(file: Path, now: datetime) -> list[Post]:
    plan = plan_file(file, name=file.name, preset=None, overrides={}, time_zone="Europe/Paris", now=now)
    posts: list[Post] = []
    for page in read_pages(file, plan, source="preview", cursor="", now=now):
        posts += page.posts
        if len(posts) >= LOOK_AT_POSTS:
            break
    return posts[:LOOK_AT_POSTS]


def _per_day(newest_first: Sequence[Post]) -> float:
    if not newest_first:
        return 0.0
    span_s = (newest_first[0].created_at - newest_first[-1].created_at).total_seconds()
    return len(newest_first) / max(1.0, span_s / 86_400)
