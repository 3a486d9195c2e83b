"""Examine the database: is it whole, are its guards there, do the kept counts still say what the mentions say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from tocsin.store.database import Database
from tocsin.store.schema import APPEND_ONLY
from tocsin.store.upkeep.recount import TABLES, kept_counts, mend_counts, recount
from tocsin.store.upkeep.reindex import rebuild_index


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be. grave: it must be mended. template, params: a catalogue sentence."""

    code: str
    grave: bool
    template: str
    params: dict[str, str] = {}


def examine(db: Database) -> list[Finding]:
    """Return the findings, none when all is well."""
    return [*_whole(db), *_guards(db), *_orphans(db), *_counts(db), *_index(db)]


def mend(db: Database) -> int:
    """Count again from the mentions and build the index anew; return how many rows of counts were wrong."""
    wrong = mend_counts(db)
    with db.transaction():
        rebuild_index(db)
    return wrong


def _whole(db: Database) -> Iterator[Finding]:
    if not db.is_sqlite:
        return
    for said in sorted({said for (said,) in db.rows("pragma quick_check(1000)")}):
        if said != "ok" and not _is_imaginary(db, said):
            yield _grave("damaged", "The database file is damaged: {said}. Restore your last backup.", said=said)
    broken = db.rows("pragma foreign_key_check")
    if broken:
        yield _grave("orphan", "Rows of {table} point at nothing. Restore your last backup.", table=str(broken[0][0]))


def _is_imaginary(db: Database, said: str) -> bool:
    """Say whether a NULL that the check reports is not there.

    SQLite 3.40 misreads tables that are their own key when their columns stand in another order than the key's.
    """
    found = re.fullmatch(r"NULL value in (store_\w+)\.(\w+)", said)
    return found is not None and not db.value(f'select count(*) from "{found[1]}" where "{found[2]}" is null')


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
                    "The guard of the append-only table {table} is gone: someone may have changed its rows.",
                    table=table,
                )


def _orphans(db: Database) -> Iterator[Finding]:
    for template, sql in (
        (
            "{count} posts were never seen by any source. Restore your last backup.",
            "select count(*) from store_post p"
            " where not exists (select 1 from store_sighting s where s.post_id = p.id)",
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


def _counts(db: Database) -> Iterator[Finding]:
    for (table, columns), real in zip(TABLES, recount(db), strict=True):
        kept = kept_counts(db, table, columns)
        wrong = sum(real.get(key, 0) != kept.get(key, 0) for key in real.keys() | kept.keys())
        if wrong:
            yield _grave(
                "counts",
                "{rows} rows of {table} do not say what the mentions say. Run `tocsin doctor --mend`.",
                rows=str(wrong),
                table=table,
            )


def _index(db: Database) -> Iterator[Finding]:
    leads = db.value("select count(*) from store_mention where lead")
    if db.is_sqlite:
        # Each post of the index holds one mark of its brand; the index keeps no other list of its rows.
        db.run("create virtual table if not exists temp.store_words using fts5vocab('main', 'store_search', 'row')")
        indexed = db.value("select coalesce(sum(doc), 0) from temp.store_words where term >= 'b:' and term < 'b;'")
    else:
        indexed = db.value("select count(*) from store_search")
    if leads != indexed:
        yield _grave(
            "index",
            "The search index holds {indexed} posts of {leads}. Run `tocsin doctor --mend`.",
            indexed=str(indexed),
            leads=str(leads),
        )


def _grave(code: str, template: str, **params: str) -> Finding:
    return Finding(code=code, grave=True, template=template, params=params)
