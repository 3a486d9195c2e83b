"""The colours of charts by symbolic name, the marks of flags, and what all charts share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.report.values import FlagShape, Spec

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SANS = "Inter Variable, Inter, Liberation Sans, DejaVu Sans, system-ui, sans-serif"
SIZE = 11.5

# The light theme of tokens.css, for mails and documents, whose paper is always light.
LIGHT: Mapping[str, str] = {
    "paper": "#f5f4f0",
    "sheet": "#fefdfb",
    "sunk": "#eceae4",
    "ink": "#15181d",
    "ink-2": "#444a53",
    "ink-3": "#626871",
    "rule": "#dfdcd4",
    "rule-strong": "#b3afa4",
    "alarm": "#b3260c",
    "watch": "#7d5310",
    "proof": "#23603f",
    "band": "#e6e3da",
    "band-edge": "#a39e91",
    "grid": "#e9e6df",
    "surge": "#bf2c10",
    "c-1": "#2f4f74",
    "c-2": "#4a715c",
    "c-3": "#7b5ea0",
    "c-4": "#15181d",
    "c-5": "#81858c",
}
DARK: Mapping[str, str] = {
    "paper": "#111418",
    "sheet": "#191d23",
    "sunk": "#0c0f12",
    "ink": "#eceae4",
    "ink-2": "#bcbfc2",
    "ink-3": "#969ca4",
    "rule": "#2b3139",
    "rule-strong": "#4b535e",
    "alarm": "#ff8467",
    "watch": "#e0b15f",
    "proof": "#85c9a4",
    "band": "#262c34",
    "band-edge": "#5d6671",
    "grid": "#242a31",
    "surge": "#ff7a5c",
    "c-1": "#8db4dd",
    "c-2": "#8fc0a6",
    "c-3": "#bba4dd",
    "c-4": "#eceae4",
    "c-5": "#8b929b",
}

# Drawn in a square of -1..1: octagon, triangle, dot.
SHAPES: Mapping[FlagShape, str] = {
    FlagShape.ALARM: "M-0.41,-1H0.41L1,-0.41V0.41L0.41,1H-0.41L-1,0.41V-0.41Z",
    FlagShape.WATCH: "M0,-1L1.1,0.9H-1.1Z",
    FlagShape.FACT: "circle",
}
INKS: Mapping[FlagShape, str] = {
    FlagShape.ALARM: "$surge",
    FlagShape.WATCH: "$watch",
    FlagShape.FACT: "$ink",
}


def resolve(spec: Spec, colours: Mapping[str, str] = LIGHT) -> Spec:
    """Return the specification with each `$name` replaced by its colour; any other text (a handle `$alice`) stays.

    >>> resolve({"mark": {"color": "$ink"}})
    {'mark': {'color': '#15181d'}}
    """
    painted: Spec = _painted(spec, colours)
    return painted


def frame(layers: list[Spec], *, width: int, height: int, description: str) -> Spec:
    """Return a whole specification around layers. It fills the width of its place; `width` stands elsewhere."""
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 10, "top": 4, "bottom": 2},
        "background": None,
        "usermeta": {"width_px": width},
        "config": {
            "font": SANS,
            "view": {"stroke": None},
            "axis": {
                "labelColor": "$ink-3",
                "labelFontSize": SIZE,
                "gridColor": "$grid",
                "domain": False,
                "ticks": False,
                "labelPadding": 7,
                "title": None,
            },
            "text": {"fontSize": SIZE},
        },
        "layer": layers,
    }


def halo(layer: Spec) -> list[Spec]:
    """Return a layer of text twice: first as a rim in the colour of the sheet, so that it reads over lines."""
    rim = {**layer, "mark": {**layer["mark"], "stroke": "$sheet", "strokeWidth": 4, "strokeJoin": "round"}}
    return [rim, layer]


def axis_labels(labels: Mapping[float, str]) -> str:
    """Return the Vega expression that writes each value of an axis as given; no format of Vega knows French."""
    chosen = "''"
    for value, label in sorted(labels.items(), reverse=True):
        chosen = f"datum.value == {value:.0f} ? {_literal(label)} : {chosen}"
    return chosen


def whole(value: float, thousands: str) -> str:
    """Return a count as people write it.

    >>> whole(84210.0, " ")
    '84 210'
    """
    return f"{round(value):,}".replace(",", thousands)


def steps(most: float, wanted: int) -> list[float]:
    """Return round values from 0 to the first at or over `most`, about `wanted` of them, whole numbers.

    >>> steps(212, 4)
    [0.0, 60.0, 120.0, 180.0, 240.0]
    """
    rough = max(1.0, most / wanted)
    power = 1.0
    while power * 10 <= rough:
        power *= 10
    step = next(power * lead for lead in (1, 2, 3, 4, 5, 6, 8, 10) if power * lead >= rough * 0.999)
    values = [0.0]
    while values[-1] < most or len(values) < 2:
        values.append(values[-1] + step)
    return values


def _painted(part: Any, colours: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: value if name == "$schema" else _painted(value, colours) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_painted(value, colours) for value in part]
    if isinstance(part, str) and part.startswith("$"):
        return colours.get(part[1:], part)
    return part


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ").replace("\r", " ")
    return f"'{escaped}'"
