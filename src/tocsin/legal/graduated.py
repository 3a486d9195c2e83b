"""The graduated response: the usual steps of a situation in order, the risk of making it louder, and what holds a step.

Data stand in packs/fr/response.toml. Steps are advice of the house, not rules of law; below the threshold of reach a
legal step is held until a second person gives a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.legal.grounds import Remedy, load_grounds, load_remedies
from tocsin.legal.grounds.file import parse_toml, words
from tocsin.legal.qualify.values import AuthorKind
from tocsin.legal.values import Words

FEW_DAYS = 15  # of a press clock, from which the act is late to prepare
SEALED_BY_TWO = 3  # the level of proof from which a capture speaks for itself


class Nature(StrEnum):
    """What a step is, from the quietest to the loudest."""

    CAPTURE = "capture"
    ANSWER = "answer"
    OWN = "own"
    PLATFORM = "platform"
    AUTHORITY = "authority"
    LETTER = "letter"
    LEGAL = "legal"


class Risk(StrEnum):
    """The Streisand risk: how likely acting makes the words better known than they were."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"


class Credibility(StrEnum):
    """How far readers believe the author."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"


class Persistence(StrEnum):
    """How long the words stay in sight: a passing story, a post, a page that search engines show."""

    PASSING = "passing"
    USUAL = "usual"
    LASTING = "lasting"


class Hold(StrEnum):
    """Why a step may not be taken yet."""

    SECOND_PERSON = "second_person"  # nobody else has given a reason
    SAME_PERSON = "same_person"  # who asks and who approves are one
    NO_REASON = "no_reason"  # the second person gave no reason


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. gentle: a letter that asks and accuses nobody, never held. remedy: the letter or act, if any."""

    id: str
    nature: Nature
    says: Words
    gentle: bool = False
    remedy: Remedy | None = None

    @property
    def is_loud(self) -> bool:
        """Whether the step may make the words better known."""
        return self.nature is Nature.LEGAL or (self.nature is Nature.LETTER and not self.gentle)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the table. urgent: safety or deceit, never held by reach. risk_below: under the threshold of reach."""

    id: str
    name: Words
    steps: tuple[Step, ...]
    risk: Risk
    risk_below: Risk
    urgent: bool = False
    note: Words | None = None


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the case. readers: who saw it so far. days_left: to the last useful day. None means not known.

    proof: the level of the evidence ladder that the captures reach, 1..5.
    """

    readers: int | None = None
    credibility: Credibility = Credibility.USUAL
    persistence: Persistence = Persistence.USUAL
    author: AuthorKind | None = None
    days_left: int | None = None
    proof: int | None = None
    may_vanish: bool = False
    contested: bool = False


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The steps, in order, and what to weigh before each.

    exposure: readers weighed by credibility and persistence; None where the readers are not known.
    held: ids of the steps that need a second person's reason. constat: why an officer's report is worth its cost; ()
    where it is not.
    """

    situation: Situation
    steps: tuple[Step, ...]
    risk: Risk
    exposure: float | None
    threshold: float
    held: tuple[str, ...]
    warnings: tuple[Words, ...]
    constat: tuple[Words, ...]


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What a second person said: who, and why the step is worth taking."""

    person: str
    reason: str


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """All of response.toml."""

    last_checked: date
    check_before: date
    exposure: float
    credibility: dict[str, float]
    persistence: dict[str, float]
    situations: dict[str, Situation]
    grounds: dict[str, str]
    warnings: dict[str, Words]
    constat: dict[str, Words]


def advise(situation: str, around: Circumstances) -> Advice:
    """Return the advice for a situation of the table. Raises NotFoundError for one that there is not."""
    response = load_response()
    found = response.situations.get(situation)
    if found is None:
        raise NotFoundError(
            "There is no situation {situation!r} in the graduated response; those there are: {known}.",
            situation=situation,
            known=", ".join(response.situations),
        )
    exposure = _exposure(around, response)
    below = not found.urgent and (exposure is None or exposure < response.exposure)
    held = tuple(step.id for step in found.steps if step.is_loud) if below else ()
    return Advice(
        situation=found,
        steps=found.steps,
        risk=_risk(found, around, below),
        exposure=exposure,
        threshold=response.exposure,
        held=held,
        warnings=_warnings(found, around, bool(held), response),
        constat=_constat(found, around, response),
    )


def situation_of(ground: str, *, author_known: bool | None = None, author: AuthorKind | None = None) -> str:
    """Return the situation that a ground leads to. Raises NotFoundError for a ground that there is not.

    A harm to honour depends on whether the author is known; a customer's harsh words are a review before all else.
    """
    name = load_response().grounds.get(load_grounds().ground(ground).id)
    if name is None:
        raise NotFoundError("The graduated response does not speak of the ground {ground!r}.", ground=ground)
    if name != "defamation":
        return "honest_review" if name == "denigration" and author is AuthorKind.CUSTOMER else name
    return "defamation_known" if author_known else "defamation_pseudonym"


