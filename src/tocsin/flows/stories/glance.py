"""A story in one line: how it moves, in a small curve and a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.brand import Brand
from tocsin.base.story import StoryState
from tocsin.base.time import minute_of
from tocsin.flows.engine import Engine
from tocsin.flows.level import expectation
from tocsin.report.media import medium_of
from tocsin.report.spark import Spark, spark
from tocsin.report.values import Medium
from tocsin.store.affairs.rows import AlertFilter, StoryFilter, StoryLine
from tocsin.story.live import CALM_AFTER
from tocsin.surge.expect import Expectation

SPARK_HOURS = 24
PERIODS = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30), "all": None}
_DAY = timedelta(days=1)
_TREND_HOURS = 3
_TO_LOOK_AT = 4
_RINGS = timedelta(days=2)  # so long an alert that nobody settled colours its story
_LEVELS = {"watch": 1, "alarm": 2, "danger": 2}


class Trend(StrEnum):
    """How a story moves: the last three hours against the three before."""

    RISES = "rises"
    FALLS = "falls"
    STEADY = "steady"
    CALM = "calm"


class StoryGlance(msgspec.Struct, frozen=True, kw_only=True):
    """A story in one line. spark: posts an hour of its last day. level: of an alert not settled, or calm.

    state: as it moves now, by its last post.
    """

    line: StoryLine
    spark: Spark
    trend: Trend
    state: StoryState
    level: str = "calm"

    @property
    def tone(self) -> str:
        """The class of its curve: hot while it rises under an alarm."""
        return "hot" if self.trend is Trend.RISES and self.level == "alarm" else ""

    @property
    def negative_p(self) -> float:
        """The share of negative posts."""
        return self.line.negative / self.line.posts if self.line.posts else 0.0

    @property
    def media(self) -> tuple[Medium, ...]:
        """The media it was seen in, by its platforms; press where a platform may hold some."""
        found = {medium_of(platform, "post", None) for platform in self.line.platforms}
        return tuple(medium for medium in Medium if medium in found)


class StoryList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of stories. more: `last_at` to go on before, None at the end."""

    glances: tuple[StoryGlance, ...]
    more: datetime | None = None


class StoryWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which stories a reader asks for, in the words of the address; what is unknown counts as not said."""

    state: str = ""
    kind: str = ""
    period: str = "7"
    words: str = ""
    order: str = "moved"
    before: datetime | None = None


def list_stories(engine: Engine, brand: Brand, wish: StoryWish, now: datetime, *, limit: int = 40) -> StoryList:
    """Return the stories of a brand that fit a wish."""
    period = PERIODS.get(wish.period, PERIODS["7"])
    states = {state.value: state for state in StoryState}
    wanted = StoryFilter(
        since=None if period is None else now - period,
        states=(states[wish.state],) if wish.state in states else (),
        calm_before=now - CALM_AFTER,
        kinds=(wish.kind,) if wish.kind else (),
        words=tuple(wish.words.split()[:6]),
        largest_first=wish.order == "largest",
        before=wish.before,
        limit=limit + 1,
    )
    lines = engine.store.affairs.stories(brand.slug, wanted)
    more = lines[limit - 1].last_at if len(lines) > limit and not wanted.largest_first else None
    levels = levels_of(engine, brand, [line.id for line in lines[:limit]], now)
    shown = glances(engine, brand, lines[:limit], now)
    told = [msgspec.structs.replace(one, level=levels.get(one.line.id, "calm")) for one in shown]
    return StoryList(glances=tuple(told), more=more)


def stories_to_look_at(engine: Engine, brand: Brand, now: datetime, levels: dict[str, str]) -> tuple[StoryGlance, ...]:
    """Return the four stories of the last day to look at: those with an open alert, then the grave, then the large.

    levels: of stories with an open alert.
    """
    lines = engine.store.affairs.moved_since(brand.slug, now - _DAY, 40)
    lines.sort(key=lambda line: (line.id not in levels, line.kind in ("neutral", "praise"), -line.posts, line.id))
    shown = glances(engine, brand, lines[:_TO_LOOK_AT], now)
    return tuple(msgspec.structs.replace(one, level=levels.get(one.line.id, "calm")) for one in shown)


def levels_of(engine: Engine, brand: Brand, names: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the level of the stories of which an alert of the last two days is not settled, by id."""
    if not names:
        return {}
    unsettled = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
    wanted = AlertFilter(stories=tuple(names), states=unsettled, since=now - _RINGS, limit=200)
    rung: dict[str, list[Alert]] = {}
    for alert in engine.store.affairs.alerts(brand.slug, wanted):
        rung.setdefault(alert.story, []).append(alert)
    return {name: level_of(alerts, now) for name, alerts in rung.items()}


def level_of(alerts: Sequence[Alert], now: datetime) -> str:
    """Return the loudest level of the alerts of the last two days that nobody called false or closed: calm for none.

    Where two stories were put together, the alarm of one is never hidden by a later watch of the other.
    """
    over = (AlertState.FALSE, AlertState.CLOSED)
    loud = [_LEVELS.get(alert.level, 2) for alert in alerts if alert.state not in over and now - alert.at < _RINGS]
    return {0: "calm", 1: "watch"}.get(max(loud, default=0), "alarm")


def state_of(line: StoryLine, now: datetime) -> StoryState:
    """Return how a story moves now: one that has been silent for a day is calm, whatever its row says."""
    return StoryState.CALM if now - line.last_at >= CALM_AFTER else line.state


def glances(engine: Engine, brand: Brand, lines: Sequence[StoryLine], now: datetime) -> list[StoryGlance]:
    """Return stories with their small curves, in the order given."""
    hour = minute_of(now) // 60 * 60
    since = hour - (SPARK_HOURS - 1) * 60
    counts = engine.store.affairs.hours([line.number for line in lines], since, hour + 60)
    band = _usual(expectation(engine, brand), hour)
    found = []
    for line in lines:
        hours = [counts[line.number].get(start, 0) for start in range(since, hour + 60, 60)]
        state = state_of(line, now)
        # A post or two more than before is no rise where the story as a whole is calm.
        moves = Trend.CALM if state is StoryState.CALM else trend(hours)
        found.append(StoryGlance(line=line, spark=spark(hours, band), trend=moves, state=state))
    return found


def trend(hours: Sequence[int]) -> Trend:
    """Return how a story moves. hours: posts of each hour, oldest first; the last may be unfinished.

    >>> trend([0, 0, 0, 0, 1, 6, 9]).value, trend([9, 9, 9, 1, 0, 1]).value, trend([0] * 8).value
    ('rises', 'falls', 'calm')
    """
    now, before = sum(hours[-_TREND_HOURS:]), sum(hours[-2 * _TREND_HOURS : -_TREND_HOURS])
    if now + before < 3:
        return Trend.CALM
    if now >= 1.5 * before + 2:
        return Trend.RISES
    return Trend.FALLS if before >= 1.5 * now + 2 else Trend.STEADY


def _usual(usual: Expectation | None, hour: int) -> tuple[float, float] | None:
    if usual is None:
        return None
    band = usual.band(hour + 59)
    return float(band.low), float(band.high)
