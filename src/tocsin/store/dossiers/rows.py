"""The values that `store.dossiers` takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class DossierState(StrEnum):
    """Where a dossier stands."""

    OPEN = "open"
    CLOSED = "closed"


class DossierRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier. by: mark of who opened it. counsel: number of the person in charge, 0 for nobody.

    online_on: the first day on which what it is about is known to have been online. keep_until: when its content goes,
    once it is closed; None for never. erased_at: when it went. captures: how many it holds.
    """

    id: int
    number: str
    brand: str
    title: str
    by: str
    opened_at: datetime
    state: DossierState = DossierState.OPEN
    story: str = ""
    counsel: int = 0
    online_on: date | None = None
    closed_at: datetime | None = None
    keep_until: datetime | None = None
    erased_at: datetime | None = None
    captures: int = 0


class NewDossier(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier to open."""

    brand: str
    title: str
    by: str
    at: datetime
    story: str = ""
    counsel: int = 0
    online_on: date | None = None


class TickState(StrEnum):
    """What a person says of one element of a ground."""

    MET = "met"
    DOUBTFUL = "doubtful"
    MISSING = "missing"


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a chosen ground, as a person ticked it. note: why."""

    element: str
    state: TickState
    by: str
    at: datetime
    note: str = ""


class GroundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ground chosen for a dossier, with the elements that were ticked, by element."""

    id: int
    dossier: str
    ground: str
    by: str
    at: datetime
    ticks: tuple[Tick, ...] = ()


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A period that runs for a dossier. rule: id among the packs of law. letter: row of the letter it follows, or 0.

    event, acts: JSON, as they are given to the engine. term: JSON, what it gave, as it gave it; engine: its version.
    safe_on, last_on: of the term. last_at: for a period in hours. ended_at: when it was stopped by a person.
    """

    id: int = 0
    dossier: str
    rule: str
    event: bytes
    acts: bytes
    term: bytes
    engine: str
    by: str
    at: datetime
    computed_at: datetime
    letter: int = 0
    safe_on: date | None = None
    last_on: date | None = None
    last_at: datetime | None = None
    ended_at: datetime | None = None


class LetterState(StrEnum):
    """How far a letter has come."""

    DRAFT = "draft"
    APPROVED = "approved"  # by a second person, where one is needed
    SENT = "sent"
    ANSWERED = "answered"


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of a dossier. facts: JSON it was composed from. reason: why the second person let it go.

    digest: SHA-256 of the text as it was sent, which the log seals; "" before.
    """

    id: int = 0
    dossier: str
    kind: str
    language: str
    subject: str
    text: str
    by: str
    at: datetime
    facts: bytes = b"{}"
    state: LetterState = LetterState.DRAFT
    needs_second: bool = False
    approved_by: str = ""
    approved_at: datetime | None = None
    reason: str = ""
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    digest: str = ""
