"""The list of a brand's watches, each with its figures."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.time import minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.watches.chips import Chips, draw_query
from tocsin.screen.query import parse_query
from tocsin.store.queries.watching import KeptWatch, WatchDay
from tocsin.surge.replay.series import replay_counts

FIGURES_DAYS = 7
RECORD_DAYS = 30
_WARM_DAYS = 14
_DAY_MIN = 1440


class WatchCard(msgspec.Struct, frozen=True, kw_only=True):
    """A watch and its figures. chips: None when groups cannot draw its query.

    posts: of the last seven days. days: posts of each, oldest first, shape (7,). per_day: their mean.
    negative_share: None without a post. last_at: its last mention.
    """

    number: int
    is_on: bool
    watch: Watch
    chips: Chips | None
    posts: int
    days: tuple[int, ...]
    per_day: float
    negative_share: float | None
    last_at: datetime | None


def watch_cards(engine: Engine, brand: Brand, now: datetime) -> list[WatchCard]:
    """Return the watches of a brand, those in use first; read from roll-ups alone."""
    until = minute_of(now) + 1
    days = engine.store.watching.days(brand.slug, until - FIGURES_DAYS * _DAY_MIN, until)
    kept = engine.store.watching.watches(brand.slug)
    cards = [_card(engine, one, days.get(one.number, []), until) for one in kept]
    return sorted(cards, key=lambda card: (not card.is_on, card.watch.name.casefold()))


def rings_of_watch(engine: Engine, brand: Brand, number: int) -> int | None:
    """Return how often the volume of one watch would have rung in its last 30 days; None when it has no past."""
    store = engine.store.watching
    last = store.last_minute(brand.slug, number)
    if last is None:
        return None
    begin = last - RECORD_DAYS * _DAY_MIN
    counts = store.minutes(brand.slug, number, begin - _WARM_DAYS * _DAY_MIN, last + 1)
    return sum(surge.at >= minute_start(begin) for surge in replay_counts(brand, counts))


def _card(engine: Engine, kept: KeptWatch, days: list[WatchDay], until: int) -> WatchCard:
    posts = sum(day.posts for day in days)
    last = engine.store.watching.last_minute(kept.watch.brand, kept.number)
    bars = [0] * FIGURES_DAYS
    for day in days:
        bars[min(FIGURES_DAYS - 1, (day.start - until) // _DAY_MIN + FIGURES_DAYS)] += day.posts
    return WatchCard(
        number=kept.number,
        is_on=kept.is_on,
        watch=kept.watch,
        chips=draw_query(parse_query(kept.watch.query)),
        posts=posts,
        days=tuple(bars),
        per_day=posts / FIGURES_DAYS,
        negative_share=sum(day.negative for day in days) / posts if posts else None,
        last_at=None if last is None else minute_start(last),
    )
