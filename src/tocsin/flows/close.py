"""Close minutes: group what came into stories, test for surges, ring; one brand of one timeline at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.brand import Brand
from tocsin.base.seam import LIVE, BrandMinute, Event, EventKind
from tocsin.base.story import MentionDigest
from tocsin.base.surge import Surge
from tocsin.base.time import minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.listening import heard_anew
from tocsin.flows.ring import Titles, ring, surges_of
from tocsin.flows.stories.placed import Placing
from tocsin.store.affairs.rearrange import Joined
from tocsin.store.close import ClosedRange
from tocsin.surge.fold import SurgeFold

RECENT_ALERT = timedelta(days=2)
ROWS_AT_ONCE = 2_000
_TITLE_CHARS = 120
_STORY_POSTS = 3  # fewer are chance
LEASE = timedelta(minutes=2)
_TRIES = 4  # closes refused because people or another timeline moved stories meanwhile; then the next turn goes on


class Closed(msgspec.Struct, kw_only=True):
    """What closing brought. stories: those of two posts or more that were begun or grew. joined: pairs put together."""

    minutes: int = 0
    mentions: int = 0
    stories: int = 0
    joined: int = 0
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
    store, fold = engine.store, SurgeFold(brand, timeline)
    total, grown = Closed(), set[str]()
    placing: Placing | None = None
    state: bytes | None = None
    refused = 0
    while minutes := store.pending_minutes(timeline, brand.slug, upto, ROWS_AT_ONCE):
        if placing is None:
            state = _state(engine, brand, timeline, fold)
            # The last try asks nothing of back-fills: an import that never ends holds no alarm.
            lends = refused < _TRIES
            placing = Placing(engine, brand, timeline, minute_start(minutes[0].minute), lends=lends)
        placed = [placing.place(minute) for minute in minutes]
        new, events = fold.merge_many(state, placed)
        if timeline == LIVE:
            events = [heard_anew(engine, event) for event in events]
        told = [_with_story(event, placed, placing) for event in events]
        closed = placing.stored(_range(engine, minutes, placing, told))
        closed = msgspec.structs.replace(closed, fold_version=fold.version, fold_state=new)
        if not store.commit_close(closed):
            refused += (
                1  # another process closed these minutes, or somebody moved posts: what is left is looked at anew
            )
            if refused > _TRIES:
                break
            placing = None
            continue
        state, placing = new, placing if placing.go_on(closed) else None
        total.minutes += len(minutes)
        _add(total, closed, grown)
        if progress:
            progress(len(closed.assignments) + len(closed.told))
    total.stories = len(grown)
    return total


def _state(engine: Engine, brand: Brand, timeline: str, fold: SurgeFold) -> bytes | None:
    """What the fold remembers, lent by the back-fill that reaches furthest where live begins."""
    state = engine.store.fold_state(timeline, brand.slug, fold.version)
    if state is None and timeline == LIVE:
        return engine.store.newest_backfill_state(brand.slug, fold.version)
    return state


def _add(total: Closed, closed: ClosedRange, grown: set[str]) -> None:
    total.mentions += len(closed.assignments) + len(closed.told)
    grown.update(story.id for story in closed.stories if story.posts > 1)
    total.joined += len(closed.joined)
    total.surges += len(closed.surges)
    total.alerts += sum(not alert.muted_by for alert in closed.alerts)


def _with_story(event: Event, placed: Sequence[BrandMinute], placing: Placing) -> Event:
    """Return a surge's event with the story that brings the largest part of what came in since it began.

    The fold names a story only when it carries most of the rise; people want to know where to begin all the same. One
    that was put into another since is told under that one.
    """
    if event.kind is not EventKind.SURGE:
        return event
    surge = msgspec.json.decode(event.body, type=Surge)
    story = surge.story or _busiest(surge, placed)
    story = placing.led(story, event.at) if story else ""
    if story == surge.story:
        return event
    return msgspec.structs.replace(event, body=msgspec.json.encode(msgspec.structs.replace(surge, story=story)))


def _busiest(surge: Surge, placed: Sequence[BrandMinute]) -> str:
    counts = Counter(
        story
        for minute in placed
        if surge.since <= minute_start(minute.minute) <= surge.at
        for story in minute.stories
        if story
    )
    story, posts = min(counts.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
    return story if posts >= _STORY_POSTS else ""


def _range(engine: Engine, minutes: Sequence[BrandMinute], placing: Placing, events: Sequence[Event]) -> ClosedRange:
    first, last = minutes[0], minutes[-1]
    recent = engine.store.alerts(
        brand=first.brand, timeline=first.timeline, since=minute_start(first.minute) - RECENT_ALERT, limit=500
    )
    titles = Titles(
        placing.titles(),
        {
            (mention.platform, mention.native_id): _excerpt(mention)
            for minute in minutes
            for mention in minute.mentions
            if mention.danger
        },
    )
    return ClosedRange(
        timeline=first.timeline,
        brand=first.brand,
        from_minute=first.minute,
        to_minute=last.minute,
        surges=surges_of(events),
        alerts=_alerts(events, titles, recent, placing.joined),
        events=list(events),
    )


def _alerts(events: Sequence[Event], titles: Titles, recent: Sequence[Alert], joined: Sequence[Joined]) -> list[Alert]:
    """Return the alerts, in order: what was told of a story speaks for the one it was put into only from then on.

    So a merge never takes back what rang before it, and the same minutes give the same alerts however many are closed
    at once.
    """
    told, alerts, waiting = list(recent), list[Alert](), list(joined)
    for event in events:
        while waiting and waiting[0].at < event.at:
            one = waiting.pop(0)
            told = [_of(alert, one) for alert in told]
        rung, held = ring([event], titles, told)
        alerts += [*rung, *held]
        told += rung
    return alerts


def _of(alert: Alert, joined: Joined) -> Alert:
    return msgspec.structs.replace(alert, story=joined.earlier) if alert.story == joined.later else alert


def _excerpt(mention: MentionDigest) -> str:
    text = " ".join(f"{mention.title} {mention.text}".split())
    return text if len(text) <= _TITLE_CHARS else text[: _TITLE_CHARS - 1].rsplit(" ", 1)[0] + "…"
