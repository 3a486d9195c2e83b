"""Read the tone of a text: weighed words and idioms, what turns or strengthens them, stars; then probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import msgspec

from tocsin.base.mention import Reason, Sentiment
from tocsin.screen import tables
from tocsin.screen.features import Features
from tocsin.screen.tables.pattern import Hit, Match, Role

_BREAKS = frozenset(".!?,")
_SHOUT = re.compile(r"\b[A-ZÀ-Þ]{4,}\b")
Form = tuple[int, int, int, int]  # of a text: a link, a question mark, an exclamation mark, few words; 0 or 1 each
FORMS: dict[Form, Form] = {form: form for form in product((0, 1), (0, 1), (0, 1), (0, 1))}
_STEP = 10  # one valence step, in the unit of the sums

# Members of an enum are slow to reach through their class, and these are asked for at every word.
_NEGATOR, _HALF_NEGATOR, _CONTRAST = Role.NEGATOR, Role.HALF_NEGATOR, Role.CONTRAST
_INTENSIFIER, _DIMINISHER = Role.INTENSIFIER, Role.DIMINISHER


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
    features: Features,
    hits: Sequence[Hit],
    matches: Sequence[Match],
    stars: tuple[float | None, float | None],
    form: Form | None = None,
) -> Sentiment:
    """Return the sentiment of a text.

    hits, matches: what `Lexicon` found in the text. stars: given and greatest, or None. form: `form_of` the text.
    Method: each word weighs its valence (tables); a negator turns what follows within three words, an intensifier
    or diminisher changes the next weight, an idiom replaces its words, `but` halves what came before. The sums become
    probabilities by a three-way softmax whose constants stand in scale.toml with how they were set.
    """
    form = form or form_of(features)
    tally = tally_tone(features, hits, matches) if hits else _NOTHING
    good, bad, reasons = tally.good, tally.bad, tally.words
    if not reasons and stars[0] is None:
        return _toneless(form)
    given, most = stars
    star_weight = 0
    if given is not None and most is not None and most > 1:
        share = max(0.0, min(1.0, (given - 1) / (most - 1)))
        star_weight = round((share - 0.5) * 2 * _scale().stars)
        good, bad = good + max(star_weight, 0), bad + max(-star_weight, 0)
    cap = _scale().cap
    negative, neutral, positive, sure = _probabilities(min(good, cap), min(bad, cap), form)
    return Sentiment(
        negative=negative,
        neutral=neutral,
        positive=positive,
        sure=sure,
        reasons=_reasons(reasons, star_weight, stars) if reasons or star_weight else (),
    )


_NOTHING = Tally(0, 0, ())


@cache
def _toneless(form: Form) -> Sentiment:
    negative, neutral, positive, sure = _probabilities(0, 0, form)
    return Sentiment(negative=negative, neutral=neutral, positive=positive, sure=sure)


def tally_tone(features: Features, hits: Sequence[Hit], matches: Sequence[Match]) -> Tally:
    """Return the sums of the words and idioms that carry a tone."""
    tokens = features.tokens
    weights: dict[int, int] = {}
    covered: dict[int, str] = {}
    idioms = [m for m in matches if m[0][0] == "tone"] if matches else []
    if idioms:
        _weigh_idioms(tokens, idioms, covered, weights)
    _weigh_words(tokens, hits, covered, weights)
    if not weights:
        return _NOTHING
    if idioms and any(match.rule.code == "idiom.sarcasm" for match in idioms):
        weights = {at: -weight // 2 if weight > 0 else weight for at, weight in weights.items()}
    boost = 10
    if "!" in tokens:
        boost = _scale().exclaimed
    if features.loud and _SHOUT.search(features.text):
        boost = boost * _scale().shouted // 10
    words = [(covered.get(at) or tokens[at], weights[at] * boost // 10) for at in sorted(weights)]
    good = bad = 0
    for _, weight in words:
        if weight > 0:
            good += weight
        else:
            bad -= weight
    return Tally(good, bad, tuple(words))


def _weigh_idioms(tokens: list[str], idioms: Sequence[Match], covered: dict[int, str], weights: dict[int, int]) -> None:
    """Add the weight of each idiom, the widest first, to `weights`, and the tokens it replaces to `covered`."""
    for match in sorted(idioms, key=_widest):
        if match.start not in covered and match.end - 1 not in covered:
            weights[match.start] = match.rule.weight
            text = " ".join(tokens[match.start : match.end])
            covered.update(dict.fromkeys(range(match.start, match.end), text))


def _widest(match: Match) -> tuple[int, int, int]:
    return (match.start - match.end, match.start, match.rule.weight)


def _weigh_words(tokens: list[str], hits: Sequence[Hit], covered: dict[int, str], weights: dict[int, int]) -> None:
    """Add the weight of every single word to `weights`, position by position."""
    scale = _scale()
    turned_until, factor, factor_until, last = -1, 10, -1, -9
    for at, (valence, role, _) in hits:
        if not (valence or role) or at in covered:
            continue
        if role is _NEGATOR:
            if last == at - 1 and weights.get(last, 0) > 0:  # « j'aime pas »: the verb stands before
                weights[last] = weights[last] * scale.negated_good // 10
            turned_until = at + scale.reach
        elif role is _HALF_NEGATOR:
            turned_until = max(turned_until, at + 2)
        elif role is _INTENSIFIER or role is _DIMINISHER:
            factor = scale.intensified if role is _INTENSIFIER else scale.diminished
            factor_until = at + 2
            if at < turned_until:
                turned_until = max(turned_until, at + 2)
        elif role is _CONTRAST:
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


def form_of(features: Features) -> Form:
    """What the shape of the text says: a link, a question, an exclamation, few words (0 or 1 each)."""
    tokens = features.tokens
    return (int(features.links > 0), int("?" in tokens), int("!" in tokens), int(len(features.words) < 8))


@lru_cache(maxsize=65536)
def _probabilities(good: int, bad: int, form: Form) -> tuple[float, float, float, bool]:
    """(negative, neutral, positive, sure) by softmax; neutral is the reference whose logit is 0."""
    inputs = softmax_inputs(good, bad, form)
    lower, higher = _softmax_rows()
    negative = math.exp(sum(w * x for w, x in zip(lower, inputs, strict=True)) / 1000)
    positive = math.exp(sum(w * x for w, x in zip(higher, inputs, strict=True)) / 1000)
    total = 1.0 + negative + positive
    low, high = round(negative / total, 4), round(positive / total, 4)
    middle = round(1.0 - low - high, 4)
    _, second, first = sorted((low, middle, high))
    return low, middle, high, first - second >= _scale().sure_margin


def softmax_inputs(good: int, bad: int, form: Form) -> tuple[int, ...]:
    """Return what the softmax sees, shape (10,): constant, sums, their small parts, sign of their difference, form."""
    return (1, good, bad, min(good, 30), min(bad, 30), (good > bad) - (good < bad), *form)


def _reasons(
    words: Sequence[tuple[str, int]], star_weight: int, stars: tuple[float | None, float | None]
) -> tuple[Reason, ...]:
    """The five heaviest words in order of appearance, then the stars; weights in valence steps."""
    if len(words) > 5:
        least = sorted((abs(weight) for _, weight in words), reverse=True)[4]
        words = [pair for pair in words if abs(pair[1]) >= least][:5]
    reasons = tuple([_word_reason(word, weight) for word, weight in words if weight])
    if star_weight:
        return (*reasons, Reason(code="tone.stars", words=(f"{stars[0]:g}/{stars[1]:g}",), weight=star_weight / 10))
    return reasons


@lru_cache(maxsize=16384)
def _word_reason(word: str, weight: int) -> Reason:
    return Reason(code="tone.good" if weight > 0 else "tone.bad", words=(word,), weight=weight / 10)


@cache
def _scale() -> _Scale:
    table = tables.scale()["sentiment"]
    return _Scale(**{name: table[name] for name in _Scale._fields})


@cache
def _softmax_rows() -> tuple[tuple[int, ...], tuple[int, ...]]:
    table = tables.scale()["softmax"]
    return tuple(table["negative"]), tuple(table["positive"])
