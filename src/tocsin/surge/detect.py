"""Weigh what is seen now against what is usual: one number of evidence, and the reasons for it."""

from __future__ import annotations

import math

import msgspec

from tocsin.base.mention import Reason
from tocsin.surge.baseline import STEADY_MIN, SUDDEN_MIN, Usual, edge_of
from tocsin.surge.count import RECENT_MIN, Counts
from tocsin.surge.tail import log_tail, most_normal_score, normal_score
from tocsin.surge.tuning import TUNING, Tuning

MOST_FACTOR = 1.5  # what authors, tone, story and sources can make of a strength together, at most
_LEAST_Z = 0.01
_SAID_MIN = (*SUDDEN_MIN, 60, 120, 360)  # four hours find a rise sooner, but say less well when it began


class Strength(msgspec.Struct, frozen=True):
    """How far the volume stands over the usual: suddenly, in robust deviations, and steadily, as a normal score."""

    sudden: float
    steady: float


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why it might ring. score: the loudness of the volume times what authors, tone, stories and sources say of it.

    factor: what these say alone.

    window_min: the scale at which chance explains least. log_p: ln of the exact tail there. authors: 0 when not known.
    """

    score: float
    factor: float
    window_min: int
    expected: float
    seen: int
    log_p: float
    authors: int
    negative: int
    story: str
    reasons: tuple[Reason, ...]


def weigh(counts: Counts, usual: Usual, tuning: Tuning = TUNING, least: float = 0.0) -> Strength:
    """Return how far the newest windows stand over the usual; a steady score under `least` may come out lower still.

    sudden: geometric mean of the robust z at 5, 15 and 30 minutes: all three must agree.
    steady: normal score of the exact negative-binomial mid-tail against this hour of the week, at 60, 120, 240 and
    360 minutes, the largest; a slow or small rise shows there first.
    """
    product = 1.0
    for scale, middle, spread in zip(SUDDEN_MIN, usual.middle, usual.spread, strict=True):
        product *= max((counts.seen(scale) - middle) / spread, _LEAST_Z)
    sudden = product ** (1.0 / len(SUDDEN_MIN))
    steady = 0.0
    # The exact tail costs more than all else here: it is worked out only where a cheap bound says that it may matter.
    for most, seen, mean, size in sorted(_outstanding(counts, usual, tuning), reverse=True):
        if most <= max(least, steady):
            break
        steady = max(steady, normal_score(_log_mid_tail(seen, mean, size)))
    return Strength(sudden, steady)


def _outstanding(counts: Counts, usual: Usual, tuning: Tuning) -> list[tuple[float, int, float, float]]:
    """Return (greatest normal score possible, seen, expected, size) of each long window that is worth a tail."""
    found = []
    for window, floor in zip(STEADY_MIN, usual.floors, strict=False):  # a memory of before may hold fewer
        seen = counts.seen(window)
        if seen < tuning.fewest_watch or seen < floor:
            continue
        mean, size = usual.expected(window, counts.last), usual.size(window)
        if seen >= edge_of(mean, size):
            # The mid-tail lies between the tails of this count and the next: the bound of the next holds for it.
            found.append((most_normal_score(seen + 1, mean, size), seen, mean, size))
    return found


def _log_mid_tail(seen: int, mean: float, size: float) -> float:
    """Return ln of the mid-p value: half the chance of this very count counts, so that small counts are judged alike.

    Method: Lancaster 1961, "Significance tests in discrete distributions".
    """
    low, high = log_tail(seen + 1, mean, size), log_tail(seen, mean, size)
    return high + math.log(0.5 * (1.0 + math.exp(low - high))) if math.isfinite(high) else high


def examine(counts: Counts, usual: Usual, loudness: float, usual_negative: float) -> Evidence:
    """Return the whole evidence for a loudness worth telling. usual_negative: long-run share of negatives, 0..1."""
    window, expected, seen, log_p = _rarest(counts, usual)
    around = min(RECENT_MIN, max(window, 30))
    near = max(1, counts.seen(around))
    authors, negative = min(counts.authors(around), near), counts.negatives(around)
    story, share = counts.top_story()
    factor, reasons = 1.0, [Reason(code=f"surge.scale.{window}", words=(str(seen), _short(expected)), weight=log_p)]
    mood = _smoothed(negative, near, usual_negative)
    for code, words, weight in (
        ("surge.authors", (str(authors), str(near)), _by_authors(authors, near)),
        ("surge.negative", (_percent(negative / near), _percent(usual_negative)), 0.5 * (mood - usual_negative)),
        ("surge.story", (_percent(share),), 0.1 if share >= 0.5 and seen >= 10 else 0.0),
        ("surge.sources", (str(counts.source_count(around)),), 0.05 if counts.source_count(around) >= 3 else 0.0),
    ):
        weight = min(0.25, max(-0.25, weight))
        factor += weight
        if abs(weight) >= 0.02 or (code == "surge.authors" and authors):
            reasons.append(Reason(code=code, words=words, weight=round(weight, 4)))
    return Evidence(
        score=loudness * factor,
        factor=factor,
        window_min=window,
        expected=round(expected, 4),
        seen=seen,
        log_p=log_p,
        authors=authors,
        negative=negative,
        story=story if share >= 0.3 else "",
        reasons=tuple(reasons),
    )


def _rarest(counts: Counts, usual: Usual) -> tuple[int, float, int, float]:
    best: tuple[int, float, int, float] | None = None
    for window in _SAID_MIN:
        seen, expected = counts.seen(window), usual.expected(window, counts.last)
        log_p = log_tail(seen, expected, usual.size(window)) if expected > 0 else -float(seen)
        if best is None or log_p < best[3]:
            best = (window, expected, seen, log_p)
    assert best is not None
    return best


def _by_authors(authors: int, near: int) -> float:
    if not authors:
        return 0.0
    # Half the mentions by distinct people is ordinary; each person ten times is a campaign or a robot.
    return min(0.1, 0.25 * (min(1.0, authors / near) - 0.5) * 2.0)


def _smoothed(negative: int, near: int, usual_negative: float) -> float:
    return (negative + 10.0 * usual_negative) / (near + 10.0)


def _percent(share: float) -> str:
    return f"{round(100 * share)}"


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
