"""What a digest tells of a day or a week: read from kept counts and indexes, whatever their number."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.brand import Brand
from tocsin.base.person import Rhythm
from tocsin.base.story import StoryState
from tocsin.base.time import minute_of
from tocsin.flows.alerts_inbox import AlertLine, alert_lines
from tocsin.flows.engine import Engine
from tocsin.flows.level import Level, expectation, level
from tocsin.flows.sources import SourceView, source_board
from tocsin.flows.stream import todo_since
from tocsin.store.affairs.rows import AlertFilter, StoryLine
from tocsin.store.queries.stream import Ask, State, Waiting
from tocsin.store.rows import AlertStep

SPANS = {Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}
_STORIES = 60
_SHOWN = 4
_ALERTS = 8
_MOST_ALERTS = 500
_MOST_MINE = 50
_FEWEST_POSTS = 3


class DigestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A period of a brand. since, until: of it. posts, negative: said in it. before: posts of the period before.

    usual: posts that such a period holds by what is usual for its hours, None before a day of past.
    new, growing, calm: stories, the largest first, four each at most; alerts: told in it, with what people did.
    rang: how many alerts there were in all. mine: mentions that wait for the reader.
    """

    brand: Brand
    rhythm: Rhythm
    since: datetime
    until: datetime
    level: Level
    posts: int
    negative: int
    before: int
    usual: float | None
    new: tuple[StoryLine, ...]
    growing: tuple[StoryLine, ...]
    calm: tuple[StoryLine, ...]
    alerts: tuple[tuple[AlertLine, tuple[AlertStep, ...]], ...]
    rang: int
    silent: tuple[SourceView, ...]
    waiting: Waiting
    mine: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said, nothing rang and no source is silent."""
        return not (self.posts or self.alerts or self.silent)

    @property
    def negative_p(self) -> float | None:
        """The share of negatives, None without a post."""
        return self.negative / self.posts if self.posts else None


def digest_facts(engine: Engine, brand: Brand, until: datetime, rhythm: Rhythm, person: int = 0) -> DigestFacts:
    """Return what is told of the day or the week that ends at `until`. person: number of the reader, 0 for nobody."""
    span = SPANS[rhythm]
    since = until - span
    affairs = engine.store.affairs
    first, last = minute_of(since), minute_of(until)
    length = last - first
    counted = affairs.tones(brand.slug, first - length, last)
    inside = [pair for minute, pair in counted.items() if minute >= first]
    posts, negative = sum(whole for whole, _ in inside), sum(part for _, part in inside)
    usual = expectation(engine, brand)
    bands = [usual.band(minute - 1).middle for minute in range(first + 60, last + 1, 60)] if usual else []
    stories = [
        line
        for line in affairs.moved_since(brand.slug, since, _STORIES)
        if line.posts >= _FEWEST_POSTS and line.first_at < until
    ]
    new = [line for line in stories if line.first_at >= since]
    rang = affairs.alerts(brand.slug, AlertFilter(since=since, before=until, limit=_MOST_ALERTS))
    older = [line for line in stories if line.first_at < since]
    return DigestFacts(
        brand=brand,
        rhythm=rhythm,
        since=since,
        until=until,
        level=level(engine, brand, until, hours=int(span.total_seconds() // 3600)),
        posts=posts,
        negative=negative,
        before=sum(whole for minute, (whole, _) in counted.items() if minute < first),
        usual=sum(bands) if usual else None,
        new=tuple(new[:_SHOWN]),
        growing=tuple([line for line in older if line.state is not StoryState.CALM][:_SHOWN]),
        calm=tuple([line for line in older if line.state is StoryState.CALM][:_SHOWN]),
        alerts=tuple(_told(engine, rang[:_ALERTS])),
        rang=len(rang),
        silent=tuple(
            view for view in source_board(engine, brand.slug, until, all_brands=False).sources if view.needs_somebody
        ),
        waiting=engine.store.stream.waiting(brand.slug, todo_since(until)),
        mine=_mine(engine, brand, person, until),
    )


def _told(engine: Engine, alerts: list[Alert]) -> list[tuple[AlertLine, tuple[AlertStep, ...]]]:
    return [(line, tuple(engine.store.alert_log(line.alert.id))) for line in alert_lines(engine, alerts)]


def _mine(engine: Engine, brand: Brand, person: int, until: datetime) -> int:
    if not person:
        return 0
    ask = Ask(brand=brand.slug, state=State.TODO, assignee=person, since=todo_since(until))
    return len(engine.store.stream.page(ask, limit=_MOST_MINE).rows)
