"""Alerts as people sort them, and who was told of each."""

from __future__ import annotations

from tocsin.base.alert import Alert
from tocsin.base.time import from_ms, to_ms
from tocsin.store.affairs.rows import AlertFilter, Told
from tocsin.store.database import Database, marks
from tocsin.store.map import ALERT_COLUMNS, alert_of
from tocsin.store.rows import OutboxState

_ALERTS = ", ".join(f'"{column}"' for column in ALERT_COLUMNS)


def find_alerts(db: Database, brand: str, world: str, wanted: AlertFilter) -> list[Alert]:
    """Return the alerts of a brand that rang and fit, newest first."""
    where = ["timeline = %s", "brand = %s", "muted_by = %s"]
    params: list[object] = [world, brand, ""]
    for column, values in (
        ("state", [state.value for state in wanted.states]),
        ("cause", [cause.value for cause in wanted.causes]),
        ("level", list(wanted.levels)),
        ("story", list(wanted.stories)),
    ):
        if values:
            where.append(f"{column} in ({marks(len(values))})")
            params.extend(values)
    for clause, instant in (("at_ms >= %s", wanted.since), ("at_ms < %s", wanted.before)):
        if instant is not None:
            where.append(clause)
            params.append(to_ms(instant))
    sql = f"select {_ALERTS} from store_alert where {' and '.join(where)} order by at_ms desc, id limit %s"
    return [alert_of(row) for row in db.rows(sql, [*params, wanted.limit])]


def told(db: Database, alert: str) -> list[Told]:
    """Return who was told of an alert, in the order of the channels."""
    rows = db.rows(
        "select action, state, tries, next_ms from store_outbox where event = %s order by action, id", [alert]
    )
    return [
        Told(channel=action, state=OutboxState(state), tries=tries, at=from_ms(ms) if ms else None)
        for action, state, tries, ms in rows
    ]
