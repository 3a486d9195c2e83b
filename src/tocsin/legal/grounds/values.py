"""What a ground is: its elements, exclusions, traps and remedies, as plain values."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.legal.values import Confidence, Words


class Family(StrEnum):
    """The branch of law that a ground belongs to; each has its own manners and clocks."""

    PRESS = "press"
    CIVIL = "civil"
    PENAL = "penal"
    CONSUMER = "consumer"
    PROPERTY = "property"
    PLATFORM = "platform"
    DATA = "data"
    LABOUR = "labour"


class Aim(StrEnum):
    """What a ground protects."""

    HONOUR = "honour"
    PRODUCT = "product"
    IDENTITY = "identity"
    PROPERTY = "property"
    PRIVACY = "privacy"
    SAFETY = "safety"
    DATA = "data"
    PUBLIC = "public"
    REPLY = "reply"
    PLATFORM = "platform"


class Target(StrEnum):
    """Whom the words aim at. The company and its manager are two targets, each with an action of its own."""

    PERSON = "person"
    COMPANY = "company"


class Reach(StrEnum):
    """Where the words must stand for a ground to fit."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    ANY = "any"


class SourceKind(StrEnum):
    """How a source was seen. What comes from MEMORY alone was not verified."""

    CODE = "code"
    TEXT = "text"
    JUDGMENT = "judgment"
    PAGE = "page"
    MEMORY = "memory"


class By(StrEnum):
    """Who does a remedy: a letter that tocsin helps to write, the company itself, or a professional."""

    LETTER = "letter"
    OWN = "own"
    PROFESSIONAL = "professional"


class Trust(StrEnum):
    """How far a ground may be relied on today."""

    CURRENT = "current"
    PARTLY = "partly"  # a part of it was not verified, and says which
    UNVERIFIED = "unverified"  # none of its sources was read
    STALE = "stale"  # past the day before which it was to be read again


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule was read."""

    id: str
    kind: SourceKind
    title: str


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """A question to tick. shows: what usually shows it. hint: what to beware of, or None."""

    id: str
    ask: Words
    shows: Words
    hint: Words | None = None


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """What takes a ground away or weakens it, such as good faith or an opinion."""

    id: str
    name: Words
    says: Words


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """A way to lose a good case; shown as a warning with its sources."""

    id: str
    says: Words
    sources: tuple[Source, ...]


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """A letter or an act that usually follows."""

    id: str
    by: By
    name: Words


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """One ground of one pack.

    clocks: ids of rules of time; () has its reason in `no_clock`. targets: () when nobody in particular is aimed at.
    unverified: what of it could not be verified. check_before: stale after that day.
    """

    id: str
    pack: str
    name: Words
    article: Words
    family: Family
    aim: Aim
    targets: tuple[Target, ...]
    audience: Reach
    elements: tuple[Element, ...]
    who: Words
    clocks: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    traps: tuple[Trap, ...]
    remedies: tuple[Remedy, ...]
    confidence: Confidence
    sources: tuple[Source, ...]
    last_checked: date
    check_before: date
    no_clock: Words | None = None
    unverified: Words | None = None

    def element(self, name: str) -> Element:
        """Return an element by its id. Raises NotFoundError."""
        for element in self.elements:
            if element.id == name:
                return element
        raise NotFoundError("The ground {ground} has no element {element!r}.", ground=self.id, element=name)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a ground may be relied on; note: what of it was not verified, or None."""

    trust: Trust
    last_checked: date
    check_before: date
    note: Words | None = None


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """The grounds of one country or order of law, in the order of the file."""

    id: str
    title: Words
    last_checked: date
    check_before: date
    grounds: tuple[Ground, ...]


class Grounds(msgspec.Struct, frozen=True):
    """All packs. Look a ground up by its id with `ground`."""

    packs: tuple[Pack, ...]
    by_id: dict[str, Ground]

    def ground(self, name: str) -> Ground:
        """Return the ground of that id. Raises NotFoundError: an unknown ground is never guessed."""
        found = self.by_id.get(name)
        if found is None:
            raise NotFoundError("There is no ground {ground!r}; `tocsin law` lists those there are.", ground=name)
        return found

    def pack(self, name: str) -> Pack:
        """Return the pack of that id. Raises NotFoundError."""
        for pack in self.packs:
            if pack.id == name:
                return pack
        raise NotFoundError("There is no law pack {pack!r}; `tocsin law` lists those there are.", pack=name)
