"""Dossiers: opened, read (which is noted), written to, closed; a brand's own alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from tocsin.base.errors import InputError, NotFoundError
from tocsin.evidence.canonical import canonical
from tocsin.evidence.values import Entry, EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.again import plan_again, plan_before_clocks
from tocsin.flows.evidence.request import open_one
from tocsin.store.dossiers.rows import ClockRow, DossierRow, DossierState, GroundRow, LetterRow, NewDossier
from tocsin.store.evidence.rows import ALL, CaptureRow, CaptureScope, EntryRow, NewEntry, Stamped, Turn
from tocsin.store.rows import AuditEntry

LONGEST_TITLE = 200
LONGEST_NOTE = 5_000
KEPT_AFTER = timedelta(days=366)  # beyond the last day of the last clock: evidence.md A7
KEPT_WITHOUT_CLOCK = timedelta(days=5 * 366)  # Code civil, article 2224 (five years), where no clock was started


class DossierPage(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier with all that it holds. custody: entries of the log about it and its captures, oldest first.

    tokens: by index of the entry they stamp. turns: pages that are to be captured again.
    """

    dossier: DossierRow
    captures: tuple[CaptureRow, ...]
    grounds: tuple[GroundRow, ...]
    clocks: tuple[ClockRow, ...]
    letters: tuple[LetterRow, ...]
    custody: tuple[EntryRow, ...]
    tokens: dict[int, tuple[Stamped, ...]]
    turns: tuple[Turn, ...]

    @property
    def notes(self) -> tuple[EntryRow, ...]:
        """The notes, oldest first; words are "" where they were erased."""
        return tuple(entry for entry in self.custody if entry.kind is EntryKind.NOTE)


def open_dossier(engine: Engine, new: NewDossier) -> DossierRow:
    """Open a dossier of a brand under the next number. Raises InputError for a title that is none, NotFoundError."""
    brand = engine.store.brand(new.brand)
    row = engine.store.dossiers.open(msgspec.structs.replace(new, brand=brand.slug, title=_title(new.title)))
    engine.store.note_audit(
        AuditEntry(at=new.at, by=new.by, action="dossier.opened", subject=f"{brand.slug}:{row.number}")
    )
    return row


def list_dossiers(engine: Engine, brand: str = "", state: DossierState | None = None) -> list[DossierRow]:
    """Return the dossiers of a brand, or of all, the last opened first. A list is no access to a dossier."""
    return engine.store.dossiers.dossiers(brand, state)


def read_dossier(engine: Engine, brand: str, number: str, by: str, now: datetime) -> DossierPage:
    """Return a dossier of a brand ("" for any) and note who looked, once an hour for each person.

    Raises NotFoundError, for one of another brand too.
    """
    row = own_dossier(engine, brand, number)
    evidence, dossiers = engine.store.evidence, engine.store.dossiers
    captures = evidence.captures(CaptureScope(dossier=number, limit=ALL))
    entry = Entry(kind=EntryKind.ACCESS, at=now, digest=digest_of(captures), number=number, who=by)
    evidence.note_access(NewEntry(entry=entry, dossier=number))
    return DossierPage(
        dossier=row,
        captures=tuple(reversed(captures)),
        grounds=tuple(dossiers.grounds(number)),
        clocks=tuple(dossiers.clocks(number)),
        letters=tuple(dossiers.letters(number)),
        custody=tuple(evidence.entries(dossier=number, limit=ALL)),
        tokens={one.index: tuple(evidence.tokens(one.index)) for one in captures if one.index is not None},
        turns=tuple(evidence.turns(number)),
    )


def read_capture(engine: Engine, brand: str, number: str, by: str, now: datetime) -> CaptureRow:
    """Return a capture of a brand and note who looked: in the dossier's custody once an hour, else in the audit.

    Raises NotFoundError, for one of another brand too.
    """
    one = own_capture(engine, brand, number)
    if one.dossier:
        entry = Entry(kind=EntryKind.ACCESS, at=now, digest=digest_of([one]), number=one.dossier, who=by)
        engine.store.evidence.note_access(NewEntry(entry=entry, dossier=one.dossier))
    else:
        subject = f"{one.brand}:{one.number}"
        engine.store.note_audit(AuditEntry(at=now, by=by, action="capture.read", subject=subject))
    return one


def own_dossier(engine: Engine, brand: str, number: str) -> DossierRow:
    """Return a dossier of a brand ("" for any). Raises NotFoundError, for one of another brand too."""
    row = engine.store.dossiers.dossier(number)
    if brand and row.brand != brand:
        raise NotFoundError("There is no dossier {number}.", number=number)
    return row


