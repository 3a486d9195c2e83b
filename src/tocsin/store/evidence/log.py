"""The log: entries, the hashes of their tree, signed checkpoints. All of it is append-only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from tocsin.base.errors import ConflictError
from tocsin.base.time import from_ms, to_ms
from tocsin.evidence.log.entry import encode
from tocsin.evidence.log.tree import leaf_hash, stored_count, stored_hashes
from tocsin.evidence.values import EntryKind
from tocsin.store import bulk
from tocsin.store.database import Database, Row, marks
from tocsin.store.dossiers.numbers import dossier_id, number_of
from tocsin.store.evidence import captures
from tocsin.store.evidence.rows import EntryRow, NewEntry, Signed
from tocsin.store.map import clean

ACCESS_EVERY = timedelta(hours=1)
_SELECT = (
    "select e.number, e.kind, e.at_ms, e.who, e.digest, e.body, d.year, d.rank, c.number, t.body from store_logentry e"
    " left join store_dossier d on d.id = e.dossier left join store_capture c on c.id = e.capture"
    " left join store_evidencetext t on t.digest = e.text"
)


def append(db: Database, news: Sequence[NewEntry]) -> range:
    """Append entries to the log and return their indices; the capture of a CAPTURE entry is sealed by it, at once.

    One transaction, whole or not at all, and one writer. Raises ConflictError for a capture that is sealed already.
    """
    with db.transaction():
        db.one_writer("evidence log")
        first = size(db)
        for number, new in enumerate(news, first):
            _append(db, number, new)
    return range(first, first + len(news))


def delete(db: Database, new: NewEntry) -> int:
    """Enter the deletion of a capture's content into the log and forget what it showed, at once; return the index."""
    with db.transaction():
        index = append(db, [new])[0]
        captures.forget_content(db, new.capture, new.entry.at)
    return index


def note_access(db: Database, new: NewEntry) -> int | None:
    """Append an access, unless the same person's to the same dossier stands there for the last hour: None then."""
    with db.transaction():
        db.one_writer("evidence log")
        since = to_ms(new.entry.at - ACCESS_EVERY)
        known = db.value(
            "select 1 from store_logentry where dossier = %s and kind = 'access' and who = %s and at_ms > %s limit 1",
            [dossier_id(db, new.dossier), new.entry.who, since],
        )
        return None if known else append(db, [new])[0]


def size(db: Database) -> int:
    """Return how many entries the log holds."""
    return int(db.value("select coalesce(max(number), -1) from store_logentry")) + 1


def read_hashes(db: Database, places: Sequence[int]) -> list[bytes]:
    """Return stored hashes of the tree, in the order asked for. Raises ConflictError when one is missing."""
    found: dict[int, bytes] = {}
    for chunk in bulk.chunks(list(places)):
        rows = db.rows(f"select place, hash from store_loghash where place in ({marks(len(chunk))})", list(chunk))
        found.update((place, bytes(value)) for place, value in rows)
    missing = [place for place in places if place not in found]
    if missing:
        raise ConflictError("The log lacks its hash {place}: it was cut. Restore your last backup.", place=missing[0])
    return [found[place] for place in places]


def entries(db: Database, *, dossier: str = "", capture: str = "", limit: int = 1000) -> list[EntryRow]:
    """Return the entries of a dossier, its captures' included, or of a capture, or of all, oldest first."""
    where, params = "1 = 1", list[object]()
    if dossier:
        row = dossier_id(db, dossier)
        where = "(e.dossier = %s or e.capture in (select id from store_capture where dossier = %s))"
        params = [row, row]
    elif capture:
        where, params = "c.number = %s", [capture]
    rows = db.rows(f"{_SELECT} where {where} order by e.number limit %s", [*params, limit])
    return [_entry(row) for row in rows]


