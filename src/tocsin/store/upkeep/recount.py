"""Count again from the mentions: what the kept counts should say, and how to make them say it."""

from __future__ import annotations

from collections import Counter

from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.write.counts import COUNT_COLUMNS, DAY, HOUR, KIND_COLUMNS, MINUTE, STORY_COLUMNS, day_start

Counts = dict[Row, int]

_WATCHES = (
    "select m.timeline_id, m.brand_id, m.watch_id, m.minute, p.platform, m.language, m.tone, count(*)"
    " from store_mention m join store_post p on p.id = m.post_id"
    " group by m.timeline_id, m.brand_id, m.watch_id, m.minute, p.platform, m.language, m.tone"
)
_BRANDS = (
    "select m.timeline_id, m.brand_id, 0, m.minute, p.platform, m.language, m.tone, count(*)"
    " from store_mention m join store_post p on p.id = m.post_id where m.lead"
    " group by m.timeline_id, m.brand_id, m.minute, p.platform, m.language, m.tone"
)
_KINDS = (
    "select timeline_id, brand_id, minute, kinds, count(*) from store_mention where lead"
    " group by timeline_id, brand_id, minute, kinds"
)
_STORIES = (
    "select story_id, brand_id, minute, count(*) from store_mention where story_id is not null"
    " group by story_id, brand_id, minute"
)
TABLES = (("store_count", COUNT_COLUMNS), ("store_kindcount", KIND_COLUMNS), ("store_storycount", STORY_COLUMNS))


def recount(db: Database) -> tuple[Counts, Counts, Counts]:
    """Return what the counts, the counts of kinds and those of stories should hold, keyed as their tables are."""
    zones: dict[int, str] = dict(db.rows("select id, time_zone from store_brand"))
    counts: Counter[Row] = Counter()
    for timeline, brand, watch, minute, *place, posts in db.rows(_WATCHES) + db.rows(_BRANDS):
        for span, start in _buckets(minute, zones[brand]):
            counts[(timeline, brand, watch, span, start, *place)] += posts
    kinds: Counter[Row] = Counter()
    for timeline, brand, minute, names, posts in db.rows(_KINDS):
        for span, start in _buckets(minute, zones[brand])[1:]:
            for kind in names.split():
                kinds[(timeline, brand, span, start, kind)] += posts
    stories: Counter[Row] = Counter()
    for story, brand, minute, posts in db.rows(_STORIES):
        for span, start in _buckets(minute, zones[brand])[1:]:
            stories[(story, span, start)] += posts
    return counts, kinds, stories


def kept_counts(db: Database, table: str, columns: tuple[str, ...]) -> Counts:
    """Return what a table of counts holds, by its key."""
    return {tuple(key): posts for *key, posts in db.rows(f"select {', '.join(columns)} from {table}")}


def mend_counts(db: Database) -> int:
    """Make the kept counts say what the mentions say, in one transaction; return how many rows were wrong."""
    with db.transaction():
        wrong = 0
        for (table, columns), real in zip(TABLES, recount(db), strict=True):
            kept = kept_counts(db, table, columns)
            rows = [(*key, real.get(key, 0) - kept.get(key, 0)) for key in real.keys() | kept.keys()]
            rows = [row for row in rows if row[-1]]
            bulk.add(db, table, columns, rows)
            wrong += len(rows)
    return wrong


def _buckets(minute: int, zone: str) -> tuple[tuple[int, int], ...]:
    return (MINUTE, minute), (HOUR, minute - minute % HOUR), (DAY, day_start(minute, zone))
