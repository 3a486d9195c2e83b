"""Rounds of telling: which alerts are due for one, the one step that makes it, and what was told to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.routing import Level
from tocsin.base.seam import LIVE, Event, OutboxRow
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.alerting.rows import Telling, TellingBody, ToldRow
from tocsin.store.database import Database, marks
from tocsin.store.map import ALERT_COLUMNS, alert_of, alert_row, ms_or_none
from tocsin.store.rows import OutboxState
from tocsin.store.write.tell import keep_events, keep_outbox

_ALERTS = ", ".join(f'"{column}"' for column in ALERT_COLUMNS)
_body = msgspec.json.Decoder(TellingBody)
# Waits for somebody: nobody took it, and it is not put off any more.
_WAITS = "(state = 'open' or (state = 'snoozed' and coalesce(snoozed_ms, 0) <= %s))"


def due(db: Database, now: datetime, limit: int) -> list[Alert]:
    """Return the live alerts whose next round has come and that wait for somebody, the longest due first."""
    rows = db.rows(
        f"select {_ALERTS} from store_alert where due_ms is not null and due_ms <= %s and timeline = %s and {_WAITS}"
        " order by due_ms, at_ms, id limit %s",
        [to_ms(now), LIVE, to_ms(now), limit],
    )
    return [alert_of(row) for row in rows]


def advance(db: Database, alert: Alert, due_at: datetime | None, outbox: Sequence[OutboxRow], now: datetime) -> bool:
    """Make one round: write its tellings and when the next comes, in one transaction.

    False, and nothing, when another worker made it first, or when somebody took the alert meanwhile.
    """
    with db.transaction():
        moved = db.run(
            f"update store_alert set step = step + 1, due_ms = %s where id = %s and step = %s and due_ms = %s"
            f" and {_WAITS}",
            [ms_or_none(due_at), alert.id, alert.step, ms_or_none(alert.due_at), to_ms(now)],
        )
        if moved:
            keep_outbox(db, outbox)
    return bool(moved)


def postpone(db: Database, alert: Alert, due_at: datetime | None) -> bool:
    """Move the next round of an alert, or (None) let it have none; False if it was made or moved meanwhile."""
    sql = "update store_alert set due_ms = %s where id = %s and step = %s and due_ms = %s"
    return db.run(sql, [ms_or_none(due_at), alert.id, alert.step, ms_or_none(alert.due_at)]) == 1


def hasten(db: Database, alert: str, now: datetime) -> None:
    """Let the next round of an alert come now, if one is to come: the person who was called cannot be reached."""
    db.run("update store_alert set due_ms = %s where id = %s and due_ms > %s", [to_ms(now), alert, to_ms(now)])


def put_tellings(db: Database, outbox: Sequence[OutboxRow]) -> None:
    """Add tellings outside a round; those there already stay as they are."""
    with db.transaction():
        keep_outbox(db, outbox)


def tellings(db: Database, alerts: Sequence[str]) -> dict[str, list[Telling]]:
    """Return what was told of alerts, by the alert, in the order in which it was put in."""
    found: dict[str, list[Telling]] = {alert: [] for alert in alerts}
    for chunk in bulk.chunks(list(found)):
        for event, action, state, tries, ms, error, body in db.rows(
            "select event, action, state, tries, next_ms, error, body from store_outbox"
            f" where event in ({marks(len(chunk))}) order by id",
            list(chunk),
        ):
            found[event].append(
                Telling(
                    channel=action,
                    state=OutboxState(state),
                    tries=tries,
                    at=from_ms(ms) if ms else None,
                    error=error,
                    body=read_body(body, event),
                )
            )
    return found


def read_body(body: str | bytes, alert: str) -> TellingBody:
    """Return what the outbox keeps of a telling; an erased one is still of its alert."""
    try:
        return _body.decode(body)
    except msgspec.ValidationError:
        return TellingBody(alert=alert)


def last_told(db: Database, brand: str, since: datetime) -> list[ToldRow]:
    """Return what left to people of a brand since an instant, or is about to leave for the first time."""
    rows = db.rows(
        "select o.event, o.action, a.cause, a.level, o.next_ms, o.state from store_outbox o"
        " join store_alert a on a.id = o.event where a.brand = %s and o.timeline = %s"
        " and ((o.state = 'done' and o.next_ms >= %s) or o.state in ('new', 'sending'))",
        [brand, LIVE, to_ms(since)],
    )
    return [
        ToldRow(
            alert=row[0],
            way=row[1],
            level=Level.SILENCE if row[2] == AlertCause.SILENCE.value else Level(row[3]),
            ms=row[4],
            is_done=row[5] != OutboxState.NEW.value,
        )
        for row in rows
    ]


def set_bodies(db: Database, bodies: Iterable[tuple[int, TellingBody]]) -> None:
    """Change what the outbox keeps of some tellings, in one transaction: which leave together."""
    with db.transaction():
        rows = [(msgspec.json.encode(body).decode(), number) for number, body in bodies]
        bulk.update(db, "update store_outbox set body = %s where id = %s", rows)


def spare(db: Database, number: int, at: datetime) -> None:
    """Note that a telling is not needed any more: somebody took the alert before it left."""
    sql = "update store_outbox set state = %s, next_ms = %s, error = '' where id = %s"
    db.run(sql, [OutboxState.SPARED.value, to_ms(at), number])


def ring_once(db: Database, alert: Alert, event: Event) -> bool:
    """Write an alert that no closing gave, with its event; False, and nothing, if it is there already."""
    with db.transaction():
        names = ", ".join(f'"{column}"' for column in ALERT_COLUMNS)
        sql = f"insert into store_alert ({names}) values ({marks(len(ALERT_COLUMNS))}) on conflict do nothing"
        if not db.run(sql, alert_row(alert)):
            return False
        keep_events(db, [event])
    return True


def held(db: Database, alerts: Sequence[str]) -> dict[str, int]:
    """Return how many alerts each of these speaks for, those that speak for none left out."""
    found: dict[str, int] = {}
    for chunk in bulk.chunks(list(alerts)):
        sql = f"select muted_by, count(*) from store_alert where muted_by in ({marks(len(chunk))}) group by muted_by"
        found.update({str(speaker): int(count) for speaker, count in db.rows(sql, list(chunk))})
    return found


def held_by(db: Database, alert: str, limit: int) -> list[Alert]:
    """Return the alerts that one speaks for, newest first."""
    sql = f"select {_ALERTS} from store_alert where muted_by = %s order by at_ms desc, id limit %s"
    return [alert_of(row) for row in db.rows(sql, [alert, limit])]
