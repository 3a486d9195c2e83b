"""Back-test: replay the stored past of a brand and say when it would have rung, under a budget of false alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.seam import LIVE, BrandMinute
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import minute_start
from tocsin.flows.engine import Engine
from tocsin.surge.backtest import replay_minutes

_ROWS = 5_000
_WATCHES_PER_ALARM = 5  # the usual budget tells five times as many watches as alarms
_DAYS_A_MONTH = 30


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What the past would have rung. since, until: the first and last minute replayed, None when there is no past.

    alarms_per_month, watches_per_month: per 30 days of that past.
    """

    brand: Brand
    surges: tuple[Surge, ...]
    posts: int
    since: datetime | None
    until: datetime | None
    alarms_per_month: float
    watches_per_month: float


def backtest(
    engine: Engine, brand: Brand, budget: float | None, progress: Callable[[int], None] | None = None
) -> Backtest:
    """Return what the whole stored past of a brand would have rung; nothing is stored and nobody is told.

    budget: false alarms a month; None takes the brand's own.
    """
    if budget is not None:
        kept = AlarmBudget(alarms_per_month=budget, watches_per_month=budget * _WATCHES_PER_ALARM)
        brand = msgspec.structs.replace(brand, budget=kept)
    past = _Past(engine, brand.slug, progress)
    surges = tuple(replay_minutes(brand, past))
    days = 0.0 if past.first is None or past.last is None else max(1.0, (past.last - past.first) / 1440)
    rates = {
        level: sum(surge.level is level for surge in surges) * _DAYS_A_MONTH / days if days else 0.0
        for level in SurgeLevel
    }
    return Backtest(
        brand=brand,
        surges=surges,
        posts=past.posts,
        since=None if past.first is None else minute_start(past.first),
        until=None if past.last is None else minute_start(past.last),
        alarms_per_month=rates[SurgeLevel.ALARM],
        watches_per_month=rates[SurgeLevel.WATCH],
    )


class _Past:
    """The closed minutes of a brand, a few thousand posts at a time, noting what was read."""

    def __init__(self, engine: Engine, brand: str, progress: Callable[[int], None] | None) -> None:
        self._store = engine.store
        self._brand = brand
        self._progress = progress
        self.first: int | None = None
        self.last: int | None = None
        self.posts = 0

    def __iter__(self) -> Iterator[BrandMinute]:
        after = -1
        while minutes := self._store.past_minutes(LIVE, self._brand, after, _ROWS):
            self.first = minutes[0].minute if self.first is None else self.first
            after = self.last = minutes[-1].minute
            self.posts += sum(len(minute.mentions) for minute in minutes)
            yield from minutes
            if self._progress:
                self._progress(self.posts)
