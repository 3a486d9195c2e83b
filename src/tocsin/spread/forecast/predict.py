"""Say how far cascades will go, from what was seen of them up to a moment and nothing later."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.base.errors import InputError
from tocsin.spread.forecast.boost import put_in_bins, say
from tocsin.spread.forecast.calibrate import shift
from tocsin.spread.forecast.features import LEAST_SEEN, Scene, Times, cut, describe
from tocsin.spread.forecast.model import Head, Model
from tocsin.spread.forecast.values import LONGEST_S, SHORTEST_S, Forecast, ForecastReason

Numbers = npt.NDArray[np.float64]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A cascade looked at `after_s` seconds after its beginning; times later than that are not looked at.

    Where its scene has no zone, that of the model is taken.
    """

    times: Times
    after_s: float
    scene: Scene = Scene()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the trees say of rows: logarithms of final over seen, and chances."""

    size: Numbers
    low: Numbers
    high: Numbers
    double_p: Numbers
    reach_p: Numbers


def forecast(model: Model, moments: Sequence[Moment]) -> list[Forecast]:
    """Return what is to be expected of each cascade. Raises InputError for a moment the model was not fitted for."""
    seen = [cut(moment.times, _checked(moment.after_s)) for moment in moments]
    told = [
        Forecast(
            reason=ForecastReason.TOO_FEW,
            seen=len(times),
            after_s=moment.after_s,
            least=model.card.least,
        )
        for times, moment in zip(seen, moments, strict=True)
    ]
    enough = [place for place, times in enumerate(seen) if len(times) >= LEAST_SEEN]
    if not enough:
        return told
    zone = ZoneInfo(model.card.zone)
    scenes = [msgspec.structs.replace(moment.scene, zone=moment.scene.zone or zone) for moment in moments]
    rows = np.stack([describe(seen[place], moments[place].after_s, scenes[place]) for place in enough])
    after = np.asarray([moments[place].after_s for place in enough])
    number = np.asarray([len(seen[place]) for place in enough], dtype=np.float64)
    sizes = bound(ask(model, rows, after), number, model.card.least)
    for row, place in enumerate(enough):
        told[place] = msgspec.structs.replace(
            told[place],
            reason=ForecastReason.FORECAST,
            size=int(sizes.size[row]),
            low=int(sizes.low[row]),
            high=int(sizes.high[row]),
            double_p=round(float(sizes.double_p[row]), 4),
            reach_p=round(float(sizes.reach_p[row]), 4),
        )
    return told


def ask(model: Model, rows: npt.NDArray[np.float32], after_s: Numbers) -> Said:
    """Return what a model says of described moments, all its parts averaged and the range widened as it was checked."""
    binned = put_in_bins(rows, model.edges)
    said = {head: np.mean([say(part, binned) for part in parts], axis=0) for head, parts in model.heads.items()}
    low, high = shift(model.shifts, after_s, said[Head.LOW], said[Head.HIGH])
    return Said(
        size=said[Head.SIZE],
        low=low,
        high=high,
        double_p=chance(model.odds[0] * said[Head.DOUBLE] + model.odds[1]),
        reach_p=chance(said[Head.REACH]),
    )


def bound(said: Said, seen: Numbers, least: int) -> Said:
    """Return the sizes as whole numbers of posts, never under what was seen nor out of order, and the chances."""
    floor = np.maximum(seen, least)
    size = np.maximum(np.round(seen * np.exp(said.size)), floor)
    low = np.clip(np.round(seen * np.exp(said.low)), floor, size)
    high = np.maximum(np.round(seen * np.exp(said.high)), size)
    reach = np.where(seen >= least, 1.0, said.reach_p)
    return Said(size=size, low=low, high=high, double_p=said.double_p, reach_p=reach)


def chance(odds: Numbers) -> Numbers:
    """Return the chances of logarithms of odds.

    >>> chance(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1 / (1 + np.exp(-odds)))


def _checked(after_s: float) -> float:
    if not SHORTEST_S <= after_s <= LONGEST_S:
        raise InputError(
            "A forecast after {after} s is out of what was learnt; ask for {shortest} to {longest} s.",
            after=f"{after_s:g}",
            shortest=round(SHORTEST_S),
            longest=round(LONGEST_S),
        )
    return after_s
