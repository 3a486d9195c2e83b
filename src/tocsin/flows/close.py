"""Close minutes: group what came into stories, test for surges, ring; one brand of one timeline at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.seam import LIVE, BrandMinute, Event, EventKind
from tocsin.base.story import MentionDigest, Story
from tocsin.base.surge import Surge
from tocsin.base.time import minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.people.told import mailboxes
from tocsin.flows.ring import Titles, ring, surges_of
from tocsin.store.close import ClosedRange
from tocsin.story.group import Grouper
from tocsin.surge.fold import SurgeFold

ACTIVE_STORY = timedelta(days=7)
RECENT_ALERT = timedelta(days=2)
ROWS_AT_ONCE = 2_000
_TITLE_CHARS = 120
_STORY_POSTS = 3  # fewer are chance
LEASE = timedelta(minutes=2)


class Closed(msgspec.Struct, kw_only=True):
    """What closing brought. stories: those of at least two posts that were begun or grew."""

    minutes: int = 0
    mentions: int = 0
    stories: int = 0
    surges: int = 0
    alerts: int = 0

    def add(self, other: Closed) -> None:
        """Add what closing another brand brought."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def close_timeline(
    engine: Engine, timeline: str, upto: int, now: datetime, progress: Callable[[int], None] | None = None
) -> Closed:
    """Close all minutes up to and including `upto` (since 1970, UTC) for every brand; return what was found.

    Each brand is a shard with a lease: two processes never close the same one, and a refused commit is left to the
    one that won.
    """
    total = Closed()
    for brand in engine.rules().brands:
        shard = f"{timeline}/{brand.slug}"
        if engine.store.lease(shard, engine.holder, now, LEASE):
            total.add(_close_brand(engine, brand, timeline, upto, progress))
    return total


def _close_brand(
    engine: Engine, brand: Brand, timeline: str, upto: int, progress: Callable[[int], None] | None
) -> Closed:
    store = engine.store
    grouper: Grouper | None = None
    fold = SurgeFold(brand, timeline)
    total, grown = Closed(), set[str]()
    state = store.fold_state(timeline, brand.slug, fold.version)
    if state is None and timeline == LIVE:
        state = store.newest_backfill_state(brand.slug, fold.version)
    while minutes := store.pending_minutes(timeline, brand.slug, upto, ROWS_AT_ONCE):
        if grouper is None:
            since = minute_start(minutes[0].minute) - ACTIVE_STORY
            grouper = Grouper(brand, timeline, store.active_stories(timeline, brand.slug, since))
        state, assignments, events = _fold_minutes(minutes, grouper, fold, state)
        changed = grouper.changed()
        closed = _range(engine, minutes, changed, events)
        closed = msgspec.structs.replace(
            closed, assignments=assignments, fold_version=fold.version, fold_state=state, stories=changed
        )
        if not store.commit_close(closed):
            break  # another process closed these minutes first
        total.minutes += len(minutes)
        total.mentions += len(assignments)
        grown.update(story.id for story in changed if story.posts > 1)
        total.surges += len(closed.surges)
        total.alerts += len(closed.alerts)
        if progress:
            progress(len(assignments))
    total.stories = len(grown)
    return total


def _fold_minutes(
    minutes: Sequence[BrandMinute], grouper: Grouper, fold: SurgeFold, state: bytes | None
) -> tuple[bytes, list[tuple[int, str]], list[Event]]:
    assignments: list[tuple[int, str]] = []
    placed: list[BrandMinute] = []
    for minute in minutes:
        stories = grouper.place(minute.mentions)
        assignments += zip((mention.row for mention in minute.mentions), stories, strict=True)
        placed.append(msgspec.structs.replace(minute, stories=stories))
    state, events = fold.merge_many(state, placed)
    return state, assignments, [_with_story(event, placed) for event in events]


def _with_story(event: Event, placed: Sequence[BrandMinute]) -> Event:
    """Return a surge's event with the story that brings the largest part of what came in since it began.

    The fold names a story only when it carries most of the rise; people want to know where to begin all the same.
    """
    if event.kind is not EventKind.SURGE:
        return event
    surge = msgspec.json.decode(event.body, type=Surge)
    if surge.story:
        return event
    counts = Counter(
        story
        for minute in placed
        if surge.since <= minute_start(minute.minute) <= surge.at
        for story in minute.stories
        if story
    )
    story, posts = min(counts.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
    if posts < _STORY_POSTS:
        return event
    return msgspec.structs.replace(event, body=msgspec.json.encode(msgspec.structs.replace(surge, story=story)))


def _range(
    engine: Engine, minutes: Sequence[BrandMinute], stories: Sequence[Story], events: Sequence[Event]
) -> ClosedRange:
    first, last = minutes[0], minutes[-1]
    store = engine.store
    recent = store.alerts(
        brand=first.brand, timeline=first.timeline, since=minute_start(first.minute) - RECENT_ALERT, limit=500
    )
    titles = Titles(
        {story.id: story.title for story in stories},
        {
            (mention.platform, mention.native_id): _excerpt(mention)
            for minute in minutes
            for mention in minute.mentions
            if mention.danger
        },
    )
    alerts, outbox = ring(events, titles, recent, channels_of(engine, first.brand))
    return ClosedRange(
        timeline=first.timeline,
        brand=first.brand,
        from_minute=first.minute,
        to_minute=last.minute,
        surges=surges_of(events),
        alerts=alerts,
        events=list(events),
        outbox=outbox,
    )


def _excerpt(mention: MentionDigest) -> str:
    text = " ".join(f"{mention.title} {mention.text}".split())
    return text if len(text) <= _TITLE_CHARS else text[: _TITLE_CHARS - 1].rsplit(" ", 1)[0] + "…"


def channels_of(engine: Engine, brand: str) -> list[str]:
    """Return where people are told: `mail:ADDRESS` for each address, `apprise:N` for each address of that kind."""
    mails = [f"mail:{address}" for address in mailboxes(engine, brand)]
    return mails + [f"apprise:{number}" for number in range(len(engine.settings.notify_urls))]