def own_capture(engine: Engine, brand: str, number: str) -> CaptureRow:
    """Return a capture of a brand ("" for any). Raises NotFoundError, for one of another brand too."""
    one = engine.store.evidence.capture(number)
    if brand and one.brand != brand:
        raise NotFoundError("There is no capture {number}.", number=number)
    return one


def add_note(engine: Engine, number: str, words: str, by: str, now: datetime) -> int:
    """Write a note into a dossier and seal it into the log; return its index. The words may be erased, the entry not.

    Raises InputError for no words or too many, or a closed dossier.
    """
    told = words.strip()
    if not 0 < len(told) <= LONGEST_NOTE:
        raise InputError("A note has 1 to {most} letters; this one has {length}.", most=LONGEST_NOTE, length=len(told))
    open_one(engine, "", number)
    return note(engine, number, told, by, now)


def note(engine: Engine, number: str, words: str, by: str, now: datetime, *, digest: str = "") -> int:
    """Enter something that happened to a dossier into the log; digest: of what it seals, of the words when ""."""
    sealed = digest or engine.store.evidence.note_digest(words)
    entry = Entry(kind=EntryKind.NOTE, at=now, digest=sealed, number=number, who=by)
    return engine.store.evidence.append([NewEntry(entry=entry, dossier=number, words=words)])[0]


def add_capture(engine: Engine, number: str, capture: str, by: str, now: datetime) -> CaptureRow:
    """Put a capture of the same brand into an open dossier; its page is captured again from now on.

    Raises NotFoundError, ConflictError when it is in another dossier.
    """
    row = open_one(engine, "", number)
    own_capture(engine, row.brand, capture)
    one = engine.store.evidence.put_in(capture, number)
    note(engine, number, f"capture={one.number}", by, now)
    plan_again(engine, one, now)
    return one


def change_dossier(
    engine: Engine, number: str, *, title: str, counsel: int, online_on: date | None, by: str, now: datetime
) -> DossierRow:
    """Change what an open dossier is called, who is in charge (0: nobody), and since when its matter is online."""
    row = open_one(engine, "", number)
    if counsel and engine.store.people.person(counsel) is None:
        raise NotFoundError("There is no person {number}.", number=counsel)
    engine.store.dossiers.change(number, title=_title(title), counsel=counsel, online_on=online_on)
    engine.store.note_audit(AuditEntry(at=now, by=by, action="dossier.changed", subject=f"{row.brand}:{number}"))
    return engine.store.dossiers.dossier(number)


def keep_until(engine: Engine, number: str, now: datetime) -> datetime:
    """Return how long a dossier is kept once it is closed: a year beyond its last clock, five years without any."""
    ends = [clock.last_on for clock in engine.store.dossiers.clocks(number) if clock.last_on is not None]
    if not ends:
        return now + KEPT_WITHOUT_CLOCK
    last = max(ends)
    return max(now, datetime(last.year, last.month, last.day, tzinfo=now.tzinfo)) + KEPT_AFTER


def close_dossier(engine: Engine, number: str, by: str, now: datetime, until: datetime | None = None) -> DossierRow:
    """Close a dossier: nothing is captured again, and its content goes at `until` (by default, see `keep_until`).

    Raises ConflictError when it is closed already, InputError for an instant that is past.
    """
    row = engine.store.dossiers.dossier(number)
    end = until or keep_until(engine, number, now)
    if end <= now:
        raise InputError("The day until which a dossier is kept must be to come; {day} is past.", day=f"{end:%Y-%m-%d}")
    engine.store.dossiers.close(number, now, end)
    engine.store.evidence.call_off(number)
    note(engine, number, f"closed={end:%Y-%m-%d}", by, now)
    engine.store.note_audit(AuditEntry(at=now, by=by, action="dossier.closed", subject=f"{row.brand}:{number}"))
    return engine.store.dossiers.dossier(number)


def reopen_dossier(engine: Engine, number: str, by: str, now: datetime) -> DossierRow:
    """Open a closed dossier again; its pages are captured again before its clocks. Raises ConflictError."""
    engine.store.dossiers.reopen(number)
    note(engine, number, "reopened", by, now)
    plan_before_clocks(engine, number, now)
    return engine.store.dossiers.dossier(number)


def digest_of(captures: Sequence[CaptureRow]) -> str:
    """Return the SHA-256 of the manifests that somebody looks at, in the order of captures: what an access seals."""
    manifests = [one.manifest for one in sorted(captures, key=lambda one: one.number) if one.manifest]
    return hashlib.sha256(canonical(manifests)).hexdigest()


def _title(title: str) -> str:
    told = " ".join(title.split())
    if not 0 < len(told) <= LONGEST_TITLE:
        raise InputError("Give the dossier a title of 1 to {most} letters.", most=LONGEST_TITLE)
    return told
