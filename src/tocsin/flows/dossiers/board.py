"""The list of a brand's dossiers, with what is near, and the captures that stand in none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from tocsin.base.brand import Brand
from tocsin.flows.dossiers.lines import CaptureLine, capture_lines
from tocsin.flows.engine import Engine
from tocsin.flows.moments import Reader
from tocsin.store.dossiers.rows import ClockRow, DossierRow, DossierState
from tocsin.store.evidence.rows import CaptureScope

_NEAR = timedelta(days=15)
_LOOSE = 30


class DossierLine(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier in the list. safe_day: the next of its deadlines, None without one; is_near: within a fortnight."""

    row: DossierRow
    captures: int
    safe_day: date | None = None
    is_near: bool = False
    is_closed: bool = False


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The page. loose: captures outside any dossier, newest first."""

    dossiers: tuple[DossierLine, ...]
    loose: tuple[CaptureLine, ...]


def dossier_board(engine: Engine, brand: Brand, reader: Reader, now: datetime) -> Board:
    """Return the dossiers of a brand, those with the nearest deadline first, closed ones last."""
    rows = engine.store.dossiers.dossiers(brand.slug)
    clocks = engine.store.dossiers.running_clocks(brand.slug)
    today = now.astimezone(reader.zone).date()
    counts = engine.store.evidence.count([row.number for row in rows])
    lines = [_line(row, counts.get(row.number, 0), _next(clocks, row, today), today) for row in rows]
    lines.sort(key=lambda line: (line.is_closed, line.safe_day or date.max))
    loose = [
        one for one in engine.store.evidence.captures(CaptureScope(brand=brand.slug, limit=200)) if not one.dossier
    ]
    return Board(dossiers=tuple(lines), loose=capture_lines(engine, loose[:_LOOSE], reader))


def _line(row: DossierRow, captures: int, safe_day: date | None, today: date) -> DossierLine:
    return DossierLine(
        row=row,
        captures=captures,
        safe_day=safe_day,
        is_near=safe_day is not None and safe_day - today <= _NEAR,
        is_closed=row.state is DossierState.CLOSED,
    )


def _next(clocks: list[ClockRow], row: DossierRow, today: date) -> date | None:
    days = [clock.safe_on for clock in clocks if clock.dossier == row.number and clock.safe_on is not None]
    return min((day for day in days if day >= today), default=None)
