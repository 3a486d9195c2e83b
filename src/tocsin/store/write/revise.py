"""A known post says something else now: keep what it said, and correct what was read in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import READING_COLUMNS, clean, ms_or_none, reading_row
from tocsin.store.write.columns import rest_jsons
from tocsin.store.write.counts import CountKey, KindKey, add_counts
from tocsin.store.write.index import add_documents, remove_documents, stored_documents


class Changed(NamedTuple):
    """A stored post, what it is now, and the mentions read in its new words."""

    post_id: int
    post: Post
    mentions: list[Mention]


def revise(db: Database, now_ms: int, changed: Sequence[Changed]) -> None:
    """Write a revision for each changed post; correct its mentions, their counts and the index."""
    for chunk in bulk.chunks(changed, 500):
        _revise(db, now_ms, chunk)


def _revise(db: Database, now_ms: int, changed: Sequence[Changed]) -> None:
    ids = [one.post_id for one in changed]
    where = f"m.post_id in ({marks(len(ids))})"
    remove_documents(db, stored_documents(db, where, ids))
    olds = db.rows(f"select id, title, text from store_post where id in ({marks(len(ids))}) order by id", ids)
    numbers = bulk.reserve(db, "store_revision", len(olds))
    rows = [(number, post, now_ms, title, text) for number, (post, title, text) in zip(numbers, olds, strict=True)]
    bulk.insert(db, "store_revision", ("id", "post_id", "seen_ms", "title", "text"), rows)
    bulk.update(
        db,
        "update store_post set title = %s, text = %s, edited_ms = %s, rest = %s where id = %s",
        [
            (
                clean(one.post.title),
                clean(one.post.text),
                ms_or_none(one.post.edited_at),
                rest,
                one.post_id,
            )
            for one, rest in zip(changed, rest_jsons([one.post for one in changed]), strict=True)
        ],
    )
    _read_again(db, changed)
    add_documents(db, stored_documents(db, where, ids))


def _read_again(db: Database, changed: Sequence[Changed]) -> None:
    fresh: dict[tuple[int, int], Mention] = {}
    for one in changed:
        for mention in one.mentions:
            fresh[(one.post_id, db.names.watch(mention.brand, mention.watch))] = mention
    ids = [one.post_id for one in changed]
    rows = db.rows(
        "select m.id, m.post_id, m.watch_id, m.timeline_id, m.brand_id, m.minute, m.lead, p.platform, m.language,"
        " m.tone, m.kinds from store_mention m join store_post p on p.id = m.post_id"
        f" where m.post_id in ({marks(len(ids))})",
        ids,
    )
    counts: dict[int, dict[CountKey, int]] = {}
    kinds: dict[int, dict[KindKey, int]] = {}
    updates: list[tuple[Any, ...]] = []
    for row, post_id, watch, timeline, brand, minute, lead, platform, language, tone, had in rows:
        again = fresh.get((post_id, watch))
        if again is None:
            continue
        read = reading_row(again)
        updates.append((*read, db.names.reading(again.verdict.version), row))
        count, kind = counts.setdefault(timeline, {}), kinds.setdefault(timeline, {})
        for which in (watch, 0) if lead else (watch,):
            _add(count, (brand, which, minute, platform, language, tone), -1)
            _add(count, (brand, which, minute, platform, read[1], read[2]), 1)
        if lead:
            for name in had.split():
                _add(kind, (brand, minute, name), -1)
            for name in read[4].split():
                _add(kind, (brand, minute, name), 1)
    sets = ", ".join(f"{column} = %s" for column in READING_COLUMNS)
    bulk.update(db, f"update store_mention set {sets}, version_id = %s where id = %s", updates)
    for timeline in sorted(counts):
        add_counts(db, timeline, counts[timeline], kinds[timeline])


def _add(counter: dict[Any, int], key: tuple[Any, ...], number: int) -> None:
    counter[key] = counter.get(key, 0) + number
