"""The days of the alarm record as a picture: a bar a day, a mark above each that rang; if many, a line a month."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tocsin.flows.watches.record import Record, RecordDay, Rung, Said

_DAYS = 31
_SHORT = 45  # days that stand in one line, each under its date
_FEWEST = 7  # columns, so that the bars of a young past are not walls
_NAMED = (1, 5, 10, 15, 20, 25, 30)
_LOUDEST = {"alarm": 0, "danger": 1, "watch": 2}
_HEAD = 22  # above the lines: the days of the month


class Size(NamedTuple):
    """A drawing: its width, that of the names of months, heights of a line, its bars and the one line of a short past.

    mark: size of the marks, 1 for 12 pixels. apart: pixels between two dates.
    """

    width: int
    names: int
    line: int
    bar: int
    alone: int
    mark: float
    apart: int


WIDE, NARROW = Size(900, 104, 62, 32, 76, 1.0, 34), Size(350, 34, 46, 22, 60, 0.8, 30)


class _Line(NamedTuple):
    """One line of days: where it begins, how wide a day is, how high the highest bar, where its foot stands."""

    left: float
    step: float
    bar: int
    foot: int


def strip(found: Record, size: Size) -> dict[str, Any]:
    """Return the picture of a record: its size, its lines from the oldest to the newest, and their dates."""
    days = found.calendar
    if len(days) <= _SHORT:
        return _alone(days, size)
    most = max([1, *(day.posts for day in days)])
    step = (size.width - size.names) / _DAYS
    months = [list(month) for _, month in groupby(days, key=lambda one: (one.day.year, one.day.month))]
    lines = []
    for place, month in enumerate(months):
        line = _Line(size.names + (month[0].day.day - 1) * step, step, size.bar, _HEAD + size.line * (place + 1) - 8)
        first = month[0].day
        name = {"day": first, "y": line.foot - 3, "names_year": place == 0 or first.month == 1}
        lines.append(_drawn(month, line, most, size) | {"name": name})
    ticks = [{"day": day, "x": _px(size.names + (day - 0.5) * step), "y": 12} for day in _NAMED]
    return {"size": size, "height": _HEAD + size.line * len(months), "ticks": ticks, "lines": lines}


def _alone(days: Sequence[RecordDay], size: Size) -> dict[str, Any]:
    """All days in one line, each as wide as there is room, with dates below."""
    most = max([1, *(day.posts for day in days)])
    step = size.width / max(_FEWEST, len(days))
    foot = size.alone + 24
    line = _Line(0.0, step, size.alone, foot)
    every = max(1, -(-size.apart // max(1, int(step))))
    ticks = [
        {"day": one.day.day, "month": one.day if place == 0 or one.day.day <= every else None}
        | {"x": _px((place + 0.5) * step), "y": foot + 16}
        for place, one in enumerate(days)
        if place % every == 0
    ]
    return {"size": size, "height": foot + 34, "ticks": ticks, "lines": [_drawn(days, line, most, size)]}


def _drawn(days: Sequence[RecordDay], line: _Line, most: int, size: Size) -> dict[str, Any]:
    cells = []
    for place, one in enumerate(days):
        x = line.left + place * line.step
        height = line.bar * (one.posts / most) ** 0.5
        cells.append(
            {
                "day": one.day,
                "posts": one.posts,
                "x": _px(x + line.step * 0.14),
                "y": _px(line.foot - height),
                "width": _px(line.step * 0.72),
                "height": _px(height),
                "rested": one.day.weekday() >= 5,
                "full": {"x": _px(x), "width": _px(line.step)},
                "rang": _mark(one, x + line.step / 2, line.foot - line.bar - 11 * size.mark, size),
            }
        )
    return {
        "foot": line.foot,
        "top": line.foot - line.bar,
        "bar": line.bar,
        "from": _px(line.left),
        "to": _px(line.left + len(days) * line.step),
        "cells": cells,
    }


def _mark(day: RecordDay, x: float, y: float, size: Size) -> dict[str, Any] | None:
    """The mark of the loudest ring of a day, drawn by what people said of those of its level."""
    if not day.rungs:
        return None
    loudest = min(day.rungs, key=lambda one: _LOUDEST.get(one.alert.level, 1)).alert.level
    return {
        "shape": loudest,
        "said": said_of(day.rungs, loudest),
        "at": f"translate({_px(x)} {_px(y)}) scale({size.mark})",
    }


def said_of(rungs: Sequence[Rung], level: str) -> str:
    """Return what was said of the rings of a level: real where one was, false where all were, else nothing."""
    said = {rung.said for rung in rungs if rung.alert.level == level}
    if Said.REAL in said:
        return Said.REAL.value
    return Said.FALSE.value if said == {Said.FALSE} else ""


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
