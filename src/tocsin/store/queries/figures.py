"""Counts over time and the figures of a day: read from the kept counts alone, never from mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.seam import LIVE
from tocsin.store.database import Database, marks
from tocsin.store.write.counts import DAY, HOUR, day_bounds


class Bucket(IntEnum):
    """Length of a bucket, in minutes. Days are those of the brand's time zone."""

    MINUTE = 1
    HOUR = 60
    DAY = 1440


class CountRow(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of a bucket. start: its first minute since 1970, UTC. watch: "" for the brand's distinct posts."""

    start: int
    watch: str
    platform: str
    language: str
    tone: str
    posts: int


class StoryFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How many distinct posts a story had that day."""

    story: str
    title: str
    state: str
    posts: int


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a brand, in its own time zone. start, end: minutes since 1970, UTC; end is excluded.

    hours: (first minute of the hour, posts), those with posts. previous_posts: of the day before.
    stories: the largest of the day first, ten at most. open_alerts: how many wait for a person now.
    """

    brand: str
    day: str
    start: int
    end: int
    posts: int
    previous_posts: int
    tones: dict[str, int]
    previous_tones: dict[str, int]
    platforms: dict[str, int]
    languages: dict[str, int]
    kinds: dict[str, int]
    watches: dict[str, int]
    hours: list[tuple[int, int]]
    stories: list[StoryFigure]
    open_alerts: int


def counts(
    db: Database,
    brand: str,
    timelines: str | Sequence[str] = LIVE,
    *,
    span: tuple[int, int],
    bucket: Bucket = Bucket.HOUR,
    watch: str | None = "",
) -> list[CountRow]:
    """Return the counts of buckets that begin at or after the first minute of `span` and before its last, sorted.

    watch: "" for the brand's distinct posts, a name for one watch, None for all watches and the brand.
    """
    names = [timelines] if isinstance(timelines, str) else list(timelines)
    numbers = [number for name in names if (number := db.names.find_timeline(name)) is not None]
    if not numbers:
        return []
    number = db.names.brand(brand)
    where, params = "", []  # type: tuple[str, list[int]]
    if watch is not None:
        where, params = "and watch = %s", [db.names.watch(brand, watch) if watch else 0]
    rows = db.rows(
        "select start, watch, platform, language, tone, sum(posts) from store_count"
        f" where timeline_id in ({marks(len(numbers))}) and brand_id = %s {where} and span = %s"
        " and start >= %s and start < %s"
        " group by start, watch, platform, language, tone order by start, watch, platform, language, tone",
        [*numbers, number, *params, int(bucket), *span],
    )
    return [
        CountRow(
            start=row[0],
            watch=db.names.name_of("watch", row[1]) if row[1] else "",
            platform=row[2],
            language=row[3],
            tone=row[4],
            posts=int(row[5]),
        )
        for row in rows
    ]


def minute_counts(
    db: Database, brand: str, timelines: str | Sequence[str], since_minute: int, until_minute: int
) -> dict[int, int]:
    """Return the distinct posts of a brand in each minute that has some, from `since` and before `until`."""
    rows = counts(db, brand, timelines, span=(since_minute, until_minute), bucket=Bucket.MINUTE)
    series: Counter[int] = Counter()
    for row in rows:
        series[row.start] += row.posts
    return dict(series)


def tones(db: Database, brand: str, since_minute: int, until_minute: int, world: str = LIVE) -> dict[str, int]:
    """Return the distinct posts of a brand by tone, from `since` and before `until`, over all timelines of a world.

    Whole hours are read from the hours, the ragged ends from the minutes.
    """
    numbers = _world_timelines(db, world)
    if not numbers:
        return {}
    first, last = -(-since_minute // HOUR) * HOUR, until_minute // HOUR * HOUR
    stretches = [(HOUR, first, last), (1, since_minute, first), (1, last, until_minute)]
    if first > last:
        stretches = [(1, since_minute, until_minute)]
    found: Counter[str] = Counter()
    for span, start, end in stretches:
        for tone, posts in db.rows(
            "select tone, sum(posts) from store_count where brand_id = %s and watch = 0 and span = %s and start >= %s"
            f" and start < %s and timeline_id in ({marks(len(numbers))}) group by tone",
            [db.names.brand(brand), span, start, end, *numbers],
        ):
            found[tone] += int(posts)
    return dict(sorted(found.items()))


def _world_timelines(db: Database, world: str) -> list[int]:
    """The timelines that share a world: live and its back-fills, or a replay or drill alone."""
    number = db.names.find_timeline(world)
    rows = db.rows("select id from store_timeline where id = %s or world_id = %s order by id", [number, number])
    return [row for (row,) in rows]


class _Place(NamedTuple):
    """A brand in a world, as a condition of a query and its parameters."""

    where: str
    params: list[int]


def dashboard(db: Database, brand: str, day: str, world: str = LIVE) -> DayFigures:
    """Return the figures of the local day `YYYY-MM-DD`. Raises InputError on another form of day."""
    number = db.names.brand(brand)
    zone = str(db.value("select time_zone from store_brand where id = %s", [number]))
    try:
        start, end = day_bounds(day, zone)
        before = day_bounds(str(date.fromisoformat(day) - timedelta(days=1)), zone)[0]
    except (ValueError, OverflowError):
        raise InputError("{day!r} is not a day; write it as 2026-01-31.", day=day) from None
    timelines = _world_timelines(db, world)
    place = _Place(f"brand_id = %s and timeline_id in ({marks(len(timelines)) or 'null'})", [number, *timelines])
    today, previous = _day(db, place, start), _day(db, place, before)
    hours = db.rows(
        f"select start, sum(posts) from store_count where {place.where} and watch = 0 and span = %s"
        " and start >= %s and start < %s group by start order by start",
        [*place.params, HOUR, start, end],
    )
    return DayFigures(
        brand=brand,
        day=day,
        start=start,
        end=end,
        posts=sum(today["tone"].values()),
        previous_posts=sum(previous["tone"].values()),
        tones=today["tone"],
        previous_tones=previous["tone"],
        platforms=today["platform"],
        languages=today["language"],
        kinds=_kinds(db, place, start),
        watches=_watches(db, place, start),
        hours=[(minute, int(posts)) for minute, posts in hours],
        stories=_stories(db, place, start),
        open_alerts=db.value(
            "select count(*) from store_alert where timeline = %s and brand = %s and state = 'open'", [world, brand]
        ),
    )


def _day(db: Database, place: _Place, start: int) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {"tone": Counter(), "platform": Counter(), "language": Counter()}
    for platform, language, tone, posts in db.rows(
        f"select platform, language, tone, posts from store_count where {place.where} and watch = 0"
        " and span = %s and start = %s",
        [*place.params, DAY, start],
    ):
        found["tone"][tone] += posts
        found["platform"][platform] += posts
        found["language"][language] += posts
    return {name: dict(sorted(counter.items())) for name, counter in found.items()}


def _kinds(db: Database, place: _Place, start: int) -> dict[str, int]:
    rows = db.rows(
        f"select kind, sum(posts) from store_kindcount where {place.where} and span = %s and start = %s"
        " group by kind order by kind",
        [*place.params, DAY, start],
    )
    return {kind: int(posts) for kind, posts in rows}


def _watches(db: Database, place: _Place, start: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for watch, name in db.rows("select id, name from store_watch where brand_id = %s order by name", place.params[:1]):
        posts = db.value(
            f"select sum(posts) from store_count where {place.where} and watch = %s and span = %s and start = %s",
            [*place.params, watch, DAY, start],
        )
        if posts:
            found[name] = int(posts)
    return found


def _stories(db: Database, place: _Place, start: int) -> list[StoryFigure]:
    rows = db.rows(
        "select s.name, s.title, s.state, c.posts from store_storycount c join store_story s on s.id = c.story_id"
        f" where c.span = %s and c.start = %s and s.{place.where.replace('timeline_id', 's.timeline_id')}"
        " order by c.posts desc, s.name limit 10",
        [DAY, start, *place.params],
    )
    return [StoryFigure(story=row[0], title=row[1], state=row[2], posts=row[3]) for row in rows]
