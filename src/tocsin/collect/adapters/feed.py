"""RSS, RDF, Atom, CDF and JSON feeds: articles and comments of the press, blogs, forums, video channels."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind
from tocsin.base.time import from_ms, to_ms
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Choice, Field, Input, Terms
from tocsin.collect.adapter import Answer, Done, Frames, Page, PageItem, Reply, Request, Source, answered
from tocsin.collect.feed import pace
from tocsin.collect.feed.cursor import FeedCursor, dump_cursor, load_cursor, load_seen, read_cursor
from tocsin.collect.feed.decode import decode_feed
from tocsin.collect.feed.entry import FeedRead
from tocsin.collect.feed.harvest import Harvest, harvest_of
from tocsin.collect.feed.post import FeedPlace
from tocsin.collect.feed.read import read_feed
from tocsin.collect.feed.web_page import feed_of_page, looks_like_web_page
from tocsin.collect.feed.websub import Hub, find_hub
from tocsin.collect.zones import zone_of

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_OPTIONS = ("crisis", "every_minutes", "kind", "url")
_COMMENT_TITLES = ("commentaire", "comments for", "comments on")
_COMMENT_PLACES = ("/comments/feed", "/feed/comments", "feed=comments", "/comments/default")


class FeedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner set for a feed.

    url: canonical. every_s: seconds between reads, 0 to follow the feed's own pace. is_crisis: read every two minutes.
    kind: what the entries are, or None to find out.
    """

    url: str
    every_s: int = 0
    is_crisis: bool = False
    kind: PostKind | None = None


def feed_options(source: Source) -> FeedOptions:
    """Return the options of a source, checked. Raises SourceError, permanent, that names the wrong one."""
    options = source.options
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise SourceError(
            "The source {source} has an option {name!r} that feeds do not know; remove it.",
            permanent=True,
            source=source.name,
            name=unknown[0],
        )
    url = canonical_url(options.get("url", ""))
    if url is None:
        raise SourceError(
            "The source {source} has no web address ({url!r}); give the address of the feed, beginning with https://.",
            permanent=True,
            source=source.name,
            url=options.get("url", ""),
        )
    every = options.get("every_minutes", "0") or "0"
    kind = options.get("kind", "")
    crisis = options.get("crisis", "no") or "no"
    if (
        not (every.isascii() and every.isdigit())
        or kind not in ("", "article", "comment")
        or crisis not in ("yes", "no")
    ):
        raise SourceError(
            "The source {source} has an option that cannot be read: every_minutes={every!r} must be a whole number, "
            "kind={kind!r} article or comment, crisis={crisis!r} yes or no.",
            permanent=True,
            source=source.name,
            every=every,
            kind=kind,
            crisis=crisis,
        )
    return FeedOptions(
        url=url,
        every_s=int(every) * 60,
        is_crisis=crisis == "yes",
        kind=PostKind(kind) if kind else None,
    )


