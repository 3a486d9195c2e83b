"""From a mention to the grounds its words may come near to, with what speaks for and against each. Never a verdict.

Method: signs are read in the words (legal/tables/signs_*.tsv) and around the mention; each ground has signs that it
cannot do without, and integer weights for and against (qualify.toml); p by a logistic curve. Elements are read sign by
sign. One fact has one qualification: where two candidates rest on one mention, the rule that parts them is told with
its source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tocsin.base.mention import Mention, Reason
from tocsin.base.post import Audience
from tocsin.legal.grounds import Grounds, Reach, load_grounds
from tocsin.legal.grounds.values import Ground
from tocsin.legal.qualify.signs import Signs, read_signs
from tocsin.legal.qualify.tables import ElementTable, GroundTable, Tables, load_signs, load_tables
from tocsin.legal.qualify.values import (
    AuthorKind,
    Candidate,
    Conflict,
    ElementReading,
    ElementState,
    ExclusionReading,
    Facts,
)

__all__ = [
    "AuthorKind", "Candidate", "Conflict", "ElementReading", "ElementState", "ExclusionReading", "Facts", "facts_of",
    "qualify", "say_sign",
]  # fmt: skip

NEAR_P = 0.5
_CLOSED = frozenset({Audience.RESTRICTED, Audience.OWN_MAILBOX})


def qualify(
    facts: Facts, grounds: Grounds | None = None, *, packs: Sequence[str] = ("fr", "eu")
) -> tuple[Candidate, ...]:
    """Return the grounds looked at, nearest first; those that are not `near` were set aside, and say why.

    packs: whose grounds to look at. grounds: the installed ones unless given. The same facts give the same answer.
    """
    grounds = grounds or load_grounds()
    tables = load_tables()
    signs = read_signs(facts)
    found = []
    for pack in packs:
        for ground in grounds.pack(pack).grounds:
            table = tables.grounds.get(ground.id)
            if (
                table is not None
                and _fits(ground, facts)
                and any(all(s in signs for s in need) for need in table.needs)
            ):
                found.append(_candidate(ground, table, signs, tables))
    found.sort(key=lambda candidate: (-candidate.p, candidate.ground.id))
    return tuple(_with_conflicts(_in_order(found, tables), tables))


def facts_of(mention: Mention, brand_names: Sequence[str] = (), **known: object) -> Facts:
    """Return the facts of a mention; `known` sets any other field of Facts, as people or other rooms know it."""
    post, verdict = mention.post, mention.verdict
    given: dict[str, object] = {
        "text": post.text,
        "title": post.title,
        "language": verdict.language,
        "kinds": verdict.kinds,
        "personal": tuple(dict.fromkeys(found.kind for found in verdict.personal)),
        "brand_names": tuple(brand_names),
        "audience": post.audience,
        "post_kind": post.kind,
        "stars": post.stars,
    }
    return Facts(**{**given, **known})  # type: ignore[arg-type]


def say_sign(code: str, language: str) -> str:
    """Return what a reason's code says; the words of the mention follow it. Kinds are named by the doors."""
    told = load_signs().get("given.kind" if code.startswith("kind.") else code)
    return told.say(language) if told else code


def _fits(ground: Ground, facts: Facts) -> bool:
    """Whether the ground is for such a target and such an audience."""
    if ground.audience is Reach.PUBLIC and facts.audience in _CLOSED:
        return False
    if ground.audience is Reach.RESTRICTED and facts.audience not in _CLOSED:
        return False
    return facts.target is None or not ground.targets or facts.target in ground.targets


def _candidate(ground: Ground, table: GroundTable, signs: Signs, tables: Tables) -> Candidate:
    speaks = _weigh(table.speaks, signs)
    against = _weigh(table.against, signs)
    weight = sum(reason.weight for reason in (*speaks, *against))
    p = round(1.0 / (1.0 + math.exp((tables.even - weight) / tables.step)), 4)
    return Candidate(
        ground=ground,
        p=p,
        near=p >= NEAR_P,
        speaks=speaks,
        against=against,
        elements=tuple(
            _read_element(ground, element.id, tables.elements[element.id], signs) for element in ground.elements
        ),
        exclusions=_exclusions(ground, signs, tables),
    )