def hold(advice: Advice, step: str, asked_by: str, approval: Approval | None) -> Hold | None:
    """Return why a step is held, or None when it may be taken."""
    if step not in advice.held:
        return None
    if approval is None:
        return Hold.SECOND_PERSON
    if approval.person == asked_by:
        return Hold.SAME_PERSON
    return None if approval.reason.strip() else Hold.NO_REASON


@cache
def load_response() -> Response:
    """Return the table, checked. Raises InputError where it names a step, a remedy or a ground that there is not."""
    file = "packs/fr/response.toml"
    text = (resources.files("tocsin.legal") / "packs" / "fr" / "response.toml").read_text(encoding="utf-8")
    return read_response(text, file)


def read_response(text: str, file: str) -> Response:
    """Return the table that a file holds. Raises InputError."""
    table = parse_toml(text, file)
    steps = {name: _step(name, row, file) for name, row in table["step"].items()}
    for ground in table["grounds"]:
        load_grounds().ground(ground)
    return Response(
        last_checked=table["last_checked"],
        check_before=table["check_before"],
        exposure=float(table["threshold"]["exposure"]),
        credibility=dict(table["threshold"]["credibility"]),
        persistence=dict(table["threshold"]["persistence"]),
        situations={name: _situation(name, row, steps, file) for name, row in table["situation"].items()},
        grounds=dict(table["grounds"]),
        warnings={name: words(row["says"], file, name) for name, row in table["warning"].items()},
        constat={name: words(row["says"], file, name) for name, row in table["constat"].items()},
    )


def _step(name: str, row: Mapping[str, Any], file: str) -> Step:
    remedy = row.get("remedy")
    if remedy is not None and remedy not in load_remedies():
        raise NotFoundError("{file}: the step {step!r} names no known remedy.", file=file, step=name)
    return Step(
        id=name,
        nature=Nature(row["nature"]),
        says=words(row["says"], file, name),
        gentle=row.get("gentle", False),
        remedy=load_remedies()[remedy] if remedy else None,
    )


def _situation(name: str, row: Mapping[str, Any], steps: Mapping[str, Step], file: str) -> Situation:
    missing = next((step for step in row["steps"] if step not in steps), None)
    if missing is not None:
        raise NotFoundError(
            "{file}: the situation {situation!r} names the step {step!r}, which is not there.",
            file=file,
            situation=name,
            step=missing,
        )
    return Situation(
        id=name,
        name=words(row["name"], file, name),
        steps=tuple(steps[step] for step in row["steps"]),
        risk=Risk(row["risk"]),
        risk_below=Risk(row.get("risk_below", row["risk"])),
        urgent=row.get("urgent", False),
        note=words(row["note"], file, name) if "note" in row else None,
    )


def _exposure(around: Circumstances, response: Response) -> float | None:
    if around.readers is None:
        return None
    return around.readers * response.credibility[around.credibility] * response.persistence[around.persistence]


def _risk(situation: Situation, around: Circumstances, below: bool) -> Risk:
    """The risk of the table, one more for a voice that others will defend, one less for a rival."""
    order = list(Risk)
    at = order.index(situation.risk_below if below else situation.risk)
    if not situation.urgent:
        at += around.author in _DEFENDED
        at -= around.author is AuthorKind.COMPETITOR
    return order[max(0, min(at, len(order) - 1))]


def _warnings(situation: Situation, around: Circumstances, held: bool, response: Response) -> tuple[Words, ...]:
    loud = any(step.nature in (Nature.LETTER, Nature.LEGAL) for step in situation.steps)
    told = {
        "below_threshold": held,
        "slapp": around.author in _DEFENDED and loud,
        "whistle_blower": around.author in (AuthorKind.WHISTLE_BLOWER, AuthorKind.EMPLOYEE),
        "days_left": around.days_left is not None and around.days_left <= FEW_DAYS and loud,
        "letter_first": loud and (around.proof or 1) < SEALED_BY_TWO,
        "published": any(step.nature is Nature.LETTER for step in situation.steps),
        "not_for_machine": loud,
    }
    return tuple(response.warnings[name] for name, so in told.items() if so)


def _constat(situation: Situation, around: Circumstances, response: Response) -> tuple[Words, ...]:
    """Why to order an officer's report; where no judge is in sight, only because the page is vanishing."""
    legal = any(step.nature is Nature.LEGAL for step in situation.steps)
    why = {
        "vanishing": around.may_vanish,
        "contested": around.contested and legal,
        "weak_proof": legal and around.proof is not None and around.proof < SEALED_BY_TWO,
        "deadline": legal and around.days_left is not None and around.days_left <= FEW_DAYS,
    }
    reasons = [response.constat[name] for name, so in why.items() if so]
    return (*reasons, response.constat["legal"]) if reasons and legal else tuple(reasons)


_DEFENDED = frozenset(
    {AuthorKind.JOURNALIST, AuthorKind.NGO, AuthorKind.UNION, AuthorKind.WHISTLE_BLOWER, AuthorKind.CUSTOMER}
)
