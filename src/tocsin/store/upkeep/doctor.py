"""Examine the database: is it whole, are its guards there, do the kept counts still say what the mentions say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from tocsin.store.database import Database, Row
from tocsin.store.schema import APPEND_ONLY
from tocsin.store.write.counts import DAY, day_start

_SHOWN = 3


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be. grave: it must be mended. template, params: a catalogue sentence."""

    code: str
    grave: bool
    template: str
    params: dict[str, str] = {}


def examine(db: Database) -> list[Finding]:
    """Return the findings, none when all is well."""
    return [*_whole(db), *_guards(db), *_orphans(db), *_counts(db), *_kind_counts(db), *_story_counts(db), *_index(db)]


def _whole(db: Database) -> Iterator[Finding]:
    if not db.is_sqlite:
        return
    for (said,) in db.rows("pragma quick_check(3)"):
        if said != "ok":
            yield _grave("damaged", "The database file is damaged: {said}. Restore your last backup.", said=said)
    broken = db.rows("pragma foreign_key_check")
    if broken:
        yield _grave("orphan", "Rows of {table} point at nothing. Restore your last backup.", table=str(broken[0][0]))


def _guards(db: Database) -> Iterator[Finding]:
    if db.is_sqlite:
        found = db.rows("select name from sqlite_master where type = 'trigger'")
    else:
        found = db.rows("select tgname from pg_trigger where not tgisinternal and tgenabled <> 'D'")
    present = {name for (name,) in found}
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            if f"{table}_no_{verb}" not in present:
                yield _grave(
                    "guard",
                    "The guard of the append-only table {table} is gone: someone removed it, and may have changed rows.",
                    table=table,
                )


def _orphans(db: Database) -> Iterator[Finding]:
    for template, sql in (
        (
            "{count} posts were never seen by any source. Restore your last backup.",
            "select count(*) from store_post p where not exists (select 1 from store_sighting s where s.post_id = p.id)",
        ),
        (
            "{count} mentions are the first of no post of their brand. Restore your last backup.",
            "select count(*) from (select post_id, brand_id from store_mention group by post_id, brand_id"
            " having sum(case when lead then 1 else 0 end) <> 1) odd",
        ),
    ):
        count = db.value(sql)
        if count:
            yield _grave("orphan", template, count=str(count))


_COUNTED = (
    "select m.timeline_id, m.brand_id, m.watch_id, m.minute, p.platform, m.language, m.tone, count(*)"
    " from store_mention m join store_post p on p.id = m.post_id {where}"
    " group by m.timeline_id, m.brand_id, m.watch_id, m.minute, p.platform, m.language, m.tone"
)
_LED = _COUNTED.replace("m.watch_id", "0")


def _counts(db: Database) -> Iterator[Finding]:
    """Minutes against the mentions; hours and days against the minutes."""
    real: Counter[Row] = Counter()
    for sql, where in (
        (_COUNTED, ""),
        (_LED.replace("group by m.timeline_id, m.brand_id, 0,", "group by m.timeline_id, m.brand_id,"), "where m.lead"),
    ):
        for *key, posts in db.rows(sql.format(where=where)):
            real[tuple(key)] += posts
    kept = _kept(db, 1)
    yield from _compare("counts of minutes", real, kept)
    zones = dict(db.rows("select id, time_zone from store_brand"))
    for span, name in ((60, "counts of hours"), (DAY, "counts of days")):
        summed: Counter[Row] = Counter()
        for (timeline, brand, watch, minute, *place), posts in real.items():
            start = day_start(minute, zones[brand]) if span == DAY else minute - minute % span
            summed[(timeline, brand, watch, start, *place)] += posts
        yield from _compare(name, summed, _kept(db, span))


def _kept(db: Database, span: int) -> dict[Row, int]:
    rows = db.rows(
        "select timeline_id, brand_id, watch, start, platform, language, tone, posts from store_count where span = %s",
        [span],
    )
    return {tuple(key): posts for *key, posts in rows}


def _kind_counts(db: Database) -> Iterator[Finding]:
    zones = dict(db.rows("select id, time_zone from store_brand"))
    real: Counter[Row] = Counter()
    for timeline, brand, minute, kinds, posts in db.rows(
        "select timeline_id, brand_id, minute, kinds, count(*) from store_mention where lead"
        " group by timeline_id, brand_id, minute, kinds"
    ):
        for kind in kinds.split():
            real[(timeline, brand, 60, minute - minute % 60, kind)] += posts
            real[(timeline, brand, DAY, day_start(minute, zones[brand]), kind)] += posts
    rows = db.rows("select timeline_id, brand_id, span, start, kind, posts from store_kindcount")
    yield from _compare("counts of kinds", real, {tuple(key): posts for *key, posts in rows})


def _story_counts(db: Database) -> Iterator[Finding]:
    zones = dict(db.rows("select id, time_zone from store_brand"))
    real: Counter[Row] = Counter()
    for story, brand, minute, posts in db.rows(
        "select story_id, brand_id, minute, count(*) from store_mention where story_id is not null"
        " group by story_id, brand_id, minute"
    ):
        real[(story, 60, minute - minute % 60)] += posts
        real[(story, DAY, day_start(minute, zones[brand]))] += posts
    rows = db.rows("select story_id, span, start, posts from store_storycount")
    yield from _compare("counts of stories", real, {tuple(key): posts for *key, posts in rows})


def _compare(what: str, real: dict[Row, int], kept: dict[Row, int]) -> Iterator[Finding]:
    wrong = [key for key in real.keys() | kept.keys() if real.get(key, 0) != kept.get(key, 0)]
    if wrong:
        first = ", ".join(str(key) for key in sorted(wrong, key=repr)[:_SHOWN])
        yield _grave(
            "counts",
            "{rows} {what} do not say what the mentions say (first: {first}). Run `tocsin export`, then `tocsin restore`.",
            rows=str(len(wrong)),
            what=what,
            first=first,
        )


def _index(db: Database) -> Iterator[Finding]:
    leads = db.value("select count(*) from store_mention where lead")
    if db.is_sqlite:
        indexed = db.value("select count(*) from store_search_docsize")
    else:
        indexed = db.value("select count(*) from store_search")
    if leads != indexed:
        yield _grave(
            "index",
            "The search index holds {indexed} posts of {leads}. Run `tocsin export`, then `tocsin restore`.",
            indexed=str(indexed),
            leads=str(leads),
        )


def _grave(code: str, template: str, **params: str) -> Finding:
    return Finding(code=code, grave=True, template=template, params=params)
