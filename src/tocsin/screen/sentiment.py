"""Read the tone of a text: weighed words and idioms, what turns or strengthens them, stars; then probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from tocsin.base.mention import Reason, Sentiment
from tocsin.screen import tables
from tocsin.screen.features import Features
from tocsin.screen.tables.pattern import Hit, Match, Role

_BREAKS = frozenset(".!?,")
_SHOUT = re.compile(r"\b[A-ZÀ-Þ]{4,}\b")
_STEP = 10  # one valence step, in the unit of the sums


class Tally(msgspec.Struct, frozen=True, gc=False):
    """Sums of what speaks for and against, in tenths of a valence step, and the words that carried them."""

    good: int
    bad: int
    words: tuple[tuple[str, int], ...]  # (word, weight), in order of appearance


class _Scale(NamedTuple):
    negated_good: int
    negated_bad: int
    intensified: int
    diminished: int
    before_contrast: int
    after_contrast: int
    exclaimed: int
    shouted: int
    reach: int
    cap: int
    stars: int
    sure_margin: float


def read_tone(
    features: Features, hits: Sequence[Hit], matches: Sequence[Match], stars: tuple[float | None, float | None]
) -> tuple[Sentiment, Tally]:
    """Return the sentiment of a text and the sums behind it.

    hits, matches: what `Lexicon` found in the text. stars: given and greatest, or None.
    Method: each word weighs its valence (tables); a negator turns what follows within three words, an intensifier
    or diminisher changes the next weight, an idiom replaces its words, `but` halves what came before. The sums become
    probabilities by a three-way softmax whose constants stand in scale.toml with how they were set.
    """
    if not hits and stars[0] is None:
        return _toneless(form_of(features)), _NOTHING
    tally = tally_tone(features, hits, matches)
    good, bad, reasons = tally.good, tally.bad, tally.words
    given, most = stars
    star_weight = 0
    if given is not None and most is not None and most > 1:
        share = max(0.0, min(1.0, (given - 1) / (most - 1)))
        star_weight = round((share - 0.5) * 2 * _scale().stars)
        good, bad = good + max(star_weight, 0), bad + max(-star_weight, 0)
    negative, neutral, positive = _probabilities(min(good, _scale().cap), min(bad, _scale().cap), form_of(features))
    ordered = sorted((negative, neutral, positive))
    return Sentiment(
        negative=negative,
        neutral=neutral,
        positive=positive,
        sure=ordered[2] - ordered[1] >= _scale().sure_margin,
        reasons=_reasons(reasons, star_weight, stars),
    ), tally


_NOTHING = Tally(0, 0, ())


@cache
def _toneless(form: tuple[int, int, int, int]) -> Sentiment:
    negative, neutral, positive = _probabilities(0, 0, form)
    ordered = sorted((negative, neutral, positive))
    sure = ordered[2] - ordered[1] >= _scale().sure_margin
    return Sentiment(negative=negative, neutral=neutral, positive=positive, sure=sure)


def tally_tone(features: Features, hits: Sequence[Hit], matches: Sequence[Match]) -> Tally:
    """Return the sums of the words and idioms that carry a tone."""
    tokens = features.tokens
    weights: dict[int, int] = {}
    idioms = [m for m in matches if m.rule.target == "tone"]
    covered: dict[int, str] = {}
    for match in sorted(idioms, key=_widest):
        if match.start not in covered and match.end - 1 not in covered:
            weights[match.start] = match.rule.weight
            text = " ".join(tokens[match.start : match.end])
            covered.update(dict.fromkeys(range(match.start, match.end), text))
    _weigh_words(tokens, hits, covered, weights)
    if not weights:
        return _NOTHING
    if any(match.rule.code == "idiom.sarcasm" for match in idioms):
        weights = {at: -weight // 2 if weight > 0 else weight for at, weight in weights.items()}
    boost = 10
    if "!" in tokens:
        boost = _scale().exclaimed
    if _SHOUT.search(features.text):
        boost = boost * _scale().shouted // 10
    words = tuple((covered.get(at, tokens[at]), weights[at] * boost // 10) for at in sorted(weights))
    return Tally(sum(w for _, w in words if w > 0), -sum(w for _, w in words if w < 0), words)


def _widest(match: Match) -> tuple[int, int, int]:
    return (match.start - match.end, match.start, match.rule.weight)


def _weigh_words(tokens: list[str], hits: Sequence[Hit], covered: dict[int, str], weights: dict[int, int]) -> None:
    """Add the weight of every single word to `weights`, position by position."""
    scale = _scale()
    turned_until, factor, factor_until, last = -1, 10, -1, -9
    for at, (valence, role, _) in hits:
        if not (valence or role) or at in covered:
            continue
        if role == Role.NEGATOR:
            if last == at - 1 and weights.get(last, 0) > 0:  # « j'aime pas »: the verb stands before
                weights[last] = weights[last] * scale.negated_good // 10
            turned_until = at + scale.reach
        elif role == Role.HALF_NEGATOR:
            turned_until = max(turned_until, at + 2)
        elif role == Role.INTENSIFIER or role == Role.DIMINISHER:
            factor = scale.intensified if role == Role.INTENSIFIER else scale.diminished
            factor_until = at + 2
            if at < turned_until:
                turned_until = max(turned_until, at + 2)
        elif role == Role.CONTRAST:
            for earlier in weights:
                if earlier < at:
                    weights[earlier] = weights[earlier] * scale.before_contrast // 10
                else:
                    weights[earlier] = weights[earlier] * scale.after_contrast // 10
            turned_until = -1
        if not valence:
            continue
        weight = valence * _STEP
        if at <= factor_until:
            weight = weight * factor // 10
        if at <= turned_until and _BREAKS.isdisjoint(tokens[turned_until - scale.reach + 1 : at]):
            weight = weight * (scale.negated_good if weight > 0 else scale.negated_bad) // 10
        weights[at] = weight
        last = at


def form_of(features: Features) -> tuple[int, int, int, int]:
    """What the shape of the text says: a link, a question, an exclamation, few words (0 or 1 each)."""
    tokens = features.tokens
    return (int(features.links > 0), int("?" in tokens), int("!" in tokens), int(len(features.words) < 8))


@lru_cache(maxsize=65536)
def _probabilities(good: int, bad: int, form: tuple[int, int, int, int]) -> tuple[float, float, float]:
    """(negative, neutral, positive) by softmax; neutral is the reference whose logit is 0."""
    inputs = softmax_inputs(good, bad, form)
    lower, higher = _softmax_rows()
    negative = math.exp(sum(w * x for w, x in zip(lower, inputs, strict=True)) / 1000)
    positive = math.exp(sum(w * x for w, x in zip(higher, inputs, strict=True)) / 1000)
    total = 1.0 + negative + positive
    low, high = round(negative / total, 4), round(positive / total, 4)
    return low, round(1.0 - low - high, 4), high


def softmax_inputs(good: int, bad: int, form: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Return what the softmax sees, shape (10,): constant, sums, their small parts, sign of their difference, form."""
    return (1, good, bad, min(good, 30), min(bad, 30), (good > bad) - (good < bad), *form)


def _reasons(
    words: Sequence[tuple[str, int]], star_weight: int, stars: tuple[float | None, float | None]
) -> tuple[Reason, ...]:
    """The five heaviest words in order of appearance, then the stars; weights in valence steps."""
    if len(words) > 5:
        least = sorted((abs(weight) for _, weight in words), reverse=True)[4]
        words = [pair for pair in words if abs(pair[1]) >= least][:5]
    reasons = tuple(
        [Reason(code="tone.good" if w > 0 else "tone.bad", words=(word,), weight=w / 10) for word, w in words if w]
    )
    if star_weight:
        return (*reasons, Reason(code="tone.stars", words=(f"{stars[0]:g}/{stars[1]:g}",), weight=star_weight / 10))
    return reasons


@cache
def _scale() -> _Scale:
    table = tables.scale()["sentiment"]
    return _Scale(**{name: table[name] for name in _Scale._fields})


@cache
def _softmax_rows() -> tuple[tuple[int, ...], tuple[int, ...]]:
    table = tables.scale()["softmax"]
    return tuple(table["negative"]), tuple(table["positive"])
