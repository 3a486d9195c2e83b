"""The alarm record: what the stored past would have rung under a budget, told as people would have been told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.ids import stable_id
from tocsin.base.seam import LIVE, BrandMinute, Event, EventKind, TimelineKind, timeline_kind
from tocsin.base.surge import Surge
from tocsin.base.time import minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.ring import Titles, ring
from tocsin.store.rows import LabelRow
from tocsin.surge.fold import SurgeFold

DAYS = 90
WARM_DAYS = 28  # replayed before the days shown, so that the usual level is known when they begin
SUBJECT_KIND = "record"
_TIMELINE = "replay:record"
_ROWS = 5_000
_RECENT = timedelta(days=2)
_SAME = timedelta(hours=6)  # between a ring of the replay and the alert that people saw
_PEAK_WITHIN_MIN = 24 * 60
_HOUR = 60
_EXCERPT = 120


class Said(StrEnum):
    """What people said of a ring."""

    REAL = "real"
    FALSE = "false"
    NOTHING = ""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of the past. key: names what it rang for, whatever the budget.

    surge: None for a single dangerous post. lead_min: minutes from the ring to the loudest hour; negative when that
    was past, None for a post.
    """

    key: str
    alert: Alert
    surge: Surge | None
    title: str
    said: Said
    lead_min: int | None

    @property
    def lead_s(self) -> int:
        """How long before the loudest hour it rang, or after it, in seconds."""
        return abs(self.lead_min or 0) * 60


