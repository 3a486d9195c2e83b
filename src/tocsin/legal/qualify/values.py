"""What is known around a mention, and the candidate grounds that follow: plain values."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tocsin.base.kind import Kind
from tocsin.base.mention import KindScore, PersonalKind, Reason
from tocsin.base.post import Audience, PostKind
from tocsin.legal.grounds.values import Element, Exclusion, Ground, Source, Target
from tocsin.legal.values import Words


class AuthorKind(StrEnum):
    """Who speaks, where that is known. It changes the risk of answering by law more than the words do."""

    CUSTOMER = "customer"
    COMPETITOR = "competitor"
    EMPLOYEE = "employee"
    JOURNALIST = "journalist"
    NGO = "ngo"
    UNION = "union"
    WHISTLE_BLOWER = "whistle_blower"


class ElementState(StrEnum):
    """What the words say of an element. None of these is a finding: a person ticks."""

    LOOKS_MET = "looks_met"
    TO_CHECK = "to_check"  # words point both ways, or only people can know it
    MISSING = "missing"  # nothing in the words or around them


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A mention and what is known around it. None means not known, and is then read from the words where it can be.

    language: "fr", "en" or any other code; texts in another language are read with the words of both.
    kinds, personal: of the first reading. brand_names: as people write them.
    editorial: an edited service published it. no_purchase: no purchase of the author was found.
    base_missing: True where the house says that the claim rests on nothing, False where it rests on something.
    """

    text: str
    title: str = ""
    language: str = ""
    kinds: tuple[KindScore, ...] = ()
    personal: tuple[PersonalKind, ...] = ()
    brand_names: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    post_kind: PostKind = PostKind.POST
    stars: float | None = None
    author: AuthorKind | None = None
    target: Target | None = None
    editorial: bool | None = None
    concerted: bool | None = None
    identity_copied: bool | None = None
    no_purchase: bool | None = None
    base_missing: bool | None = None
    inquiry: bool | None = None

    def kind_p(self, kind: Kind) -> float:
        """The probability that the first reading gave a kind, 0 where it did not name it."""
        return next((score.p for score in self.kinds if score.kind is kind), 0.0)


class ElementReading(msgspec.Struct, frozen=True, kw_only=True):
    """One element, what the words say of it, and the reasons with the words themselves."""

    element: Element
    state: ElementState
    reasons: tuple[Reason, ...] = ()


class ExclusionReading(msgspec.Struct, frozen=True, kw_only=True):
    """An exclusion that may be at hand, and what made us think so."""

    exclusion: Exclusion
    reasons: tuple[Reason, ...]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two candidates that are not pleaded together on the same words.

    other: id of the other ground. first: id of the one looked at first. same_words: both rest on the same words here.
    """

    other: str
    first: str
    same_words: bool
    says: Words
    source: Source


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A ground that the words may come near to. It is never a verdict: counsel chooses, a judge decides.

    p: how near the words come to what the ground describes, 0..1, rounded to 1e-4; not a chance of winning.
    near: p >= 0.5; a candidate that is not near was looked at and set aside, for the reasons in `against`.
    speaks, against: what weighs for and against it, heaviest first, each with its words and its weight.
    exclusions: those of the ground that may be at hand. conflicts: with other near candidates of the same mention.
    """

    ground: Ground
    p: float
    near: bool
    speaks: tuple[Reason, ...]
    against: tuple[Reason, ...]
    elements: tuple[ElementReading, ...]
    exclusions: tuple[ExclusionReading, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
