"""How much is said of a brand now, against what is usual at this hour; and the curve of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand
from tocsin.base.time import minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.flows.moments import Reader
from tocsin.report.chart import level_chart
from tocsin.report.values import Curve, CurveWords, Figure, Flag, FlagShape, Point
from tocsin.spread.percolate import RELAY_REACH
from tocsin.store.affairs.rows import AlertFilter, Voices
from tocsin.surge.expect import Expectation, read_expectation
from tocsin.surge.fold import SurgeFold

STEP_MIN = 20
CURVE_HOURS = 24
NARROW_HOURS = 12
_HOUR = 60
_SHARE_DAYS = 28
_FEWEST_DAYS = 5
_RINGING = timedelta(hours=24)
_MOST_FLAGS = 4


class LevelPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Mentions seen in the hour that ends at a minute, and the bounds of the usual; None while it is not known."""

    minute: int
    seen: int
    low: int | None = None
    high: int | None = None


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """The level at an instant. code: alarm, watch or calm. times: seen over the usual middle, None while unknown.

    negative_p: share of the last hour, None without a post. negative_low, negative_high: of ordinary days, or None.
    days: of past the usual rests on, 0 for none. is_learning: under 14 days. last_minute: the curve's end.
    """

    brand: Brand
    at: datetime
    code: str
    seen: int
    low: int | None
    middle: float | None
    high: int | None
    negative_p: float | None
    negative_low: float | None
    negative_high: float | None
    voices: Voices
    days: int
    is_learning: bool
    points: tuple[LevelPoint, ...]
    alerts: tuple[Alert, ...] = ()

    @property
    def times(self) -> float | None:
        """How many times the usual was seen."""
        return None if not self.middle else self.seen / self.middle

    @property
    def is_over(self) -> bool:
        """Whether more is seen than is usual."""
        return self.high is not None and self.seen > self.high


def level(engine: Engine, brand: Brand, now: datetime, *, hours: int = CURVE_HOURS) -> Level:
    """Return the level of a brand now, with its curve of the last `hours`; from kept counts, whatever their number."""
    affairs = engine.store.affairs
    until = minute_of(now) + 1
    since = until - hours * _HOUR
    usual = expectation(engine, brand)
    minutes = affairs.tones(brand.slug, since - _HOUR, until)
    points = _points(minutes, usual, since, until)
    seen = points[-1].seen
    negative = sum(count for minute, (_, count) in minutes.items() if minute >= until - _HOUR)
    low, high = _usual_share(engine, brand, until)
    band = usual.band(until - 1) if usual else None
    rang = affairs.alerts(brand.slug, AlertFilter(causes=(AlertCause.SURGE,), since=minute_start(since), limit=50))
    rang = [alert for alert in rang if alert.at <= now and alert.state is not AlertState.FALSE]
    return Level(
        brand=brand,
        at=now,
        code=_code(rang, now, is_over=band is not None and seen > band.high),
        seen=seen,
        low=band.low if band else None,
        middle=band.middle if band else None,
        high=band.high if band else None,
        negative_p=negative / seen if seen else None,
        negative_low=low,
        negative_high=high,
        voices=affairs.voices(brand.slug, until - _HOUR, RELAY_REACH),
        days=int(usual.days) if usual else 0,
        is_learning=usual is None or usual.is_learning,
        points=points,
        alerts=tuple(rang),
    )


def expectation(engine: Engine, brand: Brand) -> Expectation | None:
    """Return what is usual for a brand, None before a day of past."""
    state = engine.store.affairs.memory(brand.slug, SurgeFold.version)
    return None if state is None else read_expectation(state, ZoneInfo(brand.time_zone))


def level_figure(shown: Level, reader: Reader) -> Figure:
    """Return the chart of a level, its sentence and its table in the reader's language and zone."""
    start, end = shown.points[0].minute, shown.points[-1].minute
    narrow_from = end - NARROW_HOURS * _HOUR
    flags = alert_flags(shown.alerts, reader)
    curve = Curve(
        id="now",
        words=curve_words(reader, N_("Mentions an hour"), level_sentence(shown, reader), shown.points),
        points=curve_points(shown.points, reader),
        ticks=reader.ticks(start, end, 9),
        narrow_ticks=reader.ticks(narrow_from, end, 5),
        flags=flags,
        hot_from=min((flag.minute for flag in flags), default=None),
        narrow_from=narrow_from,
        every=_HOUR // STEP_MIN,
    )
    return level_chart(curve)


