"""A tiny curve beside a line of a list: paths only, which the template draws."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT = 84, 24


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """A curve in a box of 84 × 24. seen: its path. band_y, band_height: of the usual, None where it is not known.

    x, y: of its last point, as written in SVG.
    """

    seen: str
    x: str
    y: str
    band_y: str | None = None
    band_height: str | None = None


def spark(points: Sequence[float], band: tuple[float, float] | None = None) -> Spark:
    """Return the spark of values at an even step, oldest first; the scale begins at 0 and holds the band too.

    >>> spark([0, 2, 4]).seen
    'M1 23L42 12L83 1'
    """
    values = list(points) or [0.0]
    values = values if len(values) > 1 else [values[0], values[0]]
    top = max(*values, band[1] if band else 0.0, 1.0)
    step = (WIDTH - 2) / (len(values) - 1)
    places = [(_px(1 + index * step), _px(_y(value, top))) for index, value in enumerate(values)]
    seen = "M" + "L".join(f"{x} {y}" for x, y in places)
    if band is None:
        return Spark(seen=seen, x=places[-1][0], y=places[-1][1])
    high, low = _y(band[1], top), _y(band[0], top)
    return Spark(seen=seen, x=places[-1][0], y=places[-1][1], band_y=_px(high), band_height=_px(max(2.0, low - high)))


def _y(value: float, top: float) -> float:
    return HEIGHT - 1 - (HEIGHT - 2) * min(1.0, max(0.0, value / top))


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
