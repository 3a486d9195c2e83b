"""Boosted trees in numpy: small even trees on binned features, with leaves that are quantiles or odds."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

BINS = 64  # bin 0 holds what is not known


class Aim(StrEnum):
    """What the trees of a head are fitted to."""

    QUANTILE = "quantile"
    CHANCE = "chance"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How trees are grown. rows_p, features_p: share of each that a tree looks at, of rows at most `most_rows`.

    rate: how much of what a tree finds is taken. least: weight of the rows of a leaf. calm: rows of doubt in each leaf.
    """

    trees: int = 400
    depth: int = 4
    rate: float = 0.04
    rows_p: float = 0.4
    features_p: float = 0.3
    least: float = 25.0
    calm: float = 10.0
    most_rows: int = 10_000


class Trees(msgspec.Struct, frozen=True, kw_only=True):
    """Even trees: at each depth one question for all nodes. start: what is said before any tree.

    features, bins: shape (trees, depth), the question is whether the bin of the feature is above. leaves: shape
    (trees, 2 ** depth), the first question being the highest bit.
    """

    start: float
    features: npt.NDArray[np.uint8]
    bins: npt.NDArray[np.uint8]
    leaves: Floats


def find_edges(values: Floats) -> Floats:
    """Return the edges that cut each column into bins of about equal number, shape (columns, BINS - 2), ascending."""
    shares = np.linspace(0, 1, BINS)[1:-1]
    edges = np.zeros((values.shape[1], BINS - 2), dtype=np.float32)
    for column in range(values.shape[1]):
        known = values[:, column][~np.isnan(values[:, column])]
        if len(known):
            edges[column] = np.quantile(known, shares)
    return edges


def put_in_bins(values: Floats, edges: Floats) -> Rows:
    """Return the bin of each value, shape as `values`: 0 where it is not known, else 1 + how many edges it passes."""
    binned = np.empty(values.shape, dtype=np.uint8)
    for column in range(values.shape[1]):
        binned[:, column] = 1 + np.searchsorted(edges[column], values[:, column], side="left")
    binned[np.isnan(values)] = 0
    return binned


def say(trees: Trees, rows: Rows) -> npt.NDArray[np.float64]:
    """Return what the trees say of each row, shape (rows,): a quantile, or the logarithm of odds."""
    number, depth = trees.features.shape
    place = np.zeros((len(rows), number), dtype=np.intp)
    for level in range(depth):
        place = 2 * place + (rows[:, trees.features[:, level]] > trees.bins[:, level])
    return np.asarray(trees.start + trees.leaves[np.arange(number), place].sum(axis=1, dtype=np.float64))


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of each row: values and weights, shape (rows,); groups: which rows are of one cascade.

    level: the quantile that is aimed at, 0..1; not used for chances, whose values are 0 or 1.
    """

    aim: Aim
    values: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    groups: npt.NDArray[np.intp]
    level: float = 0.5


def grow(rows: Rows, target: Target, pace: Pace, seed: int) -> Trees:
    """Return trees fitted to a target, the same for the same seed.

    Stochastic gradient boosting (Friedman 2002) on histograms; for quantiles each leaf takes the weighted quantile of
    what is left in it (Friedman 2001, section 4.3), for chances one Newton step. A tree looks at whole cascades drawn
    at random, so that the many moments of one cascade never make a leaf by themselves.
    """
    dice = np.random.default_rng(seed)
    start = _start(target)
    said = np.full(len(rows), start)
    names = np.unique(target.groups)
    shape = (pace.trees, pace.depth)
    features, bins = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
    leaves = np.zeros((pace.trees, 2**pace.depth), dtype=np.float32)
    drawn_features = max(1, round(pace.features_p * rows.shape[1]))
    member = np.searchsorted(names, target.groups)
    drawn_p = min(pace.rows_p, pace.most_rows / max(1, len(rows)))
    for tree in range(pace.trees):
        chosen = np.flatnonzero((dice.random(len(names)) < drawn_p)[member])
        columns = np.sort(dice.permutation(rows.shape[1])[:drawn_features])
        if not len(chosen):
            continue
        pull, weight = _pull(target, said, chosen)
        features[tree], bins[tree] = _questions(rows[np.ix_(chosen, columns)], columns, pull, weight, pace)
        place = _place(rows, features[tree], bins[tree])
        leaves[tree] = pace.rate * _leaves(target, said, chosen, place[chosen], pace)
        said += leaves[tree][place]
    return Trees(start=float(start), features=features, bins=bins, leaves=leaves)


def _start(target: Target) -> float:
    if target.aim is Aim.CHANCE:
        share = float(np.clip(np.average(target.values, weights=target.weights), 1e-3, 1 - 1e-3))
        return float(np.log(share / (1 - share)))
    whole = np.zeros(len(target.values), dtype=np.intp)
    return float(_quantiles(target.values, target.weights, whole, target.level, 1)[0])


def _pull(
    target: Target, said: npt.NDArray[np.float64], chosen: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The negative gradient of each chosen row, and its weight (for chances the second derivative)."""
    values, weights, now = target.values[chosen], target.weights[chosen], said[chosen]
    if target.aim is Aim.CHANCE:
        chance = 1 / (1 + np.exp(-now))
        return weights * (values - chance), weights * np.maximum(chance * (1 - chance), 1e-3)
    return weights * (target.level - (values < now)), weights