class FeedAdapter:
    """Reads feeds of any format; options as in `FeedOptions`. An entry that left the feed is not a deletion."""

    name = "feed"
    version = "1"
    about = About(
        title="A feed or a web page",
        what="Articles and comments of the press, blogs, forums and video channels, as RSS, Atom or JSON feeds.",
        icon="rss",
        fields=(
            Field(
                name="url",
                label="Address of the feed or of the page",
                input=Input.URL,
                required=True,
                example="https://example.org/feed.xml",
            ),
            Field(
                name="kind",
                label="What its entries are",
                input=Input.CHOICE,
                choices=(
                    Choice(value="", label="Find out"),
                    Choice(value="article", label="Articles"),
                    Choice(value="comment", label="Comments"),
                ),
            ),
            Field(
                name="every_minutes",
                label="Minutes between two reads",
                input=Input.NUMBER,
                help="Left empty, it is read as often as it publishes.",
            ),
        ),
        terms=Terms(),
        checked=Checked.SERVER,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return a question, conditional when the feed was read in full less than a day ago, or when to plan again."""
        options = feed_options(source)
        memory = load_cursor(cursor, options.url)
        now_ms = to_ms(now)
        due_ms = memory.next_at
        if options.is_crisis:
            due_ms = min(due_ms, memory.read_at + pace.CRISIS_S * 1000)
        if due_ms > now_ms:
            return Done(next_at=from_ms(due_ms))
        url = memory.url or options.url
        headers: dict[str, str] = {}
        if memory.validated == url and not pace.wants_whole(memory, now_ms, is_crisis=options.is_crisis):
            if memory.etag:
                headers["if-none-match"] = memory.etag
            if memory.modified:
                headers["if-modified-since"] = memory.modified
        return Request(url=url, headers=headers, accept=_ACCEPT)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the entries that are new or changed since the cursor.

        Raises SourceError when the answer is no feed: permanent on the first read, where the address must be wrong, and
        passing later, where the server shows some page in its place.
        """
        options = feed_options(source)
        memory = load_cursor(cursor, options.url)
        if isinstance(reply, Frames):
            return _pushed(source, options, memory, reply)
        answer = answered(reply)
        if answer.status == 304:
            return _page(options, memory, answer, Harvest(seen=memory.seen, gap_s=memory.gap_s), None)
        decoded = decode_feed(answer.body, answer.headers.get("content-type", ""))
        feed = None if looks_like_web_page(decoded.body) else read_feed(decoded.body)
        if feed is None:
            raise _no_feed(decoded.body, answer, is_first=not memory.read_at)
        place = _place(source, options, feed, answer.url, answer.at)
        harvest = harvest_of(feed, place, load_seen(memory.seen))
        harvest.notes.update(decoded.notes)
        hub = find_hub(answer.headers, decoded.body, answer.url)
        memory = msgspec.structs.replace(memory, hub=hub.url if hub else "", topic=hub.topic if hub else "")
        return _page(options, memory, answer, harvest, feed)


def hub_of(cursor: str) -> Hub | None:
    """Return the hub that pushes the news of a feed, as the last whole reading named it, or None."""
    memory = read_cursor(cursor)
    return Hub(url=memory.hub, topic=memory.topic) if memory is not None and memory.hub else None


def due_now(cursor: str) -> str:
    """Return the same memory of a feed, but for when to ask it again: now."""
    memory = read_cursor(cursor)
    return cursor if memory is None else dump_cursor(msgspec.structs.replace(memory, next_at=0))


def _place(source: Source, options: FeedOptions, feed: FeedRead, url: str, at: datetime) -> FeedPlace:
    return FeedPlace(
        feed=options.url,
        base=canonical_url(feed.base, url) or url,
        zone=zone_of(source),
        language=feed.language,
        kind=options.kind or _kind(feed, options.url),
        seen_at=at,
    )


def _pushed(source: Source, options: FeedOptions, memory: FeedCursor, frames: Frames) -> Page:
    """Return what a hub pushed. The feed is read on when it was to be: a push may hold the new entries alone."""
    items: list[PageItem] = []
    notes: Counter[str] = Counter()
    seen = memory.seen
    for frame in frames.frames:
        decoded = decode_feed(frame.body, frame.event)
        feed = None if looks_like_web_page(decoded.body) else read_feed(decoded.body)
        if feed is None:
            notes["push_unreadable"] += 1
            continue
        place = _place(source, options, feed, memory.url or options.url, frames.at)
        harvest = harvest_of(feed, place, load_seen(seen))
        items += harvest.items
        notes.update(harvest.notes + Counter(decoded.notes))
        seen = harvest.seen
    return Page(
        items=tuple(items),
        next_cursor=dump_cursor(msgspec.structs.replace(memory, seen=seen)),
        next_at=from_ms(memory.next_at) if memory.next_at else None,
        notes={name: count for name, count in sorted(notes.items()) if count},
        first_read=not memory.read_at,
    )


def _page(options: FeedOptions, memory: FeedCursor, answer: Answer, harvest: Harvest, feed: FeedRead | None) -> Page:
    """Return the page with the memory for the next read; `feed` is None when the server says that nothing changed."""
    at_ms = to_ms(answer.at)
    floor_s = pace.floor_s(answer.headers, feed.ttl_s if feed else None, answer.at)
    wait_s = pace.interval_s(harvest.gap_s, floor_s, wanted_s=options.every_s, is_crisis=options.is_crisis)
    url = memory.url or options.url
    url, moved_to, moved_at = _moved(memory, url, answer.moved_to, at_ms)
    if url != (memory.url or options.url):
        harvest.notes["address_followed"] += 1
    kept = feed is None
    next_memory = FeedCursor(
        feed=options.url,
        url=url if url != options.url else "",
        etag=answer.headers.get("etag", memory.etag if kept else ""),
        modified=answer.headers.get("last-modified", memory.modified if kept else ""),
        validated=memory.validated if kept else (memory.url or options.url),
        read_at=at_ms,
        full_at=memory.full_at if kept else at_ms,
        next_at=at_ms + wait_s * 1000,
        gap_s=harvest.gap_s,
        moved_to=moved_to,
        moved_at=moved_at,
        hub=memory.hub,
        topic=memory.topic,
        seen=harvest.seen,
    )
    return Page(
        items=tuple(harvest.items),
        next_cursor=dump_cursor(next_memory),
        next_at=from_ms(next_memory.next_at),
        notes={name: count for name, count in sorted(harvest.notes.items()) if count},
        first_read=not memory.read_at,
    )


def _moved(memory: FeedCursor, url: str, moved_to: str | None, at_ms: int) -> tuple[str, str, int]:
    """Return where to ask from now on, and the move that is still on trial with its beginning."""
    target = canonical_url(moved_to) if moved_to else None
    if target is None or target == url:
        return url, "", 0
    if target != memory.moved_to:
        return url, target, at_ms
    if at_ms - memory.moved_at >= pace.MOVED_FOR_S * 1000:
        return target, "", 0
    return url, target, memory.moved_at


def _kind(feed: FeedRead, url: str) -> PostKind:
    is_comments = feed.title.strip().lower().startswith(_COMMENT_TITLES) or any(part in url for part in _COMMENT_PLACES)
    return PostKind.COMMENT if is_comments else PostKind.ARTICLE


def _no_feed(body: bytes, answer: Answer, *, is_first: bool) -> SourceError:
    found = feed_of_page(body, answer.url) if looks_like_web_page(body) else ""
    if found:
        return SourceError(
            "{url} is a web page, not a feed; the page announces the feed {feed}: use that address.",
            permanent=is_first,
            url=answer.url,
            feed=found,
        )
    if looks_like_web_page(body):
        return SourceError(
            "{url} is a web page that announces no feed; look for an RSS link on it.",
            permanent=is_first,
            url=answer.url,
        )
    if not body.strip():
        return SourceError("{url} answers nothing; it will be asked again later.", permanent=False, url=answer.url)
    return SourceError(
        "{url} is not a feed that can be read (it begins with {start!r}); check the address.",
        permanent=is_first,
        url=answer.url,
        start=body[:60].decode("utf-8", "replace"),
    )
