"""Erase an author: posts, words, quotes, traces; leave nothing of it in the files, and say what stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.queries.duty import note_audit
from tocsin.store.rows import AuditEntry
from tocsin.store.write.remove import remove_posts
from tocsin.store.write.tombstone import author_tombstone, bury

_SCAN = 2_000
# Backups made before are out of reach of this program: their owner is asked to drop them within three months, the
# longest time that the duty to erase "without undue delay" is commonly stretched to (GDPR, articles 12(3) and 17).
BACKUPS_KEPT = timedelta(days=90)


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stays after an erasure: what, on which ground, until when (None: no end). Catalogue sentences."""

    what: str
    ground: str
    until: datetime | None = None
    rows: int = 0


class ErasureReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure took away, by kind of row, and what stays."""

    erased: dict[str, int]
    stays: tuple[Stay, ...]


def erase_author(
    db: Database, platform: str, handle: str, *, now: datetime, by: str = "", leave_files: bool = False
) -> ErasureReport:
    """Erase an account on one platform, or on all (""), in all worlds; a later import does not bring it back.

    leave_files: the files are not written anew here, which takes long; `wipe_files` must follow.
    Raises InputError if the handle is empty.
    """
    handle = handle.strip().removeprefix("@")
    if not handle:
        raise InputError("No handle was named; write the account whose posts must go.")
    erased: Counter[str] = Counter()
    with db.transaction():
        for (world,) in db.rows("select id from store_timeline where world_id is null order by id"):
            db.one_writer(f"world {world}")
        accounts = _accounts(db, platform, handle)
        spellings = sorted({found for _, _, found, _ in accounts} | {handle})
        names = sorted({name for *_, name in accounts if name})
        _keep_out(db, platform, handle, now)
        kept = _kept_as_evidence(db, [number for number, *_ in accounts])
        _erase_posts(db, [number for number, *_ in accounts], erased)
        _erase_ring(db, platform, spellings, erased)
        _erase_quotes(db, [*spellings, *names], erased)
        note_audit(db, AuditEntry(at=now, by=by, action="erase", subject=db.digest("author", handle.casefold())))
        stays = (*_stays(db, spellings, now), *kept)
    if not leave_files:
        wipe_files(db)
    return ErasureReport(erased=dict(sorted(erased.items())), stays=stays)


def wipe_files(db: Database) -> None:
    """Leave no page of the files that still holds what was deleted, and give the space back; writers wait for it."""
    if db.is_sqlite:
        # Merging the index into one segment drops the words of removed posts; then the file is written anew.
        db.run("insert into store_search (store_search) values ('optimize')")
        db.rows("pragma wal_checkpoint(truncate)")
        db.run("vacuum")
        db.rows("pragma wal_checkpoint(truncate)")
        return
    for table in ("store_post", "store_author", "store_revision", "store_mention", "store_search", "store_unmatched"):
        db.run(f"vacuum {table}")


def _accounts(db: Database, platform: str, handle: str) -> list[tuple[int, str, str, str]]:
    """The accounts of that handle, whatever its case: (number, platform, handle, shown name)."""
    where, params = ("and platform = %s", [platform]) if platform else ("", [])
    rows = db.rows(
        f"select id, platform, handle, coalesce(name, '') from store_author where lower(handle) = lower(%s) {where}",
        [handle, *params],
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _keep_out(db: Database, platform: str, handle: str, now: datetime) -> None:
    """A tombstone on the account, or on the handle anywhere when no platform was named."""
    bury(db, [author_tombstone(db, platform, handle)], "erased", to_ms(now))


def _erase_posts(db: Database, authors: Sequence[int], erased: Counter[str]) -> None:
    for author in authors:
        posts = [row for (row,) in db.rows("select id from store_post where author_id = %s order by id", [author])]
        for chunk in bulk.chunks(posts, 500):
            among = f"in ({marks(len(chunk))})"
            for table in ("mention", "revision", "sighting"):
                erased[f"{table}s"] += db.value(
                    f"select count(*) from store_{table} where post_id {among}", list(chunk)
                )
        erased["posts"] += len(posts)
        remove_posts(db, posts)
        db.run("delete from store_author where id = %s", [author])
        erased["authors"] += 1


def _erase_ring(db: Database, platform: str, spellings: Sequence[str], erased: Counter[str]) -> None:
    """Posts that no watch wanted: those of the account, and those that name it, since nobody needs them."""
    rows = db.rows("select id, platform, body from store_unmatched")
    gone = [
        row
        for row, where, body in rows
        if (not platform or where == platform) and any(word.lower() in body.lower() for word in spellings)
    ]
    for chunk in bulk.chunks(gone):
        erased["unmatched"] += db.run(f"delete from store_unmatched where id in ({marks(len(chunk))})", list(chunk))


# Texts that may quote an account: (what the report calls them, table, key, column, what is put in its place).
_QUOTING = (
    ("story_titles", "store_story", "id", "title", ""),
    ("story_keywords", "store_story", "id", "keywords", "[]"),
    ("alert_titles", "store_alert", "id", "title", ""),
    ("alert_notes", "store_alert", "id", "note", ""),
    ("alert_reasons", "store_alert", "id", "reasons", "[]"),
    ("surge_reasons", "store_surge", "id", "reasons", "[]"),
    ("outbox", "store_outbox", "id", "body", "{}"),
    ("outbox_errors", "store_outbox", "id", "error", ""),
    ("rejects", "store_rejectrow", "id", "raw", ""),
    ("reject_reasons", "store_rejectrow", "id", "params", "{}"),
    ("labels", "store_label", "id", "note", ""),
    ("label_subjects", "store_label", "id", "subject", ""),
    ("views", "store_savedview", "id", "query", ""),
    ("notes", "store_freetext", "digest", "body", ""),
    ("objections", "store_objection", "id", "handle", ""),
    ("objection_notes", "store_objection", "id", "note", ""),
    ("source_errors", "store_source", "id", "error_params", "{}"),
)


def _erase_quotes(db: Database, words: Sequence[str], erased: Counter[str]) -> None:
    """Blank the texts of ours that quote the account; append-only rows keep their digest, which stays provable."""
    for what, table, key, column, blank in _QUOTING:
        rows = [
            (blank, found)
            for found, text in db.rows(f'select "{key}", "{column}" from {table} where "{column}" <> %s', [blank])
            if _names_one(text, words)
        ]
        bulk.update(db, f'update {table} set "{column}" = %s where "{key}" = %s', rows)
        if rows:
            erased[what] += len(rows)
    rows = db.rows("select id, memory from store_story")
    blanked = [(b"{}", row) for row, memory in rows if _names_one(bytes(memory).decode(), words)]
    bulk.update(db, "update store_story set memory = %s where id = %s", blanked)


def _names_one(text: str, words: Sequence[str]) -> bool:
    low = text.lower()
    return any(word.lower() in low for word in words)


def _stays(db: Database, spellings: Sequence[str], now: datetime) -> tuple[Stay, ...]:
    stays = [
        Stay(
            what="counts per minute, hour and day, and the memory of surges",
            ground="numbers that name nobody (GDPR, recital 26)",
        ),
        Stay(
            what="a salted digest of the handle, so that no later import brings it back",
            ground="needed to honour the erasure itself (GDPR, article 17(3)(b))",
        ),
        Stay(
            what="backups and exports made before this moment",
            ground="out of reach of this program: delete them, or restore and erase again",
            until=now + BACKUPS_KEPT,
        ),
    ]
    quoting = _quoting_posts(db, spellings)
    if quoting:
        stays.append(
            Stay(
                what="posts of other accounts that name this one",
                ground="freedom of expression of those who wrote them (GDPR, article 17(3)(a)); erase them if needed",
                rows=quoting,
            )
        )
    return tuple(stays)


def _kept_as_evidence(db: Database, authors: Sequence[int]) -> tuple[Stay, ...]:
    """The sealed captures of the account's posts: apart from all else, until the end that their dossiers have."""
    if not authors:
        return ()
    rows = db.rows(
        "select c.id, d.keep_until_ms from store_capture c join store_post p"
        " on p.platform = c.platform and p.native_id = c.native_id left join store_dossier d on d.id = c.dossier"
        f" where p.author_id in ({marks(len(authors))}) and c.manifest <> '' and c.erased_ms is null",
        list(authors),
    )
    if not rows:
        return ()
    ends = [until for _, until in rows]
    return (
        Stay(
            what="captures of pages, sealed as evidence, with the posts they show",
            ground="needed to establish, exercise or defend legal claims (GDPR, article 17(3)(e))",
            until=None if None in ends else from_ms(max(ends)),
            rows=len({number for number, _ in rows}),
        ),
    )


def _quoting_posts(db: Database, spellings: Sequence[str]) -> int:
    """Count, in one pass over the words kept, the posts of others that name the account."""
    found = 0
    for word in spellings[:1]:
        like = "%" + word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found += db.value(
            "select count(*) from store_post where lower(text) like %s escape '\\' or lower(title) like %s escape '\\'"
            " or lower(rest) like %s escape '\\'",
            [like, like, like],
        )
    return found
