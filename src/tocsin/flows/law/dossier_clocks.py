"""The clocks of a dossier: started from its facts, run by the engine, kept as it gave them, shown on one calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin import __version__
from tocsin.base.errors import TocsinError
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.again import plan_before_clocks
from tocsin.flows.evidence.dossiers import note, own_dossier
from tocsin.flows.evidence.request import open_one
from tocsin.flows.i18n import translator
from tocsin.flows.law.deadline import calendar_bytes, row_of
from tocsin.legal.alarms import alarms
from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.grounds import load_grounds
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Clock
from tocsin.store.dossiers.rows import ClockRow
from tocsin.store.evidence.rows import ALL, CaptureScope

FIRST_ONLINE = "first_online"
_BESIDE = ("place", "residence", "good_friday")


class ClockSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as it is kept, and as the engine reads it now: its rule, reasons and the clocks shown beside it.

    clock: None where the packs of today cannot read what was told then; `error` says why, and the kept days stand.
    """

    row: ClockRow
    clock: Clock | None
    error: TocsinError | None = None

    @property
    def has_moved(self) -> bool:
        """Whether the engine gives other days now than those that were kept, so that a person must look."""
        return self.clock is None or self.row.term != _term(self.clock)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the calendar. what: `safe`, `last`, `extended`, or an alarm's kind. left: days (or hours) to the end.

    at: for a term in hours.
    """

    day: date
    what: str
    left: int
    dossier: str
    sheet: ClockSheet
    at: datetime | None = None


def first_online(engine: Engine, number: str) -> date | None:
    """Return the first day on which the matter of a dossier is known to have been online, in the brand's zone.

    What a person said, or else the earliest of the posts and captures it holds; None when it holds none.
    """
    row = engine.store.dossiers.dossier(number)
    if row.online_on is not None:
        return row.online_on
    instants = []
    for one in engine.store.evidence.captures(CaptureScope(dossier=number, limit=ALL)):
        post = engine.store.post(one.platform, one.native_id) if one.native_id else None
        instants += [at for at in (post.created_at if post else None, one.started_at) if at is not None]
    zone = ZoneInfo(engine.store.brand(row.brand).time_zone)
    return min(instants).astimezone(zone).date() if instants else None


def rules_of(engine: Engine, number: str) -> tuple[str, ...]:
    """Return the rules of time that the chosen grounds of a dossier name and that no clock runs yet."""
    running = {clock.rule for clock in engine.store.dossiers.clocks(number) if clock.ended_at is None}
    known, law = load_grounds(), load_packs()
    wanted = [rule for row in engine.store.dossiers.grounds(number) for rule in known.ground(row.ground).clocks]
    return tuple(rule for rule in dict.fromkeys(law.rule(name).id for name in wanted) if rule not in running)


def start_clock(
    engine: Engine,
    number: str,
    rule: str,
    by: str,
    now: datetime,
    *,
    events: Mapping[str, str] | None = None,
    acts: Sequence[Mapping[str, Any]] = (),
    letter: int = 0,
) -> ClockSheet:
    """Start a clock of an open dossier; its pages are captured again before it ends.

    events: names of events with their days, ISO; without any, the first day online where the rule starts from it;
    "place", "residence" and "good_friday" may stand among them. letter: the one it follows.
    acts: each {"kind", "date", flags…}. Raises NotFoundError for an unknown rule, InputError for what cannot be read.
    """
    open_one(engine, "", number)
    known = load_packs().rule(rule)
    told: dict[str, Any] = dict(events or {})
    online = first_online(engine, number)
    if not told and FIRST_ONLINE in known.starts and online is not None:
        told = {FIRST_ONLINE: online.isoformat()}
    raw = _case(told)
    clock = _run(known.id, number, raw, acts)
    blank = _blank(number, known.id, by, now)
    row = msgspec.structs.replace(_filled(blank, raw, acts, clock, now), letter=letter)
    started = msgspec.structs.replace(row, id=engine.store.dossiers.start_clock(row))
    note(engine, number, f"clock={started.id} {known.id}", by, now)
    plan_before_clocks(engine, number, now)
    return ClockSheet(row=started, clock=clock)


def change_clock(
    engine: Engine,
    brand: str,
    clock: int,
    by: str,
    now: datetime,
    *,
    events: Mapping[str, Any] | None = None,
    acts: Sequence[Mapping[str, Any]] | None = None,
) -> ClockSheet:
    """Run a clock again on other events or acts, and keep what the engine gives. None leaves a thing as it is."""
    row = own_clock(engine, brand, clock)
    open_one(engine, brand, row.dossier)
    raw = msgspec.json.decode(row.event, type=dict[str, Any])
    if events is not None:
        raw = _case(events)
    wanted = msgspec.json.decode(row.acts, type=list[dict[str, Any]]) if acts is None else list(acts)
    ran = _run(row.rule, row.dossier, raw, wanted)
    fresh = _filled(row, raw, wanted, ran, now)
    engine.store.dossiers.change_clock(fresh)
    note(engine, row.dossier, f"clock={row.id} {row.rule}", by, now)
    plan_before_clocks(engine, row.dossier, now)
    return ClockSheet(row=fresh, clock=ran)


def add_act(engine: Engine, brand: str, clock: int, act: Mapping[str, Any], by: str, *, now: datetime) -> ClockSheet:
    """Add what was done while a clock ran: {"kind", "date", flags…}; run it again. Raises as `change_clock`."""
    row = own_clock(engine, brand, clock)
    return change_clock(engine, brand, clock, by, now, acts=[*msgspec.json.decode(row.acts, type=list[Any]), act])


def stop_clock(engine: Engine, brand: str, clock: int, by: str, now: datetime) -> None:
    """Stop a clock: it no longer rings. Raises NotFoundError when it does not run."""
    row = own_clock(engine, brand, clock)
    engine.store.dossiers.stop_clock(clock, now)
    note(engine, row.dossier, f"stopped={row.id} {row.rule}", by, now)
    plan_before_clocks(engine, row.dossier, now)


def own_clock(engine: Engine, brand: str, clock: int) -> ClockRow:
    """Return a clock of a brand ("" for any). Raises NotFoundError, for one of another brand too."""
    row = engine.store.dossiers.clock(clock)
    own_dossier(engine, brand, row.dossier)
    return row


def clock_sheets(engine: Engine, number: str) -> tuple[ClockSheet, ...]:
    """Return the clocks that run for a dossier, the next to end first."""
    rows = [row for row in engine.store.dossiers.clocks(number) if row.ended_at is None]
    return tuple(sheet_of(row) for row in sorted(rows, key=lambda row: (row.safe_on or date.max, row.id)))


def sheet_of(row: ClockRow) -> ClockSheet:
    """Return a clock with what the engine says of it now."""
    raw = msgspec.json.decode(row.event, type=dict[str, Any])
    try:
        clock = _run(row.rule, row.dossier, raw, msgspec.json.decode(row.acts, type=list[Any]))
    except TocsinError as error:
        return ClockSheet(row=row, clock=None, error=error)
    return ClockSheet(row=row, clock=clock)


def calendar(engine: Engine, brand: str, now: datetime) -> list[Day]:
    """Return the days to come of all clocks of a brand's open dossiers, soonest first: ends, and alarms before them."""
    days: list[Day] = []
    for row in engine.store.dossiers.running_clocks(brand):
        sheet = sheet_of(row)
        days += _ends(sheet)
        days += [
            Day(day=one.day, what=one.kind.value, left=one.left, dossier=row.dossier, sheet=sheet, at=one.at)
            for one in (alarms(sheet.clock, now) if sheet.clock else ())
        ]
    today = now.astimezone(ZoneInfo(engine.store.brand(brand).time_zone)).date()
    return sorted((day for day in days if day.day >= today), key=lambda day: (day.day, day.dossier, day.sheet.row.id))