class RecordDay(msgspec.Struct, frozen=True):
    """A day in the brand's zone: its posts, and its rings by level (alarm, watch, danger)."""

    day: date
    posts: int
    alarms: int
    watches: int
    dangers: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What would have rung. since, until: the stretch shown; None when the brand has no past. posts: replayed."""

    budget: AlarmBudget
    days: int
    since: datetime | None = None
    until: datetime | None = None
    posts: int = 0
    rungs: tuple[Rung, ...] = ()
    calendar: tuple[RecordDay, ...] = ()

    @property
    def alarms(self) -> int:
        """How many alarms there were."""
        return self._count("alarm")

    @property
    def watches(self) -> int:
        """How many points to watch there were."""
        return self._count("watch")

    @property
    def dangers(self) -> int:
        """How many single grave posts rang."""
        return self._count("danger")

    @property
    def real(self) -> int:
        """Of how many rings people said that they were real."""
        return self._said(Said.REAL)

    @property
    def false(self) -> int:
        """Of how many rings people said that they were false."""
        return self._said(Said.FALSE)

    @property
    def unjudged(self) -> int:
        """Of how many rings nobody said anything."""
        return self._said(Said.NOTHING)

    @property
    def covered_days(self) -> float:
        """How many days of past there were, at most `days`."""
        return 0.0 if self.since is None or self.until is None else (self.until - self.since) / timedelta(days=1)

    @property
    def lead_min(self) -> int | None:
        """The median time between a ring and its loudest hour, None without a rise."""
        leads = sorted(rung.lead_min for rung in self.rungs if rung.lead_min is not None)
        return leads[len(leads) // 2] if leads else None

    @property
    def lead_s(self) -> int:
        """The same in seconds, without its sign."""
        return abs(self.lead_min or 0) * 60

    def _count(self, level: str) -> int:
        return sum(rung.alert.level == level for rung in self.rungs)

    def _said(self, said: Said) -> int:
        return sum(rung.said is said for rung in self.rungs)


def record(
    engine: Engine, brand: Brand, budget: AlarmBudget, days: int = DAYS, progress: Callable[[int], None] | None = None
) -> Record:
    """Return what the last `days` of a brand's past would have rung under a budget; nothing is stored, nobody is told.

    The days end with the last post there is. Single dangerous posts ring whatever the budget.
    """
    last = engine.store.watching.last_minute(brand.slug, 0)
    if last is None:
        return Record(budget=budget, days=days)
    begin = last - days * 1440
    replay = _Replay(engine, msgspec.structs.replace(brand, budget=budget), progress)
    replay.run(begin - WARM_DAYS * 1440)
    since = minute_start(max(begin, replay.first if replay.first is not None else begin))
    alerts = [alert for alert in replay.alerts if alert.at >= since]
    titles = engine.store.watching.story_titles([alert.story for alert in alerts if alert.story])
    judge = _Judge(engine, brand.slug, since)
    rungs = [_rung(replay, alert, titles, judge) for alert in alerts]
    return Record(
        budget=budget,
        days=days,
        since=since,
        until=minute_start(last + 1),
        posts=sum(count for minute, count in replay.counts.items() if minute >= begin),
        rungs=tuple(reversed(rungs)),
        calendar=tuple(_calendar(replay.counts, alerts, ZoneInfo(brand.time_zone), (since, minute_start(last)))),
    )


def judge_ring(engine: Engine, brand: str, key: str, said: Said, who: tuple[str, datetime]) -> None:
    """Store what a person says of a ring of the past. who: mark of the person, now."""
    label = LabelRow(subject_kind=SUBJECT_KIND, subject=key, label=said.value, by=who[0], at=who[1], note=brand)
    engine.store.add_label(label)


def _rung(replay: _Replay, alert: Alert, titles: dict[str, str], judge: _Judge) -> Rung:
    surge = replay.surges.get((alert.subject, alert.at))
    what = alert.story or (str(minute_of(surge.since) // _HOUR) if surge else alert.subject)
    key = stable_id("record", alert.brand, alert.cause.value, what)
    return Rung(
        key=key,
        alert=alert,
        surge=surge,
        title=alert.title if surge is None else titles.get(alert.story, alert.title),
        said=judge.said(key, alert),
        lead_min=None if surge is None else replay.lead_min(surge),
    )


class _Replay:
    """The past of a brand folded anew, with all that would have been told."""

    def __init__(self, engine: Engine, brand: Brand, progress: Callable[[int], None] | None) -> None:
        self._store = engine.store
        self._brand = brand
        self._progress = progress
        self._minutes: list[int] = []
        self.first: int | None = None
        self.counts: Counter[int] = Counter()
        self.alerts: list[Alert] = []
        self.surges: dict[tuple[str, datetime], Surge] = {}

    def run(self, after: int) -> None:
        """Replay what came after a minute."""
        fold, state = SurgeFold(self._brand, _TIMELINE), None
        for minutes in self._pages(after):
            self.first = minutes[0].minute if self.first is None else self.first
            for minute in minutes:
                self.counts[minute.minute] += sum(not mention.own for mention in minute.mentions)
            state, events = fold.merge_many(state, minutes)
            self._ring([_with_story(event, minutes) for event in events], minutes)
            if self._progress:
                self._progress(sum(self.counts.values()))
        self._minutes = sorted(self.counts)

    def lead_min(self, surge: Surge) -> int:
        """Return the minutes from a ring to the end of the loudest hour of the day that follows its beginning."""
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

    def _pages(self, after: int) -> Iterator[list[BrandMinute]]:
        while minutes := self._store.past_minutes(LIVE, self._brand.slug, after, _ROWS):
            yield minutes
            after = minutes[-1].minute

    def _ring(self, events: Sequence[Event], minutes: Sequence[BrandMinute]) -> None:
        posts = {
            (mention.platform, mention.native_id): _excerpt(f"{mention.title} {mention.text}")
            for minute in minutes
            for mention in minute.mentions
            if mention.danger
        }
        for event in events:
            recent = [alert for alert in self.alerts[-200:] if event.at - alert.at < _RECENT]
            told, _ = ring([event], Titles(posts=posts), recent)
            self.alerts += told
            if event.kind is EventKind.SURGE:
                surge = msgspec.json.decode(event.body, type=Surge)
                self.surges[surge.id, event.at] = surge


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


class _Judge:
    """What people said: of the alert they saw at the time, or since then of the ring itself."""

    def __init__(self, engine: Engine, brand: str, since: datetime) -> None:
        seen = engine.store.alerts(brand=brand, since=since - _SAME, limit=2_000)
        kinds = (TimelineKind.LIVE, TimelineKind.BACKFILL)
        self._alerts = [alert for alert in seen if timeline_kind(alert.timeline) in kinds]
        labels = engine.store.labels(subject_kind=SUBJECT_KIND, limit=20_000)
        self._labels = {label.subject: Said(label.label) for label in labels if label.note == brand}

    def said(self, key: str, rung: Alert) -> Said:
        if self._labels.get(key):
            return self._labels[key]
        same = [alert for alert in self._alerts if alert.cause is rung.cause and abs(alert.at - rung.at) <= _SAME]
        if rung.cause is AlertCause.DANGER:
            same = [alert for alert in same if alert.title == rung.title or (alert.story and alert.story == rung.story)]
        states = {alert.state for alert in same}
        if states & {AlertState.ACKNOWLEDGED, AlertState.CLOSED}:
            return Said.REAL
        return Said.FALSE if AlertState.FALSE in states else Said.NOTHING


def _calendar(
    counts: Counter[int], alerts: Sequence[Alert], zone: ZoneInfo, span: tuple[datetime, datetime]
) -> Iterator[RecordDay]:
    posts: Counter[date] = Counter()
    for minute, count in counts.items():
        at = minute_start(minute)
        if at >= span[0]:
            posts[at.astimezone(zone).date()] += count
    rings = Counter((alert.at.astimezone(zone).date(), alert.level) for alert in alerts)
    day, last = span[0].astimezone(zone).date(), span[1].astimezone(zone).date()
    while day <= last:
        yield RecordDay(day, posts[day], rings[day, "alarm"], rings[day, "watch"], rings[day, "danger"])
        day += timedelta(days=1)


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _EXCERPT else plain[: _EXCERPT - 1].rsplit(" ", 1)[0] + "…"
