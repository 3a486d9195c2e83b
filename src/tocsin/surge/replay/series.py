"""Read a series of counts collected elsewhere, and replay it row by row: what rings, how abnormal each row is."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.surge import Surge
from tocsin.surge.count import BIN_MIN, MinuteTally
from tocsin.surge.fold import SurgeFold
from tocsin.surge.state import SurgeState
from tocsin.surge.tuning import TUNING, Tuning

COLUMNS = ("timestamp", "value")
_TIMELINE = "replay:counts"
_LARGEST = 2**31
_ROUGH_S = 0.5  # instants written without their fraction of a second still keep a step


class Row(msgspec.Struct, frozen=True):
    """A row of a series. at: as it was written. start_s: seconds since 1970, UTC where no zone was written.

    step_s: of the series. missing: rows that a gap left out just before this one.
    """

    line: int
    at: str
    start_s: float
    value: int
    step_s: float
    missing: int = 0


class RowVerdict(msgspec.Struct, frozen=True):
    """What a row of a series comes to. score: how abnormal it is by what came before, 0..1. surge: what it rings."""

    row: Row
    score: float
    surge: Surge | None


def read_series(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of CSV text with the columns timestamp and value, at any regular step of a second or more.

    Memory does not grow with the series. Rows may be missing: the next one says how many. Fractions of a mention are
    rounded. Raises InputError, naming line and value, for a missing column, an instant or a value that cannot be read,
    a negative value, a clock that does not go on, or a step that is not kept; and for a series without two rows.
    """
    reader = csv.reader(lines)
    at_column, value_column = _header(next(reader, None))
    first: Row | None = None
    before: Row | None = None
    for cells in reader:
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        row = _row(cells, at_column, value_column, reader.line_num)
        if before is None:
            first = before = row
            continue
        step = before.step_s or row.start_s - before.start_s
        row = msgspec.structs.replace(row, step_s=step, missing=_missing(row, before, step))
        if first is not None:
            yield msgspec.structs.replace(first, step_s=step)
            first = None
        yield row
        before = row
    if before is None:
        raise InputError("The series has no row; write a first line timestamp,value and then one row a step.")
    if first is not None:
        raise InputError("The series has one row, on line {line}; a step needs two at least.", line=first.line)


def replay_rows(brand: Brand, rows: Iterable[Row], tuning: Tuning = TUNING) -> Iterator[RowVerdict]:
    """Yield each row with its score and what it rings; only the rows up to it are used.

    The fold is the one that watches live posts. A row longer than five minutes is counted evenly over its time, and
    judged at its end.
    """
    fold = SurgeFold(brand, _TIMELINE, tuning)
    memory = None
    for row in rows:
        minute = int(row.start_s // 60)
        if memory is None:
            memory = fold.begin(minute)
        posts = row.value
        if row.step_s > 60 * BIN_MIN and posts:
            minute, posts = _count_evenly(fold, memory, row)
        told = fold.weigh_minute(memory, minute, MinuteTally(posts))
        yield RowVerdict(row, told.score, told.surge)


def replay_counts(brand: Brand, counts: Iterable[tuple[int, int]], tuning: Tuning = TUNING) -> Iterator[Surge]:
    """Yield the surges that (minute since 1970, mentions) would have rung, in order of time.

    Only volume is judged: authors, tone and stories are not known. The first pair starts the watch, even with 0.
    """
    rows = (Row(0, "", 60.0 * minute, posts, 60.0) for minute, posts in counts)
    return (told.surge for told in replay_rows(brand, rows, tuning) if told.surge is not None)


def _count_evenly(fold: SurgeFold, memory: SurgeState, row: Row) -> tuple[int, int]:
    """Count all of a long row but its last five minutes; return the minute at which these end, and their mentions."""
    start, bins = int(row.start_s // 60), max(1, round(row.step_s / (60 * BIN_MIN)))
    for place in range(bins - 1):
        posts = row.value * (place + 1) // bins - row.value * place // bins
        fold.count(memory, start + place * BIN_MIN, MinuteTally(posts))
    return start + (bins - 1) * BIN_MIN, row.value - row.value * (bins - 1) // bins


def _header(cells: list[str] | None) -> tuple[int, int]:
    names = [cell.strip().lstrip("\ufeff").lower() for cell in cells or []]
    if not any(names):
        raise InputError("The series is empty; write a first line timestamp,value and then one row a step.")
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise InputError(
            "Line 1 has no column {column} but {found}; write a first line timestamp,value.",
            column=missing[0],
            found=", ".join(names),
        )
    return names.index(COLUMNS[0]), names.index(COLUMNS[1])


def _row(cells: list[str], at_column: int, value_column: int, line: int) -> Row:
    if len(cells) <= max(at_column, value_column):
        raise InputError(
            "Line {line} is {row!r}: a column is missing; write an instant, a comma and a number.",
            line=line,
            row=",".join(cells),
        )
    at = cells[at_column].strip()
    return Row(line, at, _instant(at, line), _value(cells[value_column].strip(), line), 0.0)


def _instant(text: str, line: int) -> float:
    if text.isascii() and text.isdigit() and 9 <= len(text) <= 13:
        return int(text) / (1000 if len(text) > 11 else 1)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            "Line {line}: {value!r} is not an instant; write one such as 2026-01-31 14:05:00.", line=line, value=text
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _value(text: str, line: int) -> int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _LARGEST:
        raise InputError(
            "Line {line}: {value!r} is not a number of mentions; write a number from 0 to 2147483648.",
            line=line,
            value=text,
        )
    return math.floor(value + 0.5)


def _missing(row: Row, before: Row, step: float) -> int:
    gone = row.start_s - before.start_s
    if gone <= 0:
        raise InputError(
            "Line {line}: {value!r} is not after {before!r}; put the rows in order of time, each instant once.",
            line=row.line,
            value=row.at,
            before=before.at,
        )
    if step < 1:
        raise InputError(
            "Line {line}: {value!r} is less than a second after {before!r}; add up the counts of each minute.",
            line=row.line,
            value=row.at,
            before=before.at,
        )
    steps = round(gone / step)
    if steps < 1 or abs(gone - steps * step) > _ROUGH_S:
        raise InputError(
            "Line {line}: {value!r} comes {gone:g} s after {before!r}, where the step is {step:g} s; keep one step.",
            line=row.line,
            value=row.at,
            before=before.at,
            gone=gone,
            step=step,
        )
    return steps - 1
