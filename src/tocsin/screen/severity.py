"""Weigh the harm a mention may do, 0..100, as a sum of parts that each say why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import KindScore, Reason, Sentiment, Severity
from tocsin.screen import tables
from tocsin.screen.tables.pattern import Match

REACH_FROM = 1000  # followers; fewer add nothing
_LIKELY = 0.8
_HARMLESS = frozenset({Kind.PRAISE, Kind.QUESTION, Kind.NEUTRAL, Kind.SPAM})

_DONE_BY_WRITER = frozenset({"danger.violence", "danger.journalist", "danger.death"})

# Members of an enum are slow to reach through their class, and these are asked for at every post.
_LEAK = Kind.LEAK
_PRAISE = Kind.PRAISE
_NEGATIVE, _POSITIVE = Tone.NEGATIVE, Tone.POSITIVE


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks. followers and verified are None where not known; own: an account of the brand itself."""

    followers: int | None = None
    verified: bool | None = None
    own: bool = False


def weigh_severity(
    tokens: Sequence[str],
    matches: Sequence[Match],
    kinds: Sequence[KindScore],
    sentiment: Sentiment,
    standing: Standing,
    *,
    sensitive: Sequence[str] = (),
) -> Severity:
    """Return the severity; the weights of its reasons add up to the score before it is clipped to 0..100.

    tokens: of the text. sensitive: those of the watch's sensitive words that stand in it.
    Scale: an ordinary complaint 25-55, praise at most 10, one truly dangerous post at least 80; own accounts 0.
    Weights stand in scale.toml.
    """
    if standing.own:
        return Severity(score=0, reasons=(Reason(code="author.own"),))
    claimed = any(match.rule.target == "guard.claim" for match in matches)
    reasons = list(_kind_reasons(tuple([(k.kind, k.p) for k in kinds]), claimed))
    label, praised, harmful = sentiment.label, False, bool(sensitive)
    for score in kinds:
        praised = praised or (score.kind is _PRAISE and score.p >= 0.5)
        harmful = harmful or score.kind not in _HARMLESS
    praised = praised or label is _POSITIVE
    if label is _NEGATIVE:
        weight = round(_scale()["tone"] * sentiment.negative)
        reasons.append(_negative(weight))
    dangers = _dangers(tokens, matches, kinds, praised=praised, claimed=claimed) if matches else []
    reasons += dangers
    if sensitive:
        reasons += [
            Reason(code="word.sensitive", words=(word,), weight=_scale()["sensitive"] // (3 if claimed else 1))
            for word in sensitive[:3]
        ]
    reasons += _reach(standing, harmful or bool(dangers))
    total = sum([int(reason.weight) for reason in reasons])
    if praised and not dangers and not sensitive and total > _scale()["praise_most"] and kinds[0].kind is _PRAISE:
        reasons.append(Reason(code="tone.praise", weight=_scale()["praise_most"] - total))
        total = _scale()["praise_most"]
    return Severity(score=max(0, min(100, total)), reasons=tuple(reasons))


@cache
def _negative(weight: int) -> Reason:
    return Reason(code="tone.negative", weight=weight)


@lru_cache(maxsize=4096)
def _kind_reasons(kinds: tuple[tuple[Kind, float], ...], claimed: bool) -> tuple[Reason, ...]:
    """The gravest kind whole, half of it certain and half by its probability; the second at a third.

    A leak that is denied, asked about or hearsay weighs as the rumour it is.
    """
    as_told = [(_kind_weight(Kind.RUMOUR if claimed and kind is _LEAK else kind), kind, p) for kind, p in kinds]
    weighed = sorted(((round(weight * (0.5 + p / 2)), kind.value) for weight, kind, p in as_told), reverse=True)
    reasons = []
    for rank, (weight, kind) in enumerate(weighed[:2]):
        share = weight if rank == 0 else weight // 3
        if share:
            reasons.append(Reason(code=f"kind.{kind}", weight=share))
    return tuple(reasons)


def _dangers(
    tokens: Sequence[str], matches: Sequence[Match], kinds: Sequence[KindScore], *, praised: bool, claimed: bool
) -> list[Reason]:
    """Each sort of danger once, the gravest whole, the others at a third; none where a guard or praise stands.

    claimed: it is denied, asked, supposed or told of others. Then only what the writer does counts: a threat is one
    all the same, and so are a reporter's question and a cry for help.
    """
    found: dict[str, Match] = {}
    for match in matches:
        if match.rule.target.startswith("danger."):
            known = found.get(match.rule.code)
            if known is None or match.rule.weight > known.rule.weight:
                found[match.rule.code] = match
        elif match.rule.target == "guard.danger":
            return []
    if claimed:
        found = {code: match for code, match in found.items() if code in _DONE_BY_WRITER}
    leak = None if claimed else next((k for k in kinds if k.kind is _LEAK and k.p >= _LIKELY), None)
    if not (found or leak) or (praised and not leak and "danger.journalist" not in found):
        return []
    grave = any(k.kind not in _HARMLESS and k.p >= 0.5 for k in kinds)
    weighed = []
    for code, match in found.items():
        weight = match.rule.weight
        if not grave and code in ("danger.insider", "danger.legal", "danger.child", "danger.injury"):
            weight = _scale()["idle_danger"]
        weighed.append((weight, code, tuple(tokens[match.start : match.end])))
    if leak:
        weighed.append((_scale()["leak"], "danger.leak", leak.reasons[0].words))
    weighed.sort(key=lambda w: (-w[0], w[1]))
    if weighed[0][1] == "danger.child":  # a child alone is no danger
        return []
    return [
        Reason(code=code, words=words, weight=weight if rank == 0 else weight // 3)
        for rank, (weight, code, words) in enumerate(weighed)
    ]


@lru_cache(maxsize=4096)
def _reach(standing: Standing, harmful: bool) -> tuple[Reason, ...]:
    """Three points for each power of ten of followers from a thousand on; a third of it where nothing harms."""
    reasons = []
    followers = standing.followers or 0
    if followers >= REACH_FROM:
        weight = min(_scale()["reach_step"] * (len(str(followers)) - 3), _scale()["reach_most"])
        code = "reach.large" if followers >= 100_000 else "reach.some"
        reasons.append(Reason(code=code, words=(str(followers),), weight=weight if harmful else weight // 3))
    if standing.verified:
        reasons.append(Reason(code="author.verified", weight=_scale()["verified"] if harmful else 1))
    return tuple(reasons)


@cache
def _scale() -> dict[str, Any]:
    table: dict[str, Any] = tables.scale()["severity"]
    return table


def _kind_weight(kind: Kind) -> int:
    weight: int = _scale()["kinds"][kind.value]
    return weight
