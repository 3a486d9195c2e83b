"""Keep an account out from now on because it objected (GDPR, article 21), and let it in again."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.map import at_or_none, clean
from tocsin.store.personal.rows import ObjectionRow
from tocsin.store.write.tombstone import author_tombstone, bury

REASON = "objection"


def object_to(db: Database, new: ObjectionRow) -> int:
    """Keep an account out of all worlds, whatever the case of its handle; return the number of the objection.

    What waits in the ring goes at once. What was stored stays: erasing is another right. Raises ConflictError when it
    is out already.
    """
    digest = author_tombstone(db, new.platform, new.handle)
    with db.transaction():
        if db.value("select 1 from store_tombstone where digest = %s", [digest]) is not None:
            raise ConflictError("@{handle} is kept out already.", handle=new.handle)
        bury(db, [digest], REASON, to_ms(new.at))
        for (number,) in db.rows(
            "select id from store_author where platform = %s and lower(handle) = lower(%s)", [new.platform, new.handle]
        ):
            db.run("delete from store_unmatched where author = %s", [number])
        row = (new.brand, new.platform, clean(new.handle), clean(new.note), new.by, to_ms(new.at))
        bulk.insert(db, "store_objection", ("brand", "platform", "handle", "note", "by", "at_ms"), [row])
        return int(db.value("select max(id) from store_objection"))


def lift(db: Database, brand: str, number: int, at: datetime) -> ObjectionRow:
    """Let an account in again. Raises NotFoundError, ConflictError for one that was erased since."""
    with db.transaction():
        row = next((one for one in objections(db, brand) if one.id == number and one.lifted_at is None), None)
        if row is None:
            raise NotFoundError("There is no objection {number} that still holds.", number=number)
        digest = author_tombstone(db, row.platform, row.handle)
        reason = db.value("select reason from store_tombstone where digest = %s", [digest])
        if not row.handle or reason != REASON:
            raise ConflictError("This account was erased since: it stays out for good.")
        db.run("delete from store_tombstone where digest = %s and reason = %s", [digest, REASON])
        db.run("update store_objection set lifted_ms = %s where id = %s", [to_ms(at), number])
    return row


def objections(db: Database, brand: str) -> list[ObjectionRow]:
    """Return the objections that a brand received, newest first, the lifted ones too."""
    rows = db.rows(
        'select id, brand, platform, handle, note, "by", at_ms, lifted_ms from store_objection where brand = %s'
        " order by id desc limit 500",
        [brand],
    )
    return [
        ObjectionRow(
            id=row[0],
            brand=row[1],
            platform=row[2],
            handle=row[3],
            note=row[4],
            by=row[5],
            at=from_ms(row[6]),
            lifted_at=at_or_none(row[7]),
        )
        for row in rows
    ]
