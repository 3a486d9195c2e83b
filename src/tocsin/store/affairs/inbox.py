"""Alerts as people sort them."""

from __future__ import annotations

from tocsin.base.alert import Alert
from tocsin.base.time import to_ms
from tocsin.store.affairs.rows import AlertFilter
from tocsin.store.database import Database, marks
from tocsin.store.map import ALERT_COLUMNS, alert_of

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
