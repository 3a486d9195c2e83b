"""Events, outbox and audit: what happened, what is to be done, who did what."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.seam import LIVE, Delivery, Event, EventKind, OutboxRow
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.map import at_or_none, clean
from tocsin.store.rows import AuditEntry, EventRow, OutboxItem, OutboxState
from tocsin.store.write.tell import keep_outbox, keep_text

# Longer than any action takes (a mail server's own limits are about a minute): one claimed so long ago has crashed.
CRASHED_S = 600


_OUTBOX = "id, event, timeline, action, delivery, state, tries, next_ms, error, body"


class Arrival(NamedTuple):
    """New mentions of one brand: how many posts, and the row of the newest."""

    brand: str
    count: int
    newest: int


def events(db: Database, after_id: int = 0, limit: int = 100) -> list[EventRow]:
    """Return the events after a number, oldest first."""
    rows = db.rows(
        "select e.id, e.key, e.timeline, e.brand, e.kind, e.at_ms, e.subject, f.body from store_event e"
        " left join store_freetext f on f.digest = e.text where e.id > %s order by e.id limit %s",
        [after_id, limit],
    )
    return [
        EventRow(
            number=row[0],
            event=Event(
                id=row[1],
                timeline=row[2],
                brand=row[3],
                kind=EventKind(row[4]),
                at=from_ms(row[5]),
                subject=row[6],
                body=(row[7] or "{}").encode(),
            ),
        )
        for row in rows
    ]


def last_event(db: Database) -> int:
    """Return the number of the newest event, 0 if there is none."""
    return int(db.value("select max(id) from store_event") or 0)


def last_mention(db: Database) -> int:
    """Return the row of the newest mention, 0 if there is none."""
    return int(db.value("select max(id) from store_mention") or 0)


def arrivals(db: Database, after: int, limit: int) -> list[Arrival]:
    """Return what came after a row on the live timeline, by brand; at most `limit` mentions are looked at."""
    rows = db.rows(
        "select b.slug, count(*), max(m.id) from"
        " (select id, brand_id, lead, timeline_id from store_mention where id > %s order by id limit %s) m"
        " join store_brand b on b.id = m.brand_id join store_timeline t on t.id = m.timeline_id"
        " where m.lead and t.name = %s group by b.slug order by max(m.id)",
        [after, limit, LIVE],
    )
    return [Arrival(str(slug), int(count), int(newest)) for slug, count, newest in rows]


def outbox_claim(db: Database, now: datetime, limit: int) -> list[OutboxItem]:
    """Return actions of the live timeline that are this caller's to do now, marked as being sent.

    Those that a dead process left half done come back if they may be done twice; else they become `unknown`.
    """
    now_ms = to_ms(now)
    dead = [now_ms - CRASHED_S * 1000]
    crashed = "update store_outbox set state = %s where state = 'sending' and delivery = %s and claimed_ms < %s"
    db.run(crashed, ["unknown", Delivery.AT_MOST_ONCE.value, *dead])
    db.run(crashed, ["failed", Delivery.AT_LEAST_ONCE.value, *dead])
    due = db.rows(
        f"select {_OUTBOX} from store_outbox where state in ('new', 'failed') and next_ms <= %s and timeline = %s"
        " order by next_ms, id limit %s",
        [now_ms, LIVE, limit],
    )
    claimed = []
    for row in due:
        entry = _entry(row)
        if db.run(
            "update store_outbox set state = 'sending', tries = tries + 1, claimed_ms = %s where id = %s and state = %s"
            " and tries = %s",
            [now_ms, entry.id, entry.state.value, entry.tries],
        ):
            claimed.append(msgspec.structs.replace(entry, state=OutboxState.SENDING, tries=entry.tries + 1))
    return claimed


def outbox_done(db: Database, number: int, at: datetime) -> None:
    """Note that an action was done, and when. Raises NotFoundError."""
    _set_outbox(db, number, OutboxState.DONE, to_ms(at), "")


def outbox_failed(db: Database, number: int, error: str, next_at: datetime, *, permanent: bool = False) -> None:
    """Note that an action was not done: tried again at `next_at`, or given up for good. Raises NotFoundError."""
    _set_outbox(db, number, OutboxState.GIVEN_UP if permanent else OutboxState.FAILED, to_ms(next_at), error)


def outbox_later(db: Database, number: int, at: datetime) -> None:
    """Put an action back untouched until `at`: it is not the hour for it. Raises NotFoundError."""
    _set_outbox(db, number, OutboxState.NEW, to_ms(at), "")
    db.run("update store_outbox set tries = tries - 1 where id = %s and tries > 0", [number])


def outbox_put(db: Database, row: OutboxRow) -> None:
    """Put in an action that no closing gave, such as a letter that a person asked for; twice the same is once."""
    with db.transaction():
        keep_outbox(db, [row])


def outbox_has(db: Database, event: str) -> bool:
    """Return whether an event gave an action already, done or not."""
    return db.value("select 1 from store_outbox where event = %s limit 1", [event]) is not None


def outbox_list(db: Database, timeline: str = LIVE, limit: int = 200) -> list[OutboxItem]:
    """Return the actions of a timeline, newest first; all timelines but live are a sandbox that nobody empties."""
    sql = f"select {_OUTBOX} from store_outbox where timeline = %s order by id desc limit %s"
    return [_entry(row) for row in db.rows(sql, [timeline, limit])]


def note_audit(db: Database, entry: AuditEntry) -> None:
    """Append who did what; the text is kept apart, where it may be erased."""
    with db.transaction():
        row = (to_ms(entry.at), entry.by, entry.action, entry.subject, keep_text(db, entry.text))
        bulk.insert(db, "store_audit", ("at_ms", "by", "action", "subject", "text"), [row])


def audit(db: Database, limit: int = 100) -> list[AuditEntry]:
    """Return the last entries, newest first."""
    rows = db.rows(
        'select a.at_ms, a."by", a.action, a.subject, f.body from store_audit a'
        " left join store_freetext f on f.digest = a.text order by a.id desc limit %s",
        [limit],
    )
    return [AuditEntry(at=from_ms(row[0]), by=row[1], action=row[2], subject=row[3], text=row[4] or "") for row in rows]


def _set_outbox(db: Database, number: int, state: OutboxState, next_ms: int, error: str) -> None:
    sql = "update store_outbox set state = %s, next_ms = %s, error = %s where id = %s"
    if not db.run(sql, [state.value, next_ms, clean(error), number]):
        raise NotFoundError("There is no outbox row {id}. It was erased, or never there.", id=number)


def _entry(row: Row) -> OutboxItem:
    return OutboxItem(
        id=row[0],
        event=row[1],
        timeline=row[2],
        action=row[3],
        delivery=Delivery(row[4]),
        state=OutboxState(row[5]),
        tries=row[6],
        next_at=at_or_none(row[7] or None),
        error=row[8],
        body=row[9].encode(),
    )
