"""Alerts, surges, stories and labels, as people see them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tocsin.base.alert import Alert, AlertState
from tocsin.base.errors import NotFoundError
from tocsin.base.seam import LIVE
from tocsin.base.story import Story
from tocsin.base.surge import Surge
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.map import (
    ALERT_COLUMNS,
    STORY_COLUMNS,
    SURGE_COLUMNS,
    alert_of,
    alert_row,
    at_or_none,
    clean,
    ms_or_none,
    story_of,
    surge_of,
)
from tocsin.store.rows import AlertStep, LabelRow
from tocsin.store.write.tell import keep_text

_ALERTS = ", ".join(f'"{column}"' for column in ALERT_COLUMNS)


class Scope(NamedTuple):
    """Which rows of a list are wanted: None stands for all brands, all timelines, all time."""

    brand: str | None = None
    timeline: str | None = None
    since: datetime | None = None
    limit: int = 100


def alerts(db: Database, scope: Scope) -> list[Alert]:
    """Return alerts that rang, newest first: those that another spoke for are none of them."""
    where, params = ["muted_by = %s"], [""]  # type: tuple[list[str], list[object]]
    if scope.brand is not None:
        where.append("brand = %s")
        params.append(scope.brand)
    if scope.timeline is not None:
        where.append("timeline = %s")
        params.append(scope.timeline)
    if scope.since is not None:
        where.append("at_ms >= %s")
        params.append(to_ms(scope.since))
    sql = f"select {_ALERTS} from store_alert where {' and '.join(where)} order by at_ms desc, id limit %s"
    return [alert_of(row) for row in db.rows(sql, [*params, scope.limit])]


def alert(db: Database, number: str) -> Alert:
    """Return an alert. Raises NotFoundError."""
    row = db.row(f"select {_ALERTS} from store_alert where id = %s", [number])
    if row is None:
        raise NotFoundError("There is no alert {id!r}. Take its id from the list of alerts.", id=number)
    return alert_of(row)


def save_alert(db: Database, value: Alert) -> bool:
    """Write an alert that did not come from closing a minute (a silent source); False if it is there already."""
    names = ", ".join(f'"{column}"' for column in ALERT_COLUMNS)
    marks = ", ".join(["%s"] * len(ALERT_COLUMNS))
    return db.run(f"insert into store_alert ({names}) values ({marks}) on conflict do nothing", alert_row(value)) == 1


def set_alert_state(db: Database, step: AlertStep) -> Alert:
    """Move an alert to a state, append it to the alert's log, and return the alert. Raises NotFoundError.

    Taken or settled, nobody is told any more; put off, the next round of telling waits for that instant.
    """
    due_at = {AlertState.OPEN: step.at, AlertState.SNOOZED: step.until}.get(step.state)
    with db.transaction():
        changed = db.run(
            'update store_alert set state = %s, snoozed_ms = %s, "by" = %s, note = %s,'
            " due_ms = case when timeline = %s and muted_by = '' then cast(%s as bigint) end where id = %s",
            [
                step.state.value,
                ms_or_none(step.until),
                step.by,
                clean(step.note),
                LIVE,
                ms_or_none(due_at),
                step.alert,
            ],
        )
        if changed:
            row = (
                step.alert,
                step.state.value,
                step.by,
                to_ms(step.at),
                ms_or_none(step.until),
                keep_text(db, step.note),
            )
            bulk.insert(db, "store_alertaction", ("alert", "state", "by", "at_ms", "until_ms", "text"), [row])
    return alert(db, step.alert)


def alert_log(db: Database, number: str) -> list[AlertStep]:
    """Return what people did with an alert, oldest first."""
    rows = db.rows(
        'select a.alert, a.state, a."by", a.at_ms, a.until_ms, f.body from store_alertaction a'
        " left join store_freetext f on f.digest = a.text where a.alert = %s order by a.id",
        [number],
    )
    return [
        AlertStep(
            alert=row[0],
            state=AlertState(row[1]),
            by=row[2],
            at=from_ms(row[3]),
            until=at_or_none(row[4]),
            note=row[5] or "",
        )
        for row in rows
    ]


def surges(db: Database, scope: Scope) -> list[Surge]:
    """Return surges, newest first."""
    return [
        surge_of(row[:-2], row[-2], row[-1])
        for row in _placed(db, "store_surge", SURGE_COLUMNS, scope, time_column="at_ms", order="r.at_ms desc, r.id")
    ]


def surge(db: Database, number: str) -> Surge | None:
    """Return a surge, or None."""
    columns = ", ".join(f"r.{column}" for column in SURGE_COLUMNS)
    row = db.row(f"select {columns}, {_PLACE.format(table='store_surge')} where r.id = %s", [number])
    return None if row is None else surge_of(row[:-2], row[-2], row[-1])


def stories(db: Database, scope: Scope, *, newest_first: bool = False) -> list[Story]:
    """Return stories, the largest first, or the one that moved last; those put into others are left out."""
    order = "r.last_ms desc, r.name" if newest_first else "r.posts desc, r.last_ms desc, r.name"
    rows = _placed(db, "store_story", STORY_COLUMNS, scope, time_column="last_ms", order=order, kept="r.last_ms > 0")
    return [story_of(row[:-2], row[-2], row[-1]) for row in rows]


def story(db: Database, name: str, timeline: str = LIVE) -> Story:
    """Return a story. Raises NotFoundError."""
    columns = ", ".join(f"r.{column}" for column in STORY_COLUMNS)
    row = db.row(
        f"select {columns}, {_PLACE.format(table='store_story')} where r.timeline_id = %s and r.name = %s",
        [db.names.find_timeline(timeline), name],
    )
    if row is None:
        raise NotFoundError("There is no story {id!r}. Take its id from the list of stories.", id=name)
    return story_of(row[:-2], row[-2], row[-1])


_PLACE = (
    "b.slug, t.name from {table} r join store_brand b on b.id = r.brand_id"
    " join store_timeline t on t.id = r.timeline_id"
)


def _placed(
    db: Database,
    table: str,
    columns: tuple[str, ...],
    scope: Scope,
    *,
    time_column: str,
    order: str,
    kept: str = "1 = 1",
) -> list[Row]:
    """Rows of a table that has a brand and a timeline, with the slug and the name of these at the end."""
    where, params = [kept], []  # type: tuple[list[str], list[object]]
    if scope.brand is not None:
        where.append("r.brand_id = %s")
        params.append(db.names.brand(scope.brand))
    if scope.timeline is not None:
        where.append("r.timeline_id = %s")
        params.append(db.names.find_timeline(scope.timeline))
    if scope.since is not None:
        where.append(f"r.{time_column} >= %s")
        params.append(to_ms(scope.since))
    names = ", ".join(f"r.{column}" for column in columns)
    sql = f"select {names}, {_PLACE.format(table=table)} where {' and '.join(where)} order by {order} limit %s"
    return db.rows(sql, [*params, scope.limit])


def add_label(db: Database, label: LabelRow) -> None:
    """Write what a person said; the next rules snapshot reads it."""
    row = (label.subject_kind, label.subject, label.label, label.by, to_ms(label.at), clean(label.note))
    bulk.insert(db, "store_label", ("subject_kind", "subject", "label", "by", "at_ms", "note"), [row])


def labels(
    db: Database, *, after_id: int = 0, subject_kind: str = "", subject: str = "", limit: int = 1000
) -> list[LabelRow]:
    """Return labels in the order they were given; of one kind of subject, or of one subject, where these are given."""
    where, params = ["id > %s"], [after_id]  # type: tuple[list[str], list[object]]
    if subject_kind:
        where.append("subject_kind = %s")
        params.append(subject_kind)
    if subject:
        where.append("subject = %s")
        params.append(subject)
    sql = f'select id, subject_kind, subject, label, "by", at_ms, note from store_label where {" and ".join(where)}'
    return [_label(row) for row in db.rows(f"{sql} order by id limit %s", [*params, limit])]


def _label(row: Row) -> LabelRow:
    return LabelRow(
        id=row[0], subject_kind=row[1], subject=row[2], label=row[3], by=row[4], at=from_ms(row[5]), note=row[6]
    )