def entry(db: Database, index: int) -> EntryRow:
    """Return one entry. Raises ConflictError when it is missing."""
    rows = db.rows(f"{_SELECT} where e.number = %s", [index])
    if not rows:
        raise ConflictError("The log lacks its entry {index}: it was cut. Restore your last backup.", index=index)
    return _entry(rows[0])


def bodies(db: Database, first: int, end: int) -> list[bytes]:
    """Return the bytes of the entries from `first` to before `end`, in order; fewer where some are missing."""
    rows = db.rows("select body from store_logentry where number >= %s and number < %s order by number", [first, end])
    return [body.encode() for (body,) in rows]


def put_checkpoint(db: Database, signed: Signed) -> bool:
    """Keep a signed checkpoint; False when one of that size is kept already."""
    row = (signed.size, signed.root, to_ms(signed.at), signed.text)
    with db.transaction():
        db.one_writer("evidence log")
        if db.value("select 1 from store_checkpoint where size = %s", [signed.size]):
            return False
        bulk.insert(db, "store_checkpoint", ("size", "root", "at_ms", "note"), [row])
    return True


def checkpoint(db: Database, at_most: int | None = None) -> Signed | None:
    """Return the newest checkpoint, or the newest of at most so many entries; None when there is none."""
    where, params = ("where size <= %s", [at_most]) if at_most is not None else ("", [])
    row = db.row(f"select size, root, at_ms, note from store_checkpoint {where} order by size desc limit 1", params)
    return None if row is None else Signed(size=row[0], root=row[1], at=from_ms(row[2]), text=row[3])


def checkpoint_of(db: Database, size: int) -> Signed | None:
    """Return the checkpoint of exactly so many entries, or None."""
    found = checkpoint(db, size)
    return found if found is not None and found.size == size else None


def erase_words(db: Database, index: int) -> bool:
    """Erase the words of an entry; the entry stays, with their digest. False when there were none."""
    sql = "delete from store_evidencetext where digest = (select text from store_logentry where number = %s)"
    return db.run(sql, [index]) > 0


def note_digest(db: Database, words: str) -> str:
    """Return the salted SHA-256 of words, as hexadecimal digits: it names them here and tells nothing outside."""
    return hmac.new(db.salt(), words.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _append(db: Database, number: int, new: NewEntry) -> None:
    """Append one entry, with the hashes of the tree that it completes."""
    body = encode(new.entry)
    hashes = stored_hashes(number, leaf_hash(body), lambda places: read_hashes(db, places))
    dossier = dossier_id(db, new.dossier) if new.dossier else 0
    capture = captures.capture(db, new.capture).id if new.capture else 0
    row = (
        number,
        new.entry.kind.value,
        to_ms(new.entry.at),
        dossier,
        capture,
        new.entry.who,
        new.entry.digest,
        body.decode(),
        _keep_words(db, number, new.words),
    )
    columns = ("number", "kind", "at_ms", "dossier", "capture", "who", "digest", "body", "text")
    bulk.insert(db, "store_logentry", columns, [row])
    bulk.insert(db, "store_loghash", ("place", "hash"), list(enumerate(hashes, stored_count(number))))
    if new.entry.kind in (EntryKind.CAPTURE, EntryKind.REFUSAL) and new.capture:
        captures.seal_row(db, new.capture, number, new.entry.at)


def _keep_words(db: Database, number: int, words: str) -> str:
    """Keep words apart under a digest of their own, so that the same words of another entry stay when these go."""
    if not words:
        return ""
    digest = db.digest("evidence", str(number), words)
    bulk.insert_new(db, "store_evidencetext", ("digest", "body"), [(digest, clean(words))])
    return digest


def _entry(row: Row) -> EntryRow:
    return EntryRow(
        index=row[0],
        kind=EntryKind(row[1]),
        at=from_ms(row[2]),
        who=row[3],
        digest=row[4],
        body=row[5].encode(),
        dossier=number_of(row[6], row[7]) if row[6] is not None else "",
        capture=row[8] or "",
        words=row[9] or "",
    )
