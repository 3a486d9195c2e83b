"""Ingest one page of a source: screen it, and store it with its cursor in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.post import Post
from tocsin.base.seam import LIVE, Deletion, PostBatch, Slice
from tocsin.collect.adapter import Delete, DeleteAuthor, Page, Reject, Upsert
from tocsin.flows.engine import Engine
from tocsin.flows.one_review import told_once
from tocsin.store.collecting.past import past_timeline
from tocsin.store.collecting.rows import Aside
from tocsin.store.rows import SourceRow

BACKFILL_AFTER = timedelta(hours=24)  # a post older than the last good read by more than this never rings
EDITED_PARTS = 16  # of a page that holds posts and what they were changed to
COMMIT_POSTS = 2_000  # keeps a bulk commit well under 5,000 rows and 250 ms


class Ingested(msgspec.Struct, kw_only=True):
    """What one page brought. `accepted` is False when another runner had already taken this stretch."""

    accepted: bool = True
    read: int = 0
    posts: int = 0
    mentions: int = 0
    known: int = 0
    revised: int = 0
    unmatched: int = 0
    rejects: int = 0
    unreadable: int = 0

    def add(self, other: Ingested) -> None:
        """Add the counts of another page."""
        for name in self.__struct_fields__[1:]:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.accepted = self.accepted and other.accepted


class Place(msgspec.Struct, frozen=True):
    """Where a page comes from and goes to: its source, its timeline, and the cursor it was asked with."""

    source: str
    timeline: str
    cursor: str = ""


def ingest_page(engine: Engine, place: Place, page: Page, now: datetime, aside: Aside | None = None) -> Ingested:
    """Screen and store a page on one timeline; the cursor moves with the last of its commits, and `aside` with it.

    A page larger than one commit is stored in several; only the last moves the cursor, so that a crash in between
    replays the page, and the rows already there stay as they are.
    """
    page = told_once(engine, place.timeline, page)
    done = Ingested(rejects=sum(isinstance(item, Reject) for item in page.items))
    chunks = _chunks(page.posts)
    for number, chunk in enumerate(chunks):
        is_last = number == len(chunks) - 1
        before = None if aside is None else Aside(check_at=aside.check_at)
        one = _commit(engine, place, chunk, page if is_last else None, (aside if is_last else before, now))
        done.add(one)
        if not one.accepted:
            break
    return done


def ingest_collected(
    engine: Engine, source: SourceRow, page: Page, cursor: str, now: datetime, *, aside: Aside | None = None
) -> Ingested:
    """Store a page of a running source: what is old goes to its back-fill, which never rings, the rest to `live`.

    aside: what the page brought beside its posts, stored with the cursor of `live`.
    """
    since = None if source.last_good_at is None else source.last_good_at - BACKFILL_AFTER
    name = source.source.name
    old = {post.key for post in page.posts if page.first_read or since is None or post.created_at < since}
    earlier = [item for item in page.items if isinstance(item, Upsert) and item.post.key in old]
    rest = [item for item in page.items if not (isinstance(item, Upsert) and item.post.key in old)]
    done = Ingested()
    if earlier:
        done.add(_ingest_earlier(engine, name, earlier, now, aside))
    fresh = msgspec.structs.replace(page, items=rest)
    done.add(ingest_page(engine, Place(name, LIVE, cursor), fresh, now, aside))
    return done


def _ingest_earlier(engine: Engine, source: str, earlier: list[Upsert], now: datetime, aside: Aside | None) -> Ingested:
    """Store old posts on the back-fill of a source, whose cursor is left to whoever reads its past."""
    timeline = past_timeline(source)
    engine.store.ensure_timeline(timeline)
    checks = None if aside is None else Aside(check_at=aside.check_at)
    while True:
        cursor = engine.store.cursor(source, timeline)
        done = ingest_page(
            engine, Place(source, timeline, cursor), Page(items=earlier, next_cursor=cursor), now, checks
        )
        if done.accepted:
            return done


def _chunks(posts: list[Post]) -> list[list[Post]]:
    """Return the posts of a page in the parts in which they are stored, at least one.

    A post that comes again with other words begins a new part, so that what it said first stays as its revision; past
    a few such parts only the last words count.
    """
    chunks: list[dict[tuple[str, str], Post]] = [{}]
    for post in posts:
        before = chunks[-1].get(post.key)
        changed = before is not None and (before.title, before.text) != (post.title, post.text)
        if len(chunks[-1]) >= COMMIT_POSTS or (changed and len(chunks) < EDITED_PARTS):
            chunks.append({})
        chunks[-1][post.key] = post
    return [list(chunk.values()) for chunk in chunks]


def _commit(
    engine: Engine, place: Place, posts: list[Post], page: Page | None, beside: tuple[Aside | None, datetime]
) -> Ingested:
    """Commit some posts of a page; `page` is None unless these are its last. beside: what came with them, and now."""
    aside, now = beside
    stage = engine.stage()
    screened = stage.run(PostBatch(posts), place.source, place.timeline)
    stretch = Slice(
        source=place.source,
        timeline=place.timeline,
        from_cursor=place.cursor,
        to_cursor=page.next_cursor if page else place.cursor,
        posts=len(posts),
        rules_version=stage.rules.version,
        stage_version=stage.version,
    )
    items = page.items if page else ()
    result = engine.store.commit(
        stretch,
        screened,
        seen=posts,
        rejects=[item for item in items if isinstance(item, Reject)],
        deletions=_deletions(engine, place.source, page) if page else (),
        aside=aside,
        now=now,
    )
    return Ingested(
        accepted=result.accepted,
        read=len(posts),
        posts=result.new_posts,
        mentions=result.new_mentions,
        known=result.known,
        revised=result.revised,
        unmatched=screened.unmatched_posts,
        unreadable=len(screened.unreadable),
    )


def _deletions(engine: Engine, source: str, page: Page) -> list[Deletion]:
    """Return what a page says is gone; with an account go the posts that the source gave of it until then."""
    gone: dict[tuple[str, str], str] = {}
    with_account: dict[tuple[str, str], str] = {}
    given: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item in page.items:
        match item:
            case Upsert(post=post) if post.author is not None:
                given.setdefault((post.platform, post.author.handle), []).append(post.key)
                with_account.pop(post.key, None)  # the account came back
            case Delete():
                gone[(item.platform, item.native_id)] = item.reason
            case DeleteAuthor():
                stored = engine.store.posts_of_author(source, item.platform, item.handle)
                keys = [(item.platform, native_id) for native_id in stored]
                with_account.update(dict.fromkeys(keys + given.get((item.platform, item.handle), []), item.reason))
    return [
        Deletion(platform=platform, native_id=native_id, reason=reason)
        for (platform, native_id), reason in (with_account | gone).items()
    ]