def agenda(engine: Engine, brand: str, language: str, now: datetime) -> bytes:
    """Return the clocks of a brand's open dossiers as a calendar file that any agenda reads, with their alarms."""
    sheets = [sheet_of(row) for row in engine.store.dossiers.running_clocks(brand)]
    named = [_named(sheet) for sheet in sheets if sheet.clock is not None]
    return calendar_bytes(named, load_packs(), translator(language), now)


def _named(sheet: ClockSheet) -> Clock:
    """The clock under an id of its own: a dossier may run the same rule twice."""
    assert sheet.clock is not None
    return msgspec.structs.replace(sheet.clock, case_id=f"{sheet.row.dossier}/{sheet.row.id}")


def _ends(sheet: ClockSheet) -> list[Day]:
    row = sheet.row
    if row.last_at is not None and row.last_on is not None:
        return [Day(day=row.last_on, what="last", left=0, dossier=row.dossier, sheet=sheet, at=row.last_at)]
    extended = sheet.clock.term.extended_day if sheet.clock else None
    ends = {"safe": row.safe_on, "last": row.last_on, "extended": extended}
    seen: dict[date, str] = {}
    for what, day in ends.items():
        if day is not None:
            seen.setdefault(day, what)
    return [Day(day=day, what=what, left=0, dossier=row.dossier, sheet=sheet) for day, what in seen.items()]


def _case(told: Mapping[str, Any]) -> dict[str, Any]:
    """Part what is told of a case into its events and what stands beside them."""
    beside = {name: told[name] for name in _BESIDE if told.get(name) not in (None, "")}
    return {"event": {name: value for name, value in told.items() if name not in _BESIDE}, **beside}


def _run(rule: str, number: str, raw: Mapping[str, Any], acts: Sequence[Mapping[str, Any]]) -> Clock:
    law = load_packs()
    given = {**raw, "id": number, "ground": rule, "acts": list(acts)}
    return run(law, read_case(given, law, number))


def _blank(number: str, rule: str, by: str, now: datetime) -> ClockRow:
    return ClockRow(
        dossier=number, rule=rule, event=b"{}", acts=b"[]", term=b"{}", engine="", by=by, at=now, computed_at=now
    )


def _filled(
    row: ClockRow, raw: Mapping[str, Any], acts: Sequence[Mapping[str, Any]], clock: Clock, now: datetime
) -> ClockRow:
    """Return the row with what the engine gave."""
    return msgspec.structs.replace(
        row,
        event=msgspec.json.encode(raw),
        acts=msgspec.json.encode(list(acts)),
        term=_term(clock),
        engine=f"{__version__} {clock.rule.last_checked}",
        computed_at=now,
        safe_on=clock.term.safe_day,
        last_on=clock.term.last_useful_day,
        last_at=clock.term.last_useful_instant,
    )


def _term(clock: Clock) -> bytes:
    """What the engine gave, as it gave it."""
    return msgspec.json.encode({name: value for name, value in row_of(clock).items() if name != "id"})