def _questions(
    rows: Rows,
    columns: npt.NDArray[np.intp],
    pull: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    pace: Pace,
) -> tuple[list[int], list[int]]:
    """The question of each depth: the one that most lowers the loss over all nodes at once."""
    number, width = rows.shape
    at = rows.astype(np.intp) + BINS * np.arange(width)
    node = np.zeros(number, dtype=np.intp)
    pulls, weights = np.repeat(pull, width), np.repeat(weight, width)
    features, bins = [], []
    for level in range(pace.depth):
        size = (2**level) * width * BINS
        where = (at + (node * (width * BINS))[:, None]).ravel()
        shape = (2**level, width, BINS)
        below_pull = np.cumsum(np.bincount(where, pulls, size).reshape(shape), axis=2)
        below_weight = np.cumsum(np.bincount(where, weights, size).reshape(shape), axis=2)
        whole_pull, whole_weight = below_pull[:, :, -1:], below_weight[:, :, -1:]
        above_pull, above_weight = whole_pull - below_pull, whole_weight - below_weight
        gain = (
            below_pull**2 / (below_weight + pace.calm)
            + above_pull**2 / (above_weight + pace.calm)
            - whole_pull**2 / (whole_weight + pace.calm)
        )
        gain[(below_weight < pace.least) | (above_weight < pace.least)] = 0.0
        best = int(gain.sum(axis=0).argmax())
        column, cut = divmod(best, BINS)
        features.append(int(columns[column]))
        bins.append(cut)
        node = 2 * node + (rows[:, column] > cut)
    return features, bins


def _place(rows: Rows, features: npt.NDArray[np.uint8], bins: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    place = np.zeros(len(rows), dtype=np.intp)
    for feature, cut in zip(features, bins, strict=True):
        place = 2 * place + (rows[:, feature] > cut)
    return place


def _leaves(
    target: Target,
    said: npt.NDArray[np.float64],
    chosen: npt.NDArray[np.intp],
    place: npt.NDArray[np.intp],
    pace: Pace,
) -> npt.NDArray[np.float64]:
    number = 2**pace.depth
    if target.aim is Aim.CHANCE:
        pull, weight = _pull(target, said, chosen)
        return np.bincount(place, pull, number) / (np.bincount(place, weight, number) + 1.0)
    left = target.values[chosen] - said[chosen]
    weights = target.weights[chosen]
    middle = _quantiles(left, weights, place, target.level, number)
    held = np.bincount(place, weights, number)
    return middle * held / (held + pace.calm)


def _quantiles(
    values: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    place: npt.NDArray[np.intp],
    level: float,
    number: int,
) -> npt.NDArray[np.float64]:
    """The weighted quantile of the values at each place, shape (number,); 0 where there are none."""
    order = np.lexsort((values, place))
    place, values, weights = place[order], values[order], weights[order]
    passed = np.cumsum(weights)
    held = np.bincount(place, weights, number)
    before = np.concatenate([[0.0], np.cumsum(held)[:-1]])
    at = np.searchsorted(passed, before + level * held, side="left")
    found = np.zeros(number)
    full = held > 0
    found[full] = values[np.minimum(at[full], len(values) - 1)]
    return found
