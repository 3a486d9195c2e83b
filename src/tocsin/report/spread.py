"""Draw how something went from medium to medium: lanes, bubbles by reach, relays, nights, entry into the press."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from tocsin.report.paint import SIZE, axis_labels, frame, halo
from tocsin.report.values import Bubble, Figure, Medium, Spec, SpreadMap

LANE_COLOURS: dict[Medium, str] = {
    Medium.NETWORKS: "$c-1",
    Medium.FORUMS: "$c-2",
    Medium.REVIEWS: "$c-3",
    Medium.LOCAL_PRESS: "$c-4",
    Medium.NATIONAL_PRESS: "$c-4",
    Medium.OTHER: "$c-5",
}
_WIDE, _WIDE_LANE = 742, 44
_NARROW, _NARROW_HEIGHT = 326, 420
_SPAN = 1000.0  # the axis of time after quiet stretches were shortened
_QUIET_MIN, _QUIET_SHARE = 120, 0.06  # a longer stretch without a post takes this share of the axis
_SMALLEST_PX, _LARGEST_PX = 4.0, 15.0
_CURVE_POINTS = 8
_LABELS = 6
_LETTER_PX = 6.2
_LABEL_CHARS = 26
_TICK_PX = 46
_PIN_LANES = 0.5
_PRESS_SHARE = 0.4


def spread_map(spread: SpreadMap) -> Figure:
    """Return the figure of a spread. Raises ValueError without a bubble."""
    if not spread.bubbles:
        raise ValueError("a map of a spread needs a post")
    words = spread.words
    return Figure(
        kind="spread",
        id=spread.id,
        title=words.title,
        sentence=words.sentence,
        wide=_Map(spread, upright=False).spec(),
        narrow=_Map(spread, upright=True).spec(),
        columns=words.columns,
        rows=tuple(bubble.row for bubble in spread.bubbles),
    )


def shortened(minutes: Sequence[int]) -> Callable[[float], float]:
    """Return what puts a minute on an axis of 0..1000 on which stretches of over two quiet hours are short.

    minutes: of all posts, at least one. What lies before the first or after the last stands at the ends.
    """
    marks = sorted(set(minutes))
    gaps = [after - before for before, after in pairwise(marks)]
    busy = sum(gap for gap in gaps if gap <= _QUIET_MIN)
    quiet = sum(1 for gap in gaps if gap > _QUIET_MIN)
    share = min(_QUIET_SHARE, 0.6 / quiet) if busy and quiet else (1.0 / quiet if quiet else 0.0)
    places = [0.0]
    for gap in gaps:
        part = share if gap > _QUIET_MIN else gap / busy * (1.0 - share * quiet)
        places.append(places[-1] + part * _SPAN)

    def place(minute: float) -> float:
        at = bisect_right(marks, minute) - 1
        if at < 0:
            return 0.0
        if at >= len(marks) - 1:
            return places[-1]
        return places[at] + (places[at + 1] - places[at]) * (minute - marks[at]) / (marks[at + 1] - marks[at])

    return place


class _Map:
    """One drawing of a spread; `upright`: time runs down and media stand side by side, for a phone."""

    def __init__(self, spread: SpreadMap, *, upright: bool) -> None:
        self.spread, self.words, self.upright = spread, spread.words, upright
        used = {bubble.medium for bubble in spread.bubbles}
        self.lanes = [medium for medium in Medium if medium is not Medium.OTHER or medium in used]
        self.time = shortened([bubble.minute for bubble in spread.bubbles])
        self.reach = max(bubble.reach for bubble in spread.bubbles)
        self.width = _NARROW if upright else _WIDE
        self.height = _NARROW_HEIGHT if upright else _WIDE_LANE * len(self.lanes) + 22
        self.time_px = (self.height - 40) if upright else (self.width - 120)
        self.lane_px = (self.width - 52) / len(self.lanes) if upright else _WIDE_LANE
        self.places = self._spread_out()

    def spec(self) -> Spec:
        layers = [*self._lanes(), *self._nights(), *self._relays(), *self._press(), *self._bubbles(), *self._none_yet()]
        layers += [*self._pin(), *self._labels()]
        layers[0] = {**layers[0], "encoding": {**layers[0]["encoding"], **self._axes()}}
        return frame(layers, width=self.width, height=self.height, description=self.words.sentence)

    def _radius(self, bubble: Bubble) -> float:
        share = math.sqrt(bubble.reach / self.reach) if self.reach else 0.0
        if not bubble.reach and bubble.medium in (Medium.LOCAL_PRESS, Medium.NATIONAL_PRESS):
            share = _PRESS_SHARE  # nobody says how many read a paper; it is no small voice
        largest = min(_LARGEST_PX, self.lane_px * 0.4)
        return _SMALLEST_PX + (largest - _SMALLEST_PX) * share

    def _spread_out(self) -> list[tuple[float, float]]:
        """Where each bubble stands, (time, lane): one that would cover another steps aside within its lane."""
        places: list[tuple[float, float]] = []
        for bubble in self.spread.bubbles:
            at, lane = self.time(bubble.minute), float(self.lanes.index(bubble.medium))
            offsets = (0.0, -0.2, 0.2, -0.32, 0.32)
            places.append((at, min((lane + offset for offset in offsets), key=lambda y: self._covered(at, y, places))))
        return places

    def _covered(self, at: float, lane: float, places: Sequence[tuple[float, float]]) -> int:
        across, along = self.lane_px, self.time_px / _SPAN
        return sum(
            math.hypot((at - other) * along, (lane - beside) * across) < 2 * _SMALLEST_PX + 3
            for other, beside in places
        )

    # Encodings: `time` and `lane` become x and y, or y and x.

    def _axes(self) -> Spec:
        chosen: dict[float, str] = {}
        last = -math.inf
        for tick in self.spread.ticks:
            if not self.spread.bubbles[0].minute <= tick.minute <= self.spread.bubbles[-1].minute:
                continue
            at = float(round(self.time(tick.minute)))
            if (at - last) * self.time_px / _SPAN >= _TICK_PX:
                chosen[at] = tick.label
                last = at
        time, lane = self._time("t"), self._lane("l")
        time["axis"] = {
            "values": list(chosen),
            "labelExpr": axis_labels(chosen),
            "grid": False,
            "orient": "left" if self.upright else "bottom",
        }
        lanes = self.words.short_lanes if self.upright else self.words.lanes
        lane["axis"] = {
            "values": list(range(len(self.lanes))),
            "labelExpr": axis_labels({float(at): lanes[medium] for at, medium in enumerate(self.lanes)}),
            "grid": False,
            "orient": "top" if self.upright else "left",
            "labelColor": "$ink-2",
            "labelLimit": self.lane_px + 4 if self.upright else 130,
            "labelFontSize": 10.5 if self.upright else SIZE,
        }
        return self._both(time, lane)

    def _both(self, time: Spec, lane: Spec) -> Spec:
        return {"y": time, "x": lane} if self.upright else {"x": time, "y": lane}

    def _second(self, time: str | None, lane: str | None) -> Spec:
        named = (("y2", time), ("x2", lane)) if self.upright else (("x2", time), ("y2", lane))
        return {name: {"field": field} for name, field in named if field}

    def _time(self, field: str) -> Spec:
        domain = [-35, _SPAN + 35]
        scale = {"domain": domain[::-1] if self.upright else domain, "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale}

    def _lane(self, field: str) -> Spec:
        ends = [-0.5, len(self.lanes) - 0.5] if self.upright else [len(self.lanes) - 0.5, -1.0]
        return {"field": field, "type": "quantitative", "scale": {"domain": ends, "nice": False, "zero": False}}

    def _lanes(self) -> list[Spec]:
        values = [{"t": -35, "t2": _SPAN + 35, "l": at - 0.46, "l2": at + 0.46} for at in range(len(self.lanes))]
        mark = {"type": "rect", "color": "$paper"}
        place = {**self._both(self._time("t"), self._lane("l")), **self._second("t2", "l2")}
        return [{"data": {"values": values}, "mark": mark, "encoding": place}]

    def _nights(self) -> list[Spec]:
        first, last = self.spread.bubbles[0].minute, self.spread.bubbles[-1].minute
        top, bottom = -0.5, len(self.lanes) - 0.5
        values = [
            {"t": self.time(max(night.start, first)), "t2": self.time(min(night.end, last)), "l": top, "l2": bottom}
            for night in self.spread.nights
            if night.start < last and night.end > first
        ]
        values = [value for value in values if value["t2"] - value["t"] > 4]
        if not values:
            return []
        place = {**self._both(self._time("t"), self._lane("l")), **self._second("t2", "l2")}
        rects = {
            "data": {"values": values},
            "mark": {"type": "rect", "color": "$sunk", "opacity": 0.75},
            "encoding": place,
        }
        if self.upright:
            return [rects]
        names = [{"t": (value["t"] + value["t2"]) / 2, "l": bottom - 0.14, "n": self.words.night} for value in values]
        return [rects, self._text(names, {"color": "$ink-3", "align": "center"})]

    def _relays(self) -> list[Spec]:
        layers = []
        for main in (False, True):
            values = [
                point
                for number, bubble in enumerate(self.spread.bubbles)
                if bubble.cause is not None and (bubble.main and self.spread.bubbles[bubble.cause].main) is main
                for point in self._bend(number, self.places[bubble.cause], self.places[number])
            ]
            if values:
                mark = {
                    "type": "line",
                    "color": "$ink" if main else "$rule-strong",
                    "strokeWidth": 1.5 if main else 1.1,
                }
                more = {"detail": {"field": "r", "type": "nominal"}, "order": {"field": "o", "type": "quantitative"}}
                place = {**self._both(self._time("t"), self._lane("l")), **more}
                layers.append({"data": {"values": values}, "mark": mark, "encoding": place})
        return layers

    def _bend(self, number: int, start: tuple[float, float], end: tuple[float, float]) -> list[Spec]:
        """A curve that leaves and arrives along the axis of time."""
        points = []
        for step in range(_CURVE_POINTS + 1):
            u = step / _CURVE_POINTS
            ease = u * u * (3 - 2 * u)
            at = start[0] + (end[0] - start[0]) * u
            points.append(
                {"t": round(at, 2), "l": round(start[1] + (end[1] - start[1]) * ease, 3), "r": number, "o": step}
            )
        return points

    def _bubbles(self) -> list[Spec]:
        values = [
            {
                "t": round(at, 2),
                "l": round(lane, 3),
                "s": round(math.pi * self._radius(bubble) ** 2, 1),
                "c": LANE_COLOURS[bubble.medium],
            }
            for bubble, (at, lane) in zip(self.spread.bubbles, self.places, strict=True)
        ]
        place = {
            **self._both(self._time("t"), self._lane("l")),
            "size": {"field": "s", "type": "quantitative", "scale": None, "legend": None},
            "fill": {"field": "c", "type": "nominal", "scale": None, "legend": None},
        }
        mark = {
            "type": "point",
            "shape": "circle",
            "filled": True,
            "opacity": 1,
            "stroke": "$sheet",
            "strokeWidth": 1.5,
        }
        return [{"data": {"values": values}, "mark": mark, "encoding": place}]

    def _press(self) -> list[Spec]:
        if self.spread.press_at is None:
            return []
        at = round(self.time(self.spread.press_at), 2)
        values = [{"t": at, "l": -0.55, "l2": len(self.lanes) - 0.5}]
        lane = {"y2" if not self.upright else "x2": {"field": "l2"}}
        place = {**self._both(self._time("t"), self._lane("l")), **lane}
        mark = {"type": "rule", "color": "$surge", "strokeWidth": 1.5, "strokeDash": [3, 3]}
        rule = {"data": {"values": values}, "mark": mark, "encoding": place}
        late = at > _SPAN * 0.6
        text = {"color": "$alarm", "fontWeight": 600, "align": "right" if late and not self.upright else "left"}
        if self.upright:
            label = self._text([{"t": at, "l": -0.45, "n": self.words.press}], {**text, "dy": self._press_dy()})
        else:
            label = self._text([{"t": at, "l": -0.75, "n": self.words.press}], {**text, "dx": -6 if late else 6})
        return [rule, *halo(label)]

    def _press_dy(self) -> int:
        """On which side of the rule of the press its words stand, upright: away from the origin where that is near."""
        assert self.spread.press_at is not None
        near = abs(self.time(self.spread.press_at) - self.places[0][0]) * self.time_px / _SPAN
        return 10 if near < 2 * _TICK_PX else -8

    def _none_yet(self) -> list[Spec]:
        if any(bubble.medium is Medium.NATIONAL_PRESS for bubble in self.spread.bubbles) or self.upright:
            return []
        lane = self.lanes.index(Medium.NATIONAL_PRESS)
        return [
            self._text([{"t": _SPAN + 20, "l": lane, "n": self.words.none_yet}], {"color": "$ink-3", "align": "right"})
        ]

    def _text(self, values: list[Spec], mark: Spec) -> Spec:
        place = {**self._both(self._time("t"), self._lane("l")), "text": {"field": "n"}}
        return {"data": {"values": values}, "mark": {"type": "text", "baseline": "middle", **mark}, "encoding": place}

    def _labels(self) -> list[Spec]:
        """The origin, then the weightiest posts, each where it covers nothing: beside, or over, or under its bubble."""
        bubbles = self.spread.bubbles
        order = [0, *sorted(range(1, len(bubbles)), key=lambda at: (not bubbles[at].main, -bubbles[at].reach, at))]
        boxes = [*(self._box(at) for at in range(len(bubbles))), *self._press_boxes()]
        layers: list[Spec] = []
        for number in order:
            if len(layers) >= 2 * (3 if self.upright else _LABELS):
                break
            name = self.words.origin if number == 0 else bubbles[number].label[:_LABEL_CHARS]
            found = self._room(number, name, boxes) if name else None
            if found is None:
                continue
            box, mark = found
            boxes.append(box)
            at, lane = self.places[number]
            weight = {"fontWeight": 600} if number == 0 or bubbles[number].main else {}
            colour = "$ink" if weight else "$ink-2"
            layers += halo(self._text([{"t": at, "l": lane, "n": name}], {**mark, **weight, "color": colour}))
        return layers

    def _pin(self) -> list[Spec]:
        """A pin over the first post, in its lane."""
        at, lane = self.places[0]
        if self.upright:
            return []
        place = {**self._both(self._time("t"), self._lane("l")), "y2": {"field": "l2"}}
        values = [{"t": round(at, 2), "l": lane, "l2": lane - _PIN_LANES}]
        return [
            {
                "data": {"values": values},
                "mark": {"type": "rule", "color": "$ink", "strokeWidth": 1.25},
                "encoding": place,
            }
        ]

    def _px(self, number: int) -> tuple[float, float]:
        at, lane = self.places[number]
        along, across = (at + 35) * self.time_px / (_SPAN + 70), (lane + 0.5) * self.lane_px
        return (across, along) if self.upright else (along, across)

    def _box(self, number: int) -> tuple[float, float, float, float]:
        x, y = self._px(number)
        radius = self._radius(self.spread.bubbles[number])
        return (x - radius, y - radius, x + radius, y + radius)

    def _press_boxes(self) -> list[tuple[float, float, float, float]]:
        """Where the rule of the press and its words stand: no label may stand there."""
        if self.spread.press_at is None:
            return []
        at = (self.time(self.spread.press_at) + 35) * self.time_px / (_SPAN + 70)
        length = len(self.words.press) * _LETTER_PX
        if self.upright:
            return [(0, at - 16, length, at + 1) if self._press_dy() < 0 else (0, at - 1, length, at + 18)]
        return [(at - 2, -self.lane_px, at + 2, self.height), (at - length, -24, at + length, -4)]

    def _room(
        self, number: int, name: str, boxes: Sequence[tuple[float, float, float, float]]
    ) -> tuple[tuple[float, float, float, float], Spec] | None:
        x, y = self._px(number)
        reach = self._radius(self.spread.bubbles[number]) + 4
        length = len(name) * _LETTER_PX
        most = self.width - 52 if self.upright else self.time_px
        tries: list[tuple[tuple[float, float, float, float], Spec]] = [
            ((x - 6, y - reach - 12, x + length - 6, y - reach + 2), {"align": "left", "dx": -6, "dy": -reach - 4}),
            ((x - length + 6, y - reach - 12, x + 6, y - reach + 2), {"align": "right", "dx": 6, "dy": -reach - 4}),
            ((x - 6, y + reach - 2, x + length - 6, y + reach + 12), {"align": "left", "dx": -6, "dy": reach + 6}),
            ((x - length + 6, y + reach - 2, x + 6, y + reach + 12), {"align": "right", "dx": 6, "dy": reach + 6}),
            ((x + reach, y - 7, x + reach + length, y + 7), {"align": "left", "dx": reach}),
            ((x - reach - length, y - 7, x - reach, y + 7), {"align": "right", "dx": -reach}),
        ]
        if self.upright:
            tries = tries[4:] + tries[:4]
        elif number == 0:
            top = y - _PIN_LANES * self.lane_px
            tries = [((x - 4, top - 14, x + length, top), {"align": "left", "dx": -4, "dy": top - y - 6}), *tries]
        for box, mark in tries:
            if box[0] < -4 or box[2] > most + 4:
                continue
            if all(
                box[2] <= other[0] or box[0] >= other[2] or box[3] <= other[1] or box[1] >= other[3] for other in boxes
            ):
                return box, mark
        return None
