"""Captures: asked for, claimed by one robot at a time, recorded, sealed, stamped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.dossiers.numbers import dossier_id, number_of
from tocsin.store.evidence.rows import IN_LOG, Ask, CaptureRow, CaptureScope, CaptureState, Difference, Recorded
from tocsin.store.map import at_or_none, clean, stored_id, to_json

MOST_TRIES = 3
_ATTACHING = timedelta(hours=1)
# What a capture that is given up says of itself.
_UNFINISHED = InputError("The file was not taken whole. Attach it again.")
_DIED = ConflictError(
    "The robot died {tries} times at this page. Look at the log of the worker, then capture it again.", tries=MOST_TRIES
)
_LOST = NotFoundError("The files of the capture are no longer in the evidence folder. Capture the page again.")
_LONGEST_PARAM = 2_000  # letters of a value in an error, which a page may have brought
# fmt: off
_COLUMNS = (
    "id", "number", "brand", "url", "why", "state", "by", "asked_ms", "robot", "platform", "native_id", "outcome",
    "started_ms", "ended_ms", "sealed_ms", "stamped_ms", "erased_ms", "final_url", "title", "status", "size", "folder",
    "manifest", "log_index", "doubtful", "difference", "holder", "tries", "next_ms", "error_template", "error_params",
)
# fmt: on
_NAMES = ", ".join([f'c."{name}"' for name in _COLUMNS])
_SELECT = f"select {_NAMES}, d.year, d.rank from store_capture c left join store_dossier d on d.id = c.dossier"
_difference = msgspec.json.Decoder(Difference)
_params = msgspec.json.Decoder(dict[str, str])


def ask(db: Database, wanted: Ask, *, is_robot: bool = True) -> CaptureRow:
    """Put a capture into the queue under the next number of the year. Raises NotFoundError for an unknown dossier."""
    with db.transaction():
        db.one_writer("capture numbers")
        dossier = dossier_id(db, wanted.dossier) if wanted.dossier else 0
        year = wanted.at.year
        last = db.value("select max(number) from store_capture where number like %s", [f"C{year}-%"])
        number = f"C{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:06d}"
        previous = _previous(db, wanted.brand, wanted.url)
        row = (
            number,
            wanted.brand,
            dossier,
            wanted.platform,
            stored_id(wanted.native_id),
            clean(wanted.url),
            is_robot,
            wanted.why,
            CaptureState.QUEUED.value,
            wanted.by,
            to_ms(wanted.at),
            previous,
        )
        bulk.insert(db, "store_capture", (*_ASKED, *_DEFAULTS), [(*row, *_DEFAULTS.values())])
    return capture(db, number)


# fmt: off
_ASKED = (
    "number", "brand", "dossier", "platform", "native_id", "url", "robot", "why", "state", "by", "asked_ms", "previous",
)
# fmt: on
# What Django gives by itself and a plain insert does not.
_DEFAULTS: Mapping[str, object] = {
    "outcome": "",
    "final_url": "",
    "title": "",
    "size": 0,
    "folder": "",
    "manifest": "",
    "doubtful": False,
    "difference": "{}",
    "holder": "",
    "tries": 0,
    "next_ms": 0,
    "error_template": "",
    "error_params": "{}",
}


def capture(db: Database, number: str) -> CaptureRow:
    """Return a capture. Raises NotFoundError."""
    row = db.row(f"{_SELECT} where c.number = %s", [number])
    if row is None:
        raise NotFoundError("There is no capture {number}.", number=number)
    return _row(row)


def captures(db: Database, scope: CaptureScope) -> list[CaptureRow]:
    """Return captures, the last asked for first."""
    wanted: list[tuple[str, object]] = []
    if scope.brand:
        wanted.append(("c.brand = %s", scope.brand))
    if scope.dossier:
        wanted.append(("c.dossier = %s", dossier_id(db, scope.dossier)))
    if scope.state is not None:
        wanted.append(("c.state = %s", scope.state.value))
    if scope.native_id:
        wanted += [("c.platform = %s", scope.platform), ("c.native_id = %s", stored_id(scope.native_id))]
    if scope.before is not None:
        wanted.append(("c.id < %s", scope.before))
    where = " and ".join(condition for condition, _ in wanted) or "1 = 1"
    params = [*(value for _, value in wanted), scope.limit]
    return [_row(row) for row in db.rows(f"{_SELECT} where {where} order by c.id desc limit %s", params)]


def count(db: Database, dossiers: Sequence[str]) -> dict[str, int]:
    """Return how many captures each dossier holds."""
    found = db.rows(
        "select d.year, d.rank, count(*) from store_capture c join store_dossier d on d.id = c.dossier"
        " group by d.year, d.rank"
    )
    counts = {number_of(year, rank): int(many) for year, rank, many in found}
    return {number: counts.get(number, 0) for number in dossiers}


def waiting(db: Database, now: datetime) -> int:
    """Return how many captures wait for a robot now."""
    sql = "select count(*) from store_capture where state in ('queued', 'running') and next_ms <= %s"
    return int(db.value(sql, [to_ms(now)]))


def is_due(db: Database, now: datetime) -> bool:
    """Return whether a capture waits to be recorded, sealed or stamped now."""
    sql = (
        "select 1 from store_capture where state in ('queued', 'running', 'recorded', 'awaiting_stamp')"
        " and next_ms <= %s limit 1"
    )
    return db.value(sql, [to_ms(now)]) is not None


def claim(db: Database, holder: str, now: datetime, lease: timedelta, number: str = "") -> CaptureRow | None:
    """Return a capture that is the caller's to record now, or None.

    One whose robot died comes back when its lease is over, and is given up after three tries. number: this one alone.
    """
    now_ms = to_ms(now)
    db.run(
        "update store_capture set state = 'failed', error_template = %s"
        " where state = 'queued' and not robot and asked_ms < %s",
        [_UNFINISHED.template, to_ms(now - _ATTACHING)],
    )
    db.run(
        "update store_capture set state = 'failed', holder = '', error_template = %s, error_params = %s"
        " where state = 'running' and lease_ms < %s and tries >= %s",
        [_DIED.template, to_json({"tries": str(MOST_TRIES)}), now_ms, MOST_TRIES],
    )
    ready = "robot and ((state = 'queued' and next_ms <= %s) or (state = 'running' and lease_ms < %s))"
    only, params = (" and number = %s", [number]) if number else ("", [])
    due = db.rows(
        f"select id, tries from store_capture where {ready}{only} order by next_ms, id limit 5",
        [now_ms, now_ms, *params],
    )
    for row, tries in due:
        sql = (
            "update store_capture set state = 'running', holder = %s, lease_ms = %s, tries = tries + 1"
            f" where id = %s and tries = %s and {ready}"
        )
        if db.run(sql, [holder, to_ms(now + lease), row, tries, now_ms, now_ms]):
            return _row(db.rows(f"{_SELECT} where c.id = %s", [row])[0])
    return None


def recorded(db: Database, one: CaptureRow, what: Recorded) -> bool:
    """Note what a visit left in the vault; False, and nothing, when another robot has the capture by now."""
    sql = (
        "update store_capture set state = 'recorded', outcome = %s, started_ms = %s, ended_ms = %s, final_url = %s,"
        " title = %s, status = %s, size = %s, folder = %s, manifest = %s, doubtful = %s, difference = %s,"
        " error_template = '', error_params = '{}' where id = %s and state = %s and tries = %s and holder = %s"
    )
    values = [
        what.outcome,
        to_ms(what.started_at),
        to_ms(what.ended_at),
        clean(what.final_url),
        clean(what.title),
        what.status,
        what.size,
        what.folder,
        what.manifest,
        what.doubtful,
        to_json(what.difference),
    ]
    return db.run(sql, [*values, one.id, one.state.value, one.tries, one.holder]) > 0


def not_recorded(
    db: Database, one: CaptureRow, template: str, params: Mapping[str, object], next_at: datetime | None
) -> bool:
    """Note a failure: tried again at `next_at`, or given up (None). False when another robot has the capture."""
    state = CaptureState.FAILED if next_at is None else CaptureState.QUEUED
    sql = (
        "update store_capture set state = %s, holder = '', next_ms = %s, error_template = %s, error_params = %s"
        " where id = %s and state = 'running' and tries = %s and holder = %s"
    )
    told = to_json({name: clean(str(value))[:_LONGEST_PARAM] for name, value in params.items()})
    next_ms = 0 if next_at is None else to_ms(next_at)
    return db.run(sql, [state.value, next_ms, template, told, one.id, one.tries, one.holder]) > 0


def to_seal(db: Database, limit: int = 20) -> list[CaptureRow]:
    """Return captures whose files are whole and that are not in the log, oldest first."""
    return [_row(row) for row in db.rows(f"{_SELECT} where c.state = 'recorded' order by c.id limit %s", [limit])]


def to_stamp(db: Database, now: datetime, limit: int = 20) -> list[CaptureRow]:
    """Return captures of the log for which time-stamps are to be asked now."""
    sql = f"{_SELECT} where c.state = 'awaiting_stamp' and c.next_ms <= %s order by c.next_ms, c.id limit %s"
    return [_row(row) for row in db.rows(sql, [to_ms(now), limit])]


def stamped(db: Database, number: str, at: datetime) -> None:
    """Note that enough authorities stamped a capture."""
    sql = "update store_capture set state = 'sealed', stamped_ms = %s where number = %s and state = 'awaiting_stamp'"
    db.run(sql, [to_ms(at), number])


def stamp_later(db: Database, number: str, next_at: datetime) -> None:
    """Ask for time-stamps again at an instant."""
    sql = "update store_capture set next_ms = %s, tries = tries + 1 where number = %s and state = 'awaiting_stamp'"
    db.run(sql, [to_ms(next_at), number])


def lost(db: Database, number: str) -> None:
    """Give up a recorded capture whose files are nowhere."""
    db.run(
        "update store_capture set state = 'failed', error_template = %s where number = %s and state = 'recorded'",
        [_LOST.template, number],
    )


def doubt(db: Database, number: str) -> None:
    """Mark the time of a capture as doubtful."""
    db.run("update store_capture set doubtful = %s where number = %s", [True, number])


def busy(db: Database, now: datetime) -> list[CaptureRow]:
    """Return captures whose files may still be beside their place: being taken in, or recorded and not sealed."""
    where = "c.state = 'recorded' or (c.state = 'queued' and not c.robot) or (c.state = 'running' and c.lease_ms >= %s)"
    return [_row(row) for row in db.rows(f"{_SELECT} where {where}", [to_ms(now)])]


def pages(db: Database, dossier: str) -> list[CaptureRow]:
    """Return the last capture of each page of a dossier, in the order in which pages were first asked for."""
    rows = db.rows(
        f"{_SELECT} join (select max(id) as last, min(id) as first from store_capture where dossier = %s and robot"
        " and erased_ms is null group by url) p on p.last = c.id order by p.first",
        [dossier_id(db, dossier)],
    )
    return [_row(row) for row in rows]


def put_in(db: Database, number: str, dossier: str) -> CaptureRow:
    """Put a capture into a dossier of its brand. Raises ConflictError when it is in another one already."""
    with db.transaction():
        target = dossier_id(db, dossier)
        one = capture(db, number)
        if one.dossier and one.dossier != dossier:
            raise ConflictError(
                "The capture {number} is in the dossier {dossier} already.", number=number, dossier=one.dossier
            )
        sql = (
            "update store_capture set dossier = %s where number = %s"
            " and brand = (select brand from store_dossier where id = %s)"
        )
        if not db.run(sql, [target, number, target]):
            raise NotFoundError("There is no capture {number}.", number=number)
    return capture(db, number)


def forget_content(db: Database, number: str, at: datetime) -> None:
    """Blank what a capture showed and where; its number, its instants, its digest and its leaf stay.

    One that waits for a robot is taken out of the queue. To be called in the transaction that enters the deletion into
    the log. Raises ConflictError while a robot is at it, or when it was erased meanwhile.
    """
    sql = (
        "update store_capture set erased_ms = %s, url = '', final_url = '', title = '', platform = '', native_id = '',"
        " difference = '{}', error_params = '{}', state = case when state = 'queued' then 'failed' else state end"
        " where number = %s and erased_ms is null and state not in ('running', 'recorded')"
    )
    if not db.run(sql, [to_ms(at), number]):
        raise ConflictError("The capture {number} is being recorded; erase it once it is sealed.", number=number)


def of_posts(db: Database, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[CaptureRow]]:
    """Return the captures that show each of these posts (platform, native id), newest first."""
    found: dict[tuple[str, str], list[CaptureRow]] = {}
    for platform, native_id in dict.fromkeys(keys):
        listed = captures(db, CaptureScope(platform=platform, native_id=native_id))
        if listed:
            found[(platform, native_id)] = listed
    return found


def before(db: Database, one: CaptureRow) -> CaptureRow | None:
    """Return the last recorded capture of the same page before this one, or None."""
    rows = db.rows(
        f"{_SELECT} where c.brand = %s and c.url = %s and c.id < %s and c.manifest <> '' and c.erased_ms is null"
        " and c.robot order by c.id desc limit 1",
        [one.brand, one.url, one.id],
    )
    return _row(rows[0]) if rows else None


def in_vault(db: Database) -> list[CaptureRow]:
    """Return all captures that have files in the vault, by number."""
    rows = db.rows(f"{_SELECT} where c.manifest <> '' and c.erased_ms is null order by c.number")
    return [_row(row) for row in rows]


def seal_row(db: Database, number: str, index: int, at: datetime) -> None:
    """Note the entry of a capture; to be called in the transaction that makes the entry."""
    states = ", ".join(f"'{state.value}'" for state in IN_LOG)
    sql = (
        "update store_capture set state = 'awaiting_stamp', log_index = %s, sealed_ms = %s, next_ms = 0, tries = 0,"
        f" holder = '', lease_ms = null where number = %s and state not in ({states})"
    )
    if not db.run(sql, [index, to_ms(at), number]):
        raise ConflictError("The capture {number} is sealed already.", number=number)


def _previous(db: Database, brand: str, url: str) -> int:
    sql = "select max(id) from store_capture where brand = %s and url = %s"
    return int(db.value(sql, [brand, url]) or 0)


def _row(row: Row) -> CaptureRow:
    v = dict(zip(_COLUMNS, row, strict=False))
    return CaptureRow(
        id=v["id"],
        number=v["number"],
        brand=v["brand"],
        dossier=number_of(row[-2], row[-1]) if row[-1] is not None else "",
        url=v["url"],
        why=v["why"],
        state=CaptureState(v["state"]),
        by=v["by"],
        asked_at=from_ms(v["asked_ms"]),
        is_robot=bool(v["robot"]),
        platform=v["platform"],
        native_id=v["native_id"],
        outcome=v["outcome"],
        started_at=at_or_none(v["started_ms"]),
        ended_at=at_or_none(v["ended_ms"]),
        sealed_at=at_or_none(v["sealed_ms"]),
        stamped_at=at_or_none(v["stamped_ms"]),
        erased_at=at_or_none(v["erased_ms"]),
        final_url=v["final_url"],
        title=v["title"],
        status=v["status"],
        size=v["size"],
        folder=v["folder"],
        manifest=v["manifest"],
        index=v["log_index"],
        is_doubtful=bool(v["doubtful"]),
        difference=_difference.decode(v["difference"]),
        holder=v["holder"],
        tries=v["tries"],
        next_at=from_ms(v["next_ms"]) if v["next_ms"] else None,
        error=v["error_template"],
        error_params=_params.decode(v["error_params"]),
    )
