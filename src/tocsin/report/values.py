"""The plain values that charts are drawn from, and the figure that comes out: no translated text is made here."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

Spec = dict[str, Any]


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A mark on the time axis. minute: since 1970, UTC. label: as the reader writes it (`9 h`, `midnight`)."""

    minute: int
    label: str


class FlagShape(StrEnum):
    """What a flag on a curve tells."""

    ALARM = "alarm"
    WATCH = "watch"
    FACT = "fact"


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at an instant of a curve. short: the label where there is little room."""

    minute: int
    label: str
    short: str
    shape: FlagShape = FlagShape.FACT


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The level at an instant: mentions seen in the hour that ends there, and what is usual for that hour.

    label: the instant in words, for the table. low, high: None where the usual is not known yet.
    """

    minute: int
    label: str
    seen: int
    low: float | None = None
    high: float | None = None


class CurveWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a curve. title, sentence: what it shows, and what it says. columns: time, seen, usual of its table.

    usual: what stands beside a band too thin to be seen, with its figures. to: between two bounds (`{low} to {high}`).
    thousands: what parts the thousands of a number.
    """

    title: str
    sentence: str
    columns: tuple[str, str, str]
    usual: str = ""
    to: str = "{low}–{high}"
    thousands: str = "\u202f"


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Mentions an hour against the usual. points: oldest first, at least two, at an even step.

    hot_from: the minute since which what stands over the usual is drawn as the alarm; None for never.
    narrow_from: the minute at which the drawing for a phone begins. every: one point in so many stands in the table,
    the last one always.
    """

    id: str
    words: CurveWords
    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    narrow_ticks: tuple[Tick, ...] = ()
    flags: tuple[Flag, ...] = ()
    hot_from: int | None = None
    narrow_from: int | None = None
    every: int = 1


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: posts of a stretch of time, and how many of them are negative. tick: its label on the axis, or ""."""

    label: str
    posts: int
    negative: int = 0
    tick: str = ""


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """Posts over time as bars, oldest first. columns: time, posts, negative of the table."""

    id: str
    title: str
    sentence: str
    columns: tuple[str, str, str]
    bars: tuple[Bar, ...]
    thousands: str = "\u202f"


class Medium(StrEnum):
    """Where a post stands, as lanes of the map of a spread; in the order of the lanes."""

    NETWORKS = "networks"
    FORUMS = "forums"
    REVIEWS = "reviews"
    LOCAL_PRESS = "local_press"
    NATIONAL_PRESS = "national_press"
    OTHER = "other"


class Bubble(msgspec.Struct, frozen=True, kw_only=True):
    """A post on the map. reach: people who may have read it, 0 when not known. cause: index of what it relays, or None.

    label: shown beside the weightiest ones only. row: how the table writes it. main: it is on the main way.
    """

    minute: int
    medium: Medium
    reach: int
    label: str
    row: tuple[str, ...]
    cause: int | None = None
    main: bool = False


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """A night in the zone of the reader, from minute to minute."""

    start: int
    end: int


class MapWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a map. lanes: of each medium, and short. columns: as many as the `row` of a bubble has."""

    title: str
    sentence: str
    lanes: dict[Medium, str]
    short_lanes: dict[Medium, str]
    columns: tuple[str, ...]
    origin: str
    press: str
    night: str
    none_yet: str


class SpreadMap(msgspec.Struct, frozen=True, kw_only=True):
    """How something went from medium to medium. bubbles: oldest first; the first one is the origin.

    press_at: when it entered the press, or None. ticks: as many as may be wanted; those too near are left out.
    """

    id: str
    words: MapWords
    bubbles: tuple[Bubble, ...]
    ticks: tuple[Tick, ...]
    nights: tuple[Night, ...] = ()
    press_at: int | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A chart ready to be shown: its drawing for wide and for narrow places, and the same figures as a table.

    wide, narrow: Vega-Lite specifications whose colours are symbolic (`$ink`); narrow is meant for under 560 px.
    """

    kind: str
    id: str
    title: str
    sentence: str
    wide: Spec
    narrow: Spec
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
