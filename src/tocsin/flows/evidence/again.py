"""Capture pages of open dossiers again: an hour, a day, every week after the first time, and before a clock ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.flows.engine import Engine
from tocsin.store.evidence.rows import CaptureRow, Turn

FIRST = "asked"
AFTER_HOUR, AFTER_DAY, WEEKLY, BEFORE_CLOCK = "after_1h", "after_24h", "weekly", "before_clock"
_AFTER = ((AFTER_HOUR, timedelta(hours=1)), (AFTER_DAY, timedelta(hours=24)), (WEEKLY, timedelta(days=7)))
_WEEK = timedelta(days=7)
_DAYS_BEFORE = (7, 1)
_AT = time(9)


def plan_again(engine: Engine, one: CaptureRow, now: datetime) -> None:
    """Plan the next captures of a page of a dossier, once it was captured."""
    if not one.dossier or not one.is_robot:
        return
    if one.why == FIRST:
        turns = [_turn(one, why, now + after) for why, after in _AFTER]
    elif one.why == WEEKLY:
        turns = [_turn(one, WEEKLY, now + _WEEK)]
    else:
        return
    engine.store.evidence.plan(turns)
    if one.why == FIRST:
        plan_before_clocks(engine, one.dossier, now)


def plan_before_clocks(engine: Engine, dossier: str, now: datetime) -> None:
    """Plan the pages of a dossier for a week and a day before the safe day of each of its clocks, and only then."""
    evidence = engine.store.evidence
    row = engine.store.dossiers.dossier(dossier)
    zone = ZoneInfo(engine.store.brand(row.brand).time_zone)
    days = {clock.safe_on for clock in engine.store.dossiers.clocks(dossier) if clock.ended_at is None}
    instants = [
        datetime.combine(day - timedelta(days=before), _AT, zone)
        for day in sorted(day for day in days if day is not None)
        for before in _DAYS_BEFORE
    ]
    pages = evidence.pages(dossier)
    evidence.call_off(dossier, BEFORE_CLOCK)
    evidence.plan([_turn(page, BEFORE_CLOCK, at) for page in pages for at in instants if at > now])


def ask_again(engine: Engine, now: datetime) -> list[CaptureRow]:
    """Ask for the captures whose turn has come; return them. Turns that were missed long ago come once each."""
    taken: Iterable[CaptureRow | None] = (
        engine.store.evidence.take_turn(turn, now) for turn in engine.store.evidence.turns_due(now)
    )
    return [one for one in taken if one is not None]


def _turn(one: CaptureRow, why: str, at: datetime) -> Turn:
    return Turn(
        dossier=one.dossier,
        brand=one.brand,
        url=one.url,
        why=why,
        due_at=at,
        platform=one.platform,
        native_id=one.native_id,
    )
