"""Draw mentions an hour against the usual: band, line, what stands over it after ringing, and flags."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.report.paint import INKS, SHAPES, SIZE, axis_labels, frame, halo, steps, whole
from tocsin.report.values import Curve, Figure, Flag, Point, Spec, Tick

_WIDE, _WIDE_HEIGHT = 742, 216
_NARROW, _NARROW_HEIGHT = 326, 156
_AXIS_PX = 40  # what the numbers of the axis take of the width
_THINNEST_PX = 2.0
_THIN_PX = 16.0  # a band under this cannot be read against the axis: its figures stand beside it
_FLAG_PX = 16
_LETTER_PX = 6.4
_GAP_PX = 12
_MOST_ROWS = 3


def draw_curve(kind: str, curve: Curve) -> Figure:
    """Return the figure of a curve. Raises ValueError for fewer than two points."""
    if len(curve.points) < 2:
        raise ValueError("a curve needs two points")
    start = curve.points[0].minute
    narrow = [point for point in curve.points if point.minute >= (curve.narrow_from or start)]
    narrow = narrow if len(narrow) >= 2 else list(curve.points)
    words = curve.words
    return Figure(
        kind=kind,
        id=curve.id,
        title=words.title,
        sentence=words.sentence,
        wide=_Sheet(curve, curve.points, (_WIDE, _WIDE_HEIGHT)).spec(curve.ticks, short=False),
        narrow=_Sheet(curve, narrow, (_NARROW, _NARROW_HEIGHT)).spec(curve.narrow_ticks or curve.ticks, short=True),
        columns=words.columns,
        rows=tuple(_row(point, curve) for point in curve.points[:: -curve.every][::-1]),
    )


def _row(point: Point, curve: Curve) -> tuple[str, str, str]:
    words = curve.words
    seen = whole(point.seen, words.thousands)
    if point.low is None or point.high is None:
        return (point.label, seen, "")
    low, high = whole(point.low, words.thousands), whole(point.high, words.thousands)
    return (point.label, seen, words.to.format(low=low, high=high))


class _Sheet:
    """One drawing: points on a sheet of a size, with the flags laid in rows above the highest line of the grid."""

    def __init__(self, curve: Curve, points: Sequence[Point], size: tuple[int, int]) -> None:
        self.curve, self.points = curve, points
        self.width, self.height = size
        self.start, self.end = points[0].minute, points[-1].minute
        highest = max(max(point.seen, point.high or 0.0) for point in points)
        self.values = steps(highest, 4 if self.width >= 500 else 3)
        self.flags = [flag for flag in curve.flags if self.start <= flag.minute <= self.end]

    def spec(self, ticks: Sequence[Tick], *, short: bool) -> Spec:
        placed = self._placed(short=short)
        rows = max((row for _, row, _ in placed), default=-1) + 1
        # The flags stand over the grid, inside the sheet: the axis ends where the grid does.
        grid_px = self.height - rows * _FLAG_PX
        self.top = self.values[-1] * self.height / grid_px
        self.per_px = self.top / self.height
        layers = [*self._band(), *self._hot_wash(), *self._lines(), *self._flags(placed)]
        layers[0] = self._with_axes(layers[0], ticks)
        return frame(layers, width=self.width, height=self.height, description=self.curve.words.sentence)

    def _with_axes(self, layer: Spec, ticks: Sequence[Tick]) -> Spec:
        shown = [tick for tick in ticks if self.start <= tick.minute <= self.end]
        thousands = self.curve.words.thousands
        encoding = dict(layer["encoding"])
        encoding["x"] = {
            **encoding["x"],
            "axis": {
                "values": [tick.minute for tick in shown],
                "labelExpr": axis_labels({tick.minute: tick.label for tick in shown}),
                "grid": False,
                "domain": True,
                "domainColor": "$rule-strong",
                "ticks": True,
                "tickColor": "$rule-strong",
                "tickSize": 4,
                "labelOverlap": "greedy",
                "labelFlush": False,
            },
        }
        encoding["y"] = {
            **encoding["y"],
            "axis": {
                "values": self.values,
                "labelExpr": axis_labels({value: whole(value, thousands) for value in self.values}),
            },
        }
        return {**layer, "encoding": encoding}

    def _x(self, field: str = "m") -> Spec:
        scale = {"domain": [self.start, self.end], "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale}

    def _y(self, field: str) -> Spec:
        scale = {"domain": [0, self.top], "nice": False}
        return {"field": field, "type": "quantitative", "scale": scale}

    def _bounds(self, point: Point) -> tuple[float, float]:
        """The usual of a point as it is drawn: at least two pixels high, and never under the axis."""
        low, high = point.low or 0.0, point.high or 0.0
        return low, max(high, low + _THINNEST_PX * self.per_px)

    def _band(self) -> list[Spec]:
        known = [(point, *self._bounds(point)) for point in self.points if point.high is not None]
        values = [{"m": point.minute, "l": round(low, 3), "h": round(high, 3)} for point, low, high in known]
        area = {
            "data": {"values": values},
            "mark": {"type": "area", "color": "$band", "interpolate": "monotone"},
            "encoding": {"x": self._x(), "y": self._y("h"), "y2": {"field": "l"}},
        }
        edges = [
            {
                "data": {"values": values},
                "mark": {
                    "type": "line",
                    "color": "$band-edge",
                    "strokeWidth": 1,
                    "strokeDash": [2, 3],
                    "interpolate": "monotone",
                },
                "encoding": {"x": self._x(), "y": self._y(field)},
            }
            for field in ("l", "h")
        ]
        return [area, *edges, *self._band_label(known)]

    def _band_label(self, known: Sequence[tuple[Point, float, float]]) -> list[Spec]:
        if not known or not self.curve.words.usual:
            return []
        if max(high - low for _, low, high in known) / self.per_px >= _THIN_PX:
            return []
        near = [max(high, point.seen) for point, _, high in known[: max(1, len(known) // 3)]]
        layer = {
            "data": {"values": [{"m": self.start, "h": max(near), "t": self.curve.words.usual}]},
            "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -5, "color": "$ink-3"},
            "encoding": {"x": self._x(), "y": self._y("h"), "text": {"field": "t"}},
        }
        return halo(layer)

    def _hot(self) -> list[list[Point]]:
        """The runs of points that stand over the usual since it rang, each with the point it rises from."""
        runs: list[list[Point]] = []
        since = self.curve.hot_from
        if since is None:
            return runs
        before: Point | None = None
        for point in self.points:
            over = point.minute >= since and point.high is not None and point.seen > point.high
            if over and runs and runs[-1][-1] is before:
                runs[-1].append(point)
            elif over:
                runs.append([before, point] if before is not None else [point])
            before = point
        return runs

    def _hot_wash(self) -> list[Spec]:
        runs = self._hot()
        if not runs:
            return []
        values = [
            {"m": point.minute, "s": point.seen, "h": min(float(point.seen), self._bounds(point)[1]), "r": number}
            for number, run in enumerate(runs)
            for point in run
        ]
        area = {
            "data": {"values": values},
            "mark": {"type": "area", "color": "$surge", "opacity": 0.12, "interpolate": "monotone"},
            "encoding": {
                "x": self._x(),
                "y": {**self._y("s"), "stack": None},
                "y2": {"field": "h"},
                "detail": {"field": "r", "type": "nominal"},
            },
        }
        return [area]

    def _lines(self) -> list[Spec]:
        runs = self._hot()
        last = self.points[-1]
        is_hot = bool(runs) and runs[-1][-1] is last
        lines = [self._line([(0, point) for point in self.points], "$ink", 1.75)]
        if runs:
            hot = [(number, point) for number, run in enumerate(runs) for point in run]
            lines.append(self._line(hot, "$surge", 2.25))
        dot = {
            "data": {"values": [{"m": last.minute, "s": last.seen}]},
            "mark": {
                "type": "point",
                "filled": True,
                "opacity": 1,
                "size": 42,
                "color": "$surge" if is_hot else "$ink",
            },
            "encoding": {"x": self._x(), "y": self._y("s")},
        }
        return [*lines, dot]

    def _line(self, points: Sequence[tuple[int, Point]], colour: str, width: float) -> Spec:
        return {
            "data": {"values": [{"m": point.minute, "s": point.seen, "r": run} for run, point in points]},
            "mark": {
                "type": "line",
                "color": colour,
                "strokeWidth": width,
                "strokeJoin": "round",
                "strokeCap": "round",
                "interpolate": "monotone",
            },
            "encoding": {"x": self._x(), "y": self._y("s"), "detail": {"field": "r", "type": "nominal"}},
        }

    def _placed(self, *, short: bool) -> list[tuple[Flag, int, bool]]:
        """Flags with the row each stands in (0 is the highest) and whether its label stands on its left.

        Each takes the first row where its label hides no other; one for which there is no room goes without.
        """
        px = (self.width - _AXIS_PX) / max(1, self.end - self.start)
        taken: list[list[tuple[float, float]]] = [[] for _ in range(_MOST_ROWS)]
        placed: list[tuple[Flag, int, bool]] = []
        weight = {shape: order for order, shape in enumerate(SHAPES)}
        for flag in sorted(self.flags, key=lambda flag: (weight[flag.shape], flag.minute)):
            at = (flag.minute - self.start) * px
            length = len(flag.short if short else flag.label) * _LETTER_PX + _GAP_PX
            spans = [((at - length, at + 6), True), ((at - 6, at + length), False)]
            if at < (self.width - _AXIS_PX) / 3:
                spans.reverse()
            free = [
                (self._crossed(flag, span, px), row, span, left)
                for row in range(_MOST_ROWS)
                for span, left in spans
                if span[0] >= -8 and span[1] <= self.width - _AXIS_PX + 8
                if all(span[1] <= other[0] or span[0] >= other[1] for other in taken[row])
            ]
            found = min(free, key=lambda one: one[:2])[1:] if free else None
            if found is not None:
                taken[found[0]].append(found[1])
                placed.append((flag, found[0], found[2]))
        return placed

    def _crossed(self, flag: Flag, span: tuple[float, float], px: float) -> int:
        """How many other flags' poles a label would stand across."""
        return sum(span[0] < (other.minute - self.start) * px < span[1] for other in self.flags if other is not flag)

    def _flags(self, placed: Sequence[tuple[Flag, int, bool]]) -> list[Spec]:
        layers: list[Spec] = []
        short = self.width < 500
        for flag, row, left in placed:
            y = self.top - (row * _FLAG_PX + 6) * self.per_px
            values = {"values": [{"m": flag.minute, "y": y, "z": 0, "t": flag.short if short else flag.label}]}
            ink = INKS[flag.shape]
            place = {"x": self._x(), "y": self._y("y")}
            rule = {"type": "rule", "color": ink, "strokeWidth": 1.25, "strokeCap": "butt"}
            mark = {
                "type": "point",
                "shape": SHAPES[flag.shape],
                "filled": True,
                "opacity": 1,
                "color": ink,
                "size": 72,
            }
            text = {
                "type": "text",
                "align": "right" if left else "left",
                "baseline": "middle",
                "dx": -10 if left else 10,
                "dy": 1,
                "color": ink if ink != "$surge" else "$alarm",
                "fontWeight": 600,
                "fontSize": SIZE,
            }
            layers.append({"data": values, "mark": rule, "encoding": {**place, "y2": {"datum": 0}}})
            layers.append({"data": values, "mark": mark, "encoding": place})
            layers += halo({"data": values, "mark": text, "encoding": {**place, "text": {"field": "t"}}})
        return layers
