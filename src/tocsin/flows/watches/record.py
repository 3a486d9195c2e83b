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
from tocsin.base.errors import NotFoundError
from tocsin.base.ids import stable_id
from tocsin.base.seam import TimelineKind, timeline_kind
from tocsin.base.surge import Surge
from tocsin.base.time import minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.stories.press import first_press
from tocsin.flows.watches.past.replay import Replay, replay_brand, replay_watch
from tocsin.flows.watches.past.score import Score
from tocsin.store.rows import AuditEntry, LabelRow

DAYS = 90
WARM_DAYS = 28  # replayed before the days shown, so that the usual level is known when they begin
SUBJECT_KIND = "record"
_SAME = timedelta(hours=6)  # between a ring of the replay and the alert that people saw
_HOUR = 60
_LEVELS = ("alarm", "watch", "danger")


class Said(StrEnum):
    """What people said of a ring."""

    REAL = "real"
    FALSE = "false"
    NOTHING = ""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of the past. key: names what it rang for, whatever the budget; before: keys of what was put into that.

    surge: None for a single dangerous post. story: its id, "" for none. lead_min: minutes from the ring to the loudest
    hour; negative when that was past, None for a post. press_min: the same to the first article of its story that was
    read, None where none was; is_national: of a national medium.
    """

    key: str
    before: tuple[str, ...] = ()
    alert: Alert
    surge: Surge | None
    title: str
    story: str = ""
    said: Said = Said.NOTHING
    lead_min: int | None = None
    press_min: int | None = None
    is_national: bool = False

    @property
    def lead_s(self) -> int:
        """How long before the loudest hour it rang, or after it, in seconds."""
        return abs(self.lead_min or 0) * 60

    @property
    def press_s(self) -> int:
        """How long before the press it rang, or after it, in seconds."""
        return abs(self.press_min or 0) * 60


class RecordDay(msgspec.Struct, frozen=True):
    """A day in the brand's zone: its posts, and its rings, oldest first."""

    day: date
    posts: int
    rungs: tuple[Rung, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What would have rung. since, until: the stretch shown; None when the brand has no past. posts: replayed.

    watch: number of the watch whose volume alone was replayed, 0 for the whole brand. posts_a_day: in the brand's zone.
    """

    budget: AlarmBudget
    days: int
    zone: str = "UTC"
    watch: int = 0
    since: datetime | None = None
    until: datetime | None = None
    posts: int = 0
    rungs: tuple[Rung, ...] = ()
    posts_a_day: dict[date, int] = {}

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
    def scores(self) -> tuple[Score, ...]:
        """How right each level was that rang, or that has a budget."""
        budgets = {"alarm": self.budget.alarms_per_month, "watch": self.budget.watches_per_month, "danger": None}
        made = (self._score(level, budgets[level]) for level in _LEVELS)
        return tuple(score for score in made if score.rings or score.budget is not None)

    @property
    def judged(self) -> int:
        """Of how many rings people said something."""
        return sum(rung.said is not Said.NOTHING for rung in self.rungs)

    @property
    def covered_days(self) -> float:
        """How many days of past there were, at most `days`."""
        return 0.0 if self.since is None or self.until is None else (self.until - self.since) / timedelta(days=1)

    @property
    def lead_min(self) -> int | None:
        """The median time between a ring and its loudest hour, None without a rise."""
        return _median([rung.lead_min for rung in self.rungs if rung.lead_min is not None])

    @property
    def lead_s(self) -> int:
        """The same in seconds, without its sign."""
        return abs(self.lead_min or 0) * 60

    @property
    def in_press(self) -> int:
        """Of how many rings the story came into the press that was read."""
        return sum(rung.press_min is not None for rung in self.rungs)

    @property
    def before_press(self) -> int:
        """How many of them rang before its first article."""
        return sum(rung.press_min is not None and rung.press_min > 0 for rung in self.rungs)

    @property
    def calendar(self) -> tuple[RecordDay, ...]:
        """The days in the brand's zone, oldest first."""
        return tuple(_calendar(self))

    def _count(self, level: str) -> int:
        return sum(rung.alert.level == level for rung in self.rungs)

    def _score(self, level: str, budget: float | None) -> Score:
        said = Counter(rung.said for rung in self.rungs if rung.alert.level == level)
        return Score(
            level=level,
            rings=said.total(),
            real=said[Said.REAL],
            false=said[Said.FALSE],
            days=self.covered_days,
            budget=budget,
        )


def record(
    engine: Engine, brand: Brand, budget: AlarmBudget, days: int = DAYS, progress: Callable[[int], None] | None = None
) -> Record:
    """Return what the last `days` of a brand's past would have rung under a budget, with what people said of it.

    The days end with the last post there is. Single dangerous posts ring whatever the budget. Nothing is stored, nobody
    is told.
    """
    return judged(engine, brand, replayed(engine, msgspec.structs.replace(brand, budget=budget), days, 0, progress))


def replayed(
    engine: Engine, brand: Brand, days: int, watch: int = 0, progress: Callable[[int], None] | None = None
) -> Record:
    """Return what the last `days` would have rung under the budget of the brand, judged by nobody yet.

    watch: number of a watch whose volume alone is replayed, 0 for all of the brand with all the evidence there is.
    """
    last = engine.store.watching.last_minute(brand.slug, watch)
    if last is None:
        return Record(budget=brand.budget, days=days, watch=watch, zone=brand.time_zone)
    begin = last - days * 1440
    after = begin - WARM_DAYS * 1440
    if watch:
        replay = replay_watch(engine, brand, watch, after, last + 1)
    else:
        replay = replay_brand(engine, brand, after, progress)
    since = minute_start(max(begin, replay.first if replay.first is not None else begin))
    alerts = [alert for alert in replay.alerts if alert.at >= since]
    rungs = _Rungs(engine, brand, watch, replay)
    posts = {minute: count for minute, count in replay.counts.items() if minute >= begin}
    return Record(
        budget=brand.budget,
        days=days,
        zone=brand.time_zone,
        watch=watch,
        since=since,
        until=minute_start(last + 1),
        posts=sum(posts.values()),
        rungs=tuple(rungs.of(alerts)),
        posts_a_day=_posts_a_day(posts, ZoneInfo(brand.time_zone)),
    )


def judged(engine: Engine, brand: Brand, found: Record) -> Record:
    """Return a record with what people said of its rings until now; costs no replay."""
    if found.since is None:
        return found
    judge = _Judge(engine, brand.slug, found.since)
    rungs = (msgspec.structs.replace(rung, said=judge.said(rung)) for rung in found.rungs)
    return msgspec.structs.replace(found, rungs=tuple(rungs))


def judge_ring(engine: Engine, brand: str, key: str, said: Said, who: tuple[str, datetime]) -> Said:
    """Store what a person says of a ring of the past, NOTHING to take it back; return what was said of it before.

    who: mark of the person, now.
    """
    before = [label for label in engine.store.labels(subject_kind=SUBJECT_KIND, subject=key) if label.note == brand]
    label = LabelRow(subject_kind=SUBJECT_KIND, subject=key, label=said.value, by=who[0], at=who[1], note=brand)
    engine.store.add_label(label)
    engine.store.note_audit(AuditEntry(at=who[1], by=who[0], action="record.judge", subject=key, text=said.value))
    return Said(before[-1].label) if before else Said.NOTHING


class _Rungs:
    """The rings of a replay, newest first, with what the stories behind them tell."""

    def __init__(self, engine: Engine, brand: Brand, watch: int, replay: Replay) -> None:
        self._engine = engine
        self._brand = brand
        self._watch = watch
        self._replay = replay
        self._press: dict[str, tuple[datetime, bool] | None] = {}
        self._within: dict[str, list[str]] = {}

    def of(self, alerts: Sequence[Alert]) -> Iterator[Rung]:
        titles = self._engine.store.affairs.own_titles(
            self._brand.slug, sorted({alert.story for alert in alerts if alert.story})
        )
        for alert in reversed(alerts):
            yield self._rung(alert, titles)

    def _rung(self, alert: Alert, titles: dict[str, str]) -> Rung:
        surge = self._replay.surges.get((alert.subject, alert.at))
        what = alert.story or (str(minute_of(surge.since) // _HOUR) if surge else alert.subject)
        part = (f"watch:{self._watch}",) if self._watch else ()
        place = ("record", alert.brand, alert.cause.value)
        press = self._first_article(alert.story)
        return Rung(
            key=stable_id(*place, what, *part),
            before=tuple(stable_id(*place, name, *part) for name in self._members(alert.story) if name != what),
            alert=alert,
            surge=surge,
            title=alert.title if surge is None else titles.get(alert.story, alert.title),
            story=alert.story if alert.story in titles else "",
            lead_min=None if surge is None else self._replay.lead_min(surge),
            press_min=None if press is None else minute_of(press[0]) - minute_of(alert.at),
            is_national=press is not None and press[1],
        )

    def _members(self, story: str) -> list[str]:
        if story and story not in self._within:
            self._within[story] = sorted(self._engine.store.affairs.members(self._brand.slug, story))
        return self._within.get(story, [])

    def _first_article(self, story: str) -> tuple[datetime, bool] | None:
        """When the press first wrote of a story, and whether that was a national medium."""
        if story and story not in self._press:
            try:
                found = first_press(self._engine, self._brand, story)
            except NotFoundError:  # its posts were deleted or erased since
                self._press[story] = None
            else:
                articles = [(found.local_at, False), (found.national_at, True)]
                self._press[story] = min(((at, wide) for at, wide in articles if at is not None), default=None)
        return self._press.get(story)


class _Judge:
    """What people said: of the ring itself, or else of the alert they saw at the time."""

    def __init__(self, engine: Engine, brand: str, since: datetime) -> None:
        seen = engine.store.alerts(brand=brand, since=since - _SAME, limit=2_000)
        kinds = (TimelineKind.LIVE, TimelineKind.BACKFILL)
        self._alerts: dict[AlertCause, list[Alert]] = {}
        for alert in sorted(seen, key=_at):
            if timeline_kind(alert.timeline) in kinds:
                self._alerts.setdefault(alert.cause, []).append(alert)
        labels = engine.store.labels(subject_kind=SUBJECT_KIND, limit=20_000)
        self._labels = {label.subject: Said(label.label) for label in labels if label.note == brand}

    def said(self, one: Rung) -> Said:
        for key in (one.key, *one.before):
            if self._labels.get(key):
                return self._labels[key]
        rung = one.alert
        same = self._about(rung)
        if rung.cause is AlertCause.DANGER:
            same = [alert for alert in same if alert.title == rung.title or (alert.story and alert.story == rung.story)]
        states = {alert.state for alert in same}
        if states & {AlertState.ACKNOWLEDGED, AlertState.CLOSED}:
            return Said.REAL
        return Said.FALSE if AlertState.FALSE in states else Said.NOTHING

    def _about(self, rung: Alert) -> list[Alert]:
        """The alerts of its cause that people saw at about the time of a ring, oldest first."""
        seen = self._alerts.get(rung.cause, [])
        return seen[bisect_left(seen, rung.at - _SAME, key=_at) : bisect_right(seen, rung.at + _SAME, key=_at)]


def _at(alert: Alert) -> datetime:
    return alert.at


def _posts_a_day(posts: dict[int, int], zone: ZoneInfo) -> dict[date, int]:
    days: Counter[date] = Counter()
    for minute, count in posts.items():
        days[minute_start(minute).astimezone(zone).date()] += count
    return dict(days)


def _calendar(found: Record) -> Iterator[RecordDay]:
    if found.since is None or found.until is None:
        return
    zone = ZoneInfo(found.zone)
    rungs: dict[date, list[Rung]] = {}
    for rung in reversed(found.rungs):
        rungs.setdefault(rung.alert.at.astimezone(zone).date(), []).append(rung)
    day = found.since.astimezone(zone).date()
    last = (found.until - timedelta(minutes=1)).astimezone(zone).date()
    while day <= last:
        yield RecordDay(day, found.posts_a_day.get(day, 0), tuple(rungs.get(day, ())))
        day += timedelta(days=1)


def _median(values: list[int]) -> int | None:
    return sorted(values)[len(values) // 2] if values else None