def level_sentence(shown: Level, reader: Reader) -> str:
    """Return what the level says: seen, and usual at this hour of this weekday."""
    t = reader.t
    seen = t.plural(
        "{number} mention in an hour",
        "{number} mentions in an hour",
        shown.seen,
        number=reader.count(shown.seen),
    )
    if shown.low is None or shown.high is None:
        return t.text(N_("{seen}; what is usual is not known yet."), seen=seen)
    return t.text(
        N_("{seen}; {low} to {high} are usual on a {weekday} at this hour."),
        seen=seen,
        low=reader.count(shown.low),
        high=reader.count(shown.high),
        weekday=reader.weekday(shown.at),
    )


def curve_words(reader: Reader, title: str, sentence: str, points: Sequence[LevelPoint]) -> CurveWords:
    """Return the words of a curve over these points. title: an English template; sentence: in words already."""
    t = reader.t
    known = [(point.low, point.high) for point in points if point.low is not None and point.high is not None]
    usual = ""
    if known:
        low, high = min(low for low, _ in known), max(high for _, high in known)
        usual = t.text(N_("usual: {low} to {high}"), low=reader.count(low), high=reader.count(high))
    return CurveWords(
        title=t.text(title),
        sentence=sentence,
        columns=(t.text(N_("Hour that ends at")), t.text(N_("Mentions seen")), t.text(N_("Usual"))),
        usual=usual,
        to=t.text(N_("from {low} to {high}"), low="{low}", high="{high}"),
        thousands=reader.thousands,
    )


def curve_points(points: Sequence[LevelPoint], reader: Reader) -> tuple[Point, ...]:
    """Return the points of a chart."""
    return tuple(
        Point(
            minute=point.minute,
            label=reader.day_and_clock(minute_start(point.minute)),
            seen=point.seen,
            low=point.low,
            high=point.high,
        )
        for point in points
    )


def alert_flags(alerts: Sequence[Alert], reader: Reader) -> tuple[Flag, ...]:
    """Return flags for alarms and watches, the newest four."""
    flags = []
    for alert in list(alerts)[:_MOST_FLAGS]:
        is_alarm = alert.level == "alarm"
        clock = reader.clock(alert.at)
        label = reader.t.text(N_("alarm {clock}") if is_alarm else N_("watch {clock}"), clock=clock)
        shape = FlagShape.ALARM if is_alarm else FlagShape.WATCH
        flags.append(Flag(minute=minute_of(alert.at), label=label, short=label if is_alarm else clock, shape=shape))
    return tuple(flags)


def _points(
    minutes: dict[int, tuple[int, int]], usual: Expectation | None, since: int, until: int
) -> tuple[LevelPoint, ...]:
    """Sums over the hour that ends at each step; the last step is now."""
    running, sums = 0, [0]
    for minute in range(since - _HOUR, until):
        running += minutes.get(minute, (0, 0))[0]
        sums.append(running)
    points = []
    for end in range(until - (until - since) // STEP_MIN * STEP_MIN, until + 1, STEP_MIN):
        place = end - (since - _HOUR)
        seen = sums[place] - sums[max(0, place - _HOUR)]
        band = usual.band(end - 1) if usual else None
        points.append(
            LevelPoint(minute=end, seen=seen, low=band.low if band else None, high=band.high if band else None)
        )
    return tuple(points)


def _usual_share(engine: Engine, brand: Brand, until: int) -> tuple[float | None, float | None]:
    """The share of negatives of ordinary days: from the tenth to the ninetieth of a hundred of the last four weeks."""
    days = engine.store.affairs.tones(brand.slug, until - _SHARE_DAYS * 1440, until - 1440, days=True)
    shares = sorted(negative / posts for posts, negative in days.values() if posts >= 10)
    if len(shares) < _FEWEST_DAYS:
        return None, None
    return shares[len(shares) // 10], shares[-1 - len(shares) // 10]


def _code(rang: Sequence[Alert], now: datetime, *, is_over: bool) -> str:
    """The level people were told within a day, as long as more is seen than is usual."""
    levels = {alert.level for alert in rang if now - alert.at < _RINGING}
    if not is_over:
        return "calm"
    return "alarm" if "alarm" in levels else "watch" if "watch" in levels else "calm"
