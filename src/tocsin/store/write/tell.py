"""Write what happened and what is to be done about it: events, their erasable texts, the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.seam import Event, OutboxRow
from tocsin.base.time import to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import clean

_EMPTY = ("", "{}")


def keep_text(db: Database, text: str) -> str:
    """Keep a text apart, where it may be erased; return the digest by which an append-only row refers to it."""
    if text in _EMPTY:
        return ""
    digest = db.digest("text", text)
    bulk.insert_new(db, "store_freetext", ("digest", "body"), [(digest, clean(text))])
    return digest


def keep_events(db: Database, events: Sequence[Event]) -> None:
    """Append events that are not there yet, in order, under rising numbers."""
    if not events:
        return
    # Readers follow by number: on PostgreSQL a number must not become visible after a higher one.
    db.one_writer("events")
    distinct = {event.id: event for event in events}
    known: set[str] = set()
    for chunk in bulk.chunks(list(distinct)):
        known.update(
            key for (key,) in db.rows(f"select key from store_event where key in ({marks(len(chunk))})", list(chunk))
        )
    fresh = [event for key, event in distinct.items() if key not in known]
    ids = bulk.reserve(db, "store_event", len(fresh))
    rows = [
        (
            number,
            event.id,
            event.timeline,
            event.brand,
            event.kind.value,
            to_ms(event.at),
            event.subject,
            keep_text(db, event.body.decode("utf-8", "replace")),
        )
        for number, event in zip(ids, fresh, strict=True)
    ]
    bulk.insert(db, "store_event", ("id", "key", "timeline", "brand", "kind", "at_ms", "subject", "text"), rows)


def keep_outbox(db: Database, outbox: Sequence[OutboxRow]) -> None:
    """Add actions that are not there yet; (event, action) is done once."""
    rows = [
        (
            one.event,
            one.timeline,
            one.action,
            one.delivery.value,
            "new",
            0,
            0 if one.not_before is None else to_ms(one.not_before),
            "",
            clean(one.body.decode("utf-8", "replace")),
        )
        for one in outbox
    ]
    columns = ("event", "timeline", "action", "delivery", "state", "tries", "next_ms", "error", "body")
    bulk.insert_new(db, "store_outbox", columns, rows)
