"""Keep the counts beside the mentions: minutes and hours in UTC, days in the zone of the brand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tocsin.base.time import minute_of, minute_start
from tocsin.store import bulk
from tocsin.store.database import Database

MINUTE, HOUR, DAY = 1, 60, 1440

COUNT_COLUMNS = ("timeline_id", "brand_id", "watch", "span", "start", "platform", "language", "tone", "posts")
KIND_COLUMNS = ("timeline_id", "brand_id", "span", "start", "kind", "posts")
STORY_COLUMNS = ("story_id", "span", "start", "posts")

# (brand, watch or 0, minute, platform, language, tone)
CountKey = tuple[int, int, int, str, str, str]
# (brand, minute, kind)
KindKey = tuple[int, int, str]


@lru_cache(maxsize=65_536)
def _day_of_hour(hour: int, zone: str) -> int:
    at = minute_start(hour * 60).astimezone(ZoneInfo(zone))
    return minute_of(datetime(at.year, at.month, at.day, tzinfo=ZoneInfo(zone)))


def day_start(minute: int, zone: str) -> int:
    """Return the minute at which the local day that holds `minute` begins.

    >>> day_start(0, "UTC"), day_start(29_000_000, "Europe/Paris") % 1440
    (0, 1320)
    """
    # The day of the hour is nearly always that of the minute; zones of half hours begin their day inside one.
    start = _day_of_hour(minute // 60, zone)
    following = _next_day(start, zone)
    return start if minute < following else following


@lru_cache(maxsize=4_096)
def _next_day(start: int, zone: str) -> int:
    local = minute_start(start).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return minute_of(datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)))


def day_bounds(day: str, zone: str) -> tuple[int, int]:
    """Return the first minute of the local day `YYYY-MM-DD`, and of the one after. Raises ValueError."""
    wanted = datetime.fromisoformat(day)
    start = minute_of(datetime(wanted.year, wanted.month, wanted.day, tzinfo=ZoneInfo(zone)))
    return start, _next_day(start, zone)


def zones(db: Database, brands: Iterable[int]) -> dict[int, str]:
    """Return the time zone of each brand."""
    wanted = set(brands)
    return {brand: zone for brand, zone in db.rows("select id, time_zone from store_brand") if brand in wanted}


def add_counts(db: Database, timeline: int, counts: Mapping[CountKey, int], kinds: Mapping[KindKey, int]) -> None:
    """Add posts (or take them away, below 0) to the counts of a timeline, in all buckets."""
    zone = zones(db, {key[0] for key in counts} | {key[0] for key in kinds})
    buckets = {(key[0], key[2]) for key in counts} | {(key[0], key[1]) for key in kinds}
    place = {(brand, minute): (minute - minute % HOUR, day_start(minute, zone[brand])) for brand, minute in buckets}
    rows: list[tuple[object, ...]] = []
    wider: Counter[tuple[object, ...]] = Counter()
    for (brand, watch, minute, platform, language, tone), posts in counts.items():
        hour, day = place[(brand, minute)]
        rows.append((timeline, brand, watch, MINUTE, minute, platform, language, tone, posts))
        wider[(timeline, brand, watch, HOUR, hour, platform, language, tone)] += posts
        wider[(timeline, brand, watch, DAY, day, platform, language, tone)] += posts
    rows.extend((*key, posts) for key, posts in wider.items())
    bulk.add(db, "store_count", COUNT_COLUMNS, [row for row in rows if row[-1]])
    wider = Counter()
    for (brand, minute, kind), posts in kinds.items():
        hour, day = place[(brand, minute)]
        wider[(timeline, brand, HOUR, hour, kind)] += posts
        wider[(timeline, brand, DAY, day, kind)] += posts
    bulk.add(db, "store_kindcount", KIND_COLUMNS, [(*key, posts) for key, posts in wider.items() if posts])


def add_story_counts(db: Database, brand: int, posts: Iterable[tuple[int, int, int]]) -> None:
    """Add (story, minute, posts) to the counts of stories of a brand."""
    zone = zones(db, [brand])[brand]
    spans: Counter[tuple[int, int, int]] = Counter()
    for story, minute, number in posts:
        for span, start in _buckets(minute, zone)[1:]:
            spans[(story, span, start)] += number
    bulk.add(db, "store_storycount", STORY_COLUMNS, [(*key, number) for key, number in spans.items() if number])


def rebuild_days(db: Database, brand: int, zone: str) -> None:
    """Count the days of a brand again in another time zone, from its minutes and mentions."""
    days: Counter[tuple[int, int, int, int, str, str, str]] = Counter()
    for timeline, watch, start, platform, language, tone, posts in db.rows(
        "select timeline_id, watch, start, platform, language, tone, posts from store_count"
        " where brand_id = %s and span = 1",
        [brand],
    ):
        days[(timeline, watch, DAY, day_start(start, zone), platform, language, tone)] += posts
    db.run("delete from store_count where brand_id = %s and span = 1440", [brand])
    rows = [(key[0], brand, *key[1:], posts) for key, posts in days.items()]
    bulk.add(db, "store_count", COUNT_COLUMNS, rows)
    _rebuild_kind_days(db, brand, zone)
    _rebuild_story_days(db, brand, zone)


def _rebuild_kind_days(db: Database, brand: int, zone: str) -> None:
    days: Counter[tuple[int, int, str]] = Counter()
    for timeline, minute, kinds, posts in db.rows(
        "select timeline_id, minute, kinds, count(*) from store_mention where brand_id = %s and lead"
        " group by timeline_id, minute, kinds",
        [brand],
    ):
        for kind in kinds.split():
            days[(timeline, day_start(minute, zone), kind)] += posts
    db.run("delete from store_kindcount where brand_id = %s and span = 1440", [brand])
    rows = [(timeline, brand, DAY, start, kind, posts) for (timeline, start, kind), posts in days.items()]
    bulk.add(db, "store_kindcount", KIND_COLUMNS, rows)


def _rebuild_story_days(db: Database, brand: int, zone: str) -> None:
    days: Counter[tuple[int, int]] = Counter()
    for story, minute, posts in db.rows(
        "select story_id, minute, count(*) from store_mention where brand_id = %s and story_id is not null"
        " group by story_id, minute",
        [brand],
    ):
        days[(story, day_start(minute, zone))] += posts
    db.run(
        "delete from store_storycount where span = 1440"
        " and story_id in (select id from store_story where brand_id = %s)",
        [brand],
    )
    bulk.add(
        db, "store_storycount", STORY_COLUMNS, [(story, DAY, start, posts) for (story, start), posts in days.items()]
    )


def _buckets(minute: int, zone: str) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    return ((MINUTE, minute), (HOUR, minute - minute % 60), (DAY, day_start(minute, zone)))
