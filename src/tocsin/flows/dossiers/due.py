"""What of a brand's dossiers waits for somebody: near deadlines, a robot that cannot work, late time-stamps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.flows.engine import Engine
from tocsin.net.browser import Lack, available
from tocsin.store.dossiers.rows import ClockRow
from tocsin.store.evidence.rows import CaptureRow, CaptureScope, CaptureState

NEAR = timedelta(days=15)
_STUCK_AFTER = timedelta(minutes=10)  # a robot that works takes a page within seconds, and tries thrice within these
_FAILED_FOR = timedelta(days=7)
_STAMPS_LATE = timedelta(days=1)
_LOOKED_AT = 200
_WAITING = (CaptureState.QUEUED, CaptureState.RUNNING)


class NearDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline whose safe day comes within a fortnight. left: days to the safe day, below 0 once it has passed.

    last_left: days to the last day, 0 or more.
    """

    dossier: str
    title: str
    safe_on: date
    left: int
    last_left: int


class StuckRobot(msgspec.Struct, frozen=True, kw_only=True):
    """Captures that no robot takes. lack: why none can be made on this machine, None where that is not known."""

    captures: int
    since: datetime
    lack: Lack | None = None


class LateSeals(msgspec.Struct, frozen=True, kw_only=True):
    """Captures whose time-stamps are awaited for more than a day. since: of the one that waits longest."""

    captures: int
    since: datetime


def near_deadlines(engine: Engine, brand: Brand, now: datetime) -> list[NearDeadline]:
    """Return the deadlines of a brand's open dossiers whose safe day is 15 days away or less and that are not over."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    near = [row for row in engine.store.dossiers.running_clocks(brand.slug) if _is_near(row, today, now)]
    titles = {row.number: row.title for row in engine.store.dossiers.dossiers(brand.slug)} if near else {}
    found = [_near(row, today, titles.get(row.dossier, "")) for row in near]
    return sorted(found, key=lambda one: (one.safe_on, one.dossier))


def count_near(engine: Engine, brand: Brand, now: datetime) -> int:
    """Return how many deadlines `near_deadlines` lists."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    return sum(_is_near(row, today, now) for row in engine.store.dossiers.running_clocks(brand.slug))


def stuck_robot(engine: Engine, brand: Brand, now: datetime) -> StuckRobot | None:
    """Return the captures of a brand that wait for ten minutes, or failed this week where no robot can work; or None.

    The worker may run on another machine than the pages, so that what this one lacks is told only when captures wait.
    """
    lack = available(engine.settings.capture_browser)
    rows = engine.store.evidence.captures(CaptureScope(brand=brand.slug, limit=_LOOKED_AT))
    stuck = [row for row in rows if row.is_robot and _is_stuck(row, now, has_lack=lack is not None)]
    if not stuck:
        return None
    return StuckRobot(captures=len(stuck), since=min(row.asked_at for row in stuck), lack=lack)


def late_seals(engine: Engine, brand: Brand, now: datetime) -> LateSeals | None:
    """Return the captures of a brand that are sealed and await time-stamps over a day, 200 at most; or None."""
    scope = CaptureScope(brand=brand.slug, state=CaptureState.AWAITING_STAMP, limit=_LOOKED_AT)
    sealed = [row.sealed_at for row in engine.store.evidence.captures(scope) if row.sealed_at is not None]
    late = [at for at in sealed if now - at > _STAMPS_LATE]
    return LateSeals(captures=len(late), since=min(late)) if late else None


def _is_near(row: ClockRow, today: date, now: datetime) -> bool:
    if row.safe_on is None or row.safe_on - today > NEAR:
        return False
    return now < row.last_at if row.last_at is not None else today <= (row.last_on or row.safe_on)


def _near(row: ClockRow, today: date, title: str) -> NearDeadline:
    safe = row.safe_on or today
    last = (row.last_on or safe) - today
    return NearDeadline(
        dossier=row.dossier, title=title, safe_on=safe, left=(safe - today).days, last_left=max(0, last.days)
    )


def _is_stuck(row: CaptureRow, now: datetime, *, has_lack: bool) -> bool:
    if row.state in _WAITING:
        return now - row.asked_at > _STUCK_AFTER
    return has_lack and row.state is CaptureState.FAILED and now - row.asked_at < _FAILED_FOR
