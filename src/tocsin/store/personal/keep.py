"""Let go of what was kept long enough: the same question says what would go, and takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.base.personal import Purpose
from tocsin.base.time import MINUTE_MS, from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.personal.rows import COUNTED, Due, Keep
from tocsin.store.write.remove import remove_posts

AT_ONCE = 500
_OPEN = "('open', 'acknowledged', 'snoozed')"
# What an alert that nobody settled speaks of stays: its post, the posts of its story, those of its rise.
_HELD = (
    "exists (select 1 from store_mention h where h.post_id = m.post_id and ("
    f"cast(h.id as varchar(32)) in (select subject from store_alert where cause = 'danger' and state in {_OPEN})"
    " or coalesce(h.story_id, 0) in (select s.id from store_story s where s.name in"
    f" (select story from store_alert where story <> '' and state in {_OPEN}))"
    " or exists (select 1 from store_alert a join store_surge g on g.id = a.subject where a.cause = 'surge'"
    f" and a.state in {_OPEN} and g.brand_id = h.brand_id and h.minute >= g.since_ms / {MINUTE_MS}"
    f" and h.minute <= g.at_ms / {MINUTE_MS})))"
)


def keeps(db: Database) -> list[Keep]:
    """Return what the owners set, by brand and purpose."""
    rows = db.rows('select brand, purpose, days, "by", at_ms, done_ms from store_retention order by brand, purpose')
    return [
        Keep(brand=row[0], purpose=Purpose(row[1]), days=row[2], by=row[3], at=from_ms(row[4]), done_at=from_ms(row[5]))
        for row in rows
    ]


def set_keep(db: Database, wanted: Keep | None, brand: str, purpose: Purpose) -> None:
    """Keep something for a number of days; None: for as long as before, with nothing taken away."""
    with db.transaction():
        db.run("delete from store_retention where brand = %s and purpose = %s", [brand, purpose.value])
        if wanted is not None:
            row = (brand, purpose.value, wanted.days, wanted.by, to_ms(wanted.at), to_ms(wanted.done_at))
            bulk.insert(db, "store_retention", ("brand", "purpose", "days", "by", "at_ms", "done_ms"), [row])


def note_done(db: Database, brand: str, purpose: Purpose, at: datetime) -> None:
    """Note that nothing more is to go for now."""
    sql = "update store_retention set done_ms = %s where brand = %s and purpose = %s"
    db.run(sql, [to_ms(at), brand, purpose.value])


def due(db: Database, wanted: Keep, now: datetime) -> Due:
    """Return how much is to go at `now` if it is kept for so many days."""
    held = len(_posts(db, wanted, now, COUNTED, held=True)) if wanted.purpose is Purpose.MENTIONS else 0
    return Due(count=len(due_rows(db, wanted, now, COUNTED)), held=held)


def due_rows(db: Database, wanted: Keep, now: datetime, limit: int) -> list[int | str]:
    """Return the numbers of what is to go (of posts, labels, alerts, texts), in the order in which it goes."""
    if wanted.purpose is Purpose.MENTIONS:
        return list(_posts(db, wanted, now, limit))
    sql, params = _asked(db, wanted, to_ms(now - timedelta(days=wanted.days)))
    return [row for (row,) in db.rows(f"{sql} limit %s", [*params, limit])]


def let_go(db: Database, wanted: Keep, now: datetime) -> int:
    """Take away at most `AT_ONCE` of what is to go, in one transaction; return how many, 0 at the end."""
    with db.transaction():
        if wanted.purpose is Purpose.MENTIONS:
            for world in _worlds(db):
                db.one_writer(f"world {world}")
        rows = due_rows(db, wanted, now, AT_ONCE)
        _take(db, wanted.purpose, rows)
    return len(rows)


def _asked(db: Database, wanted: Keep, before: int) -> tuple[str, list[object]]:
    """The question that finds what is older than an instant, and its parameters."""
    if wanted.purpose is Purpose.RING:
        return "select id from store_unmatched where at_ms < %s order by id", [before]
    if wanted.purpose is Purpose.ALERTS:
        settled = "select id from store_alert where brand = %s and at_ms < %s and state in ('false', 'closed')"
        return f"{settled} order by id", [wanted.brand, before]
    if wanted.purpose is Purpose.LABELS:
        return (
            "select l.id from store_label l where l.at_ms < %s and l.subject_kind = 'mention' and exists (select 1"
            " from store_mention m where m.brand_id = %s and m.id ="
            " case when l.subject_kind = 'mention' then cast(l.subject as bigint) end) order by l.id",
            [before, db.names.brand(wanted.brand)],
        )
    return (
        "select distinct f.digest from store_audit a join store_freetext f on f.digest = a.text where a.at_ms < %s"
        " and a.text not in (select text from store_audit where at_ms >= %s)"
        " and a.text not in (select text from store_alertaction) and a.text not in (select text from store_event)"
        " order by f.digest",
        [before, before],
    )


def _posts(db: Database, wanted: Keep, now: datetime, limit: int, *, held: bool = False) -> list[int]:
    """Posts of a brand that are old enough, that no other brand still keeps, and that no open alert speaks of.

    held: instead, those that an open alert speaks of.
    """
    brand, minute = db.names.brand(wanted.brand), _minute(now, wanted.days)
    rules = {brand: minute} | {
        db.names.brand(keep.brand): _minute(now, keep.days)
        for keep in keeps(db)
        if keep.purpose is Purpose.MENTIONS and keep.brand != wanted.brand
    }
    old = " or ".join(["(o.brand_id = %s and o.minute < %s)"] * len(rules))
    named = [value for rule in sorted(rules.items()) for value in rule]
    found: list[int] = []
    for world in _worlds(db):
        rows = db.rows(
            "select m.post_id from store_mention m where m.lead and m.brand_id = %s"
            " and m.world_id = %s and m.minute < %s"
            f" and not exists (select 1 from store_mention o where o.post_id = m.post_id and not ({old}))"
            f" and {'' if held else 'not '}{_HELD} order by m.minute, m.id limit %s",
            [brand, world, minute, *named, limit - len(found)],
        )
        found += [row for (row,) in rows]
    return found


def _minute(now: datetime, days: int) -> int:
    return to_ms(now - timedelta(days=days)) // MINUTE_MS


def _worlds(db: Database) -> list[int]:
    return [world for (world,) in db.rows("select id from store_timeline where world_id is null order by id")]


def _take(db: Database, purpose: Purpose, rows: Sequence[int | str]) -> None:
    if purpose is Purpose.MENTIONS:
        remove_posts(db, [int(row) for row in rows])
        return
    if purpose is Purpose.ALERTS:
        for chunk in bulk.chunks(list(rows)):
            among = f"in ({marks(len(chunk))})"
            db.run(
                "delete from store_freetext where digest in (select text from store_alertaction"
                f" where alert {among}) and digest not in (select text from store_alertaction where alert not {among})"
                " and digest not in (select text from store_audit) and digest not in (select text from store_event)",
                [*chunk, *chunk],
            )
            db.run(f"delete from store_outbox where event {among}", list(chunk))
            db.run(f"delete from store_label where subject_kind = 'alert' and subject {among}", list(chunk))
    table, key = {
        Purpose.ALERTS: ("store_alert", "id"),
        Purpose.LABELS: ("store_label", "id"),
        Purpose.RING: ("store_unmatched", "id"),
        Purpose.AUDIT: ("store_freetext", "digest"),
    }[purpose]
    for chunk in bulk.chunks(list(rows)):
        db.run(f"delete from {table} where {key} in ({marks(len(chunk))})", list(chunk))
