"""The audit trail by who, what and when."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.time import from_ms, to_ms
from tocsin.store.database import Database
from tocsin.store.rows import AuditEntry


class AuditScope(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted: "" and None stand for all. before: number of the last one seen. until is left out."""

    by: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry under its number."""

    number: int
    entry: AuditEntry


def audit(db: Database, scope: AuditScope) -> list[AuditLine]:
    """Return entries, newest first."""
    wanted = (
        ('a."by" = %s', scope.by or None),
        ("a.action = %s", scope.action or None),
        ("a.at_ms >= %s", None if scope.since is None else to_ms(scope.since)),
        ("a.at_ms < %s", None if scope.until is None else to_ms(scope.until)),
        ("a.id < %s", scope.before),
    )
    used = [(condition, value) for condition, value in wanted if value is not None]
    where = " and ".join(condition for condition, _ in used) or "1 = 1"
    rows = db.rows(
        'select a.id, a.at_ms, a."by", a.action, a.subject, f.body from store_audit a'
        f" left join store_freetext f on f.digest = a.text where {where} order by a.id desc limit %s",
        [*(value for _, value in used), scope.limit],
    )
    return [
        AuditLine(
            number=row[0],
            entry=AuditEntry(at=from_ms(row[1]), by=row[2], action=row[3], subject=row[4], text=row[5] or ""),
        )
        for row in rows
    ]


def actions(db: Database) -> list[str]:
    """Return the actions that occur, sorted; each is found through the index, however long the trail."""
    rows = db.rows(
        "with recursive found (action) as (select min(action) from store_audit union all"
        " select (select min(a.action) from store_audit a where a.action > found.action) from found"
        " where found.action is not null) select action from found where action is not null"
    )
    return [action for (action,) in rows]
