"""Fold the stored past of a brand anew under a budget, with all that would have been told; nothing is stored."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Brand
from tocsin.base.ids import stable_id
from tocsin.base.seam import LIVE, BrandMinute, Event, EventKind
from tocsin.base.surge import Surge
from tocsin.base.time import iso, minute_of
from tocsin.flows.engine import Engine
from tocsin.flows.ring import Titles, ring
from tocsin.surge.fold import SurgeFold
from tocsin.surge.replay.series import replay_counts

_TIMELINE = "replay:record"
_ROWS = 5_000
_RECENT = timedelta(days=2)
_PEAK_WITHIN_MIN = 24 * 60
_HOUR = 60
_EXCERPT = 120


class Replay:
    """What the past of a brand would have rung. first: the first minute there was, None without a past.

    counts: posts of each minute, the brand's own left out. surges: by id and instant, as alerts name them.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self.counts: Counter[int] = Counter()
        self.alerts: list[Alert] = []
        self.surges: dict[tuple[str, datetime], Surge] = {}
        self._minutes: list[int] = []

    def lead_min(self, surge: Surge) -> int:
        """Return the minutes from a ring to the end of the loudest hour of the day that follows its beginning."""
        if len(self._minutes) != len(self.counts):
            self._minutes = sorted(self.counts)
        since = minute_of(surge.since)
        places = range(bisect_left(self._minutes, since), bisect_right(self._minutes, since + _PEAK_WITHIN_MIN))
        best, peak, total, start = -1, since, 0, places.start
        for place in places:
            total += self.counts[self._minutes[place]]
            while self._minutes[start] <= self._minutes[place] - _HOUR:
                total -= self.counts[self._minutes[start]]
                start += 1
            if total > best:
                best, peak = total, self._minutes[place]
        return peak + 1 - minute_of(surge.at)


def replay_brand(engine: Engine, brand: Brand, after: int, progress: Callable[[int], None] | None) -> Replay:
    """Return what all that came after a minute would have rung, with the evidence that the mentions hold."""
    replay, fold, state = Replay(), SurgeFold(brand, _TIMELINE), None
    for minutes in _pages(engine, brand, after):
        replay.first = minutes[0].minute if replay.first is None else replay.first
        for minute in minutes:
            replay.counts[minute.minute] += sum(not mention.own for mention in minute.mentions)
        state, events = fold.merge_many(state, minutes)
        _ring(replay, [_with_story(event, minutes) for event in events], minutes)
        if progress:
            progress(sum(replay.counts.values()))
    return replay


def replay_watch(engine: Engine, brand: Brand, number: int, after: int, until: int) -> Replay:
    """Return what the volume of one watch would have rung by itself, from the kept counts; no single post rings."""
    replay = Replay()
    replay.counts.update(dict(engine.store.watching.minutes(brand.slug, number, after, until)))
    replay.first = min(replay.counts, default=None)
    for surge in replay_counts(brand, sorted(replay.counts.items())):
        replay.surges[surge.id, surge.at] = surge
        replay.alerts.append(
            Alert(
                id=stable_id("alert", str(number), surge.id, surge.level.value, iso(surge.at)),
                brand=brand.slug,
                timeline=_TIMELINE,
                cause=AlertCause.SURGE,
                level=surge.level.value,
                at=surge.at,
                subject=surge.id,
                title="",
                reasons=surge.reasons,
            )
        )
    return replay


def _pages(engine: Engine, brand: Brand, after: int) -> Iterator[list[BrandMinute]]:
    while minutes := engine.store.past_minutes(LIVE, brand.slug, after, _ROWS):
        yield minutes
        after = minutes[-1].minute


def _ring(replay: Replay, events: Sequence[Event], minutes: Sequence[BrandMinute]) -> None:
    posts = {
        (mention.platform, mention.native_id): _excerpt(f"{mention.title} {mention.text}")
        for minute in minutes
        for mention in minute.mentions
        if mention.danger
    }
    for event in events:
        recent = [alert for alert in replay.alerts[-200:] if event.at - alert.at < _RECENT]
        told, _ = ring([event], Titles(posts=posts), recent)
        replay.alerts += told
        if event.kind is EventKind.SURGE:
            surge = msgspec.json.decode(event.body, type=Surge)
            replay.surges[surge.id, event.at] = surge


def _with_story(event: Event, minutes: Sequence[BrandMinute]) -> Event:
    """Return a surge's event with the story that brings most of it, as closing a minute does."""
    if event.kind is not EventKind.SURGE:
        return event
    surge = msgspec.json.decode(event.body, type=Surge)
    if surge.story:
        return event
    span = (minute_of(surge.since), minute_of(surge.at))
    counts = Counter(story for minute in minutes if span[0] <= minute.minute <= span[1] for story in minute.stories)
    story = min(counts.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))[0]
    return msgspec.structs.replace(event, body=msgspec.json.encode(msgspec.structs.replace(surge, story=story)))


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1].rsplit(" ", 1)[0] + "…"
