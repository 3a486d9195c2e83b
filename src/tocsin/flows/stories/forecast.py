"""How far a story may go, on what that rests, and how such forecasts fared on the brand's past stories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from tocsin.base.brand import Brand
from tocsin.base.time import minute_of, to_ms
from tocsin.flows.engine import Engine
from tocsin.spread.forecast.features import Scene, Times
from tocsin.spread.forecast.model import Model, shipped_model
from tocsin.spread.forecast.predict import Moment, forecast
from tocsin.spread.forecast.values import LONGEST_S, SHORTEST_S, Card, Figures, Forecast, ForecastReason
from tocsin.store.affairs.rows import StoryFilter, StoryLine

CHECKED_AFTER_S = 3_600.0
_OVER = timedelta(days=2)  # without a post for as long, a story is over
_CALM_S = 6 * 3_600.0
_MOST_READ = 5_000
_PAST_STORIES = 30
_PAST_LOOKED_AT = 300
_PAST_READ = 1_000  # posts of a first hour
_FEWEST = 20  # posts: under it the chance to double, learnt from news that were told of, is told too high


class Silence(StrEnum):
    """Why nothing is said of how far a story may go."""

    TOO_YOUNG = "too_young"
    TOO_FEW = "too_few"
    TOO_OLD = "too_old"
    CALM = "calm"


class PastChecks(msgspec.Struct, frozen=True, kw_only=True):
    """What forecasts after the first hour would have said of stories that are over.

    stories: those that reached the size of which ranges are told, with enough posts in their first hour. held: of how
    many the end lay within the range. doubled: how many at least doubled. foretold: for how many of them all the
    likelier of doubling or not was what came.
    """

    stories: int = 0
    held: int = 0
    doubled: int = 0
    foretold: int = 0


class StoryForecast(msgspec.Struct, frozen=True, kw_only=True):
    """How far a story may go, or why that is not said. posts: so far; after_s: since its first.

    told: sizes count the first post too. figures: what the model reached nearest to this age.
    """

    posts: int
    after_s: float
    silence: Silence | None = None
    told: Forecast | None = None
    figures: Figures | None = None
    card: Card | None = None
    checks: PastChecks = PastChecks()


def story_forecast(engine: Engine, brand: Brand, line: StoryLine, now: datetime) -> StoryForecast:
    """Return how far a story may go as seen now, told in its first day only, and not while it is silent."""
    after_s = (now - line.first_at).total_seconds()
    if after_s > LONGEST_S:
        return StoryForecast(posts=line.posts, after_s=after_s, silence=Silence.TOO_OLD)
    if after_s < SHORTEST_S:
        return StoryForecast(posts=line.posts, after_s=after_s, silence=Silence.TOO_YOUNG)
    if (now - line.last_at).total_seconds() > _CALM_S:
        return StoryForecast(posts=line.posts, after_s=after_s, silence=Silence.CALM)
    model = _model()
    times = _times(engine.store.affairs.times(line.number, minute_of(now), _MOST_READ), line)
    told = _of_posts(forecast(model, [_moment(times, after_s, line, brand)])[0])
    if told.reason is not ForecastReason.FORECAST or told.seen < _FEWEST:
        return StoryForecast(posts=told.seen, after_s=after_s, silence=Silence.TOO_FEW)
    return StoryForecast(
        posts=told.seen,
        after_s=after_s,
        told=told,
        figures=min(model.card.figures, key=lambda one: abs(np.log(one.after_s / after_s))),
        card=model.card,
        checks=past_checks(engine, brand, now),
    )


def past_checks(engine: Engine, brand: Brand, now: datetime) -> PastChecks:
    """Return how forecasts after an hour would have fared on the newest stories that are over, at most thirty."""
    model = _model()
    wanted = StoryFilter(before=now - _OVER, limit=_PAST_LOOKED_AT)
    lines = [line for line in engine.store.affairs.stories(brand.slug, wanted) if line.posts > model.card.least]
    past = [(_first_hour(engine, line), line) for line in lines[:_PAST_STORIES]]
    return _checked(tuple((times, line.posts, to_ms(line.first_at)) for times, line in past), brand.time_zone)


@cache
def _model() -> Model:
    return shipped_model()


@lru_cache(maxsize=64)
def _checked(past: Sequence[tuple[tuple[int, ...], int, int]], zone: str) -> PastChecks:
    """Check past stories: when the posts of their first hour were written, posts in all, and when each began."""
    scenes = [Scene(began_s=first_ms / 1000, zone=ZoneInfo(zone)) for _, _, first_ms in past]
    moments = [
        Moment(times=_since(times, first_ms), after_s=CHECKED_AFTER_S, scene=scene)
        for (times, _, first_ms), scene in zip(past, scenes, strict=True)
    ]
    pairs = [
        (_of_posts(told), posts)
        for told, (_, posts, _) in zip(forecast(_model(), moments), past, strict=True)
        if told.reason is ForecastReason.FORECAST
    ]
    doubled = [posts >= 2 * told.seen for told, posts in pairs]
    return PastChecks(
        stories=len(pairs),
        held=sum((told.low or 0) <= posts <= (told.high or 0) for told, posts in pairs),
        doubled=sum(doubled),
        foretold=sum(((told.double_p or 0) >= 0.5) == came for (told, _), came in zip(pairs, doubled, strict=True)),
    )


def _first_hour(engine: Engine, line: StoryLine) -> tuple[int, ...]:
    until = minute_of(line.first_at) + round(CHECKED_AFTER_S / 60)
    return tuple(engine.store.affairs.times(line.number, until, _PAST_READ))


def _moment(times: Times, after_s: float, line: StoryLine, brand: Brand) -> Moment:
    scene = Scene(began_s=to_ms(line.first_at) / 1000, zone=ZoneInfo(brand.time_zone))
    return Moment(times=times, after_s=after_s, scene=scene)


def _times(at_ms: Sequence[int], line: StoryLine) -> Times:
    return _since(at_ms, to_ms(line.first_at))


def _since(at_ms: Sequence[int], first_ms: int) -> Times:
    """The seconds from the first post to each later one; a cascade counts what followed, not what began it."""
    return np.maximum(np.asarray(at_ms[1:], dtype=np.float64) - first_ms, 0.0) / 1000


def _of_posts(told: Forecast) -> Forecast:
    """What was said of the posts that followed, said of all of them, the first included."""
    if told.size is None or told.low is None or told.high is None:
        return msgspec.structs.replace(told, seen=told.seen + 1)
    return msgspec.structs.replace(
        told, seen=told.seen + 1, size=told.size + 1, low=told.low + 1, high=told.high + 1, least=told.least + 1
    )
