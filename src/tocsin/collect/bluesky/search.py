"""Search posts: what to ask, and what the pages of an answer give."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.time import from_ms, iso, to_ms
from tocsin.collect.adapter import Answer, Delete, Gap, PageItem, Reject, Request, Throttled, Upsert, secret_ref
from tocsin.collect.bluesky.memory import Sweep
from tocsin.collect.bluesky.options import Options
from tocsin.collect.bluesky.post import PLATFORM, to_found
from tocsin.collect.bluesky.session import TOKEN
from tocsin.collect.bluesky.wire import FOUND, VIEWS
from tocsin.collect.lenient import instant, read_list

PATH = "/xrpc/app.bsky.feed.searchPosts"
POSTS_PATH = "/xrpc/app.bsky.feed.getPosts"
PAGE_POSTS = 100
MOST_PAGES = 200  # of one word: 20,000 posts
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_MARK = 2_000
_FIRST = datetime(2022, 1, 1, tzinfo=UTC)  # before the first post
_LARGEST_SKEW = timedelta(days=2)


@dataclass(slots=True)
class Harvest:
    """What an answer gave. sweep: where the search stands after it, None when it came to its end.

    newest: when the newest post of the whole search was indexed, in milliseconds since 1970 by the server's clock.
    """

    items: list[PageItem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    sweep: Sweep | None = None
    newest: int = 0


def ask(options: Options, sweep: Sweep) -> Request:
    """Return the question for the next page of a search; the newest posts come first."""
    fields = {"q": options.words[min(sweep.word, len(options.words) - 1)], "sort": "latest", "limit": str(PAGE_POSTS)}
    if sweep.since:
        fields["since"] = iso(from_ms(sweep.since))
    if sweep.until:
        fields["until"] = iso(from_ms(sweep.until))
    if sweep.page:
        fields["cursor"] = sweep.page
    headers = {"authorization": f"Bearer {secret_ref(TOKEN)}"} if options.account else {}
    return Request(
        url=f"{options.asked}{PATH}?{urlencode(fields)}",
        headers=headers,
        accept="application/json",
        reads_status=(400, 401, 403),
    )


def find(options: Options, sweep: Sweep, answer: Answer, *, is_only_first: bool) -> Harvest:
    """Return what a page gave, and where the search stands then. Raises SourceError for what is no page.

    is_only_first: of each word only the newest page is wanted.
    """
    harvest = Harvest()
    page = FOUND.read(answer.body, harvest.notes)
    views = None if page is None else read_list(page.posts)
    if page is None or views is None:
        raise SourceError(
            "{url} gives no posts that can be read; it will be asked again later.", permanent=False, url=answer.url
        )
    times: list[datetime] = []
    newest = sweep.newest
    for line, raw in enumerate(views, start=1):
        view = VIEWS.read(raw, harvest.notes)
        post = None if view is None else to_found(view, answer.at)
        if view is None or post is None:
            start = bytes(raw)[:200].decode("utf-8", "replace")
            harvest.items.append(
                Reject(line=line, why="The post has no address or no words that can be read.", raw=start)
            )
            continue
        harvest.items.append(Upsert(post=post))
        times.append(post.created_at)
        newest = max(newest, _indexed_ms(view.indexed, answer.at))
    sweep = msgspec.structs.replace(sweep, newest=newest)
    harvest.newest = newest
    mark = page.cursor if page.cursor and len(page.cursor) <= _LONGEST_MARK else ""
    has_more = bool(mark and views) and mark != sweep.page
    if sweep.since and times and to_ms(max(times)) < sweep.since:
        has_more = False  # a server that does not mind `since`
    if has_more and not is_only_first:
        if options.account and sweep.pages + 1 < MOST_PAGES:
            harvest.sweep = msgspec.structs.replace(sweep, page=mark, pages=sweep.pages + 1)
            return harvest
        harvest.items.extend(_unread(options, sweep, min(times, default=None)))
    harvest.sweep = next_word(options, sweep)
    return harvest


def next_word(options: Options, sweep: Sweep) -> Sweep | None:
    """Return the search at the first page of its next word, None when there is none."""
    if sweep.word + 1 >= len(options.words):
        return None
    return msgspec.structs.replace(sweep, word=sweep.word + 1, page="", pages=0)


def ask_one(options: Options, native_id: str) -> Request:
    """Return the question for one post."""
    fields = urlencode({"uris": native_id})
    return Request(
        url=f"{options.open_search}{POSTS_PATH}?{fields}", accept="application/json", reads_status=(400, 404)
    )


def find_one(native_id: str, answer: Answer) -> Upsert | Delete | None:
    """Return the post as it stands, or its deletion: an account that is gone hides its posts all the same."""
    page = FOUND.read(answer.body, Counter()) if answer.status == 200 else None
    views = None if page is None else read_list(page.posts)
    if views is None:
        return None
    for raw in views:
        view = VIEWS.read(raw, Counter())
        if view is not None and view.uri == native_id:
            post = to_found(view, answer.at)
            return None if post is None else Upsert(post=post)
    return None if views else Delete(platform=PLATFORM, native_id=native_id, reason="shown no more")


def throttled(answer: Answer, now: datetime) -> Sequence[Throttled]:
    """Return until when the server wants to be left alone, as its answer says (RateLimit-*), if it does."""
    try:
        remaining = float(answer.headers.get("ratelimit-remaining", "1"))
        reset = float(answer.headers.get("ratelimit-reset", "0"))
    except ValueError:
        return ()
    wait_s = reset - to_ms(now) / 1000
    if not (remaining <= 0 < wait_s and math.isfinite(wait_s)):
        return ()
    return (Throttled(until=now + min(timedelta(seconds=min(wait_s, 86_400.0)), _LONGEST_WAIT)),)


def _indexed_ms(said: str, at: datetime) -> int:
    """Return when a post was indexed, 0 when that is not said or cannot be."""
    indexed_at = instant(said)
    return to_ms(indexed_at) if indexed_at is not None and _FIRST < indexed_at < at + _LARGEST_SKEW else 0


def _unread(options: Options, sweep: Sweep, oldest: datetime | None) -> Sequence[Gap]:
    """Return the stretch of time that was not read, where an earlier search has not read it."""
    known_ms = max(sweep.since, sweep.known)
    if oldest is not None and to_ms(oldest) <= known_ms:
        return ()
    since = from_ms(known_ms) if known_ms else None
    if options.account:
        return (
            Gap(
                since=since,
                until=oldest,
                why="There are more posts than a search is read for; search for rarer words.",
            ),
        )
    return (
        Gap(
            since=since,
            until=oldest,
            why="Without an account, Bluesky shows one page of a search; add an account and an app password.",
        ),
    )
