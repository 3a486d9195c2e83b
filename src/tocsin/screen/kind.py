"""Say what a mention is to the brand: complaint, rumour, leak, threat…, each with its probability and its reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache

from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import KindScore, Reason, Sentiment
from tocsin.screen import tables
from tocsin.screen.features import QUOTE, Features
from tocsin.screen.tables.pattern import Match

Shape = tuple[int, int, bool, bool]  # of a text: links, tags, a question mark, first or second person
TARGETED = frozenset({Kind.INSULT, Kind.DENIGRATION, Kind.DEFAMATION, Kind.THREAT})
_LEAST_P = 0.3
_AGAINST_PRAISE = frozenset({Kind.SPAM, Kind.FAKE_REVIEW, Kind.THREAT, Kind.LEAK, Kind.IMPERSONATION})
_NEAR = 6  # tokens between the brand and the words that aim at it

# Members of an enum are slow to reach through their class, and these are asked for at every post.
_COMPLAINT = Kind.COMPLAINT
_DENIGRATION = Kind.DENIGRATION
_NEUTRAL = Kind.NEUTRAL
_PRAISE = Kind.PRAISE
_QUESTION = Kind.QUESTION
_SPAM = Kind.SPAM
_NEGATIVE, _POSITIVE = Tone.NEGATIVE, Tone.POSITIVE


def read_kinds(
    features: Features,
    matches: Sequence[Match],
    sentiment: Sentiment,
    stars: tuple[float | None, float | None],
    brand_at: Sequence[int] | None,
) -> tuple[KindScore, ...]:
    """Return the kinds with p >= 0.3, most probable first; `neutral` when there is no other.

    brand_at: positions of the brand among the tokens, or None where nothing aims at anybody.
    Method: the heaviest rule of each kind, plus a third of each further one, plus what the tone, the stars and the
    distance to the brand add, less its guards; p by a logistic curve (scale.toml). Weights are integers.
    """
    reasons: dict[Kind, list[Reason]] = {}
    if matches:
        _from_rules(features, matches, brand_at, reasons)
    return _weighed(reasons, sentiment, shape_of(features), stars)


def plain_kinds(sentiment: Sentiment, shape: Shape, stars: tuple[float | None, float | None]) -> tuple[KindScore, ...]:
    """Return what `read_kinds` does where no rule matches."""
    return _weighed({}, sentiment, shape, stars)


def shape_of(features: Features) -> Shape:
    """Return what the kinds ask of a text beside its words: links, tags, a question mark, first or second person."""
    return (
        features.links,
        len(features.tags),
        "?" in features.tokens,
        not tables.word_list("personal").isdisjoint(features.words),
    )


def _weighed(
    reasons: dict[Kind, list[Reason]], sentiment: Sentiment, shape: Shape, stars: tuple[float | None, float | None]
) -> tuple[KindScore, ...]:
    """reasons: those that the rules gave; changed."""
    _from_tone(shape, sentiment, reasons)
    _from_stars(stars, reasons)
    if _PRAISE in reasons and not _AGAINST_PRAISE.isdisjoint(reasons):
        reasons[_PRAISE].append(_because("guard.other_aim", (), -20))
    scores = []
    for kind, because in reasons.items():
        p = _probability(sum([int(reason.weight) for reason in because]))
        if p >= _LEAST_P:
            scores.append(KindScore(kind=kind, p=p, reasons=tuple(because)))
    if not scores:
        return _neutral(sentiment.neutral)
    if len(scores) > 1:
        scores.sort(key=lambda score: (-score.p, score.kind.value))
    return tuple(scores)


@lru_cache(maxsize=4096)
def _neutral(p: float) -> tuple[KindScore, ...]:
    return (KindScore(kind=_NEUTRAL, p=p, reasons=(Reason(code="kind.no_other"),)),)


@lru_cache(maxsize=16384)
def _because(code: str, words: tuple[str, ...], weight: int) -> Reason:
    """A reason, made once: the same ones come back from post to post."""
    return Reason(code=code, words=words, weight=weight)


def _from_rules(
    features: Features, matches: Sequence[Match], brand_at: Sequence[int] | None, reasons: dict[Kind, list[Reason]]
) -> None:
    found: dict[Kind, list[Match]] = {}
    guards: dict[Kind, Match] = {}
    harms: list[Match] = []
    for match in matches:
        target = match.rule.target
        kind = _KINDS.get(target)
        if kind is not None:
            found.setdefault(kind, []).append(match)
        elif target in _HARM:
            harms.append(match)
        elif target.startswith("guard."):
            guarded = _KINDS.get(target[6:])
            if guarded is not None and (guarded not in guards or match.rule.weight < guards[guarded].rule.weight):
                guards[guarded] = match
    for kind, of_kind in found.items():
        because = _add_up(features, of_kind, kind in TARGETED)
        if kind in TARGETED and brand_at is not None:
            because += _aim(of_kind, brand_at)
        if kind in guards:
            because.append(_reason(features, guards[kind], guards[kind].rule.weight))
        reasons[kind] = because
    if harms and not any(match.rule.target == "guard.danger" for match in matches):
        reasons.setdefault(_COMPLAINT, []).append(_reason(features, harms[0], 24))


def _add_up(features: Features, found: list[Match], quotable: bool) -> list[Reason]:
    """The heaviest rule whole, each further reason code at a third, so that saying a thing twice does not prove it."""
    because: list[Reason] = []
    seen: set[str] = set()
    if len(found) > 1:
        found = sorted(found, key=lambda m: (-m.rule.weight, m.start, m.rule.pattern))
    for match in found:
        words = " ".join(features.tokens[match.start : match.end])
        if words in seen or len(because) == 3:
            continue
        seen.add(words)
        because.append(_reason(features, match, match.rule.weight if not because else match.rule.weight // 3))
        if quotable and len(because) == 1 and QUOTE in features.tokens and _quoted(features.tokens, match.start):
            because.append(_because("guard.quoted", (words,), -20))
    return because


def _quoted(tokens: list[str], at: int) -> bool:
    return tokens[:at].count(QUOTE) % 2 == 1 and QUOTE in tokens[at:]


def _aim(found: list[Match], brand_at: Sequence[int]) -> list[Reason]:
    """More where the words stand by the brand, a little less where the brand is far away."""
    if not brand_at:
        return []
    apart = min(max(m.start - at, at - m.end + 1, 0) for m in found for at in brand_at)
    if apart <= _NEAR:
        return [_because("near.brand", (), 6)]
    return [_because("far.brand", (), -4)] if apart > 3 * _NEAR else []


def _from_tone(shape: Shape, sentiment: Sentiment, reasons: dict[Kind, list[Reason]]) -> None:
    links, tags, asks, personal = shape
    label = sentiment.label
    if label is _NEGATIVE:
        spoken = links == 0 and personal
        if _COMPLAINT in reasons or spoken:
            weight = round((_SPOKEN if spoken else _TOLD) * sentiment.negative)
            reasons.setdefault(_COMPLAINT, []).append(_because("tone.negative", (), weight))
        if _PRAISE in reasons:
            reasons[_PRAISE].append(_because("tone.negative", (), -round(30 * sentiment.negative)))
        if _QUESTION in reasons:
            reasons[_QUESTION].append(_because("tone.negative", (), -round(16 * sentiment.negative)))
    elif label is _POSITIVE:
        weight = round(34 * sentiment.positive)
        reasons.setdefault(_PRAISE, []).append(_because("tone.positive", (), weight))
        for kind in (_COMPLAINT, _DENIGRATION):
            if kind in reasons:
                reasons[kind].append(_because("tone.positive", (), -round(22 * sentiment.positive)))
    elif _PRAISE in reasons:
        reasons[_PRAISE].append(_because("tone.neutral", (), -4))
    if asks and not reasons:
        reasons[_QUESTION] = [_because("form.question_mark", ("?",), 20)]
    if links > 1 or tags > 4:
        reasons.setdefault(_SPAM, []).append(_because("form.links_and_tags", (str(links), str(tags)), 8))


def _from_stars(stars: tuple[float | None, float | None], reasons: dict[Kind, list[Reason]]) -> None:
    given, most = stars
    if given is None or most is None or most <= 1:
        return
    share = (given - 1) / (most - 1)
    words = (f"{given:g}/{most:g}",)
    if share <= 0.3:
        reasons.setdefault(_COMPLAINT, []).append(_because("stars.low", words, 26))
    elif share >= 0.75:
        reasons.setdefault(_PRAISE, []).append(_because("stars.high", words, 22))


def _reason(features: Features, match: Match, weight: int) -> Reason:
    rule, start, end = match
    return _because(rule.code, tuple(features.tokens[start:end]), weight)


_SPOKEN, _TOLD = 28, 12  # what a negative tone is worth in the first or second person, and without


_HARM = frozenset({"danger.safety", "danger.injury", "danger.fire"})
_KINDS = {kind.value: kind for kind in Kind}


@cache
def _probability(weight: int) -> float:
    scale = tables.scale()["kind"]
    return round(1.0 / (1.0 + math.exp((scale["even"] - weight) / scale["step"])), 4)
