"""The charts of the house: each from a plain value to a figure with its drawings, its sentence and its table."""

from __future__ import annotations

from tocsin.report.curve import draw_curve
from tocsin.report.paint import axis_labels, frame, steps, whole
from tocsin.report.spark import Spark, spark
from tocsin.report.spread import spread_map
from tocsin.report.values import Bars, Curve, Figure, Spec

__all__ = ["Spark", "level_chart", "spark", "spread_map", "story_chart", "volume_bars"]

_BAR_SIZES = ((742, 170), (326, 130))


def level_chart(curve: Curve) -> Figure:
    """Return the figure of the level of a brand against its usual level."""
    return draw_curve("level", curve)


def story_chart(curve: Curve) -> Figure:
    """Return the figure of the mentions of a story an hour, against the usual of the whole brand."""
    return draw_curve("story", curve)


def volume_bars(bars: Bars) -> Figure:
    """Return the figure of posts over time as bars, the negative ones darker at their foot."""
    wide, narrow = (_bars(bars, *size) for size in _BAR_SIZES)
    rows = tuple(
        (bar.label, whole(bar.posts, bars.thousands), whole(bar.negative, bars.thousands)) for bar in bars.bars
    )
    return Figure(
        kind="volume",
        id=bars.id,
        title=bars.title,
        sentence=bars.sentence,
        wide=wide,
        narrow=narrow,
        columns=bars.columns,
        rows=rows,
    )


def _bars(bars: Bars, width: int, height: int) -> Spec:
    values = [{"i": place, "e": place + 0.8, "p": bar.posts, "n": bar.negative} for place, bar in enumerate(bars.bars)]
    grid = steps(max((bar.posts for bar in bars.bars), default=1), 3)
    labels = {float(place): bar.tick for place, bar in enumerate(bars.bars) if bar.tick}
    x = {
        "field": "i",
        "type": "quantitative",
        "scale": {"domain": [-0.2, max(1, len(bars.bars))], "nice": False, "zero": False},
        "axis": {
            "values": list(labels),
            "labelExpr": axis_labels(labels),
            "grid": False,
            "domain": True,
            "domainColor": "$rule-strong",
            "labelOverlap": "greedy",
            "labelAlign": "left",
        },
    }
    y = {
        "field": "p",
        "type": "quantitative",
        "scale": {"domain": [0, grid[-1]], "nice": False},
        "axis": {"values": grid, "labelExpr": axis_labels({value: whole(value, bars.thousands) for value in grid})},
    }
    under = {
        "data": {"values": values},
        "mark": {"type": "rect", "color": "$rule-strong"},
        "encoding": {"x": x, "x2": {"field": "e"}, "y": y, "y2": {"datum": 0}},
    }
    over = {
        "data": {"values": values},
        "mark": {"type": "rect", "color": "$ink"},
        "encoding": {"x": x, "x2": {"field": "e"}, "y": {**y, "field": "n"}, "y2": {"datum": 0}},
    }
    return frame([under, over], width=width, height=height, description=bars.sentence)