def _weigh(weights: dict[str, int], signs: Signs) -> tuple[Reason, ...]:
    """The signs that were read, with their weights, heaviest first."""
    read = [
        signs.reason(code, round(weight * signs.strength[code])) for code, weight in weights.items() if code in signs
    ]
    return tuple(sorted(read, key=lambda reason: (-abs(reason.weight), reason.code)))


def _read_element(ground: Ground, name: str, table: ElementTable, signs: Signs) -> ElementReading:
    met = [code for code in table.met if code in signs]
    half = [code for code in table.half if code in signs]
    doubt = [_sign(code) for code in table.doubt if _sign(code) in signs]
    if met and not doubt:
        state = ElementState.LOOKS_MET
    elif met or half or doubt or table.ask:
        state = ElementState.TO_CHECK
    else:
        state = ElementState.MISSING
    reasons = tuple(signs.reason(code) for code in (*met, *(() if met else half)))
    doubts = tuple(signs.reason(code, -1.0) for code in doubt)
    return ElementReading(element=ground.element(name), state=state, reasons=reasons + doubts)


def _sign(code: str) -> str:
    return "given.quoted" if code == "quoted" else code


def _exclusions(ground: Ground, signs: Signs, tables: Tables) -> tuple[ExclusionReading, ...]:
    found = []
    for exclusion in ground.exclusions:
        codes = [_sign(code) for code in tables.exclusions.get(exclusion.id, ())]
        reasons = tuple(signs.reason(code) for code in codes if code in signs)
        if reasons:
            found.append(ExclusionReading(exclusion=exclusion, reasons=reasons))
    return tuple(found)


def _in_order(found: list[Candidate], tables: Tables) -> list[Candidate]:
    """Nearest first; of two that exclude one another on the same words, the one that the rule names comes first."""
    ordered = list(found)
    by_id = {candidate.ground.id: candidate for candidate in found}
    for rule in tables.conflicts:
        places = {candidate.ground.id: i for i, candidate in enumerate(ordered) if candidate.near}
        first, other = rule.first, next(name for name in rule.between if name != rule.first)
        if first not in places or other not in places or places[other] > places[first]:
            continue
        if not _carrying(by_id[first]).isdisjoint(_carrying(by_id[other])):
            ordered.insert(places[other], ordered.pop(places[first]))
    return ordered


def _with_conflicts(found: list[Candidate], tables: Tables) -> list[Candidate]:
    near = {candidate.ground.id: candidate for candidate in found if candidate.near}
    told: dict[str, list[Conflict]] = {}
    for rule in tables.conflicts:
        one, other = (near.get(name) for name in rule.between)
        if one is None or other is None:
            continue
        same = not _carrying(one).isdisjoint(_carrying(other))
        for mine, theirs in ((one, other), (other, one)):
            told.setdefault(mine.ground.id, []).append(
                Conflict(other=theirs.ground.id, first=rule.first, same_words=same, says=rule.says, source=rule.source)
            )
    return [_replaced(candidate, told.get(candidate.ground.id, [])) for candidate in found]


def _carrying(candidate: Candidate) -> set[str]:
    """The words that carry a candidate, the name of the brand apart."""
    return {
        word
        for reason in candidate.speaks
        if not reason.code.startswith("given.")
        for passage in reason.words
        for word in passage.casefold().split()
        if len(word) > 3
    }


def _replaced(candidate: Candidate, conflicts: list[Conflict]) -> Candidate:
    if not conflicts:
        return candidate
    return Candidate(
        ground=candidate.ground,
        p=candidate.p,
        near=candidate.near,
        speaks=candidate.speaks,
        against=candidate.against,
        elements=candidate.elements,
        exclusions=candidate.exclusions,
        conflicts=tuple(conflicts),
    )
