"""Learn from cascades that are over how far others will go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.base.errors import InputError
from tocsin.spread.forecast.boost import Aim, Pace, Rows, Target, Trees, find_edges, grow, put_in_bins, say
from tocsin.spread.forecast.calibrate import MISSED_P, find_odds, find_shifts, shift
from tocsin.spread.forecast.features import LEAST_SEEN, cut, describe
from tocsin.spread.forecast.measure import measure
from tocsin.spread.forecast.model import Head, Model, Shifts
from tocsin.spread.forecast.predict import Said, bound, chance
from tocsin.spread.forecast.values import FIGURES_AT_S, LONGEST_S, SHORTEST_S, Card, Figures, Past

Numbers = npt.NDArray[np.float64]

FEWEST = 40  # cascades that reach the least size, under which nothing is learnt
_PARTS = 4
_STEP = 0.5  # a cascade is looked at every half doubling of its age
_GOLDEN = 0.6180339887  # spreads the moments of the cascades evenly between two steps
# Relative errors of sizes that end small weigh more: halfway between the median (0) and the least mean error (1).
_SMALL_WEIGHS = 0.5
_SIZES = Pace()
_ENDS = Pace(trees=200, rate=0.06)
_CHANCES = Pace(trees=250, rate=0.05, least=15.0, calm=20.0)
_STEP_WIDTH = 0.25


class _Moments(msgspec.Struct, frozen=True, kw_only=True):
    """Cascades as they stood at several moments, one row each. group: which cascade."""

    rows: npt.NDArray[np.float32]
    group: npt.NDArray[np.intp]
    after_s: Numbers
    seen: Numbers
    final: Numbers

    def only(self, chosen: npt.NDArray[np.bool_]) -> _Moments:
        return _Moments(
            rows=self.rows[chosen],
            group=self.group[chosen],
            after_s=self.after_s[chosen],
            seen=self.seen[chosen],
            final=self.final[chosen],
        )


def fit(
    cascades: Sequence[Past],
    card: Card,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
    *,
    played: Sequence[Past] = (),
) -> Model:
    """Return a model fitted to cascades that are over, with what it reached written on its card.

    Cascades are cut into four parts; the trees of each part are fitted to the other three, and all of them speak in
    the model. What each says of the part it has not seen sets the range and gives the figures of the card.
    progress: told the share done, 0..1. played: cascades of a simulation, which are learnt from and never measured,
    neither for the range nor for the card. Raises InputError for fewer than 40 cascades of `card.least` posts.
    """
    moments = _look([*cascades, *played], card)
    is_real = moments.group < len(cascades)
    large = is_real & (moments.final >= card.least)
    if len(np.unique(moments.group[large])) < FEWEST:
        raise InputError(
            "There are {number} cascades that reach {least} posts with {seen} of them early; a fit takes {fewest}.",
            number=len(np.unique(moments.group[large])),
            least=card.least,
            seen=LEAST_SEEN,
            fewest=FEWEST,
        )
    edges = find_edges(moments.rows)
    binned = put_in_bins(moments.rows, edges)
    parts = np.random.default_rng(seed).permutation(len(cascades)) % _PARTS
    part = np.concatenate([parts, np.full(len(played), -1)])[moments.group]
    heads: dict[Head, list[Trees]] = {head: [] for head in Head}
    held = {head: np.zeros(len(part)) for head in Head}
    for turn in range(_PARTS):
        for number, head in enumerate(Head):
            progress((turn + number / len(Head)) / _PARTS)
            learnt = part != turn
            if head in (Head.DOUBLE, Head.REACH):
                # All played cascades end large: of small ones they would say that these always grow.
                learnt &= is_real | (moments.seen >= card.least)
            those = moments.only(learnt)
            trees = _grow(head, binned[learnt], those, card.least, seed + 97 * turn + number)
            heads[head].append(trees)
            held[head][part == turn] = say(trees, binned[part == turn])
    shifts = _shifts(moments.only(large), {head: said[large] for head, said in held.items()})
    doubled = (moments.final >= 2 * moments.seen).astype(np.float64)
    odds = find_odds(held[Head.DOUBLE][is_real], doubled[is_real])
    held[Head.DOUBLE] = odds[0] * held[Head.DOUBLE] + odds[1]
    return Model(
        card=msgspec.structs.replace(
            card,
            cascades=len(np.unique(moments.group[is_real])),
            figures=_figures(moments.only(is_real), {head: said[is_real] for head, said in held.items()}, shifts, card),
        ),
        edges=edges,
        heads={head: tuple(grown) for head, grown in heads.items()},
        shifts=shifts,
        odds=odds,
    )


def _shifts(moments: _Moments, held: dict[Head, Numbers]) -> Shifts:
    final = np.log(moments.final / moments.seen)
    return find_shifts(moments.after_s, held[Head.LOW], held[Head.HIGH], final, (SHORTEST_S, LONGEST_S))


def _figures(moments: _Moments, held: dict[Head, Numbers], shifts: Shifts, card: Card) -> tuple[Figures, ...]:
    """What the parts said of the cascades that each had not seen, measured around the instants of a card."""
    low, high = shift(shifts, moments.after_s, held[Head.LOW], held[Head.HIGH])
    double, reach = chance(held[Head.DOUBLE]), chance(held[Head.REACH])
    said = bound(
        Said(size=held[Head.SIZE], low=low, high=high, double_p=double, reach_p=reach), moments.seen, card.least
    )
    found = []
    for at in FIGURES_AT_S:
        near = np.abs(np.log2(moments.after_s / at)) <= _STEP / 2
        found.append(
            measure(after_s=at, said=said, seen=moments.seen, final=moments.final, chosen=near, least=card.least)
        )
    return tuple(one for one in found if one is not None)


def _look(cascades: Sequence[Past], card: Card) -> _Moments:
    """Look at each cascade at moments half a doubling apart, shifted from one cascade to the next."""
    zone = ZoneInfo(card.zone)
    rows, group, after, seen, final = [], [], [], [], []
    octaves = np.log2(LONGEST_S / SHORTEST_S)
    for number, past in enumerate(cascades):
        scene = msgspec.structs.replace(past.scene, zone=past.scene.zone or zone)
        offset = number * _GOLDEN % 1 * _STEP - _STEP / 2
        for moment in SHORTEST_S * 2 ** np.arange(offset, octaves + _STEP / 2, _STEP):
            times = cut(past.times, moment)
            if len(times) >= LEAST_SEEN:
                rows.append(describe(times, moment, scene))
                group.append(number)
                after.append(moment)
                seen.append(len(times))
                final.append(len(past.times))
    return _Moments(
        rows=np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32),
        group=np.asarray(group, dtype=np.intp),
        after_s=np.asarray(after, dtype=np.float64),
        seen=np.asarray(seen, dtype=np.float64),
        final=np.asarray(final, dtype=np.float64),
    )


def _grow(head: Head, binned: Rows, moments: _Moments, least: int, seed: int) -> Trees:
    chosen = np.ones(len(moments.final), dtype=np.bool_)
    if head in (Head.SIZE, Head.LOW, Head.HIGH):
        chosen = moments.final >= least
    elif head is Head.REACH and (moments.seen < least).any():
        chosen = moments.seen < least
    those = moments.only(chosen)
    ratio = those.final / those.seen
    weights = np.ones(len(ratio))
    aim, values, level, pace = Aim.QUANTILE, np.log(ratio), 0.5, _SIZES
    if head is Head.SIZE:
        weights = ratio**-_SMALL_WEIGHS
        weights /= weights.mean()
    elif head in (Head.LOW, Head.HIGH):
        level, pace = (MISSED_P if head is Head.LOW else 1 - MISSED_P), _ENDS
    else:
        # Just above and just below twice is nearly the same: a step would hide that from the trees.
        came = chance((np.log(ratio) - np.log(2)) / _STEP_WIDTH) if head is Head.DOUBLE else those.final >= least
        aim, values, pace = Aim.CHANCE, np.asarray(came, dtype=np.float64), _CHANCES
    target = Target(aim=aim, values=values, weights=weights, groups=those.group, level=level)
    return grow(binned[chosen], target, pace, seed)
